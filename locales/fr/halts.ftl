## Pourquoi une action n’a pas été faite.

halt-no-such-case = Il n’y a pas de dossier avec cette référence.
halt-unknown-link = Ce lien n’est pas valide. Le programme de messagerie l’a peut-être coupé.
halt-used-link = Ce lien a déjà été utilisé.
halt-expired-link = Ce lien est trop ancien.
halt-too-often = Cela a été fait trop souvent. Attendez un peu avant de réessayer.
halt-no-call = Aucun appel n’est possible pour ce dossier pour le moment.
halt-no-challenge = Aucun appel n’est en cours pour ce dossier. Demandez-en un nouveau.
halt-wrong-password = Cette adresse e-mail et ce mot de passe ne correspondent pas.
halt-gone = Cela n’existe plus.
halt-not-possible = Cela n’est pas possible pour ce dossier pour le moment.
refused-over = Ce dossier est terminé. Vous pouvez faire une nouvelle demande.
refused-disputed = Quelqu’un à une adresse du compte a dit que cette demande n’était pas la sienne. Seul un superviseur peut la laisser continuer.
refused-no-account = Aucun compte ne correspond à cette demande ; rien ne peut donc être vérifié ni désactivé.
refused-account-suspended = Le compte est suspendu. Il doit d’abord être rétabli.
refused-cooling-off = Le délai d’attente n’est pas encore terminé.
