## Signing in to an account, and the account's own pages.

account-title = Votre compte
account-nav = Compte
account-sign-out = Se déconnecter
account-signed-in-as = Vous êtes connecté en tant que { $email }.

sign-in-title = Se connecter
sign-in-email = Adresse e-mail du compte
sign-in-next = Suivant
sign-in-password = Mot de passe
sign-in-other-account = Utiliser un autre compte
sign-in-need-help = J’ai perdu mon appareil et j’ai besoin d’aide

device-title = Se connecter avec l’appareil d’authentification
device-code = Code de votre appareil
device-code-hint = Six chiffres de votre application d’authentification ou de votre jeton.
device-unreadable = Vérifiez votre saisie : ce ne peut pas être un tel code.
device-contact-desk = Je n’y arrive pas et je souhaite contacter le service d’assistance
device-none-text = Votre compte n’a aucun appareil d’authentification, et un mot de passe seul ne suffit pas ici. Contactez le service d’assistance, ou ouvrez le lien de notre e-mail et connectez-vous à partir de là.
device-none-here-text = Aucun des appareils d’authentification de votre compte ne peut être vérifié sur cette page. Contactez le service d’assistance.

recovery-code = Code de récupération
recovery-code-hint = 24 lettres et chiffres. Les espaces et les tirets n’ont pas d’importance. Chaque code sert une fois.
recovery-code-use = Utiliser un code de récupération
recovery-code-send = Utiliser ce code
