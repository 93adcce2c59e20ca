## A fresh authenticator app, after a deactivation.

fresh-title = Configurar um novo aplicativo autenticador
fresh-text = O novo aplicativo substitui o que foi desativado. Tenha o telefone à mão: o código é mostrado uma única vez, só neste navegador.
fresh-press = Mostrar o código
fresh-once = Este código só é mostrado agora. Adicione-o ao seu aplicativo antes de sair desta página e não o mostre a ninguém: quem o tiver tem o seu dispositivo.
fresh-scan = Leia este código com seu aplicativo autenticador
fresh-saved = Já o adicionei
fresh-done = Foi configurado um novo aplicativo autenticador. Se não foi você, oponha-se com o link de um dos nossos e-mails.
fresh-already = Já foi configurado um aplicativo autenticador para este caso. Se não tem nenhum código dele, escreva ao atendimento.
fresh-under-way = O aplicativo autenticador está a ser configurado neste momento. Se nada for mostrado, tente de novo dentro de cinco minutos.
fresh-failed = Não foi possível configurar o aplicativo autenticador. Nada foi alterado de forma permanente; tente de novo daqui a pouco.
