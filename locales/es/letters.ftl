## Mails about signing in.

letter-not-you = ¿No ha sido usted?
letter-not-you-text = Si no ha sido usted, es posible que otra persona tenga su contraseña. Pida ayuda de inmediato:
letter-security = Ver cómo inicia sesión
letter-activated-subject = { $product }: Dispositivo MFA activado
letter-activated = Se ha activado un dispositivo MFA para su cuenta: { $device }.
letter-deactivated-subject = { $product }: Dispositivo MFA desactivado
letter-deactivated = Se ha desactivado un dispositivo MFA de su cuenta: { $device }.
letter-codes-subject = { $product }: Nuevos códigos de recuperación
letter-codes = Se han creado nuevos códigos de recuperación para su cuenta. Los anteriores ya no funcionan.
letter-new-device-subject = { $product }: Nuevo inicio de sesión
letter-new-device = Alguien ha iniciado sesión en su cuenta con un navegador que no conocíamos: { $device }, desde la dirección de red { $network }, el { $time }.
letter-taken-back-subject = { $product }: dispositivos MFA de una solicitud detenida desactivados
letter-taken-back = La solicitud { $reference } se detuvo desde una dirección de su cuenta. Se han cerrado todas las sesiones de la cuenta y se han desactivado los dispositivos MFA y los códigos de recuperación activados desde que empezó la solicitud.
letter-contact-subject = { $product }: Cambio de las direcciones de su cuenta
letter-contact-held = Su organización nos ha pedido cambiar lo siguiente en su cuenta: { $about }. Hasta { $until } vale lo que tenemos ahora y, después, lo nuevo.
letter-contact-halfway = Ha pasado la mitad del plazo para oponerse. Su organización nos ha pedido cambiar lo siguiente en su cuenta: { $about }. Lo nuevo vale a partir de { $until }.
letter-contact-effective = En su cuenta ha cambiado lo siguiente: { $about }.
letter-contact-stop = No he sido yo
letter-contact-not-you = Detenga el cambio con el enlace de arriba. No tiene que iniciar sesión, y el enlace sigue funcionando un tiempo después del cambio. Si necesita ayuda:
