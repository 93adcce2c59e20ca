## La page d’un dossier.

case-title-of = Votre dossier { $reference }
status-submitted = Confirmez votre adresse e-mail
status-submitted-text = Nous avons écrit à l’adresse de votre compte.
status-needed = Il nous faut quelque chose de votre part
status-looking = Le service d’assistance examine votre demande
status-looking-text = Vous recevrez un e-mail en cas de changement.
status-approval = Une deuxième personne vérifie votre demande
status-approval-text = Vous avez fait tout ce qu’il fallait. Vous recevrez un e-mail quand elle sera approuvée.
status-cooling-off = Approuvée : un délai d’attente protège votre compte
status-cooling-off-text = Toutes les adresses du compte ont été prévenues et peuvent s’opposer jusqu’au { $ends }.
status-ready = Le service d’assistance va maintenant désactiver votre appareil
status-ready-text = Tout est là. Vous recevrez un e-mail quand ce sera fait.
status-deactivating = Votre appareil est en cours de désactivation
status-deactivating-text = Cela prend un instant.
status-deactivated = Votre appareil est désactivé
status-deactivated-text = Connectez-vous maintenant avec votre mot de passe et activez aussitôt un nouvel appareil.
status-partly = Certains de vos appareils sont désactivés
status-partly-text = Les autres n’ont pas encore pu être désactivés et fonctionnent toujours. Un agent examine ce qui reste à faire.
status-closed = Ce dossier est clos
status-closed-text = { $devices ->
    [one] Votre appareil a été désactivé.
   *[other] Vos appareils ont été désactivés.
}
status-rejected = Le service d’assistance n’a pas pu aider pour cette demande
status-nothing-deactivated = Rien n’a été désactivé.
status-withdrawn = Vous avez retiré cette demande
status-expired = Cette demande a expiré
status-expired-text = Rien n’a été désactivé. Vous pouvez en faire une nouvelle.
status-disputed = Cette demande est arrêtée
status-disputed-text = Quelqu’un à une adresse du compte a dit que ce n’était pas la sienne. Un superviseur l’examine.

status-waiting-title = Délai d’attente
status-waiting = Il se termine le { $ends }. Toutes les adresses de votre compte ont été prévenues. D’ici là, vous n’avez rien à faire.

step-received = Demande reçue
step-received-text = Votre demande est enregistrée.
step-email = Confirmez votre adresse e-mail
step-email-text = Avec le lien que nous avons envoyé à l’adresse de votre compte.
step-proof = Prouvez que c’est bien vous
step-proof-text = Avec le numéro de téléphone de votre compte, ou d’une autre façon proposée par le service d’assistance.
step-approval = Une deuxième personne vérifie
step-approval-text = Quelqu’un d’autre au service d’assistance examine les preuves.
step-waiting = Délai d’attente
step-waiting-text = Les adresses du compte sont prévenues et peuvent s’opposer.
step-deactivated = Appareil désactivé
step-deactivated-text = Vous pouvez vous connecter et en activer un nouveau.
step-is-done = (fait)
step-is-now = (vous êtes ici)
step-is-todo = (pas encore)

status-side = Avancement et compte
status-where = Où vous en êtes
status-request = Cette demande
status-reference = Référence
status-account-email = E-mail du compte
status-account-phone = Téléphone du compte
status-no-phone = Aucun
status-device = Appareil
status-devices = Appareils de cette demande
status-device-approved = sera désactivé
status-device-ordered = en cours de désactivation
status-device-deactivated = désactivé
status-device-failed = encore actif

status-messages = Messages
status-no-messages = Il n’y a pas encore de message.
status-from-desk = Le service d’assistance
status-from-you = Vous
status-by-mail = Par e-mail depuis votre adresse
status-reload = { $link } pour voir ce qu’il y a de nouveau.
status-reload-link = Rechargez cette page
status-write = Écrivez-nous
status-send = Envoyer le message
status-not-needed = Je n’en ai plus besoin
status-withdraw-text = Si vous retirez la demande, nous arrêtons et votre appareil reste actif. Vous pourrez en envoyer une nouvelle plus tard.
status-withdraw = Retirer
status-again = { $link } de nouveau si vous ne pouvez toujours pas vous connecter.

