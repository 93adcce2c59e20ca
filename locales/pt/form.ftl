## O formulário que pede ajuda e a página seguinte.

form-title = Pedir ajuda com um dispositivo MFA perdido ou inutilizável
form-error-count = { $count ->
    [one] { $count } resposta precisa da sua atenção
   *[other] { $count } respostas precisam da sua atenção
}
form-kept = Tudo o que escreveu continua aqui.
form-lead = Leva cerca de três minutos. Responda o que souber. Escrevemos para o endereço da sua conta, e pode acompanhar o seu caso numa página própria.
form-trap = Deixe isto vazio
form-account = A sua conta
form-email = Endereço de e-mail da conta
form-email-hint = O endereço com que inicia sessão.
form-account-number = Número da conta
form-account-number-hint = Se souber. Sem ele, procuramos pelo endereço.
form-name = O seu nome
form-what-happened = O que aconteceu
form-device = Qual é o dispositivo?
form-reason = O que lhe aconteceu?
form-failed-step = Que passo falhou, e como?
form-failed-step-hint = Por exemplo: “Escrevi o código duas vezes e a página disse que a autenticação falhou.”
form-reach = Como podemos entrar em contacto
form-phone = Um número para o qual possamos ligar de volta
form-phone-hint = Com o indicativo do país, como +351 912 345 678. Usamo-lo apenas para perguntas: as verificações vão sempre e só para o número que a sua conta já tem.
form-language = Idioma
form-callback-time = Melhor hora para ligar
form-callback-time-hint = Por exemplo: dias úteis depois das 17:00, hora de Lisboa.
form-message = Há mais alguma coisa que devamos saber?
no-secrets-hint = Por favor, não escreva aqui senhas nem códigos.
form-send = Enviar pedido
form-privacy = Usamos o que escreve aqui para tratar deste pedido, e para mais nada.

wrong-not-an-email = Escreva um endereço de e-mail, como nome@example.com.
wrong-not-a-phone = Escreva o número com o indicativo do país, como +351 912 345 678.
wrong-no-name = Escreva o seu nome.
wrong-no-device = Escolha qual é o dispositivo.
wrong-no-reason = Escolha o que lhe aconteceu.
wrong-no-choice = Escolha uma das respostas.
wrong-not-one-line = Escreva isto numa só linha, sem caracteres de controlo especiais.
wrong-unprintable = Isto contém caracteres de controlo que não podem ser guardados.
wrong-too-long = Use no máximo { $longest } caracteres.
wrong-empty = Escreva primeiro alguma coisa.

received-title = Recebemos o seu pedido
received-eyebrow = Pedido recebido
received-headline = Veja o seu e-mail
received-lead = Se isto corresponder a uma conta, escrevemos para o endereço dela.
received-reference = A sua referência
received-reference-text = Anote-a. Precisa dela se quiser fazer perguntas sobre o seu pedido.
received-next = O que acontece a seguir
received-open = Abra o e-mail
received-open-text = O link leva a uma página com o botão { $button }.
received-follow = Siga os passos na página do seu caso
received-follow-text = Aí vê o que ainda falta da sua parte e o que estamos a fazer.
received-write = Escrevemos a cada alteração
received-write-text = Pode fechar esta página. Nada se perde.
received-no-mail = Nenhum e-mail depois de dez minutos?
received-spam = Veja na pasta de spam ou lixo eletrónico.
received-mailbox = Confirme que procurou na caixa de correio da conta, e não noutra.
received-new-link = { $link } na página do seu caso.
received-new-link-link = Peça um novo link
received-typo = Havia um erro no endereço? { $link }
received-typo-link = Envie o formulário outra vez.
