## Un propriétaire s’aide lui-même : dépannage, les trois étapes des autres facteurs, remise au service d’assistance.

troubleshoot-link = Résoudre un problème MFA
troubleshoot-title = Résoudre un problème avec l’appareil d’authentification
troubleshoot-resync = Mon appareil est désynchronisé
troubleshoot-support = J’ai toujours un problème et je souhaite contacter le service d’assistance
troubleshoot-back = Revenir au code de mon appareil
troubleshoot-member = Votre connexion est gérée par les administrateurs de votre compte : l’un d’eux doit faire désactiver votre appareil. Nous pouvons leur écrire pour vous. Ils voient qui demande, pour quel appareil et d’où.
troubleshoot-ask-administrator = Demander de l’aide à mes administrateurs
resync-sign-in-text = Saisissez deux codes que votre appareil affiche l’un juste après l’autre. S’ils conviennent, nous corrigeons son horloge. Ensuite, connectez-vous avec le code suivant.
resync-done = L’horloge de votre appareil est corrigée. Attendez son prochain code et connectez-vous avec celui-ci.

alternative-title = Vous ne pouvez pas utiliser votre appareil
alternative-text = Prouvez avec l’adresse e-mail et le numéro de téléphone de votre compte que c’est bien vous. Cela prend quelques minutes. Ensuite, vous désactivez l’appareil et en activez un nouveau.
alternative-begin = Se connecter avec d’autres facteurs

recovery-email-title = Étape 1 : vérification de l’adresse e-mail
recovery-phone-title = Étape 2 : vérification du numéro de téléphone
recovery-sign-in-title = Étape 3 : connexion
recovery-over-title = Cette connexion est terminée
recovery-email-lead = Nous envoyons un e-mail de vérification à l’adresse de votre compte : { $address }
recovery-mail-send = Envoyer l’e-mail de vérification
recovery-mail-again = Renvoyer l’e-mail de vérification
recovery-mailed = L’e-mail est en route. Son lien fonctionne pendant { $minutes } minutes. Ouvrez-le sur n’importe quel appareil et appuyez sur « Vérifier mon adresse e-mail ». Regardez aussi dans les indésirables.
recovery-opened = Le lien a été ouvert le { $at }, mais le bouton n’a pas été pressé : ouvert, non confirmé.
recovery-moves-on = Cette page avance d’elle-même. Sinon, appuyez sur « Continuer ».
recovery-continue = Continuer
recovery-mailed-too-often = L’e-mail a été envoyé aussi souvent que permis pour le moment. Attendez un peu ou contactez le service d’assistance.
recovery-too-often = Cela a été commencé trop souvent. Attendez un peu avant de réessayer, ou contactez le service d’assistance.
recovery-no-calls = Les appels automatiques ne sont pas proposés ici. Contactez le service d’assistance : quelqu’un vous appellera.
recovery-no-phone = Votre compte n’a pas de numéro de téléphone, cette étape n’est donc pas possible ici. Contactez le service d’assistance : ce que vous avez prouvé est conservé.
recovery-update-phone = Je dois changer mon numéro de téléphone
recovery-sign-in-lead = Votre adresse e-mail et votre numéro de téléphone sont vérifiés. Vous pouvez vous connecter.
recovery-sign-in-button = Se connecter à la console
recovery-sign-in-only = Pendant une demi-heure, vous pouvez désactiver votre appareil et en activer un nouveau, rien d’autre.
recovery-desk-lead = Vous avez prouvé tout ce qui était demandé. Pour votre compte, cela ne suffit pas pour continuer seul.
recovery-desk-text = Quelqu’un du service d’assistance doit l’examiner, et un délai d’attente peut suivre. Tout ce que vous avez prouvé est conservé. Remettez le dossier : vous pourrez le suivre sur sa propre page, et nous écrirons à toutes les adresses de votre compte.
recovery-desk-button = Remettre au service d’assistance
recovery-stopped = Quelqu’un, à une adresse de votre compte, a dit que ce n’était pas vous. Tout est arrêté, et un superviseur l’examine.
recovery-with-desk = Le service d’assistance a maintenant votre dossier { $reference }. La suite se passe là.
recovery-open-case = Ouvrir mon dossier
recovery-over = Elle n’a pas été terminée à temps, a été recommencée dans un autre navigateur ou est achevée. Ce qui a été prouvé ici ne compte plus.
recovery-again = Recommencer

