## A member and the administrators of their account: the case's page, the mails, and the page where an administrator decides.

ask-title = Un administrateur de votre compte doit approuver
ask-text = Votre compte est géré par d’autres personnes. Seul un administrateur du compte peut faire désactiver votre appareil. Nous leur écrivons qui le demande, pour quel appareil, d’où et quand.
ask-button = Demander à mes administrateurs
ask-done = Votre demande est en route vers les administrateurs de votre compte. Vous recevrez un e-mail lorsque l’un d’eux aura décidé. Une demande peut être traitée pendant 24 heures ; ensuite vous pourrez demander à nouveau.
ask-private = Nous ne disons pas qui sont les administrateurs. Pouvez-vous en joindre un ? Demandez-lui de regarder ses e-mails.
administrators-asked-too-often = Vos administrateurs ont été sollicités autant de fois que permis pour l’instant. Réessayez demain ou joignez-les vous-même.
halt-decided = Cette demande est déjà traitée, ou trop ancienne.

administer-link-title = Se connecter pour voir une demande
administer-link-text = Quelqu’un vous demande quelque chose en tant qu’administrateur. Connectez-vous avec le compte qui a reçu notre e-mail. Ouvrir cette page n’a rien changé.
administer-link-over = Si une demande est encore ouverte, vous la verrez une fois connecté.

requests-title = Demandes que vous pouvez traiter
requests-line = { $name } : { $device }
request-title = Demande d’un membre
request-lead = Quelqu’un demande la désactivation de l’appareil avec lequel il se connecte. Vous administrez le compte.
request-who = Qui demande
request-name = Nom
request-email = E-mail du compte
request-device = Appareil
request-what-happened = Ce qui s’est passé
request-when = Demandé le
request-network = Adresse réseau
request-case = Dossier
request-care = Assurez-vous que c’est bien cette personne : appelez-la ou allez la voir. Ne répondez pas à un message qui vous demande d’approuver.
request-approve-text = Si vous approuvez, le service d’assistance désactive l’appareil. Le membre se connecte alors avec le seul mot de passe jusqu’à l’activation d’un nouvel appareil.
request-approve = Approuver
request-reason = Motif
request-reason-hint = Le membre et le service d’assistance le lisent.
request-decline = Refuser
request-approved = Vous avez approuvé la demande. Le service d’assistance est informé.
request-declined = Vous avez refusé la demande. Le membre et le service d’assistance sont informés.

mail-asked-subject = { $product } : un membre de votre compte demande votre décision, dossier { $reference }
mail-asked-happened = { $member } demande la désactivation d’un appareil MFA : { $device }. La demande date du { $at } et vient de l’adresse réseau { $network }. Vous recevez cet e-mail parce que vous êtes administrateur du compte.
mail-asked-needed = Assurez-vous que c’est bien cette personne, puis connectez-vous pour approuver ou refuser. Ouvrir le lien ne fait rien à lui seul.
mail-asked-action = Voir la demande
mail-asked-next = Le lien fonctionne pendant 24 heures. Rien ne se passe sans l’accord d’un administrateur.

mail-declined-subject = { $product } : un administrateur a refusé le dossier { $reference }
mail-declined-happened = Un administrateur de votre compte a refusé le dossier { $reference }. Votre appareil MFA n’a pas été désactivé.
mail-declined-reason = L’administrateur a donné ce motif :
mail-declined-needed = Rien pour ce dossier. Si vous avez encore besoin d’aide, parlez d’abord à un administrateur de votre compte.
mail-declined-next = Votre compte reste tel quel. Le dossier est terminé.

status-declined = Un administrateur de votre compte a refusé
status-declined-text = Rien n’a été désactivé. Parlez à un administrateur de votre compte si vous avez encore besoin d’aide.
status-resynchronised = Votre appareil fonctionne à nouveau
status-resynchronised-text = Son horloge a été corrigée et rien n’a été désactivé. Connectez-vous avec un code de votre appareil.

ways-title = Autres moyens
saved-code-title = Utiliser un code de récupération enregistré
resync-title = Mon appareil est désynchronisé
resync-text = Saisissez deux codes que votre appareil affiche l’un juste après l’autre. S’ils conviennent, nous corrigeons son horloge et rien n’est désactivé.
resync-first = Premier code
resync-second = Le code suivant
resync-send = Envoyer les deux codes