phone-title = Vérification du numéro de téléphone
phone-of-account = le numéro de votre compte
phone-calling = Nous appelons { $phone }.
phone-agent-calls = Un agent vous appelle au { $phone }.
phone-call-says = L’appel dit
phone-agent-says = L’agent dit
phone-type = Tapez ces chiffres sur votre téléphone, puis #
phone-read = Lisez ces chiffres à l’agent
phone-same-words = L’appel dit les deux mêmes mots que cette page. S’ils sont différents, raccrochez.
phone-same-words-agent = L’agent dit les deux mêmes mots que cette page. S’ils sont différents, raccrochez.
phone-heard = Avez-vous entendu les deux mots ? Alors affichez votre code et lisez-le à l’agent.
phone-show-code = Afficher mon code
phone-digits-until = Les chiffres sont valables jusqu’au { $until }. { $tries ->
    [one] Il reste { $tries } essai.
   *[other] Il reste { $tries } essais.
}
phone-call-until = Cet appel est valable jusqu’au { $until }. { $tries ->
    [one] Il reste { $tries } essai.
   *[other] Il reste { $tries } essais.
}
phone-we-call = Nous appelons { $phone }. Cette page affiche alors six chiffres. Vous les tapez sur votre téléphone.
phone-call-me = Appelez-moi maintenant
phone-calls-left = { $count ->
    [one] Il reste { $count } appel cette heure-ci. Gardez votre téléphone à la main.
   *[other] Il reste { $count } appels cette heure-ci. Gardez votre téléphone à la main.
}
phone-shown-elsewhere = Le code est affiché dans un autre navigateur.
phone-read-if = Lisez le code à l’agent s’il a dit les deux mêmes mots.
phone-someone-calls = Quelqu’un du service d’assistance vous appelle.
phone-wrong-too-often = Les chiffres ont été faux trop souvent. Demandez un nouvel appel.
phone-code-too-old = Le dernier code est trop ancien. Demandez un nouvel appel.
phone-none = Votre compte n’a pas de numéro de téléphone. Le service d’assistance vous écrira.
phone-no-calls = Quelqu’un du service d’assistance vous appellera.
call-queued = Nous vous appelons maintenant.
call-ringing = Votre téléphone devrait sonner.
call-answered = Vous avez décroché. Tapez les six chiffres sur votre téléphone.
call-completed = L’appel est terminé.
call-unknown = Nous ne savons pas si l’appel a été passé. Si votre téléphone ne sonne pas, demandez un nouvel appel.
call-busy = La ligne était occupée.
call-no-answer = Personne n’a décroché.
call-failed = L’appel n’a pas pu être passé.

need-email_link = Confirmez votre adresse e-mail : ouvrez le lien que nous vous avons envoyé et appuyez sur son bouton.
need-call_me = Confirmez votre numéro de téléphone : ouvrez la page de votre dossier et appuyez sur « Appelez-moi maintenant ».
need-callback = Confirmez votre numéro de téléphone : un agent l’appellera. Gardez alors la page de votre dossier ouverte.
need-desk = Le service d’assistance ne peut pas terminer cela en ligne. Il vous écrira ce qu’il faut encore.
need-administrator = Un administrateur de votre compte doit approuver : ouvrez la page de votre dossier et appuyez sur « Demander à mes administrateurs ».
need-recovery_code = Utilisez un de vos codes de récupération enregistrés sur la page de votre dossier. Si vous n’en avez pas, écrivez-nous à cet endroit.
need-or_recovery_code = Ou utilisez un code de récupération enregistré : ouvrez la page de votre dossier.
need-document = Envoyez-nous une pièce d’identité : ouvrez la page de votre dossier, choisissez une photo ou un scan et appuyez sur « Envoyer le document ».
need-or_document = Ou envoyez-nous une pièce d’identité : ouvrez la page de votre dossier.
need-in_person = Rencontrez en personne un de nos agents ou un notaire. Nous vous écrirons comment faire.

# A case that was about the phone number alone.
status-merged = Ce dossier a été réuni à un autre
status-merged-text = Vous avez fait deux demandes pour le même compte, et l’autre dossier continue. Un e-mail vous a dit lequel. Rien n’a été désactivé dans celui-ci.
status-phone-changed = Le numéro de téléphone a été modifié
status-phone-changed-text = Rien n’a été désactivé. Les appels vont désormais au nouveau numéro.
