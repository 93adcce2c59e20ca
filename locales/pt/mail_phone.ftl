## E-mails sobre uma alteração do número de telefone.

mail-phone-instead = , em vez de { $old }
mail-phone-requested-subject = { $product }: Foi pedido um novo número de telefone no caso { $reference }
mail-phone-requested-happened = No caso { $reference } pede-se que { $new } passe a ser o número de telefone da sua conta{ $instead }. Ainda nada foi alterado.
mail-phone-requested-needed = Se fez este pedido: um agente tem de ver um documento de identidade seu ou encontrar-se consigo. A página do seu caso diz o que ainda falta. Se não fez o pedido, pare-o agora.
mail-phone-requested-next = Quando estiver tudo completo, um segundo agente analisa-o. Depois a alteração fica retida alguns dias, e todos os endereços registados são avisados antes de ela valer.
mail-phone-held-subject = { $product }: O seu número de telefone vai ser alterado: caso { $reference }
mail-phone-held-happened = O caso { $reference } passou nas verificações: { $new } passa a ser o número de telefone da sua conta{ $instead }. A alteração fica retida até { $ends }.
mail-phone-held-needed = Se fez este pedido: nada. Se não fez, pare-o antes de a retenção terminar.
mail-phone-held-next = Quando a retenção terminar, o novo número é usado nas verificações. Até lá nenhuma o usa. Escrevemos a meio do prazo e quando a alteração valer.
mail-phone-halfway-subject = { $product }: O seu número de telefone vai ser alterado em breve: caso { $reference }
mail-phone-halfway-happened = Passou metade do prazo para se opor. No caso { $reference }, { $new } passa a ser o número de telefone da sua conta{ $instead }. A alteração fica retida até { $ends }.
mail-phone-halfway-next = Quando a retenção terminar, o novo número é usado nas verificações. Nessa altura escrevemos mais uma vez.
mail-phone-effective-subject = { $product }: O seu número de telefone foi alterado: caso { $reference }
mail-phone-effective-happened = { $new } é agora o número de telefone da sua conta{ $instead }.
mail-phone-effective-needed = Se fez este pedido e ainda precisa de ajuda, continue na página do seu caso. Se não fez o pedido, avise-nos imediatamente.
mail-phone-effective-next = A partir de agora as verificações usam o novo número. O que foi comprovado com o antigo já não conta.
mail-phone-refused-subject = { $product }: O seu número de telefone não foi alterado: caso { $reference }
mail-phone-refused-happened = Um agente analisou a alteração para { $new } no caso { $reference } e recusou-a. O seu número de telefone fica como está.
mail-phone-refused-needed = Nada por agora. Pode pedir de novo na página do seu caso.
mail-phone-refused-next = O caso em si continua.
mail-phone-ended-subject = { $product }: A alteração do seu número de telefone terminou: caso { $reference }
mail-phone-ended-happened = A alteração para { $new } no caso { $reference } terminou. O seu número de telefone fica como está.
mail-phone-ended-needed = Nada. Se não pediu a alteração, avise-nos.
mail-phone-ended-next = Pode pedir de novo se ainda precisar de outro número.
