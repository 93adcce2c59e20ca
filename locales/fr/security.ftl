## Security credentials: the pages where people keep their authenticators, and passkeys wherever they are asked for.

security-title = Identifiants de sécurité
security-lead = Ce avec quoi vous vous connectez en plus de votre mot de passe.
security-none = Vous n’avez pas encore d’appareil MFA.
security-unprotected = Votre compte n’a pas d’appareil MFA : vous pourriez ne plus pouvoir y accéder. Activez-en un maintenant.
security-hint-recovery = Désactivez l’appareil perdu, puis activez-en un nouveau. Cette connexion dure une demi-heure et ne sert qu’à cela. Ensuite, déconnectez-vous et reconnectez-vous avec le nouvel appareil.
security-hint-first = Personne ne travaille au support sans appareil. Activez-en un, puis connectez-vous avec lui.
security-activate = Activer la MFA
security-devices = Vos appareils MFA
security-active-since = Actif depuis le { $time }
security-last-used = Dernière utilisation le { $time }
security-not-used = Pas encore utilisé
security-deactivate = Désactiver
security-rename = Renommer
security-full = Vous avez { $most } appareils et ne pouvez pas en avoir davantage. Désactivez-en un avant d’en activer un autre.
security-activated = L’appareil est actif.
security-deactivated = L’appareil a été désactivé. Vous avez été déconnecté partout ailleurs.
security-renamed = L’appareil porte son nouveau nom.
security-kind = Que voulez-vous activer ?
security-name = Nom de l’appareil
security-name-hint = Pour le reconnaître plus tard, par exemple « Mon téléphone ». { $most } caractères au plus.
security-continue = Continuer
security-cancel = Annuler
security-device-title = Activer une application d’authentification
security-device-name = Appareil : { $name }
security-device-scan = 1. Scannez ce code avec votre application d’authentification
security-device-qr = Code QR contenant le secret pour votre application d’authentification
security-device-secret = Impossible de le scanner ? Saisissez le secret
security-device-secret-text = Ajoutez un compte à la main dans l’application, avec ce secret et des codes qui changent avec le temps :
security-device-codes = 2. Saisissez deux codes successifs
security-device-codes-text = L’application affiche un nouveau code toutes les 30 secondes. Saisissez celui qu’elle affiche maintenant, puis le suivant.
security-first-code = Premier code
security-second-code = Deuxième code
security-second-code-hint = Attendez que l’application affiche le code suivant.
security-passkey-title = Activer une clé d’accès ou une clé de sécurité
security-passkey-text = Votre navigateur demande la clé d’accès ou la clé de sécurité, et l’appareil demande votre code PIN, votre doigt ou votre visage.
security-passkey-button = Configurer une clé d’accès ou une clé de sécurité
security-codes-title = Codes de récupération
security-codes-text = Un code de récupération vous connecte une fois, lorsque vous n’avez pas votre appareil sous la main.
security-codes-left = { $count ->
    [0] Vous n’avez aucun code de récupération.
    [one] Il vous reste { $count } code de récupération.
   *[other] Il vous reste { $count } codes de récupération.
}
security-codes-make = Créer de nouveaux codes de récupération
security-codes-void = Les codes précédents ne fonctionneront plus.
security-codes-made = L’appareil est actif. Voici des codes de récupération pour le jour où vous ne l’aurez pas.
security-codes-once = Ces codes ne sont affichés que maintenant. Imprimez-les ou rangez-les là où vous les trouverez sans votre appareil. Chacun ne sert qu’une fois.
security-codes-saved = Je les ai conservés
security-deactivate-title = Désactiver cet appareil ?
security-deactivate-what = Ce qui sera désactivé
security-deactivate-at-once = L’appareil cesse aussitôt de fonctionner.
security-deactivate-sessions = Vous êtes déconnecté partout ailleurs.
security-deactivate-mail = Nous vous en informons par e-mail.
security-deactivate-last = C’est votre seul appareil MFA. Votre mot de passe seul ne suffira pas pour vous connecter : activez un autre appareil juste après.
passkey-use = Utiliser une clé d’accès ou une clé de sécurité
passkey-without = Les clés d’accès nécessitent JavaScript et un navigateur compatible. Utilisez ici un code de votre appareil ou un code de récupération.
passkey-without-set-up = Les clés d’accès nécessitent JavaScript et un navigateur compatible. Activez plutôt une application d’authentification, ou ouvrez cette page dans un autre navigateur.
passkey-failed = Le navigateur n’a reçu aucune réponse de la clé d’accès ou de la clé de sécurité. Réessayez.
passkey-known = Cette clé d’accès ou clé de sécurité est déjà active.
