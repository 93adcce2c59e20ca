## Ce qui figure sur toutes les pages.

skip-to-content = Aller au contenu
footer-promise = Nous ne vous demandons jamais votre mot de passe, ni de lire un code à une personne qui vous a appelé sans que vous l’attendiez.
footer-page-number = Numéro de page pour le service d’assistance : { $number }
footer-languages = Langue
error-prefix = Erreur :
field-optional = (facultatif)
live-news = Il y a du nouveau sur cette page.
live-show = Afficher
copy = Copier
copy-done = Copié
copy-failed = Échec de la copie
case-eyebrow = Dossier { $reference }
demo-banner-title = Démonstration.
demo-banner-text = Aucun e-mail ni aucun appel ne sort de cette machine.
demo-region = Démonstration
demo-mail = E-mails de démonstration
demo-phone = Téléphone de démonstration
demo-devices = Appareils de démonstration
