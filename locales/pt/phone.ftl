## Alteração do número de telefone registado: o que o número antigo ouve e lê, e por que algo não foi feito.

call-change-held = Olá. Aqui é { $product } com uma chamada automática. Dentro de { $hours } horas, outro número de telefone substitui este na sua conta. Se não pediu isto, prima 9 agora para impedir. Se pediu, desligue.
call-change-effective = Olá. Aqui é { $product } com uma chamada automática. Outro número de telefone substituiu este na sua conta. Se não pediu isto, prima 9 agora e um supervisor vai analisar o caso.
call-change-again = Prima 9 para parar a alteração. Se a pediu, desligue.
call-change-unanswered = Nenhuma tecla foi premida, por isso nada é parado. Até logo.
call-change-stopped = Obrigado. A alteração está parada e ninguém pode continuar com ela. Um supervisor vai analisar o que aconteceu. Até logo.
call-change-reported = Obrigado. Um supervisor vai analisar a alteração de imediato. Até logo.
call-change-over = Esta alteração terminou. Já não há nada para parar. Até logo.
text-change-held = { $product }: outro número de telefone substitui este na sua conta em { $ends }. Não foi por sua vontade? Pare aqui: { $link }
text-change-effective = { $product }: outro número de telefone substituiu este na sua conta. Não foi por sua vontade? Avise-nos: { $link }
refused-phone-same = Este é o número de telefone que a sua conta já tem.
refused-phone-open = Já está em curso outra alteração do número de telefone desta conta. Essa tem de terminar primeiro.
refused-phone-directory = Os números de telefone não podem ser alterados aqui. O suporte vai escrever-lhe.
refused-phone-over = Esta alteração do número de telefone terminou.
