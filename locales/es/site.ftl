## Lo que aparece en todas las páginas.

skip-to-content = Ir al contenido
footer-promise = Nunca le pedimos su contraseña, ni que lea un código a alguien que le haya llamado sin que usted lo esperara.
footer-page-number = Número de página para el centro de soporte: { $number }
footer-languages = Idioma
error-prefix = Error:
field-optional = (opcional)
live-news = Hay novedades en esta página.
live-show = Mostrar
copy = Copiar
copy-done = Copiado
copy-failed = No se pudo copiar
case-eyebrow = Caso { $reference }
demo-banner-title = Demostración.
demo-banner-text = Ningún correo ni llamada sale de este equipo.
demo-region = Demostración
demo-mail = Correo de demostración
demo-phone = Teléfono de demostración
demo-devices = Dispositivos de demostración
