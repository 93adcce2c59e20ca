## Correos sobre un cambio del número de teléfono.

mail-phone-instead = , en lugar de { $old }
mail-phone-requested-subject = { $product }: Se ha pedido un número de teléfono nuevo en el caso { $reference }
mail-phone-requested-happened = En el caso { $reference } se pide que { $new } sea el número de teléfono de su cuenta{ $instead }. Todavía no se ha cambiado nada.
mail-phone-requested-needed = Si lo ha pedido usted: un agente tiene que ver un documento de identidad suyo o reunirse con usted. La página de su caso dice qué falta. Si no lo ha pedido, deténgalo ahora.
mail-phone-requested-next = Cuando todo esté completo, lo examina un segundo agente. Después el cambio se retiene unos días y se avisa a todas las direcciones registradas antes de que valga.
mail-phone-held-subject = { $product }: Su número de teléfono se va a cambiar: caso { $reference }
mail-phone-held-happened = El caso { $reference } ha superado sus comprobaciones: { $new } será el número de teléfono de su cuenta{ $instead }. El cambio se retiene hasta el { $ends }.
mail-phone-held-needed = Si lo ha pedido usted: nada. Si no, deténgalo antes de que termine la retención.
mail-phone-held-next = Cuando termine la retención, el número nuevo se usará para las comprobaciones. Hasta entonces ninguna lo usa. Le escribiremos a mitad del plazo y cuando el cambio valga.
mail-phone-halfway-subject = { $product }: Su número de teléfono se va a cambiar pronto: caso { $reference }
mail-phone-halfway-happened = Ha pasado la mitad del plazo para oponerse. En el caso { $reference }, { $new } será el número de teléfono de su cuenta{ $instead }. El cambio se retiene hasta el { $ends }.
mail-phone-halfway-next = Cuando termine la retención, el número nuevo se usará para las comprobaciones. Entonces le escribiremos una vez más.
mail-phone-effective-subject = { $product }: Su número de teléfono se ha cambiado: caso { $reference }
mail-phone-effective-happened = { $new } es ahora el número de teléfono de su cuenta{ $instead }.
mail-phone-effective-needed = Si lo ha pedido usted y todavía necesita ayuda, continúe en la página de su caso. Si no lo ha pedido, díganoslo de inmediato.
mail-phone-effective-next = A partir de ahora, las comprobaciones usan el número nuevo. Lo que se demostró con el anterior ya no vale.
mail-phone-refused-subject = { $product }: Su número de teléfono no se ha cambiado: caso { $reference }
mail-phone-refused-happened = Un agente examinó el cambio a { $new } en el caso { $reference } y lo rechazó. Su número de teléfono sigue como está.
mail-phone-refused-needed = Nada por ahora. Puede volver a pedirlo en la página de su caso.
mail-phone-refused-next = El caso en sí continúa.
mail-phone-ended-subject = { $product }: El cambio de su número de teléfono ha terminado: caso { $reference }
mail-phone-ended-happened = El cambio a { $new } en el caso { $reference } ha terminado. Su número de teléfono sigue como está.
mail-phone-ended-needed = Nada. Si no ha pedido el cambio, díganoslo.
mail-phone-ended-next = Puede volver a pedirlo si todavía necesita otro número.
