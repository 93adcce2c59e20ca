## Security credentials: the pages where people keep their authenticators, and passkeys wherever they are asked for.

security-title = Credenciales de seguridad
security-lead = Con qué inicia sesión además de su contraseña.
security-none = Todavía no tiene ningún dispositivo MFA.
security-unprotected = Su cuenta no tiene ningún dispositivo MFA, así que podría quedarse sin acceso. Active uno ahora.
security-hint-recovery = Desactive el dispositivo que ha perdido y active después uno nuevo. Esta sesión dura media hora y solo sirve para eso. Al terminar, cierre la sesión e inicie sesión con el dispositivo nuevo.
security-hint-first = Nadie trabaja en el centro de ayuda sin un dispositivo. Active uno e inicie sesión con él.
security-activate = Activar MFA
security-devices = Sus dispositivos MFA
security-active-since = Activo desde el { $time }
security-last-used = Último uso: { $time }
security-not-used = Aún sin usar
security-deactivate = Desactivar
security-rename = Cambiar el nombre
security-full = Tiene { $most } dispositivos y no puede tener más. Desactive uno antes de activar otro.
security-activated = El dispositivo está activo.
security-deactivated = El dispositivo se ha desactivado. Se ha cerrado su sesión en todos los demás lugares.
security-renamed = El dispositivo tiene su nuevo nombre.
security-kind = ¿Qué quiere activar?
security-name = Nombre del dispositivo
security-name-hint = Para reconocerlo más adelante, por ejemplo «Mi teléfono». Como máximo { $most } caracteres.
security-continue = Continuar
security-cancel = Cancelar
security-device-title = Activar una aplicación de autenticación
security-device-name = Dispositivo: { $name }
security-device-scan = 1. Escanee este código con su aplicación de autenticación
security-device-qr = Código QR con el secreto para su aplicación de autenticación
security-device-secret = ¿No puede escanearlo? Escriba el secreto
security-device-secret-text = Añada una cuenta a mano en la aplicación, con este secreto y códigos que cambian con el tiempo:
security-device-codes = 2. Escriba dos códigos seguidos
security-device-codes-text = La aplicación muestra un código nuevo cada 30 segundos. Escriba el que muestra ahora y el siguiente.
security-first-code = Primer código
security-second-code = Segundo código
security-second-code-hint = Espere a que la aplicación muestre el código siguiente.
security-passkey-title = Activar una clave de acceso o llave de seguridad
security-passkey-text = Su navegador le pide la clave de acceso o llave de seguridad, y el dispositivo le pide su PIN, su dedo o su rostro.
security-passkey-button = Configurar clave de acceso o llave de seguridad
security-codes-title = Códigos de recuperación
security-codes-text = Un código de recuperación le permite iniciar sesión una vez cuando no tiene su dispositivo a mano.
security-codes-left = { $count ->
    [0] No tiene códigos de recuperación.
    [one] Le queda { $count } código de recuperación.
   *[other] Le quedan { $count } códigos de recuperación.
}
security-codes-make = Crear nuevos códigos de recuperación
security-codes-void = Los códigos anteriores dejan de funcionar.
security-codes-made = El dispositivo está activo. Aquí tiene códigos de recuperación para el día en que no lo tenga.
security-codes-once = Estos códigos solo se muestran ahora. Imprímalos o guárdelos donde los encuentre sin su dispositivo. Cada uno sirve una vez.
security-codes-saved = Los he guardado
security-deactivate-title = ¿Desactivar este dispositivo?
security-deactivate-what = Qué se va a desactivar
security-deactivate-at-once = El dispositivo deja de funcionar de inmediato.
security-deactivate-sessions = Se cierra su sesión en todos los demás lugares.
security-deactivate-mail = Se lo comunicamos por correo.
security-deactivate-last = Es su único dispositivo MFA. La contraseña sola no bastará para iniciar sesión, así que active otro dispositivo justo después.
passkey-use = Usar una clave de acceso o llave de seguridad
passkey-without = Las claves de acceso necesitan JavaScript y un navegador compatible. Use aquí un código de su dispositivo o un código de recuperación.
passkey-without-set-up = Las claves de acceso necesitan JavaScript y un navegador compatible. Active en su lugar una aplicación de autenticación o abra esta página en otro navegador.
passkey-failed = El navegador no obtuvo respuesta de la clave de acceso o llave de seguridad. Inténtelo de nuevo.
passkey-known = Esta clave de acceso o llave de seguridad ya está activa.
