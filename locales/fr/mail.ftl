## E-mails.

mail-hello-name = Bonjour { $name },
mail-hello = Bonjour,
mail-title = { $product } : dossier { $reference }
mail-what-happened = Ce qui s’est passé
mail-what-needed = Ce qu’il nous faut de votre part
mail-what-next = Ce qui se passe ensuite
mail-nothing = Rien pour le moment.
mail-open = Ouvrir la page de votre dossier
mail-copy-address = Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur :
mail-not-me = Ce n’était pas moi
mail-object = Si vous n’avez pas demandé d’aide, arrêtez le dossier avec ce lien. Vous n’avez pas à vous connecter.
mail-copy-same = La même chose, sous forme d’adresse à copier :
mail-codes = Vos codes restent chez vous
mail-codes-text = Cet e-mail ne demande ni code ni mot de passe, et aucun e-mail de notre part ne le fera jamais. Personne du service d’assistance ne vous demandera les six chiffres autrement que de la façon indiquée sur la page de votre dossier.
mail-audit = Journal d’audit : { $size ->
    [one] { $size } entrée
   *[other] { $size } entrées
}, racine { $root }
mail-witness = (conservée dans votre boîte aux lettres, cette ligne témoigne que notre trace du dossier n’a pas été modifiée plus tard)

mail-device = {" "}({ $device })
device-named = { $kind } « { $name } »
mail-ask-again = Rien. Si vous avez encore besoin d’aide, vous pouvez faire une nouvelle demande à tout moment.
mail-over = Votre compte reste tel qu’il est. Le dossier est terminé.
mail-check-then = Quand tout sera là, nous vérifierons le dossier et vous écrirons de nouveau. Jusqu’ici, rien n’a été modifié sur le compte.
mail-link-press = Ouvrez le lien et appuyez sur le bouton de la page. Ouvrir le lien ne suffit pas.
mail-waiting-needed = Si vous l’avez demandé : rien. Sinon, arrêtez le dossier avant la fin du délai d’attente.
mail-waiting-next = { $devices ->
    [one] Après le délai d’attente, un agent examine le dossier encore une fois et désactive l’appareil MFA{ $device }. Nous écrivons à toutes les adresses enregistrées quand c’est fait.
   *[other] Après le délai d’attente, un agent examine le dossier encore une fois et désactive les appareils MFA{ $device }. Nous écrivons à toutes les adresses enregistrées quand c’est fait.
}

mail-received-subject = { $product } : Vérification de l’adresse e-mail pour le dossier { $reference }
mail-received-happened = Quelqu’un nous a demandé de l’aide pour un appareil MFA{ $device } perdu ou inutilisable. Cette adresse est enregistrée pour le compte. La demande est le dossier { $reference }.
mail-received-needed = Si c’était vous, ouvrez le lien et appuyez sur « { $button } » sur la page. Ouvrir le lien ne suffit pas.
mail-received-next = Une fois l’adresse vérifiée, la page de votre dossier montre toutes les étapes suivantes. Jusqu’ici, rien n’a été modifié sur le compte.
mail-received-object = Si ce n’était pas vous, arrêtez la demande avec ce lien. Vous n’avez pas à vous connecter.

mail-link-again-subject = { $product } : Nouveau lien pour le dossier { $reference }
mail-link-again-happened = Un nouveau lien vers la page du dossier { $reference } a été demandé. Le voici.
mail-link-again-next = La page de votre dossier montre où il en est et toutes les étapes suivantes.

mail-confirmed-subject = { $product } : Adresse e-mail vérifiée pour le dossier { $reference }
mail-confirmed-happened = Votre adresse e-mail est vérifiée pour le dossier { $reference }.
mail-confirmed-nothing = Rien pour le moment. La page de votre dossier l’indique si cela change.
mail-confirmed-phone = La vérification par téléphone se fait avec le { $phone }. Si ce numéro n’est plus à jour, écrivez-nous sur la page de votre dossier.

