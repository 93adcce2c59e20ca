## Mails about signing in.

letter-not-you = Não foi você?
letter-not-you-text = Se não foi você, outra pessoa pode ter a sua senha. Peça ajuda imediatamente:
letter-security = Ver como você entra
letter-activated-subject = { $product }: Dispositivo MFA ativado
letter-activated = Um dispositivo MFA foi ativado para a sua conta: { $device }.
letter-deactivated-subject = { $product }: Dispositivo MFA desativado
letter-deactivated = Um dispositivo MFA da sua conta foi desativado: { $device }.
letter-codes-subject = { $product }: Novos códigos de recuperação
letter-codes = Foram criados novos códigos de recuperação para a sua conta. Os anteriores não funcionam mais.
letter-new-device-subject = { $product }: Novo acesso
letter-new-device = Alguém entrou na sua conta com um navegador que não conhecíamos: { $device }, do endereço de rede { $network }, em { $time }.
letter-taken-back-subject = { $product }: Dispositivos MFA de um pedido parado desativados
letter-taken-back = O pedido { $reference } foi parado a partir de um endereço da sua conta. Todas as sessões da conta foram encerradas, e os dispositivos MFA e códigos de recuperação ativados desde o início do pedido foram desativados.
letter-contact-subject = { $product }: Alteração dos endereços da sua conta
letter-contact-held = A sua organização pediu que alterássemos o seguinte na sua conta: { $about }. O que temos agora vale até { $until } e, depois disso, o novo.
letter-contact-halfway = Metade do prazo para se opor já passou. A sua organização pediu que alterássemos o seguinte na sua conta: { $about }. O novo vale a partir de { $until }.
letter-contact-effective = O seguinte mudou na sua conta: { $about }.
letter-contact-stop = Não fui eu
letter-contact-not-you = Pare a alteração com o link acima. Não precisa de entrar na conta, e o link ainda funciona algum tempo depois da alteração. Se precisar de ajuda:
