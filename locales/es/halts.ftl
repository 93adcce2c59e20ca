## Por qué no se ha hecho algo.

halt-no-such-case = No hay ningún caso con esta referencia.
halt-unknown-link = Este enlace no es válido. Puede que el programa de correo lo haya cortado.
halt-used-link = Este enlace ya se ha usado.
halt-expired-link = Este enlace es demasiado antiguo.
halt-too-often = Esto se ha hecho demasiadas veces. Espere un rato antes de volver a intentarlo.
halt-no-challenge = No hay ninguna llamada abierta para este caso. Inicie una nueva.
halt-wrong-password = Esta dirección de correo y esta contraseña no se corresponden.
halt-not-verified = No se ha podido verificar. Compruebe lo que ha escrito y use cada código una sola vez.
halt-other-account = Este enlace se envió a otra cuenta. Inicie sesión con la cuenta que recibió el correo.
halt-gone = Esto ya no está.
halt-not-possible = Esto no es posible ahora para este caso.
refused-over = Este caso ha terminado. Puede hacer una nueva solicitud.
refused-disputed = Alguien en una dirección de la cuenta ha dicho que esta solicitud no es suya. Solo un supervisor puede dejar que continúe.
refused-no-account = Ninguna cuenta corresponde a esta solicitud, así que no se puede comprobar ni desactivar nada.
refused-account-suspended = La cuenta está suspendida. Primero hay que restablecerla.
refused-cooling-off = El tiempo de espera todavía no ha terminado.
calls-not-offered = Aquí no se ofrecen llamadas automáticas. El centro de soporte le llamará.
no-phone-of-record = La cuenta no tiene ningún número de teléfono registrado.
called-too-often = Se ha llamado a este teléfono tantas veces como se permite por ahora. Inténtelo más tarde.
written-too-often = Ha escrito mucho. Espere la respuesta del centro de soporte.
network-too-often = Han llegado demasiadas solicitudes desde su red. Inténtelo de nuevo después de { $time }.
codes-wait = Se han escrito dígitos incorrectos demasiadas veces. Podrá obtener un código nuevo después de { $time }.
codes-blocked = Las comprobaciones por teléfono están bloqueadas para su cuenta porque se escribieron dígitos incorrectos demasiadas veces seguidas. Escriba un mensaje al centro de soporte: un supervisor puede permitirlas de nuevo.
