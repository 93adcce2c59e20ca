## Sessions, and proving oneself again in one.

step-up-title = Confirme que es usted
step-up-text = Para esto se necesita un código nuevo de su dispositivo. Vale durante { $minutes } minutos. Todavía no se ha hecho nada.
step-up-button = Confirmar
sessions-nav = Sesiones
sessions-title = Dónde tiene la sesión iniciada
sessions-text = Cada línea es un inicio de sesión. Cierre los que no reconozca y cambie la contraseña si otra persona la conoce.
sessions-device = Navegador
sessions-network = Dirección de red
sessions-since = Sesión iniciada
sessions-last = Último uso
sessions-this = Esta
sessions-end = Cerrar sesión
sessions-end-label = Cerrar la sesión de { $device }
sessions-everywhere = Cerrar sesión en todas partes
sessions-everywhere-text = Cierra todas las sesiones, también esta, y olvida todos los navegadores conocidos.
sessions-ended = Esa sesión se ha cerrado.