mail-approval-subject = { $product } : Le dossier { $reference } attend une approbation
mail-approval-happened = Tout ce que nous vous avons demandé dans le dossier { $reference } est là. Une deuxième personne du service d’assistance l’examine maintenant, car personne ne peut décider seul d’un dossier.
mail-approval-next = Nous vous écrirons dès que la décision sera prise. Un délai d’attente peut suivre. Jusqu’ici, rien n’a été modifié sur le compte.

mail-unapproved-subject = { $product } : Le dossier { $reference } n’a pas été approuvé
mail-unapproved-happened = Une deuxième personne du service d’assistance a examiné le dossier { $reference } et ne l’a pas approuvé. Rien n’a été modifié sur le compte. Toutes les vérifications doivent être refaites.
mail-unapproved-next = Une fois les vérifications refaites, une deuxième personne examinera de nouveau le dossier.

mail-waiting-subject = { $product } : Le délai d’attente du dossier { $reference } a commencé
mail-waiting-happened = Le dossier { $reference } a passé ses vérifications, et un délai d’attente a commencé. Il se termine le { $ends }.
mail-waiting-why = Nous attendons afin que vous ayez le temps d’arrêter le dossier si quelqu’un d’autre a fait la demande en votre nom.
mail-halfway-subject = { $product } : La moitié du délai d’attente du dossier { $reference } est passée
mail-halfway-happened = La moitié du délai d’attente du dossier { $reference } est passée. Il se termine le { $ends }.

mail-ready-subject = { $product } : Le dossier { $reference } est prêt
mail-ready-happened = Tout ce qu’il faut pour le dossier { $reference } est là.
mail-ready-next = { $devices ->
    [one] Un agent examine le dossier encore une fois et désactive l’appareil MFA{ $device }. Nous vous écrirons quand ce sera fait.
   *[other] Un agent examine le dossier encore une fois et désactive les appareils MFA{ $device }. Nous vous écrirons quand ce sera fait.
}

mail-lapsed-subject = { $product } : Une vérification du dossier { $reference } doit être refaite
mail-lapsed-happened = Chaque vérification compte pour un temps limité. Pour une vérification du dossier { $reference }, ce temps est écoulé ; elle doit être refaite avant que le dossier puisse continuer.
mail-lapsed-needed = Ouvrez la page de votre dossier et refaites la vérification qu’elle indique.
mail-lapsed-next = Quand tout sera de nouveau là, le dossier continuera. Jusqu’ici, rien n’a été modifié sur le compte.

mail-deactivated-subject = { $product } : Appareil MFA désactivé, dossier { $reference }
mail-deactivated-happened = { $devices ->
    [one] L’appareil MFA{ $device } de votre compte a été désactivé dans le dossier { $reference }. Il ne peut plus servir à se connecter.
   *[other] Les appareils MFA{ $device } de votre compte ont été désactivés dans le dossier { $reference }. Ils ne peuvent plus servir à se connecter.
}
mail-deactivated-needed = Connectez-vous avec votre mot de passe et activez maintenant un nouvel appareil MFA. D’ici là, le compte est moins bien protégé.
mail-receipt = Le reçu joint prouve, sans nous demander, qui l’a fait faire, sur quelles preuves et selon quelles règles. Conservez-le avec ce message.
mail-deactivated-next = Le dossier se ferme de lui-même après quelques jours.
mail-deactivated-left = { $lefts ->
    [one] Un autre appareil reste actif{ $left }. Il peut encore servir à se connecter.
   *[other] D’autres appareils restent actifs{ $left }. Ils peuvent encore servir à se connecter.
}
mail-deactivated-object = Si vous ne l’avez pas demandé, dites-le-nous immédiatement avec ce lien. Vous n’avez pas à vous connecter.

