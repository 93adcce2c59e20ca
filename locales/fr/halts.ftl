## Pourquoi une action n’a pas été faite.

halt-no-such-case = Il n’y a pas de dossier avec cette référence.
halt-unknown-link = Ce lien n’est pas valide. Le programme de messagerie l’a peut-être coupé.
halt-used-link = Ce lien a déjà été utilisé.
halt-expired-link = Ce lien est trop ancien.
halt-too-often = Cela a été fait trop souvent. Attendez un peu avant de réessayer.
halt-no-challenge = Aucun appel n’est en cours pour ce dossier. Demandez-en un nouveau.
halt-wrong-password = Cette adresse e-mail et ce mot de passe ne correspondent pas.
halt-not-verified = Cela n’a pas pu être vérifié. Vérifiez votre saisie et n’utilisez chaque code qu’une seule fois.
halt-other-account = Ce lien a été envoyé à un autre compte. Connectez-vous avec le compte qui a reçu l’e-mail.
halt-gone = Cela n’existe plus.
halt-not-possible = Cela n’est pas possible pour ce dossier pour le moment.
refused-over = Ce dossier est terminé. Vous pouvez faire une nouvelle demande.
refused-disputed = Quelqu’un à une adresse du compte a dit que cette demande n’était pas la sienne. Seul un superviseur peut la laisser continuer.
refused-no-account = Aucun compte ne correspond à cette demande ; rien ne peut donc être vérifié ni désactivé.
refused-account-suspended = Le compte est suspendu. Il doit d’abord être rétabli.
refused-cooling-off = Le délai d’attente n’est pas encore terminé.
calls-not-offered = Les appels automatiques ne sont pas proposés ici. Le service d’assistance vous appellera.
no-phone-of-record = Aucun numéro de téléphone n’est enregistré pour le compte.
called-too-often = Ce téléphone a été appelé aussi souvent que cela est permis pour le moment. Réessayez plus tard.
written-too-often = Vous avez beaucoup écrit. Attendez la réponse du service d’assistance.
network-too-often = Trop de demandes sont venues de votre réseau. Réessayez après { $time }.
codes-wait = Des chiffres erronés ont été saisis trop souvent. Vous pourrez obtenir un nouveau code après { $time }.
codes-blocked = Les vérifications par téléphone sont bloquées pour votre compte, car des chiffres erronés ont été saisis trop de fois de suite. Écrivez un message au service d’assistance : un superviseur peut les autoriser de nouveau.
