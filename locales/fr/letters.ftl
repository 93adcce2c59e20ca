## Mails about signing in.

letter-not-you = Ce n’était pas vous ?
letter-not-you-text = Si ce n’était pas vous, quelqu’un d’autre connaît peut-être votre mot de passe. Demandez de l’aide immédiatement :
letter-security = Voir vos moyens de connexion
letter-activated-subject = { $product }: Appareil MFA activé
letter-activated = Un appareil MFA a été activé pour votre compte : { $device }.
letter-deactivated-subject = { $product }: Appareil MFA désactivé
letter-deactivated = Un appareil MFA de votre compte a été désactivé : { $device }.
letter-codes-subject = { $product }: Nouveaux codes de récupération
letter-codes = De nouveaux codes de récupération ont été créés pour votre compte. Les anciens ne fonctionnent plus.
letter-new-device-subject = { $product }: Nouvelle connexion
letter-new-device = Quelqu’un s’est connecté à votre compte avec un navigateur que nous ne connaissions pas : { $device }, depuis l’adresse réseau { $network }, le { $time }.
letter-taken-back-subject = { $product } : appareils MFA d’une demande arrêtée désactivés
letter-taken-back = La demande { $reference } a été arrêtée depuis une adresse de votre compte. Toutes les connexions du compte ont pris fin, et les appareils MFA et codes de récupération activés depuis le début de la demande ont été désactivés.
letter-contact-subject = { $product } : changement des adresses de votre compte
letter-contact-held = Votre organisation nous a demandé de changer ceci pour votre compte : { $about }. Ce que nous avons aujourd’hui compte jusqu’au { $until }, puis le nouveau le remplace.
letter-contact-halfway = La moitié du délai pour vous opposer est passée. Votre organisation nous a demandé de changer ceci pour votre compte : { $about }. Le nouveau compte à partir du { $until }.
letter-contact-effective = Ceci a changé pour votre compte : { $about }.
letter-contact-stop = Ce n’était pas moi
letter-contact-not-you = Arrêtez le changement avec le lien ci-dessus. Vous n’avez pas à vous connecter, et le lien fonctionne encore quelque temps après le changement. Si vous avez besoin d’aide :
