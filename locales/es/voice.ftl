## Lo que dice una llamada automática.

voice-greeting = Hola. Le habla { $product } con una llamada automática. Su página muestra dos palabras en inglés. Las dos palabras son: { $words }. Otra vez: { $words }. Si no son las mismas, o si usted no ha pedido esta llamada, cuelgue ahora. Si son las mismas, marque los seis dígitos que muestra su página. Después, pulse la tecla almohadilla.
voice-nothing-typed = No se ha recibido ningún dígito. Por favor, pida otra llamada en su página. Adiós.
voice-thank-you = Gracias. Su número de teléfono está confirmado. Puede continuar en su página. Adiós.
voice-wrong-digits = Estos dígitos no son los de su página. Por favor, marque otra vez los seis dígitos. Después, pulse la tecla almohadilla.
voice-too-many = Estos dígitos no son los de su página. Este código ya no se puede usar. Por favor, pida otra llamada en su página. Adiós.
voice-too-late = Este código ya no se puede usar. Por favor, consulte su página. Adiós.
