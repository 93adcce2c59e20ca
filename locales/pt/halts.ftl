## Porque algo não foi feito.

halt-no-such-case = Não há nenhum caso com esta referência.
halt-unknown-link = Este link não é válido. O programa de e-mail pode tê-lo cortado.
halt-used-link = Este link já foi usado.
halt-expired-link = Este link é demasiado antigo.
halt-too-often = Isto foi feito demasiadas vezes. Espere um pouco antes de tentar de novo.
halt-no-call = Neste momento não é possível fazer uma chamada para este caso.
halt-no-challenge = Não há nenhuma chamada aberta para este caso. Inicie uma nova.
halt-wrong-password = Este endereço de e-mail e esta senha não correspondem.
halt-gone = Isto já não existe.
halt-not-possible = Isto não é possível para este caso neste momento.
refused-over = Este caso terminou. Pode fazer um novo pedido.
refused-disputed = Alguém num endereço da conta disse que este pedido não era seu. Só um supervisor pode deixá-lo continuar.
refused-no-account = Nenhuma conta corresponde a este pedido, por isso nada pode ser verificado nem desativado.
refused-account-suspended = A conta está suspensa. Tem de ser restabelecida primeiro.
refused-cooling-off = O tempo de espera ainda não terminou.
