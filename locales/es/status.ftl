## La página de un caso.

case-title-of = Su caso { $reference }
status-submitted = Confirme su dirección de correo
status-submitted-text = Hemos escrito a la dirección de su cuenta.
status-needed = Necesitamos algo de usted
status-looking = El centro de soporte está examinando su solicitud
status-looking-text = Recibirá un correo cuando haya cambios.
status-approval = Una segunda persona está comprobando su solicitud
status-approval-text = Ha hecho todo lo necesario. Recibirá un correo cuando se apruebe.
status-cooling-off = Aprobada: un tiempo de espera protege su cuenta
status-cooling-off-text = Se ha avisado a todas las direcciones de la cuenta, que pueden oponerse hasta el { $ends }.
status-ready = Lo siguiente es que el centro de soporte desactive su dispositivo
status-ready-text = Ya está todo. Recibirá un correo cuando esté hecho.
status-deactivating = Su dispositivo se está desactivando
status-deactivating-text = Tarda un momento.
status-deactivated = Su dispositivo está desactivado
status-deactivated-text = Inicie sesión ahora con su contraseña y active enseguida un dispositivo nuevo.
status-partly = Algunos de sus dispositivos están desactivados
status-partly-text = Los demás no se han podido desactivar todavía y siguen funcionando. Un agente examina lo que falta.
status-closed = Este caso está cerrado
status-closed-text = { $devices ->
    [one] Su dispositivo se desactivó.
   *[other] Sus dispositivos se desactivaron.
}
status-rejected = El centro de soporte no ha podido ayudar con esta solicitud
status-nothing-deactivated = No se ha desactivado nada.
status-withdrawn = Usted retiró esta solicitud
status-expired = Esta solicitud ha caducado
status-expired-text = No se ha desactivado nada. Puede hacer una nueva.
status-disputed = Esta solicitud está detenida
status-disputed-text = Alguien en una dirección de la cuenta ha dicho que no es suya. Un supervisor la está examinando.

status-waiting-title = Tiempo de espera
status-waiting = Termina el { $ends }. Se ha avisado a todas las direcciones de su cuenta. Hasta entonces no tiene que hacer nada.

step-received = Solicitud recibida
step-received-text = Su solicitud está registrada.
step-email = Confirme su dirección de correo
step-email-text = Con el enlace que enviamos a la dirección de su cuenta.
step-proof = Demuestre que es usted
step-proof-text = Con el número de teléfono de su cuenta o de otra manera que ofrezca el centro de soporte.
step-approval = Comprueba una segunda persona
step-approval-text = Otra persona del centro de soporte examina las pruebas.
step-waiting = Tiempo de espera
step-waiting-text = Se avisa a las direcciones de la cuenta, que pueden oponerse.
step-deactivated = Dispositivo desactivado
step-deactivated-text = Puede iniciar sesión y activar uno nuevo.
step-is-done = (hecho)
step-is-now = (usted está aquí)
step-is-todo = (todavía no)

status-side = Progreso y cuenta
status-where = En qué punto está
status-request = Esta solicitud
status-reference = Referencia
status-account-email = Correo de la cuenta
status-account-phone = Teléfono de la cuenta
status-no-phone = Ninguno
status-device = Dispositivo
status-devices = Dispositivos de esta solicitud
status-device-approved = se desactivará
status-device-ordered = desactivándose
status-device-deactivated = desactivado
status-device-failed = todavía activo

status-messages = Mensajes
status-no-messages = Todavía no hay mensajes.
status-from-desk = El centro de soporte
status-from-you = Usted
status-by-mail = Por correo desde su dirección
status-reload = { $link } para ver las novedades.
status-reload-link = Vuelva a cargar esta página
status-write = Escríbanos
status-send = Enviar mensaje
status-not-needed = Ya no necesito esto
status-withdraw-text = Si retira la solicitud, nos detenemos y su dispositivo sigue activo. Puede enviar una nueva más adelante.
status-withdraw = Retirar
status-again = { $link } otra vez si sigue sin poder iniciar sesión.

