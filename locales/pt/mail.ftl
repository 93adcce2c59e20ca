## E-mails.

mail-hello-name = Olá, { $name },
mail-hello = Olá,
mail-title = { $product }: caso { $reference }
mail-what-happened = O que aconteceu
mail-what-needed = O que é necessário da sua parte
mail-what-next = O que acontece a seguir
mail-nothing = Nada por agora.
mail-open = Abrir a página do seu caso
mail-copy-address = Se o botão não funcionar, copie este endereço para o seu navegador:
mail-not-me = Não fui eu
mail-object = Se não pediu ajuda, pare o caso com este link. Não precisa de iniciar sessão.
mail-copy-same = O mesmo, como endereço para copiar:
mail-codes = Os seus códigos são só seus
mail-codes-text = Este e-mail não pede nenhum código nem senha, e nenhum e-mail nosso alguma vez o fará. Ninguém do atendimento pedirá os seis números, exceto da forma que a página do seu próprio caso mostra.
mail-audit = Registo de auditoria: { $size ->
    [one] { $size } entrada
   *[other] { $size } entradas
}, raiz { $root }
mail-witness = (guardada na sua caixa de correio, esta linha é testemunha de que o nosso registo do caso não foi alterado mais tarde)

mail-device = {" "}({ $device })
device-named = { $kind } “{ $name }”
mail-ask-again = Nada. Se ainda precisar de ajuda, pode fazer um novo pedido a qualquer momento.
mail-over = A sua conta fica como está. O caso terminou.
mail-check-then = Quando estiver tudo completo, verificamos o caso e voltamos a escrever. Até agora nada foi alterado na conta.
mail-link-press = Abra o link e pressione o botão na página. Abrir o link, por si só, não faz nada.
mail-waiting-needed = Se fez este pedido: nada. Se não fez, pare-o antes de o tempo de espera terminar.
mail-waiting-next = { $devices ->
    [one] Depois do tempo de espera, um agente analisa o caso mais uma vez e desativa o dispositivo MFA{ $device }. Escrevemos para todos os endereços registados quando estiver feito.
   *[other] Depois do tempo de espera, um agente analisa o caso mais uma vez e desativa os dispositivos MFA{ $device }. Escrevemos para todos os endereços registados quando estiver feito.
}

mail-received-subject = { $product }: Verificação de e-mail para o caso { $reference }
mail-received-happened = Alguém nos pediu ajuda com um dispositivo MFA{ $device } perdido ou que não pode ser usado. Este endereço está registado para a conta. O pedido é o caso { $reference }.
mail-received-needed = Se foi um pedido seu, abra o link e pressione “{ $button }” na página. Abrir o link, por si só, não faz nada.
mail-received-next = Quando o endereço estiver verificado, a página do seu caso mostra todos os passos seguintes. Até agora nada foi alterado na conta.
mail-received-object = Se não foi um pedido seu, pare-o com este link. Não precisa de iniciar sessão.

mail-link-again-subject = { $product }: Novo link para o caso { $reference }
mail-link-again-happened = Foi pedido um novo link para a página do caso { $reference }. Aqui está.
mail-link-again-next = A página do seu caso mostra em que ponto ele está e todos os passos seguintes.

mail-confirmed-subject = { $product }: E-mail verificado para o caso { $reference }
mail-confirmed-happened = O seu endereço de e-mail está verificado para o caso { $reference }.
mail-confirmed-nothing = Nada por agora. A página do seu caso mostra se isso mudar.
mail-confirmed-phone = A verificação por telefone é feita com { $phone }. Se esse número já não estiver atualizado, escreva-nos na página do seu caso.

mail-approval-subject = { $product }: O caso { $reference } aguarda aprovação
mail-approval-happened = Tudo o que pedimos no caso { $reference } está completo. Uma segunda pessoa do atendimento analisa-o agora, porque ninguém pode decidir um caso sem outra pessoa.
mail-approval-next = Escrevemos assim que estiver decidido. Pode seguir-se um tempo de espera. Até agora nada foi alterado na conta.

mail-unapproved-subject = { $product }: O caso { $reference } não foi aprovado
mail-unapproved-happened = Uma segunda pessoa do atendimento analisou o caso { $reference } e não o aprovou. Nada foi alterado na conta. Todas as verificações têm de ser feitas de novo.
mail-unapproved-next = Quando as verificações estiverem feitas de novo, uma segunda pessoa volta a analisar o caso.

mail-waiting-subject = { $product }: Começou o tempo de espera do caso { $reference }
mail-waiting-happened = O caso { $reference } passou nas verificações, e começou um tempo de espera. Termina em { $ends }.
mail-waiting-why = Esperamos para que haja tempo de parar o caso, se outra pessoa tiver feito o pedido em seu nome.
mail-halfway-subject = { $product }: Passou metade do tempo de espera do caso { $reference }
mail-halfway-happened = Passou metade do tempo de espera do caso { $reference }. Termina em { $ends }.

mail-ready-subject = { $product }: O caso { $reference } está pronto
mail-ready-happened = Tudo o que o caso { $reference } precisa está completo.
mail-ready-next = { $devices ->
    [one] Um agente analisa o caso mais uma vez e desativa o dispositivo MFA{ $device }. Escrevemos quando estiver feito.
   *[other] Um agente analisa o caso mais uma vez e desativa os dispositivos MFA{ $device }. Escrevemos quando estiver feito.
}

