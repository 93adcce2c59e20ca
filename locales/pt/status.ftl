## A página de um caso.

case-title-of = O seu caso { $reference }
status-submitted = Confirme o seu endereço de e-mail
status-submitted-text = Escrevemos para o endereço da sua conta.
status-needed = Falta algo da sua parte
status-looking = O atendimento está a analisar o seu pedido
status-looking-text = Recebe um e-mail quando algo mudar.
status-approval = Uma segunda pessoa está a verificar o seu pedido
status-approval-text = Já fez tudo o que era necessário. Recebe um e-mail quando for aprovado.
status-cooling-off = Aprovado: um tempo de espera protege a sua conta
status-cooling-off-text = Todos os endereços da conta foram avisados e podem opor-se até { $ends }.
status-ready = A seguir, o atendimento desativa o seu dispositivo
status-ready-text = Está tudo completo. Recebe um e-mail quando estiver feito.
status-deactivating = O seu dispositivo está a ser desativado
status-deactivating-text = Demora um momento.
status-deactivated = O seu dispositivo está desativado
status-deactivated-text = Inicie sessão agora com a sua senha e ative logo um novo dispositivo.
status-partly = Alguns dos seus dispositivos estão desativados
status-partly-text = Os outros ainda não puderam ser desativados e continuam a funcionar. Um agente analisa o que falta.
status-closed = Este caso está encerrado
status-closed-text = { $devices ->
    [one] O seu dispositivo foi desativado.
   *[other] Os seus dispositivos foram desativados.
}
status-rejected = O atendimento não pôde ajudar com este pedido
status-nothing-deactivated = Nada foi desativado.
status-withdrawn = Retirou este pedido
status-expired = Este pedido expirou
status-expired-text = Nada foi desativado. Pode fazer um novo.
status-disputed = Este pedido está parado
status-disputed-text = Alguém num endereço da conta disse que não era seu. Um supervisor está a analisá-lo.

status-waiting-title = Tempo de espera
status-waiting = Termina em { $ends }. Todos os endereços da sua conta foram avisados. Até lá não precisa de fazer nada.

step-received = Pedido recebido
step-received-text = O seu pedido está registado.
step-email = Confirme o seu endereço de e-mail
step-email-text = Com o link que enviámos para o endereço da sua conta.
step-proof = Comprove a sua identidade
step-proof-text = Com o número de telefone da sua conta, ou de outra forma que o atendimento ofereça.
step-approval = Uma segunda pessoa verifica
step-approval-text = Outra pessoa do atendimento analisa as provas.
step-waiting = Tempo de espera
step-waiting-text = Os endereços da conta são avisados e podem opor-se.
step-deactivated = Dispositivo desativado
step-deactivated-text = Pode iniciar sessão e ativar um novo.
step-is-done = (feito)
step-is-now = (está aqui)
step-is-todo = (ainda não)

status-side = Progresso e conta
status-where = Em que ponto está
status-request = Este pedido
status-reference = Referência
status-account-email = E-mail da conta
status-account-phone = Telefone da conta
status-no-phone = Nenhum
status-device = Dispositivo
status-devices = Dispositivos deste pedido
status-device-approved = será desativado
status-device-ordered = a ser desativado
status-device-deactivated = desativado
status-device-failed = ainda ativo

status-messages = Mensagens
status-no-messages = Ainda não há mensagens.
status-from-desk = O atendimento
status-from-you = A sua mensagem
status-by-mail = Por e-mail do seu endereço
status-reload = { $link } para ver as novidades.
status-reload-link = Recarregue esta página
status-write = Escreva-nos
status-send = Enviar mensagem
status-not-needed = Já não preciso disto
status-withdraw-text = Se retirar o pedido, paramos e o seu dispositivo continua ativo. Pode enviar um novo pedido mais tarde.
status-withdraw = Retirar
status-again = { $link } de novo se ainda não conseguir iniciar sessão.

