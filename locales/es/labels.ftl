## Qué significan los códigos de dispositivos, motivos y estados.

device-virtual_totp = Aplicación de autenticación en un teléfono
device-hardware_totp = Token físico que muestra códigos
device-passkey = Clave de acceso o llave de seguridad
device-recovery_codes = Códigos de recuperación guardados
device-unsure = Otra cosa, o no estoy seguro

reason-lost = Lo he perdido
reason-stolen = Me lo han robado
reason-broken = Está roto
reason-out_of_sync = Sus códigos no se aceptan
reason-new_phone = Tengo un teléfono nuevo
reason-other = Otra cosa

authenticator-virtual_totp = Aplicación de autenticación
authenticator-hardware_totp = Token físico
authenticator-passkey = Clave de acceso o llave de seguridad
authenticator-recovery_codes = Códigos de recuperación guardados

state-submitted = Enviado
state-verifying = En verificación
state-awaiting_approval = Pendiente de aprobación
state-cooling_off = Tiempo de espera
state-ready = Listo
state-deactivating = Desactivando
state-deactivated = Desactivado
state-closed = Cerrado
state-rejected = Rechazado
state-withdrawn = Retirado
state-expired = Caducado
state-disputed = Detenido

document-pdf = PDF
document-jpeg = Imagen JPEG
document-png = Imagen PNG
contact-change-email = dirección de correo electrónico
contact-change-phone = número de teléfono
contact-change-both = dirección de correo electrónico y número de teléfono
contact-change-other = datos