mail-lapsed-subject = { $product }: É preciso repetir uma verificação do caso { $reference }
mail-lapsed-happened = Cada verificação vale por um tempo limitado. Para uma verificação do caso { $reference } esse tempo acabou; é preciso repeti-la antes de o caso poder continuar.
mail-lapsed-needed = Abra a página do seu caso e repita a verificação que ela mostra.
mail-lapsed-next = Quando tudo estiver completo de novo, o caso continua. Até agora nada foi alterado na conta.

mail-deactivated-subject = { $product }: Dispositivo MFA desativado, caso { $reference }
mail-deactivated-happened = { $devices ->
    [one] O dispositivo MFA{ $device } da sua conta foi desativado no caso { $reference }. Já não pode ser usado para iniciar sessão.
   *[other] Os dispositivos MFA{ $device } da sua conta foram desativados no caso { $reference }. Já não podem ser usados para iniciar sessão.
}
mail-deactivated-needed = Inicie sessão com a sua senha e ative agora um novo dispositivo MFA. Até lá a conta está menos protegida.
mail-receipt = O recibo em anexo prova, sem nos perguntar, quem o mandou fazer, com que provas e segundo que regras. Guarde-o com esta mensagem.
mail-deactivated-next = O caso encerra-se sozinho depois de alguns dias.
mail-deactivated-left = { $lefts ->
    [one] Outro dispositivo continua ativo{ $left }. Ainda pode ser usado para iniciar sessão.
   *[other] Outros dispositivos continuam ativos{ $left }. Ainda podem ser usados para iniciar sessão.
}
mail-deactivated-object = Se não pediu isto, avise-nos imediatamente com este link. Não precisa de iniciar sessão.

mail-partly-subject = { $product }: Alguns dispositivos MFA desativados, caso { $reference }
mail-partly-left = { $lefts ->
    [one] Não foi possível desativar um dispositivo{ $left }. Ainda pode ser usado para iniciar sessão.
   *[other] Não foi possível desativar alguns dispositivos{ $left }. Ainda podem ser usados para iniciar sessão.
}
mail-partly-next = Um agente analisa o que falta. Escrevemos quando estiver decidido.

mail-resynchronised-subject = { $product }: O seu dispositivo volta a funcionar, caso { $reference }
mail-resynchronised-happened = O relógio do seu dispositivo MFA estava desacertado. Dois dos seus códigos corrigiram-no, e o dispositivo volta a funcionar. Nada foi desativado, e o caso { $reference } está encerrado.
mail-resynchronised-needed = Nada. Se não fez isto, pare-o com o link abaixo.
mail-resynchronised-next = Inicie sessão como de costume, com um código do seu dispositivo.

mail-rejected-subject = { $product }: O caso { $reference } foi recusado
mail-rejected-happened = Terminámos o caso { $reference } sem desativar o dispositivo MFA.
mail-rejected-reason = O atendimento deu este motivo:
mail-rejected-needed = Nada para este caso. Se ainda precisar de ajuda, pode fazer um novo pedido a qualquer momento.

mail-withdrawn-subject = { $product }: O caso { $reference } foi retirado
mail-withdrawn-happened = O caso { $reference } foi retirado na página dele, por isso terminámo-lo.
mail-expired-subject = { $product }: O caso { $reference } expirou
mail-expired-happened = O tempo do caso { $reference } acabou antes de tudo o que era necessário estar completo, por isso o caso terminou.
mail-merged-subject = { $product }: O caso { $reference } foi unido a outro
mail-merged-happened = Fez dois pedidos para a mesma conta. Terminámos o caso { $reference } e continuamos com o caso { $kept }. Nada foi desativado.
mail-merged-needed = Nada para este caso. O que ainda falta no caso { $kept } está nos e-mails sobre ele. As provas que deu para o caso { $reference } não contam nele.
mail-merged-next = Tudo o resto acontece no caso { $kept }.

mail-closed-subject = { $product }: O caso { $reference } está encerrado
mail-closed-happened = O caso { $reference } está encerrado.
mail-closed-needed = Nada. Se voltar a precisar de ajuda, pode fazer um novo pedido a qualquer momento.
mail-closed-next = Neste caso não acontece mais nada.

mail-disputed-subject = { $product }: O caso { $reference } foi parado
mail-disputed-happened = Alguém usou o link “Não fui eu” do caso { $reference }. O caso está parado. Todas as sessões da conta foram encerradas.
mail-disputed-needed = Se usou o link: nada, mas mude a senha da sua conta por segurança. Se pediu ajuda e outra pessoa a parou: espere até escrevermos.
mail-disputed-next = Um supervisor analisa o que aconteceu. Só um supervisor pode deixar o caso continuar, e então todas as verificações têm de ser feitas de novo.
mail-resumed-subject = { $product }: O caso { $reference } continua
mail-resumed-happened = O caso { $reference } estava parado. Um supervisor analisou-o e deixa-o continuar.
mail-resumed-needed = Todas as verificações têm de ser feitas de novo.

mail-message-subject = { $product }: Nova mensagem sobre o caso { $reference }
mail-message-happened = O atendimento escreveu sobre o caso { $reference }.
mail-message-quoted = A mensagem:
mail-message-needed = Leia a mensagem. Se precisar de resposta, responda na página do seu caso.
mail-message-next = A mensagem está também na página do seu caso, com tudo o resto sobre ele.
