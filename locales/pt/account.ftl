## Signing in to an account, and the account's own pages.

account-title = A sua conta
account-nav = Conta
account-sign-out = Terminar sessão
account-signed-in-as = Sessão iniciada como { $email }.

sign-in-title = Iniciar sessão
sign-in-email = E-mail da conta
sign-in-next = Seguinte
sign-in-password = Senha
sign-in-other-account = Usar outra conta
sign-in-need-help = Perdi o meu dispositivo e preciso de ajuda

device-title = Iniciar sessão com o dispositivo de autenticação
device-code = Código do dispositivo
device-code-hint = Seis algarismos do aplicativo de autenticação ou do token.
device-unreadable = Verifique o que foi escrito: não pode ser um código deste tipo.
device-contact-desk = Não consigo e quero contactar o atendimento
device-none-text = A conta não tem nenhum dispositivo de autenticação, e aqui a senha por si só não basta. Contacte o atendimento, ou abra o link do nosso e-mail e inicie sessão a partir daí.
device-none-here-text = Nenhum dos dispositivos de autenticação da conta pode ser verificado nesta página. Contacte o atendimento.

recovery-code = Código de recuperação
recovery-code-hint = 24 letras e algarismos. Espaços e hífenes não importam. Cada código serve uma vez.
recovery-code-use = Usar um código de recuperação
recovery-code-send = Usar este código
