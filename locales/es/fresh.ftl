## A fresh authenticator app, after a deactivation.

fresh-title = Configurar una nueva aplicación de autenticación
fresh-text = La nueva aplicación sustituye a la desactivada. Tenga el teléfono a mano: el código se muestra una sola vez y solo en este navegador.
fresh-press = Mostrar el código
fresh-once = Este código solo se muestra ahora. Añádalo a su aplicación antes de salir de esta página y no se lo enseñe a nadie: quien lo tenga tiene su dispositivo.
fresh-scan = Escanee este código con su aplicación de autenticación
fresh-saved = Ya lo he añadido
fresh-done = Se ha configurado una nueva aplicación de autenticación. Si no ha sido usted, opóngase con el enlace de uno de nuestros correos.
fresh-already = Ya se configuró una aplicación de autenticación para este caso. Si no tiene ningún código de ella, escriba al centro de soporte.
fresh-under-way = La aplicación de autenticación se está configurando en este momento. Si no se muestra nada, vuelva a intentarlo dentro de cinco minutos.
fresh-failed = No se ha podido configurar la aplicación de autenticación. No se ha cambiado nada de forma permanente; vuelva a intentarlo enseguida.
