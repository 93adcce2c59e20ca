## Correos.

mail-hello-name = Hola, { $name }:
mail-hello = Hola:
mail-title = { $product }: caso { $reference }
mail-what-happened = Qué ha pasado
mail-what-needed = Qué necesitamos de usted
mail-what-next = Qué pasa ahora
mail-nothing = Nada por ahora.
mail-open = Abrir la página de su caso
mail-copy-address = Si el botón no funciona, copie esta dirección en su navegador:
mail-not-me = No he sido yo
mail-object = Si no ha pedido ayuda, detenga el caso con este enlace. No tiene que iniciar sesión.
mail-copy-same = Lo mismo, como dirección para copiar:
mail-codes = Sus códigos son solo suyos
mail-codes-text = Este correo no le pide ningún código ni contraseña, y ningún correo nuestro lo hará nunca. Nadie del centro de soporte le pedirá los seis dígitos salvo de la manera que muestra la página de su propio caso.
mail-audit = Registro de auditoría: { $size ->
    [one] { $size } entrada
   *[other] { $size } entradas
}, raíz { $root }
mail-witness = (guardada en su buzón, esta línea es testigo de que nuestro registro del caso no se ha cambiado después)

mail-device = {" "}({ $device })
device-named = { $kind } «{ $name }»
mail-ask-again = Nada. Si todavía necesita ayuda, puede hacer una nueva solicitud en cualquier momento.
mail-over = Su cuenta sigue como está. El caso ha terminado.
mail-check-then = Cuando esté todo, comprobamos el caso y le volvemos a escribir. Hasta ahora no se ha cambiado nada en la cuenta.
mail-link-press = Abra el enlace y pulse el botón de la página. Abrir el enlace por sí solo no hace nada.
mail-waiting-needed = Si lo ha pedido usted: nada. Si no, deténgalo antes de que termine el tiempo de espera.
mail-waiting-next = { $devices ->
    [one] Después del tiempo de espera, un agente examina el caso una vez más y desactiva el dispositivo MFA{ $device }. Cuando esté hecho, escribiremos a todas las direcciones registradas.
   *[other] Después del tiempo de espera, un agente examina el caso una vez más y desactiva los dispositivos MFA{ $device }. Cuando esté hecho, escribiremos a todas las direcciones registradas.
}

mail-received-subject = { $product }: Verificación del correo para el caso { $reference }
mail-received-happened = Alguien nos ha pedido ayuda con un dispositivo MFA{ $device } perdido o que no se puede usar. Esta dirección está registrada para la cuenta. La solicitud es el caso { $reference }.
mail-received-needed = Si ha sido usted, abra el enlace y pulse «{ $button }» en la página. Abrir el enlace por sí solo no hace nada.
mail-received-next = Cuando la dirección esté verificada, la página de su caso mostrará los pasos siguientes. Hasta ahora no se ha cambiado nada en la cuenta.
mail-received-object = Si no ha sido usted, detenga la solicitud con este enlace. No tiene que iniciar sesión.

mail-link-again-subject = { $product }: Enlace nuevo para el caso { $reference }
mail-link-again-happened = Se ha pedido un enlace nuevo a la página del caso { $reference }. Aquí está.
mail-link-again-next = La página de su caso muestra en qué punto está y los pasos siguientes.

mail-confirmed-subject = { $product }: Correo verificado para el caso { $reference }
mail-confirmed-happened = Su dirección de correo está verificada para el caso { $reference }.
mail-confirmed-nothing = Nada por ahora. La página de su caso lo mostrará si eso cambia.
mail-confirmed-phone = La comprobación por teléfono se hace con { $phone }. Si ese número ya no es válido, escríbanos en la página de su caso.

mail-approval-subject = { $product }: El caso { $reference } espera la aprobación
mail-approval-happened = Todo lo que le pedimos en el caso { $reference } está completo. Ahora lo examina una segunda persona del centro de soporte, porque nadie puede decidir un caso a solas.
mail-approval-next = Le escribiremos en cuanto esté decidido. Puede seguir un tiempo de espera. Hasta ahora no se ha cambiado nada en la cuenta.

mail-unapproved-subject = { $product }: El caso { $reference } no se ha aprobado
mail-unapproved-happened = Una segunda persona del centro de soporte examinó el caso { $reference } y no lo aprobó. No se ha cambiado nada en la cuenta. Hay que repetir todas las comprobaciones.
mail-unapproved-next = Cuando se hayan repetido las comprobaciones, una segunda persona volverá a examinar el caso.

mail-waiting-subject = { $product }: Ha empezado el tiempo de espera del caso { $reference }
mail-waiting-happened = El caso { $reference } ha superado sus comprobaciones y ha empezado un tiempo de espera. Termina el { $ends }.
mail-waiting-why = Esperamos para que tenga tiempo de detener el caso si otra persona lo ha pedido en su nombre.
mail-halfway-subject = { $product }: Ha pasado la mitad del tiempo de espera del caso { $reference }
mail-halfway-happened = Ha pasado la mitad del tiempo de espera del caso { $reference }. Termina el { $ends }.

mail-ready-subject = { $product }: El caso { $reference } está listo
mail-ready-happened = Todo lo que necesita el caso { $reference } está completo.
mail-ready-next = { $devices ->
    [one] Un agente examina el caso una vez más y desactiva el dispositivo MFA{ $device }. Le escribiremos cuando esté hecho.
   *[other] Un agente examina el caso una vez más y desactiva los dispositivos MFA{ $device }. Le escribiremos cuando esté hecho.
}

