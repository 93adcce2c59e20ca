## Un titular se ayuda a sí mismo: resolución de problemas, los tres pasos con otros factores, entrega al centro de soporte.

troubleshoot-link = Resolver un problema de MFA
troubleshoot-title = Resolver un problema con el dispositivo de autenticación
troubleshoot-resync = Mi dispositivo está desincronizado
troubleshoot-support = Sigo teniendo problemas y quiero contactar con el centro de soporte
troubleshoot-back = Volver al código de mi dispositivo
troubleshoot-member = Los administradores de su cuenta gestionan su inicio de sesión, así que uno de ellos tiene que hacer desactivar su dispositivo. Podemos escribirles por usted. Verán quién lo pide, para qué dispositivo y desde dónde.
troubleshoot-ask-administrator = Pedir ayuda a mis administradores
resync-sign-in-text = Escriba dos códigos que su dispositivo muestre uno justo después del otro. Si coinciden, corregimos su reloj. Después inicie sesión con el código siguiente.
resync-done = El reloj de su dispositivo está corregido. Espere el próximo código e inicie sesión con él.

alternative-title = No puede usar su dispositivo
alternative-text = Demuestre con la dirección de correo y el número de teléfono de su cuenta que es usted. Lleva unos minutos. Después desactiva el dispositivo y activa uno nuevo.
alternative-begin = Iniciar sesión con otros factores

recovery-email-title = Paso 1: verificación de la dirección de correo
recovery-phone-title = Paso 2: verificación del número de teléfono
recovery-sign-in-title = Paso 3: iniciar sesión
recovery-over-title = Este inicio de sesión ha terminado
recovery-email-lead = Enviamos un correo de verificación a la dirección de su cuenta: { $address }
recovery-mail-send = Enviar correo de verificación
recovery-mail-again = Enviar de nuevo el correo de verificación
recovery-mailed = El correo está en camino. Su enlace funciona durante { $minutes } minutos. Ábralo en cualquier dispositivo y pulse allí «Verificar mi dirección de correo». Mire también en el correo no deseado.
recovery-opened = El enlace se abrió el { $at }, pero no se pulsó el botón: abierto, no confirmado.
recovery-moves-on = Esta página avanza sola. Si no lo hace, pulse «Continuar».
recovery-continue = Continuar
recovery-mailed-too-often = El correo se ha enviado tantas veces como se permite por ahora. Espere un rato o contacte con el centro de soporte.
recovery-too-often = Se ha empezado demasiadas veces. Espere un rato antes de intentarlo de nuevo o contacte con el centro de soporte.
recovery-no-calls = Aquí no se ofrecen llamadas automáticas. Contacte con el centro de soporte: alguien le llamará.
recovery-no-phone = Su cuenta no tiene número de teléfono, así que este paso no es posible aquí. Contacte con el centro de soporte: lo que ha demostrado se conserva.
recovery-update-phone = Tengo que actualizar mi número de teléfono
recovery-sign-in-lead = Su dirección de correo y su número de teléfono están verificados. Ya puede iniciar sesión.
recovery-sign-in-button = Iniciar sesión en la consola
recovery-sign-in-only = Durante media hora puede desactivar su dispositivo y activar uno nuevo, y nada más.
recovery-desk-lead = Ha demostrado todo lo que se pedía. Para su cuenta eso no basta para seguir por su cuenta.
recovery-desk-text = Alguien del centro de soporte tiene que revisarlo, y puede seguir un tiempo de espera. Todo lo que ha demostrado se conserva. Entregue el caso: podrá seguirlo en su propia página, y escribiremos a todas las direcciones de su cuenta.
recovery-desk-button = Entregar al centro de soporte
recovery-stopped = Alguien en una dirección de su cuenta ha dicho que no era usted. Está detenido y lo revisa un supervisor.
recovery-with-desk = El centro de soporte tiene ahora su caso { $reference }. Continúa allí.
recovery-open-case = Abrir mi caso
recovery-over = No se terminó a tiempo, se empezó de nuevo en otro navegador o ya está hecho. Lo demostrado aquí ya no cuenta.
recovery-again = Empezar de nuevo

verify-title = Verificación de la dirección de correo
verify-lead = Alguien está iniciando sesión en su cuenta sin el dispositivo de autenticación y tiene que verificar esta dirección. Si es usted, pulse el botón y siga donde empezó.
verified-eyebrow = Verificada
verified-title = Su dirección de correo está verificada
verified-lead = Vuelva a la página donde empezó. Avanza sola.
verified-same = ¿Empezó en este navegador? Entonces puede seguir aquí.

security-deactivating = Su dispositivo se está desactivando. Vuelva a cargar esta página en un momento.
security-not-deactivated = No se pudo desactivar su dispositivo. Inténtelo de nuevo o contacte con el centro de soporte.

after-title = Su dispositivo está desactivado
after-text = Active ahora uno nuevo. Hasta entonces nadie puede iniciar sesión en su cuenta como siempre.
after-button = Activar un dispositivo nuevo
after-link-text = Este navegador no conoce el caso en el que se hizo. Abra la página del caso con un enlace de su correo y vuelva a iniciar sesión aquí.
after-link = Ir a la página de mi caso

setback-email_not_received = No se confirmó el correo de verificación
setback-call_not_answered = No se respondió la llamada al teléfono registrado
setback-wrong_codes = Se marcaron dígitos incorrectos en el teléfono
setback-no_calls = No se ofrecen llamadas automáticas
setback-no_phone = La cuenta no tiene teléfono registrado
setback-phone_outdated = El número de teléfono registrado no está al día
setback-device_codes = No se aceptaron los códigos del dispositivo
setback-policy = Se demostró todo, pero la política exige más

mail-verify-subject = { $product }: Verificación de la dirección de correo, caso { $reference }
mail-verify-happened = Alguien que conoce la contraseña de su cuenta está iniciando sesión sin el dispositivo MFA. Esta dirección está registrada para la cuenta. El intento es el caso { $reference }.
mail-verify-next = Cuando la dirección esté verificada, la página donde empezó el inicio de sesión pasa al paso siguiente. Hasta ahora no se ha cambiado nada en la cuenta.
mail-let-in-subject = { $product }: Inicio de sesión sin su dispositivo MFA, caso { $reference }
mail-let-in-happened = Alguien ha iniciado sesión en su cuenta con la contraseña, esta dirección de correo y el número de teléfono, sin el dispositivo MFA. Fue el caso { $reference }. Durante media hora se pueden desactivar dispositivos y activar otros nuevos, y nada más.
mail-let-in-needed = Si fue usted: nada. Si no, deténgalo enseguida con el enlace de abajo.
mail-let-in-next = Le escribimos cada vez que se desactiva o se activa un dispositivo.
mail-handed-subject = { $product }: El centro de soporte tiene su caso { $reference }
mail-handed-happened = Ha pedido ayuda con el caso { $reference }, que había empezado al iniciar sesión. Todo lo que ha demostrado se conserva.
mail-handed-next = El centro de soporte revisa el caso y le escribe. La página de su caso muestra en qué punto está y cada paso siguiente. Hasta ahora no se ha cambiado nada en la cuenta.
