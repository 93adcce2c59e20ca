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
