## A member and the administrators of their account: the case's page, the mails, and the page where an administrator decides.

ask-title = Un administrador de su cuenta tiene que aprobarlo
ask-text = Otras personas gestionan su cuenta. Solo un administrador de la cuenta puede hacer que se desactive su dispositivo. Les escribimos y les decimos quién lo pide, para qué dispositivo, desde dónde y cuándo.
ask-button = Preguntar a mis administradores
ask-done = Su solicitud va de camino a los administradores de su cuenta. Recibirá un correo cuando alguno haya decidido. Se puede decidir durante 24 horas; después puede volver a preguntar.
ask-private = No decimos quiénes son los administradores. ¿Puede contactar con alguno? Dígale que mire su correo.
administrators-asked-too-often = Ya se ha preguntado a sus administradores tantas veces como se permite por ahora. Inténtelo mañana o contacte con ellos directamente.
halt-decided = Esta solicitud ya está decidida o es demasiado antigua.

administer-link-title = Inicie sesión para ver una solicitud
administer-link-text = Alguien le pide algo como administrador. Inicie sesión con la cuenta que recibió nuestro correo. Abrir esta página no ha cambiado nada.
administer-link-over = Si aún hay una solicitud abierta, la verá al iniciar sesión.

requests-title = Solicitudes que puede decidir
requests-line = { $name }: { $device }
request-title = Solicitud de un miembro
request-lead = Alguien pide que se desactive el dispositivo con el que inicia sesión. Usted administra la cuenta.
request-who = Quién lo pide
request-name = Nombre
request-email = Correo de la cuenta
request-device = Dispositivo
request-what-happened = Qué ha pasado
request-when = Pedido el
request-network = Dirección de red
request-case = Caso
request-care = Asegúrese de que es realmente esa persona: llámela o vaya a verla. No responda a un mensaje que le pida aprobar.
request-approve-text = Si lo aprueba, el centro de soporte desactiva el dispositivo. El miembro iniciará sesión solo con la contraseña hasta que active un dispositivo nuevo.
request-approve = Aprobar
request-reason = Motivo
request-reason-hint = Lo leen el miembro y el centro de soporte.
request-decline = Rechazar
request-approved = Ha aprobado la solicitud. El centro de soporte está informado.
request-declined = Ha rechazado la solicitud. El miembro y el centro de soporte están informados.

mail-asked-subject = { $product }: Un miembro de su cuenta pide su decisión, caso { $reference }
mail-asked-happened = { $member } pide que se desactive un dispositivo MFA: { $device }. Lo pidió el { $at } desde la dirección de red { $network }. Recibe este correo porque es administrador de la cuenta.
mail-asked-needed = Asegúrese de que es realmente esa persona; después inicie sesión y apruebe o rechace. Abrir el enlace no hace nada por sí solo.
mail-asked-action = Ver la solicitud
mail-asked-next = El enlace sirve durante 24 horas. Nada ocurre si ningún administrador lo aprueba.

mail-declined-subject = { $product }: Un administrador ha rechazado el caso { $reference }
mail-declined-happened = Un administrador de su cuenta ha rechazado el caso { $reference }. Su dispositivo MFA no se ha desactivado.
mail-declined-reason = El administrador dio este motivo:
mail-declined-needed = Nada para este caso. Si aún necesita ayuda, hable primero con un administrador de su cuenta.
mail-declined-next = Su cuenta sigue como está. El caso ha terminado.

status-declined = Un administrador de su cuenta lo ha rechazado
status-declined-text = No se ha desactivado nada. Hable con un administrador de su cuenta si aún necesita ayuda.
status-resynchronised = Su dispositivo vuelve a funcionar
status-resynchronised-text = Se ha corregido su reloj y no se ha desactivado nada. Inicie sesión con un código de su dispositivo.

ways-title = Otras formas
saved-code-title = Usar un código de recuperación guardado
resync-title = Mi dispositivo está desincronizado
resync-text = Escriba dos códigos que su dispositivo muestre uno justo después del otro. Si coinciden, corregimos su reloj y no hay que desactivar nada.
resync-first = Primer código
resync-second = El código siguiente
resync-send = Enviar los dos códigos
