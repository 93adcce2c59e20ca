## Um titular ajuda-se a si próprio: resolução de problemas, os três passos com outros fatores, entrega ao atendimento.

troubleshoot-link = Resolver problemas de MFA
troubleshoot-title = Resolver problemas com o dispositivo de autenticação
troubleshoot-resync = O meu dispositivo está dessincronizado
troubleshoot-support = Continuo com problemas e quero contactar o atendimento
troubleshoot-back = Voltar ao código do meu dispositivo
troubleshoot-member = O seu início de sessão é gerido pelos administradores da sua conta, por isso um deles tem de mandar desativar o dispositivo. Podemos escrever-lhes por si. Eles veem quem pede, para que dispositivo e de onde.
troubleshoot-ask-administrator = Pedir ajuda aos meus administradores
resync-sign-in-text = Escreva dois códigos que o dispositivo mostre um logo a seguir ao outro. Se servirem, acertamos o relógio. Depois inicie sessão com o código seguinte.
resync-done = O relógio do dispositivo está acertado. Espere pelo próximo código e inicie sessão com ele.

alternative-title = Não consegue usar o dispositivo
alternative-text = Prove com o endereço de e-mail e o número de telefone da sua conta que é mesmo você. Demora poucos minutos. Depois desativa o dispositivo e ativa um novo.
alternative-begin = Iniciar sessão com outros fatores

recovery-email-title = Passo 1: verificação do endereço de e-mail
recovery-phone-title = Passo 2: verificação do número de telefone
recovery-sign-in-title = Passo 3: iniciar sessão
recovery-over-title = Este início de sessão terminou
recovery-email-lead = Enviamos um e-mail de verificação para o endereço da sua conta: { $address }
recovery-mail-send = Enviar e-mail de verificação
recovery-mail-again = Enviar de novo o e-mail de verificação
recovery-mailed = O e-mail vai a caminho. O link funciona durante { $minutes } minutos. Abra-o em qualquer dispositivo e pressione lá “Verificar o meu endereço de e-mail”. Veja também na pasta de spam.
recovery-opened = O link foi aberto em { $at }, mas o botão não foi pressionado: aberto, não confirmado.
recovery-moves-on = Esta página avança sozinha. Se não avançar, pressione “Continuar”.
recovery-continue = Continuar
recovery-mailed-too-often = O e-mail foi enviado tantas vezes quantas são permitidas por agora. Espere um pouco ou contacte o atendimento.
recovery-too-often = Isto foi iniciado demasiadas vezes. Espere um pouco antes de tentar de novo ou contacte o atendimento.
recovery-no-calls = Aqui não há chamadas automáticas. Contacte o atendimento: alguém lhe vai ligar.
recovery-no-phone = A sua conta não tem número de telefone, por isso este passo não é possível aqui. Contacte o atendimento: o que provou fica guardado.
recovery-update-phone = Preciso de atualizar o meu número de telefone
recovery-sign-in-lead = O seu endereço de e-mail e o seu número de telefone estão verificados. Já pode iniciar sessão.
recovery-sign-in-button = Iniciar sessão na consola
recovery-sign-in-only = Durante meia hora pode desativar o dispositivo e ativar um novo, e nada mais.
recovery-desk-lead = Provou tudo o que foi pedido. Para a sua conta, isso não basta para continuar sozinho.
recovery-desk-text = Alguém do atendimento tem de analisar, e pode seguir-se um tempo de espera. Tudo o que provou fica guardado. Entregue o caso: pode depois acompanhá-lo na página dele, e escrevemos para todos os endereços da sua conta.
recovery-desk-button = Entregar ao atendimento
recovery-stopped = Alguém num endereço da sua conta disse que não era você. Está parado, e um supervisor está a analisar.
recovery-with-desk = O atendimento tem agora o seu caso { $reference }. Continua lá.
recovery-open-case = Abrir o meu caso
recovery-over = Não foi concluído a tempo, foi recomeçado noutro navegador ou já terminou. O que foi provado aqui deixou de contar.
recovery-again = Começar de novo

verify-title = Verificação do endereço de e-mail
verify-lead = Alguém está a iniciar sessão na sua conta sem o dispositivo de autenticação e tem de verificar este endereço. Se é você, pressione o botão e continue onde começou.
verified-eyebrow = Verificado
verified-title = O seu endereço de e-mail está verificado
verified-lead = Volte à página onde começou. Ela avança sozinha.
verified-same = Começou neste navegador? Então pode continuar aqui.

security-deactivating = O seu dispositivo está a ser desativado. Recarregue esta página daqui a pouco.
security-not-deactivated = Não foi possível desativar o dispositivo. Tente de novo ou contacte o atendimento.

after-title = O seu dispositivo está desativado
after-text = Ative agora um novo. Até lá ninguém consegue iniciar sessão na sua conta como de costume.
after-button = Ativar um novo dispositivo
after-link-text = Este navegador não conhece o caso em que isso foi feito. Abra a página do caso com um link da sua caixa de correio e volte a iniciar sessão aqui.
after-link = Ir para a página do meu caso

setback-email_not_received = O e-mail de verificação não foi confirmado
setback-call_not_answered = A chamada para o telefone registado não foi atendida
setback-wrong_codes = Foram digitados números errados no telefone
setback-no_calls = Não há chamadas automáticas
setback-no_phone = A conta não tem telefone registado
setback-phone_outdated = O número de telefone registado está desatualizado
setback-device_codes = Os códigos do dispositivo não foram aceites
setback-policy = Foi provado tudo, mas a política exige mais

mail-verify-subject = { $product }: Verificação do endereço de e-mail, caso { $reference }
mail-verify-happened = Alguém que conhece a palavra-passe da sua conta está a iniciar sessão sem o dispositivo MFA. Este endereço está registado na conta. A tentativa é o caso { $reference }.
mail-verify-next = Assim que o endereço estiver verificado, a página onde o início de sessão começou passa ao passo seguinte. Até agora nada foi alterado na conta.
mail-let-in-subject = { $product }: Início de sessão sem o seu dispositivo MFA, caso { $reference }
mail-let-in-happened = Alguém iniciou sessão na sua conta com a palavra-passe, este endereço de e-mail e o número de telefone, sem o dispositivo MFA. Foi o caso { $reference }. Durante meia hora é possível desativar dispositivos e ativar novos, e nada mais.
mail-let-in-needed = Se foi você: nada. Se não foi, pare-o já com o link abaixo.
mail-let-in-next = Escrevemos-lhe sempre que um dispositivo é desativado ou ativado.
mail-handed-subject = { $product }: O atendimento tem o seu caso { $reference }
mail-handed-happened = Pediu ajuda com o caso { $reference }, que tinha começado ao iniciar sessão. Tudo o que provou fica guardado.
mail-handed-next = O atendimento analisa o caso e escreve-lhe. A página do seu caso mostra em que ponto está e cada passo seguinte. Até agora nada foi alterado na conta.