phone-title = Verificação do número de telefone
phone-of-account = o número da sua conta
phone-calling = Estamos a ligar para { $phone }.
phone-agent-calls = Um dos nossos agentes liga para { $phone }.
phone-call-says = A chamada diz
phone-agent-says = O agente diz
phone-type = Digite estes números no seu telefone e depois #
phone-read = Leia estes números ao agente
phone-same-words = A chamada diz as mesmas duas palavras que esta página. Se forem diferentes, desligue.
phone-same-words-agent = O agente diz as mesmas duas palavras que esta página. Se forem diferentes, desligue.
phone-heard = Ouviu as duas palavras? Então mostre o seu código e leia-o ao agente.
phone-show-code = Mostrar o meu código
phone-digits-until = Os números valem até { $until }. { $tries ->
    [one] Resta { $tries } tentativa.
   *[other] Restam { $tries } tentativas.
}
phone-call-until = Esta chamada vale até { $until }. { $tries ->
    [one] Resta { $tries } tentativa.
   *[other] Restam { $tries } tentativas.
}
phone-we-call = Ligamos para { $phone }. Esta página mostra então seis números. Digite-os no seu telefone.
phone-call-me = Liguem-me agora
phone-calls-left = { $count ->
    [one] Resta { $count } chamada nesta hora. Tenha o telefone na mão.
   *[other] Restam { $count } chamadas nesta hora. Tenha o telefone na mão.
}
phone-shown-elsewhere = O código é mostrado noutro navegador.
phone-read-if = Leia o código ao agente se ele disse as mesmas duas palavras.
phone-someone-calls = Alguém do atendimento está a ligar-lhe.
phone-wrong-too-often = Os números estiveram errados demasiadas vezes. Peça uma nova chamada.
phone-code-too-old = O último código é demasiado antigo. Peça uma nova chamada.
phone-none = A sua conta não tem número de telefone. O atendimento vai escrever-lhe.
phone-no-calls = Alguém do atendimento vai ligar-lhe.
call-queued = Estamos a ligar-lhe agora.
call-ringing = O seu telefone deve estar a tocar.
call-answered = Atendeu a chamada. Digite os seis números no seu telefone.
call-completed = A chamada terminou.
call-unknown = Não sabemos se a chamada chegou a ser feita. Se o telefone não tocar, peça uma nova chamada.
call-busy = A linha estava ocupada.
call-no-answer = Ninguém atendeu.
call-failed = Não foi possível fazer a chamada.

need-email_link = Confirme o seu endereço de e-mail: abra o link que enviámos e pressione o botão.
need-call_me = Confirme o seu número de telefone: abra a página do seu caso e pressione “Liguem-me agora”.
need-callback = Confirme o seu número de telefone: um agente vai ligar para ele. Tenha então a página do seu caso aberta.
need-desk = O atendimento não pode concluir isto online. Vai escrever-lhe sobre o que ainda falta.
need-administrator = Um administrador da sua conta tem de aprovar: abra a página do seu caso e pressione “Perguntar aos meus administradores”.
need-recovery_code = Use um dos seus códigos de recuperação guardados na página do seu caso. Se não tiver nenhum, escreva-nos aí.
need-or_recovery_code = Ou use um código de recuperação guardado: abra a página do seu caso.
need-document = Envie-nos um documento de identidade: abra a página do seu caso, escolha uma foto ou digitalização e pressione “Enviar documento”.
need-or_document = Ou envie-nos um documento de identidade: abra a página do seu caso.
need-in_person = Encontre-se em pessoa com um dos nossos agentes ou com um notário. Escrevemos sobre como fazer.

# A case that was about the phone number alone.
status-merged = Este caso foi unido a outro
status-merged-text = Fez dois pedidos para a mesma conta e o outro caso continua. Um e-mail disse-lhe qual. Neste, nada foi desativado.
status-phone-changed = O número de telefone foi alterado
status-phone-changed-text = Nada foi desativado. As chamadas passam a ser feitas para o novo número.
