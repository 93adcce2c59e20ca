## El formulario que pide ayuda y la página siguiente.

form-title = Solicitar ayuda con un dispositivo MFA perdido o inutilizable
form-error-count = { $count ->
    [one] { $count } respuesta necesita su atención
   *[other] { $count } respuestas necesitan su atención
}
form-kept = Todo lo que ha escrito sigue aquí.
form-lead = Se tarda unos tres minutos. Responda lo que sepa. Escribimos a la dirección de su cuenta y usted sigue su caso en una página propia.
form-trap = Deje esto vacío
form-account = Su cuenta
form-email = Dirección de correo de la cuenta
form-email-hint = La dirección con la que inicia sesión.
form-account-number = Número de cuenta
form-account-number-hint = Si lo sabe. Sin él, buscamos por la dirección.
form-name = Su nombre
form-what-happened = Qué ha pasado
form-device = ¿Qué dispositivo es?
form-reason = ¿Qué le ha pasado?
form-failed-step = ¿Qué paso falló y cómo?
form-failed-step-hint = Por ejemplo: «Escribí el código dos veces y la página dijo que la autenticación había fallado».
form-reach = Cómo podemos contactarle
form-phone = Un número al que podamos devolverle la llamada
form-phone-hint = Con el prefijo del país, como +34 612 345 678. Lo usamos solo para preguntas: las comprobaciones van siempre y únicamente al número que ya tiene su cuenta.
form-language = Idioma
form-callback-time = Mejor hora para llamar
form-callback-time-hint = Por ejemplo: días laborables después de las 17:00, hora de Madrid.
form-message = ¿Algo más que debamos saber?
no-secrets-hint = Por favor, no escriba aquí contraseñas ni códigos.
form-send = Enviar solicitud
form-privacy = Usamos lo que escribe aquí para tramitar esta solicitud y para nada más.

wrong-not-an-email = Escriba una dirección de correo, como nombre@example.com.
wrong-not-a-phone = Escriba el número con el prefijo del país, como +34 612 345 678.
wrong-no-name = Escriba su nombre.
wrong-no-device = Elija qué dispositivo es.
wrong-no-reason = Elija qué le ha pasado.
wrong-no-choice = Elija una de las respuestas.
wrong-not-one-line = Escríbalo en una sola línea, sin caracteres de control especiales.
wrong-unprintable = Contiene caracteres de control que no se pueden guardar.
wrong-too-long = Use como máximo { $longest } caracteres.
wrong-empty = Escriba algo primero.

received-title = Hemos recibido su solicitud
received-eyebrow = Solicitud recibida
received-headline = Mire su correo
received-lead = Si esto corresponde a una cuenta, hemos escrito a su dirección.
received-reference = Su referencia
received-reference-text = Anótela. La necesita si quiere preguntar por su solicitud.
received-next = Qué pasa ahora
received-open = Abra el correo
received-open-text = Su enlace lleva a una página con el botón { $button }.
received-follow = Siga los pasos en la página de su caso
received-follow-text = Allí ve qué necesitamos todavía de usted y qué estamos haciendo.
received-write = Le escribimos con cada cambio
received-write-text = Puede cerrar esta página. No se pierde nada.
received-no-mail = ¿No ha llegado ningún correo en diez minutos?
received-spam = Mire en la carpeta de correo no deseado.
received-mailbox = Compruebe que ha mirado en el buzón de la cuenta y no en otro.
received-new-link = { $link } en la página de su caso.
received-new-link-link = Pida un enlace nuevo
received-typo = ¿Había un error en la dirección? { $link }
received-typo-link = Envíe el formulario otra vez.
