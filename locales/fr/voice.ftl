## Ce que dit un appel automatique.

voice-greeting = Bonjour. Ici { $product }, ceci est un appel automatique. Votre page affiche deux mots anglais. Les deux mots sont : { $words }. Encore une fois : { $words }. Si ce ne sont pas les mêmes, ou si vous n’avez pas demandé cet appel, raccrochez maintenant. Si ce sont les mêmes, tapez les six chiffres affichés sur votre page. Appuyez ensuite sur la touche dièse.
voice-nothing-typed = Aucun chiffre n’a été reçu. Veuillez demander un nouvel appel sur votre page. Au revoir.
voice-thank-you = Merci. Votre numéro de téléphone est confirmé. Vous pouvez continuer sur votre page. Au revoir.
voice-wrong-digits = Ces chiffres ne sont pas ceux de votre page. Veuillez taper de nouveau les six chiffres. Appuyez ensuite sur la touche dièse.
voice-too-many = Ces chiffres ne sont pas ceux de votre page. Ce code ne peut plus être utilisé. Veuillez demander un nouvel appel sur votre page. Au revoir.
voice-too-late = Ce code ne peut plus être utilisé. Veuillez consulter votre page. Au revoir.
