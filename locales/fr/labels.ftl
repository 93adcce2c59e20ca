## Ce que signifient les codes des appareils, des motifs et des états.

device-virtual_totp = Application d’authentification sur un téléphone
device-hardware_totp = Jeton matériel qui affiche des codes
device-passkey = Clé d’accès ou clé de sécurité
device-recovery_codes = Codes de récupération enregistrés
device-unsure = Autre chose, ou je ne sais pas

reason-lost = Je l’ai perdu
reason-stolen = On me l’a volé
reason-broken = Il est cassé
reason-out_of_sync = Ses codes ne sont pas acceptés
reason-new_phone = J’ai un nouveau téléphone
reason-other = Autre chose

authenticator-virtual_totp = Application d’authentification
authenticator-hardware_totp = Jeton matériel
authenticator-passkey = Clé d’accès ou clé de sécurité
authenticator-recovery_codes = Codes de récupération enregistrés

state-submitted = Envoyé
state-verifying = En vérification
state-awaiting_approval = En attente d’approbation
state-cooling_off = Délai d’attente
state-ready = Prêt
state-deactivating = Désactivation en cours
state-deactivated = Désactivé
state-closed = Clos
state-rejected = Refusé
state-withdrawn = Retiré
state-expired = Expiré
state-disputed = Arrêté

document-pdf = PDF
document-jpeg = Image JPEG
document-png = Image PNG
contact-change-email = adresse e-mail
contact-change-phone = numéro de téléphone
contact-change-both = adresse e-mail et numéro de téléphone
contact-change-other = informations