mail-partly-subject = { $product } : Certains appareils MFA désactivés, dossier { $reference }
mail-partly-left = { $lefts ->
    [one] Un appareil n’a pas pu être désactivé{ $left }. Il peut encore servir à se connecter.
   *[other] Certains appareils n’ont pas pu être désactivés{ $left }. Ils peuvent encore servir à se connecter.
}
mail-partly-next = Un agent examine ce qui reste à faire. Nous vous écrirons quand ce sera décidé.

mail-resynchronised-subject = { $product } : Votre appareil fonctionne de nouveau, dossier { $reference }
mail-resynchronised-happened = L’horloge de votre appareil MFA s’était décalée. Deux de ses codes l’ont corrigée, et votre appareil fonctionne de nouveau. Rien n’a été désactivé, et le dossier { $reference } est clos.
mail-resynchronised-needed = Rien. Si ce n’était pas vous, arrêtez-le avec le lien ci-dessous.
mail-resynchronised-next = Connectez-vous comme d’habitude, avec un code de votre appareil.

mail-rejected-subject = { $product } : Le dossier { $reference } a été refusé
mail-rejected-happened = Nous avons mis fin au dossier { $reference } sans désactiver l’appareil MFA.
mail-rejected-reason = Le service d’assistance a donné cette raison :
mail-rejected-needed = Rien pour ce dossier. Si vous avez encore besoin d’aide, vous pouvez faire une nouvelle demande à tout moment.

mail-withdrawn-subject = { $product } : Le dossier { $reference } a été retiré
mail-withdrawn-happened = Le dossier { $reference } a été retiré sur sa page ; nous y avons donc mis fin.
mail-expired-subject = { $product } : Le dossier { $reference } a expiré
mail-expired-happened = Le temps prévu pour le dossier { $reference } s’est écoulé avant que tout le nécessaire soit là ; il est donc terminé.
mail-merged-subject = { $product } : Le dossier { $reference } a été réuni à un autre
mail-merged-happened = Vous avez fait deux demandes pour le même compte. Nous avons mis fin au dossier { $reference } et continuons avec le dossier { $kept }. Rien n’a été désactivé.
mail-merged-needed = Rien pour ce dossier. Ce qu’il faut encore pour le dossier { $kept } est indiqué dans les e-mails qui le concernent. Les preuves données pour le dossier { $reference } n’y comptent pas.
mail-merged-next = Tout le reste se passe dans le dossier { $kept }.

mail-closed-subject = { $product } : Le dossier { $reference } est clos
mail-closed-happened = Le dossier { $reference } est clos.
mail-closed-needed = Rien. Si vous avez de nouveau besoin d’aide, vous pouvez faire une nouvelle demande à tout moment.
mail-closed-next = Il ne se passe plus rien dans ce dossier.

mail-disputed-subject = { $product } : Le dossier { $reference } a été arrêté
mail-disputed-happened = Quelqu’un a utilisé le lien « Ce n’était pas moi » du dossier { $reference }. Le dossier est arrêté. Toutes les connexions du compte ont pris fin.
mail-disputed-needed = Si vous avez utilisé le lien : rien, mais changez par sécurité le mot de passe de votre compte. Si vous avez demandé de l’aide vous-même et que quelqu’un d’autre l’a arrêtée : attendez que nous vous écrivions.
mail-disputed-next = Un superviseur examine ce qui s’est passé. Seul un superviseur peut laisser le dossier continuer, et toutes les vérifications devront alors être refaites.
mail-resumed-subject = { $product } : Le dossier { $reference } continue
mail-resumed-happened = Le dossier { $reference } avait été arrêté. Un superviseur l’a examiné et le laisse continuer.
mail-resumed-needed = Toutes les vérifications doivent être refaites.

mail-message-subject = { $product } : Nouveau message concernant le dossier { $reference }
mail-message-happened = Le service d’assistance vous a écrit au sujet du dossier { $reference }.
mail-message-quoted = Le message :
mail-message-needed = Lisez le message. S’il demande une réponse, donnez-la sur la page de votre dossier.
mail-message-next = Le message est aussi sur la page de votre dossier, avec tout le reste.
