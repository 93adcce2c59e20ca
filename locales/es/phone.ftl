## Cambio del número de teléfono registrado: lo que oye y lee el número anterior, y por qué algo no se hizo.

call-change-held = Hola. Le habla { $product } con una llamada automática. Dentro de { $hours } horas, otro número de teléfono sustituirá a este en su cuenta. Si usted no lo ha pedido, pulse 9 ahora para impedirlo. Si lo ha pedido, cuelgue.
call-change-effective = Hola. Le habla { $product } con una llamada automática. Otro número de teléfono ha sustituido a este en su cuenta. Si usted no lo ha pedido, pulse 9 ahora y un supervisor lo revisará.
call-change-again = Pulse 9 para detener el cambio. Si lo ha pedido usted, cuelgue.
call-change-unanswered = No se ha pulsado ninguna tecla, así que no se detiene nada. Adiós.
call-change-stopped = Gracias. El cambio está detenido y nadie puede continuar con él. Un supervisor revisará lo ocurrido. Adiós.
call-change-reported = Gracias. Un supervisor revisará el cambio de inmediato. Adiós.
call-change-over = Este cambio ha terminado. Ya no hay nada que detener. Adiós.
text-change-held = { $product }: otro número de teléfono sustituirá a este en su cuenta el { $ends }. ¿No ha sido usted? Deténgalo: { $link }
text-change-effective = { $product }: otro número de teléfono ha sustituido a este en su cuenta. ¿No ha sido usted? Avísenos: { $link }
refused-phone-same = Este es el número de teléfono que su cuenta ya tiene.
refused-phone-open = Ya hay en curso otro cambio del número de teléfono de esta cuenta. Primero tiene que terminar.
refused-phone-directory = Aquí no se pueden cambiar los números de teléfono. El servicio de asistencia le escribirá.
refused-phone-over = Este cambio del número de teléfono ha terminado.