phone-title = Verificación del número de teléfono
phone-of-account = el número de su cuenta
phone-calling = Estamos llamando a { $phone }.
phone-agent-calls = Un agente le llama a { $phone }.
phone-call-says = La llamada dice
phone-agent-says = El agente dice
phone-type = Marque estos dígitos en su teléfono y después #
phone-read = Lea estos dígitos al agente
phone-same-words = La llamada dice las mismas dos palabras que esta página. Si son distintas, cuelgue.
phone-same-words-agent = El agente dice las mismas dos palabras que esta página. Si son distintas, cuelgue.
phone-heard = ¿Ha oído las dos palabras? Entonces muestre su código y léaselo al agente.
phone-show-code = Mostrar mi código
phone-digits-until = Los dígitos valen hasta el { $until }. { $tries ->
    [one] Queda { $tries } intento.
   *[other] Quedan { $tries } intentos.
}
phone-call-until = Esta llamada vale hasta el { $until }. { $tries ->
    [one] Queda { $tries } intento.
   *[other] Quedan { $tries } intentos.
}
phone-we-call = Llamamos a { $phone }. Esta página muestra entonces seis dígitos. Usted los marca en su teléfono.
phone-call-me = Llámenme ahora
phone-calls-left = { $count ->
    [one] Queda { $count } llamada esta hora. Tenga el teléfono en la mano.
   *[other] Quedan { $count } llamadas esta hora. Tenga el teléfono en la mano.
}
phone-shown-elsewhere = El código se muestra en otro navegador.
phone-read-if = Lea el código al agente si ha dicho las mismas dos palabras.
phone-someone-calls = Alguien del centro de soporte le está llamando.
phone-wrong-too-often = Los dígitos fueron incorrectos demasiadas veces. Pida otra llamada.
phone-code-too-old = El último código es demasiado antiguo. Pida otra llamada.
phone-none = Su cuenta no tiene número de teléfono. El centro de soporte le escribirá.
phone-no-calls = Alguien del centro de soporte le llamará.
call-queued = Le estamos llamando ahora.
call-ringing = Su teléfono debería estar sonando.
call-answered = Ha contestado. Marque los seis dígitos en su teléfono.
call-completed = La llamada ha terminado.
call-unknown = No sabemos si la llamada llegó a hacerse. Si su teléfono no suena, pida otra llamada.
call-busy = La línea estaba ocupada.
call-no-answer = Nadie contestó.
call-failed = No se pudo hacer la llamada.

need-email_link = Confirme su dirección de correo: abra el enlace que le enviamos y pulse su botón.
need-call_me = Confirme su número de teléfono: abra la página de su caso y pulse «Llámenme ahora».
need-callback = Confirme su número de teléfono: un agente llamará a ese número. Tenga entonces abierta la página de su caso.
need-desk = El centro de soporte no puede terminar esto en línea. Le escribirá sobre lo que falta.
need-administrator = Un administrador de su cuenta tiene que aprobarlo: abra la página de su caso y pulse «Preguntar a mis administradores».
need-recovery_code = Use uno de sus códigos de recuperación guardados en la página de su caso. Si no tiene ninguno, escríbanos allí.
need-or_recovery_code = O use un código de recuperación guardado: abra la página de su caso.
need-document = Envíenos un documento de identidad: abra la página de su caso, elija una foto o un escaneo y pulse «Subir documento».
need-or_document = O envíenos un documento de identidad: abra la página de su caso.
need-in_person = Reúnase en persona con uno de nuestros agentes o con un notario. Le escribiremos cómo hacerlo.

# A case that was about the phone number alone.
status-merged = Este caso se ha unido a otro
status-merged-text = Ha hecho dos solicitudes para la misma cuenta y el otro caso sigue adelante. Un correo le ha dicho cuál. En este no se ha desactivado nada.
status-phone-changed = Se ha cambiado el número de teléfono
status-phone-changed-text = No se ha desactivado nada. Las llamadas se hacen ahora al número nuevo.
