## Security credentials: the pages where people keep their authenticators, and passkeys wherever they are asked for.

security-title = Credenciais de segurança
security-lead = Com o que você entra além da sua senha.
security-none = Você ainda não tem nenhum dispositivo MFA.
security-unprotected = Sua conta não tem nenhum dispositivo MFA, e você pode ficar sem acesso a ela. Ative um agora.
security-hint-recovery = Desative o dispositivo perdido e depois ative um novo. Esta sessão dura meia hora e serve apenas para isso. Quando terminar, saia e entre com o novo dispositivo.
security-hint-first = Ninguém trabalha no suporte sem um dispositivo. Ative um e depois entre com ele.
security-activate = Ativar MFA
security-devices = Seus dispositivos MFA
security-active-since = Ativo desde { $time }
security-last-used = Último uso: { $time }
security-not-used = Ainda não usado
security-deactivate = Desativar
security-rename = Mudar o nome
security-full = Você tem { $most } dispositivos e não pode ter mais. Desative um antes de ativar outro.
security-activated = O dispositivo está ativo.
security-deactivated = O dispositivo foi desativado. Sua sessão foi encerrada em todos os outros lugares.
security-renamed = O dispositivo está com o novo nome.
security-kind = O que você quer ativar?
security-name = Nome do dispositivo
security-name-hint = Para você reconhecê-lo depois, por exemplo “Meu telefone”. No máximo { $most } caracteres.
security-continue = Continuar
security-cancel = Cancelar
security-device-title = Ativar um aplicativo autenticador
security-device-name = Dispositivo: { $name }
security-device-scan = 1. Leia este código com seu aplicativo autenticador
security-device-qr = Código QR com o segredo para o seu aplicativo autenticador
security-device-secret = Não consegue ler o código? Digite o segredo
security-device-secret-text = Adicione uma conta manualmente no aplicativo, com este segredo e códigos que mudam com o tempo:
security-device-codes = 2. Digite dois códigos seguidos
security-device-codes-text = O aplicativo mostra um novo código a cada 30 segundos. Digite o que ele mostra agora e o seguinte.
security-first-code = Primeiro código
security-second-code = Segundo código
security-second-code-hint = Espere o aplicativo mostrar o próximo código.
security-passkey-title = Ativar uma chave de acesso ou chave de segurança
security-passkey-text = Seu navegador pede a chave de acesso ou chave de segurança, e o dispositivo pede seu PIN, seu dedo ou seu rosto.
security-passkey-button = Configurar chave de acesso ou chave de segurança
security-codes-title = Códigos de recuperação
security-codes-text = Um código de recuperação permite entrar uma vez quando você não está com o dispositivo.
security-codes-left = { $count ->
    [0] Você não tem códigos de recuperação.
    [one] Você ainda tem { $count } código de recuperação.
   *[other] Você ainda tem { $count } códigos de recuperação.
}
security-codes-make = Criar novos códigos de recuperação
security-codes-void = Os códigos anteriores deixam de funcionar.
security-codes-made = O dispositivo está ativo. Aqui estão códigos de recuperação para o dia em que você não estiver com ele.
security-codes-once = Estes códigos são mostrados apenas agora. Imprima-os ou guarde-os onde possa encontrá-los sem o dispositivo. Cada um funciona uma vez.
security-codes-saved = Guardei os códigos
security-deactivate-title = Desativar este dispositivo?
security-deactivate-what = O que será desativado
security-deactivate-at-once = O dispositivo deixa de funcionar imediatamente.
security-deactivate-sessions = Sua sessão é encerrada em todos os outros lugares.
security-deactivate-mail = Avisamos você por e-mail.
security-deactivate-last = Este é o seu único dispositivo MFA. A senha sozinha não bastará para entrar, portanto ative outro dispositivo logo em seguida.
passkey-use = Usar uma chave de acesso ou chave de segurança
passkey-without = Chaves de acesso precisam de JavaScript e de um navegador compatível. Use aqui um código do seu dispositivo ou um código de recuperação.
passkey-without-set-up = Chaves de acesso precisam de JavaScript e de um navegador compatível. Ative um aplicativo autenticador ou abra esta página em outro navegador.
passkey-failed = O navegador não recebeu resposta da chave de acesso ou chave de segurança. Tente novamente.
passkey-known = Esta chave de acesso ou chave de segurança já está ativa.
