## A member and the administrators of their account: the case's page, the mails, and the page where an administrator decides.

ask-title = Um administrador da conta tem de aprovar
ask-text = A conta é gerida por outras pessoas. Só um administrador da conta pode mandar desativar o dispositivo. Escrevemos aos administradores e dizemos quem pede, para que dispositivo, de onde e quando.
ask-button = Perguntar aos meus administradores
ask-done = O pedido está a caminho dos administradores da conta. Chegará um e-mail quando um deles decidir. Um pedido pode ser decidido durante 24 horas; depois é possível perguntar de novo.
ask-private = Não dizemos quem são os administradores. É possível falar com algum? Peça que veja o e-mail.
administrators-asked-too-often = Já se perguntou aos administradores tantas vezes quantas são permitidas por agora. Tente amanhã ou fale com eles diretamente.
halt-decided = Este pedido já foi decidido ou é demasiado antigo.

administer-link-title = Iniciar sessão para ver um pedido
administer-link-text = Alguém faz um pedido a quem administra a conta. Inicie sessão com a conta que recebeu o nosso e-mail. Abrir esta página não alterou nada.
administer-link-over = Se ainda houver um pedido aberto, ele aparece depois de iniciar sessão.

requests-title = Pedidos por decidir
requests-line = { $name }: { $device }
request-title = Pedido de um membro
request-lead = Alguém pede que seja desativado o dispositivo com que inicia sessão. A conta é administrada por si.
request-who = Quem pede
request-name = Nome
request-email = E-mail da conta
request-device = Dispositivo
request-what-happened = O que aconteceu
request-when = Pedido em
request-network = Endereço de rede
request-case = Caso
request-care = Confirme que é mesmo essa pessoa: telefone ou vá ter com ela. Não responda a uma mensagem que peça aprovação.
request-approve-text = Com a aprovação, o atendimento desativa o dispositivo. O membro inicia sessão só com a senha até ativar um novo dispositivo.
request-approve = Aprovar
request-reason = Motivo
request-reason-hint = O membro e o atendimento leem-no.
request-decline = Recusar
request-approved = O pedido foi aprovado. O atendimento foi informado.
request-declined = O pedido foi recusado. O membro e o atendimento foram informados.

mail-asked-subject = { $product }: Um membro da conta pede uma decisão, caso { $reference }
mail-asked-happened = { $member } pede que seja desativado um dispositivo MFA: { $device }. O pedido foi feito em { $at } a partir do endereço de rede { $network }. Este e-mail chega a quem administra a conta.
mail-asked-needed = Confirme que é mesmo essa pessoa, depois inicie sessão e aprove ou recuse. Abrir o link por si só não faz nada.
mail-asked-action = Ver o pedido
mail-asked-next = O link funciona durante 24 horas. Nada acontece sem a aprovação de um administrador.

mail-declined-subject = { $product }: Um administrador recusou o caso { $reference }
mail-declined-happened = Um administrador da conta recusou o caso { $reference }. O dispositivo MFA não foi desativado.
mail-declined-reason = O administrador indicou este motivo:
mail-declined-needed = Nada para este caso. Se ainda precisar de ajuda, fale primeiro com um administrador da conta.
mail-declined-next = A conta fica como está. O caso terminou.

status-declined = Um administrador da conta recusou
status-declined-text = Nada foi desativado. Fale com um administrador da conta se ainda precisar de ajuda.
status-resynchronised = O dispositivo voltou a funcionar
status-resynchronised-text = O relógio foi acertado e nada foi desativado. Inicie sessão com um código do dispositivo.

ways-title = Outras formas
saved-code-title = Usar um código de recuperação guardado
resync-title = O meu dispositivo está dessincronizado
resync-text = Escreva dois códigos que o dispositivo mostre um logo a seguir ao outro. Se servirem, acertamos o relógio e não é preciso desativar nada.
resync-first = Primeiro código
resync-second = O código seguinte
resync-send = Enviar os dois códigos