verify-title = Vérification de l’adresse e-mail
verify-lead = Quelqu’un se connecte à votre compte sans l’appareil d’authentification et doit vérifier cette adresse. Si c’est vous, appuyez sur le bouton, puis continuez là où vous avez commencé.
verified-eyebrow = Vérifiée
verified-title = Votre adresse e-mail est vérifiée
verified-lead = Revenez à la page où vous avez commencé. Elle avance d’elle-même.
verified-same = Avez-vous commencé dans ce navigateur ? Alors vous pouvez continuer ici.

security-deactivating = Votre appareil est en cours de désactivation. Rechargez cette page dans un instant.
security-not-deactivated = Votre appareil n’a pas pu être désactivé. Réessayez ou contactez le service d’assistance.

after-title = Votre appareil est désactivé
after-text = Activez-en un nouveau maintenant. D’ici là, personne ne peut se connecter normalement à votre compte.
after-button = Activer un nouvel appareil
after-link-text = Ce navigateur ne connaît pas le dossier dans lequel cela a été fait. Ouvrez la page du dossier avec un lien de votre boîte aux lettres, puis connectez-vous de nouveau ici.
after-link = Aller à la page de mon dossier

setback-email_not_received = L’e-mail de vérification n’a pas été confirmé
setback-call_not_answered = L’appel au numéro enregistré n’a pas abouti
setback-wrong_codes = De mauvais chiffres ont été tapés au téléphone
setback-no_calls = Les appels automatiques ne sont pas proposés
setback-no_phone = Le compte n’a pas de numéro enregistré
setback-phone_outdated = Le numéro de téléphone enregistré n’est plus à jour
setback-device_codes = Les codes de l’appareil n’ont pas été acceptés
setback-policy = Tout a été prouvé, mais la politique en demande plus

mail-verify-subject = { $product } : Vérification de l’adresse e-mail, dossier { $reference }
mail-verify-happened = Quelqu’un qui connaît le mot de passe de votre compte se connecte sans son appareil MFA. Cette adresse est enregistrée pour le compte. La tentative est le dossier { $reference }.
mail-verify-next = Une fois l’adresse vérifiée, la page où la connexion a commencé passe à l’étape suivante. Rien n’a été changé sur le compte jusqu’ici.
mail-let-in-subject = { $product } : Connexion sans votre appareil MFA, dossier { $reference }
mail-let-in-happened = Quelqu’un s’est connecté à votre compte avec son mot de passe, cette adresse e-mail et son numéro de téléphone, sans l’appareil MFA. C’était le dossier { $reference }. Pendant une demi-heure, il est possible de désactiver des appareils et d’en activer de nouveaux, rien d’autre.
mail-let-in-needed = Si c’était vous : rien. Sinon, arrêtez-le tout de suite avec le lien ci-dessous.
mail-let-in-next = Nous vous écrivons dès qu’un appareil est désactivé ou activé.
mail-handed-subject = { $product } : Le service d’assistance a votre dossier { $reference }
mail-handed-happened = Vous avez demandé de l’aide pour le dossier { $reference }, que vous aviez commencé en vous connectant. Tout ce que vous avez prouvé est conservé.
mail-handed-next = Le service d’assistance examine le dossier et vous écrit. La page de votre dossier montre où il en est et chaque étape suivante. Rien n’a été changé sur le compte jusqu’ici.
