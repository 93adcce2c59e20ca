## A fresh authenticator app, after a deactivation.

fresh-title = Configurer une nouvelle application d’authentification
fresh-text = La nouvelle application remplace celle qui a été désactivée. Gardez votre téléphone à portée de main : le code s’affiche une seule fois, dans ce navigateur uniquement.
fresh-press = Afficher le code
fresh-once = Ce code ne s’affiche que maintenant. Ajoutez-le à votre application avant de quitter cette page et ne le montrez à personne : qui l’a possède votre appareil.
fresh-scan = Scannez ce code avec votre application d’authentification
fresh-saved = Je l’ai ajouté
fresh-done = Une nouvelle application d’authentification a été configurée. Si ce n’était pas vous, opposez-vous avec le lien de l’un de nos e-mails.
fresh-already = Une application d’authentification a déjà été configurée pour ce dossier. Si vous n’en avez aucun code, écrivez au service d’assistance.
fresh-under-way = L’application d’authentification est en cours de configuration. Si rien ne s’affiche, réessayez dans cinq minutes.
fresh-failed = L’application d’authentification n’a pas pu être configurée. Rien n’a été modifié durablement ; réessayez dans un instant.
