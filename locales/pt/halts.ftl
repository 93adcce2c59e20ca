## Porque algo não foi feito.

halt-no-such-case = Não há nenhum caso com esta referência.
halt-unknown-link = Este link não é válido. O programa de e-mail pode tê-lo cortado.
halt-used-link = Este link já foi usado.
halt-expired-link = Este link é demasiado antigo.
halt-too-often = Isto foi feito demasiadas vezes. Espere um pouco antes de tentar de novo.
halt-no-challenge = Não há nenhuma chamada aberta para este caso. Inicie uma nova.
halt-wrong-password = Este endereço de e-mail e esta senha não correspondem.
halt-not-verified = Não foi possível verificar. Confira o que foi escrito e use cada código uma só vez.
halt-other-account = Este link foi enviado para outra conta. Inicie sessão com a conta que recebeu o e-mail.
halt-gone = Isto já não existe.
halt-not-possible = Isto não é possível para este caso neste momento.
refused-over = Este caso terminou. Pode fazer um novo pedido.
refused-disputed = Alguém num endereço da conta disse que este pedido não era seu. Só um supervisor pode deixá-lo continuar.
refused-no-account = Nenhuma conta corresponde a este pedido, por isso nada pode ser verificado nem desativado.
refused-account-suspended = A conta está suspensa. Tem de ser restabelecida primeiro.
refused-cooling-off = O tempo de espera ainda não terminou.
calls-not-offered = Aqui não há chamadas automáticas. O atendimento vai ligar-lhe.
no-phone-of-record = A conta não tem um número de telefone registado.
called-too-often = Já ligámos para este telefone tantas vezes quantas são permitidas por agora. Tente mais tarde.
written-too-often = Já escreveu muito. Espere pela resposta do atendimento.
network-too-often = Chegaram demasiados pedidos da sua rede. Tente novamente depois de { $time }.
codes-wait = Foram escritos números errados vezes de mais. Pode obter um novo código depois de { $time }.
codes-blocked = As verificações por telefone estão bloqueadas para a sua conta, porque foram escritos números errados demasiadas vezes seguidas. Escreva uma mensagem ao atendimento: um supervisor pode permiti-las de novo.
