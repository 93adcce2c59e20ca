## As páginas por trás dos links dos e-mails, e a página do caso num navegador que não o conhece.

case-title = O seu caso
open-confirm = Confirme o seu endereço de e-mail
open-confirm-lead = Pressione o botão para confirmar que recebeu o nosso e-mail. O seu caso abre então neste navegador.
open-again = Abra o seu caso
open-again-lead = Pressione o botão para abrir o seu caso neste navegador.
open-confirm-button = Verificar o meu endereço de e-mail
open-again-button = Abrir o meu caso
open-why = Por que há um botão?
open-why-text = Abrir esta página ainda não alterou nada. Alguns programas de e-mail abrem todos os links sozinhos. Só uma pessoa pode pressionar o botão. Funciona uma vez.
open-not-you = Não pediu isto?
open-not-you-text = Então não o pressione. Use o link “Não fui eu” no nosso e-mail, e o pedido para.

object-title = Não fui eu
object-lead = Alguém nos pediu para desativar o dispositivo MFA da sua conta. Se não fez este pedido, pare o pedido aqui.
object-button = Parar este pedido
object-what = O que o botão faz
object-what-stops = Para o pedido imediatamente. Ninguém o pode continuar.
object-what-free = Não precisa de iniciar sessão, e nada mais é necessário da sua parte.
object-what-supervisor = Um supervisor analisa o que aconteceu.
object-nothing-yet = Abrir esta página ainda não alterou nada. Se o pedido é seu, feche esta página.

objected-title = O pedido está parado
objected-off = Obrigado. O dispositivo foi desativado antes de o pedido ser parado, ou está a ser desativado agora. Mude a sua senha imediatamente. Todas as sessões da conta foram encerradas, e os dispositivos ativados desde o início do pedido estão desativados. Assim que um supervisor o tiver analisado, poderá ativar um novo dispositivo.
objected-safe = Obrigado. Ninguém pode continuar este pedido. O seu dispositivo fica como está.
objected-others = Qualquer outro pedido aberto para a sua conta também está parado.
objected-now = O que acontece agora
objected-supervisor = Um supervisor analisa o pedido. Não precisa de fazer nada.
objected-passwords = Alguém pode saber a sua senha ou ler o seu e-mail. Aconselhamos a mudar as duas senhas em breve.
objected-write = Se for preciso, escrevemos para o endereço da sua conta. { $promise }

private-title = Abra o seu caso com um link
private-lead = Só mostramos um caso a quem pode abrir o link dele.
private-ended = O seu acesso neste navegador terminou, por isso nada foi enviado. Volte a abrir o caso com um link e envie então o texto.
private-sent = Veja a sua caixa de correio
private-sent-text = Se houver um caso com esta referência, enviámos um novo link para o endereço da conta. Veja também a pasta de spam. Pode levar alguns minutos.
private-button = Enviar-me um novo link
private-only = Enviamo-lo para o endereço de e-mail da conta, e para nenhum outro.
private-wrong = Não tem referência, ou não é a certa? { $link } de novo.

invalid-title = Este link não funciona
invalid-headline = Este link já não funciona
invalid-text = O seu caso não é afetado. Pode pedir que um novo link seja enviado para o endereço da sua conta.
invalid-button = Ir para a página do meu caso
contact-stop-lead = A sua organização pediu que alterássemos o seguinte na sua conta: { $about }. Se não estiver certo, pare a alteração aqui.
contact-stop-lead-effective = O seguinte mudou na sua conta: { $about }. Se não estiver certo, avise-nos aqui.
contact-stop-button = Parar esta alteração
contact-stop-what-stops = Para a alteração imediatamente e, com ela, todos os pedidos abertos da sua conta.
contact-stop-nothing-yet = Abrir esta página ainda não mudou nada. Se a alteração estiver certa, feche esta página.
contact-stopped-title = A alteração está parada
contact-stopped-safe = Obrigado. Os endereços da sua conta continuam como estavam.
contact-told-title = Obrigado por nos avisar
contact-told-late = A alteração já está em vigor. Todos os pedidos abertos da sua conta ficam parados até um supervisor os ter examinado.
contact-stopped-supervisor = Um supervisor examina o que aconteceu. Não precisa de fazer nada.
contact-invalid-text = Se algo na sua conta não estiver certo, peça-nos ajuda.
contact-invalid-button = Pedir ajuda
