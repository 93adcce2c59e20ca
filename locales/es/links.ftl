## Las páginas a las que llevan los enlaces de los correos, y la página del caso en un navegador que no lo conoce.

case-title = Su caso
open-confirm = Confirme su dirección de correo
open-confirm-lead = Pulse el botón para confirmar que ha recibido nuestro correo. Su caso se abrirá en este navegador.
open-again = Abra su caso
open-again-lead = Pulse el botón para abrir su caso en este navegador.
open-confirm-button = Verificar mi dirección de correo
open-again-button = Abrir mi caso
open-why = ¿Por qué hay un botón?
open-why-text = Abrir esta página no ha cambiado nada todavía. Algunos programas de correo abren todos los enlaces por sí solos. Solo usted puede pulsar el botón. Funciona una vez.
open-not-you = ¿No ha pedido esto?
open-not-you-text = Entonces no lo pulse. Use el enlace «No he sido yo» de nuestro correo y la solicitud se detendrá.

object-title = No he sido yo
object-lead = Alguien nos ha pedido desactivar el dispositivo MFA de su cuenta. Si no ha sido usted, detenga aquí la solicitud.
object-button = Detener esta solicitud
object-what = Qué hace el botón
object-what-stops = Detiene la solicitud de inmediato. Nadie puede continuarla.
object-what-free = No tiene que iniciar sesión, ni necesitamos nada más de usted.
object-what-supervisor = Un supervisor examina lo que ha pasado.
object-nothing-yet = Abrir esta página no ha cambiado nada todavía. Si la solicitud es suya, cierre esta página.

objected-title = La solicitud está detenida
objected-off = Gracias. El dispositivo se desactivó antes de que usted detuviera la solicitud, o se está desactivando ahora. Cambie su contraseña de inmediato. Se han cerrado todas las sesiones de la cuenta y los dispositivos activados desde que empezó la solicitud están desactivados. Cuando un supervisor la haya examinado, podrá activar un dispositivo nuevo.
objected-safe = Gracias. Nadie puede continuar con esta solicitud. Su dispositivo sigue como está.
objected-others = También se ha detenido cualquier otra solicitud abierta para su cuenta.
objected-now = Qué pasa ahora
objected-supervisor = Un supervisor examina la solicitud. Usted no tiene que hacer nada.
objected-passwords = Puede que alguien conozca su contraseña o lea su correo. Le aconsejamos cambiar pronto las dos contraseñas.
objected-write = Si le necesitamos, escribiremos a la dirección de su cuenta. { $promise }

private-title = Abra su caso con un enlace
private-lead = Solo mostramos un caso a quien puede abrir su enlace.
private-ended = Su acceso en este navegador ha terminado, por eso no se ha enviado nada. Vuelva a abrir el caso con un enlace y envíelo entonces.
private-sent = Mire en su buzón
private-sent-text = Si hay un caso con esta referencia, hemos enviado un enlace nuevo a la dirección de su cuenta. Mire también en la carpeta de correo no deseado. Puede tardar unos minutos.
private-button = Envíenme un enlace nuevo
private-only = Lo enviamos a la dirección de correo de la cuenta y a ninguna otra.
private-wrong = ¿No tiene referencia o no es la correcta? { $link } otra vez.

invalid-title = Este enlace no funciona
invalid-headline = Este enlace ya no funciona
invalid-text = Su caso no se ve afectado. Puede pedir que se envíe un enlace nuevo a la dirección de su cuenta.
invalid-button = Ir a la página de mi caso
contact-stop-lead = Su organización nos ha pedido cambiar lo siguiente en su cuenta: { $about }. Si no es correcto, detenga el cambio aquí.
contact-stop-lead-effective = En su cuenta ha cambiado lo siguiente: { $about }. Si no es correcto, díganoslo aquí.
contact-stop-button = Detener este cambio
contact-stop-what-stops = Detiene el cambio de inmediato y, con él, todas las solicitudes abiertas de su cuenta.
contact-stop-nothing-yet = Abrir esta página todavía no ha cambiado nada. Si el cambio es correcto, cierre esta página.
contact-stopped-title = El cambio está detenido
contact-stopped-safe = Gracias. Las direcciones de su cuenta siguen como estaban.
contact-told-title = Gracias por avisarnos
contact-told-late = El cambio ya está en vigor. Todas las solicitudes abiertas de su cuenta quedan detenidas hasta que un supervisor lo haya revisado.
contact-stopped-supervisor = Un supervisor revisa lo ocurrido. Usted no tiene que hacer nada.
contact-invalid-text = Si algo de su cuenta no es correcto, pídanos ayuda.
contact-invalid-button = Pedir ayuda
