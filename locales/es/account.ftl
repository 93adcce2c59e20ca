## Signing in to an account, and the account's own pages.

account-title = Su cuenta
account-nav = Cuenta
account-sign-out = Cerrar sesión
account-signed-in-as = Ha iniciado sesión como { $email }.

sign-in-title = Iniciar sesión
sign-in-email = Correo electrónico de la cuenta
sign-in-next = Siguiente
sign-in-password = Contraseña
sign-in-other-account = Usar otra cuenta
sign-in-need-help = He perdido mi dispositivo y necesito ayuda

device-title = Iniciar sesión con el dispositivo de autenticación
device-code = Código de su dispositivo
device-code-hint = Seis cifras de su aplicación de autenticación o de su token.
device-unreadable = Compruebe lo que ha escrito: no puede ser un código de este tipo.
device-contact-desk = No puedo hacerlo y quiero contactar con el centro de soporte
device-none-text = Su cuenta no tiene ningún dispositivo de autenticación, y aquí no basta con la contraseña. Contacte con el centro de soporte, o abra el enlace de nuestro correo e inicie sesión desde allí.
device-none-here-text = Ninguno de los dispositivos de autenticación de su cuenta se puede comprobar en esta página. Contacte con el centro de soporte.

recovery-code = Código de recuperación
recovery-code-hint = 24 letras y cifras. Los espacios y guiones no importan. Cada código sirve una vez.
recovery-code-use = Usar un código de recuperación
recovery-code-send = Usar este código