mail-lapsed-subject = { $product }: Hay que repetir una comprobación del caso { $reference }
mail-lapsed-happened = Cada comprobación vale durante un tiempo limitado. Para una comprobación del caso { $reference } ese tiempo ha pasado, así que hay que repetirla antes de que el caso pueda continuar.
mail-lapsed-needed = Abra la página de su caso y repita la comprobación que muestra.
mail-lapsed-next = Cuando todo esté completo de nuevo, el caso continúa. Hasta ahora no se ha cambiado nada en la cuenta.

mail-deactivated-subject = { $product }: Dispositivo MFA desactivado, caso { $reference }
mail-deactivated-happened = { $devices ->
    [one] El dispositivo MFA{ $device } de su cuenta se ha desactivado en el caso { $reference }. Ya no se puede usar para iniciar sesión.
   *[other] Los dispositivos MFA{ $device } de su cuenta se han desactivado en el caso { $reference }. Ya no se pueden usar para iniciar sesión.
}
mail-deactivated-needed = Inicie sesión con su contraseña y active ahora un dispositivo MFA nuevo. Hasta entonces la cuenta está menos protegida.
mail-receipt = El recibo adjunto demuestra, sin preguntarnos, quién lo ordenó, con qué pruebas y según qué reglas. Guárdelo con este correo.
mail-deactivated-next = El caso se cierra por sí solo después de unos días.
mail-deactivated-left = { $lefts ->
    [one] Otro dispositivo sigue activo{ $left }. Todavía se puede usar para iniciar sesión.
   *[other] Otros dispositivos siguen activos{ $left }. Todavía se pueden usar para iniciar sesión.
}
mail-deactivated-object = Si no lo ha pedido usted, díganoslo de inmediato con este enlace. No tiene que iniciar sesión.

mail-partly-subject = { $product }: Algunos dispositivos MFA desactivados, caso { $reference }
mail-partly-left = { $lefts ->
    [one] No se ha podido desactivar un dispositivo{ $left }. Todavía se puede usar para iniciar sesión.
   *[other] No se han podido desactivar algunos dispositivos{ $left }. Todavía se pueden usar para iniciar sesión.
}
mail-partly-next = Un agente examina lo que falta. Le escribiremos cuando esté decidido.

mail-resynchronised-subject = { $product }: Su dispositivo vuelve a funcionar, caso { $reference }
mail-resynchronised-happened = El reloj de su dispositivo MFA se había desajustado. Dos de sus códigos lo han corregido y su dispositivo vuelve a funcionar. No se ha desactivado nada y el caso { $reference } está cerrado.
mail-resynchronised-needed = Nada. Si no lo ha hecho usted, deténgalo con el enlace de abajo.
mail-resynchronised-next = Inicie sesión como siempre, con un código de su dispositivo.

mail-rejected-subject = { $product }: El caso { $reference } se ha rechazado
mail-rejected-happened = Hemos terminado el caso { $reference } sin desactivar el dispositivo MFA.
mail-rejected-reason = El centro de soporte ha dado este motivo:
mail-rejected-needed = Nada para este caso. Si todavía necesita ayuda, puede hacer una nueva solicitud en cualquier momento.

mail-withdrawn-subject = { $product }: El caso { $reference } se ha retirado
mail-withdrawn-happened = El caso { $reference } se retiró en su página, así que lo hemos terminado.
mail-expired-subject = { $product }: El caso { $reference } ha caducado
mail-expired-happened = El plazo del caso { $reference } terminó antes de que estuviera todo lo necesario, así que el caso ha terminado.
mail-merged-subject = { $product }: El caso { $reference } se ha unido a otro
mail-merged-happened = Ha hecho dos solicitudes para la misma cuenta. Hemos terminado el caso { $reference } y seguimos con el caso { $kept }. No se ha desactivado nada.
mail-merged-needed = Nada para este caso. Lo que todavía hace falta para el caso { $kept } está en los correos sobre él. Las pruebas que dio para el caso { $reference } no cuentan allí.
mail-merged-next = Todo lo demás ocurre en el caso { $kept }.

mail-closed-subject = { $product }: El caso { $reference } está cerrado
mail-closed-happened = El caso { $reference } está cerrado.
mail-closed-needed = Nada. Si vuelve a necesitar ayuda, puede hacer una nueva solicitud en cualquier momento.
mail-closed-next = En este caso ya no pasa nada más.

mail-disputed-subject = { $product }: El caso { $reference } se ha detenido
mail-disputed-happened = Alguien ha usado el enlace «No he sido yo» del caso { $reference }. El caso está detenido. Se han cerrado todas las sesiones de la cuenta.
mail-disputed-needed = Si ha usado usted el enlace: nada, pero cambie la contraseña de su cuenta por seguridad. Si pidió ayuda usted y otra persona la detuvo: espere a que le escribamos.
mail-disputed-next = Un supervisor examina lo que ha pasado. Solo un supervisor puede dejar que el caso continúe, y entonces hay que repetir todas las comprobaciones.
mail-resumed-subject = { $product }: El caso { $reference } continúa
mail-resumed-happened = El caso { $reference } estaba detenido. Un supervisor lo ha examinado y deja que continúe.
mail-resumed-needed = Hay que repetir todas las comprobaciones.

mail-message-subject = { $product }: Mensaje nuevo sobre el caso { $reference }
mail-message-happened = El centro de soporte le ha escrito sobre el caso { $reference }.
mail-message-quoted = El mensaje:
mail-message-needed = Lea el mensaje. Si necesita respuesta, désela en la página de su caso.
mail-message-next = El mensaje está también en la página de su caso, con todo lo demás.
