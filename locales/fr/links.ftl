## Les pages derrière les liens des e-mails, et la page du dossier dans un navigateur qui ne le connaît pas.

case-title = Votre dossier
open-confirm = Confirmez votre adresse e-mail
open-confirm-lead = Appuyez sur le bouton pour confirmer que vous avez reçu notre e-mail. Votre dossier s’ouvre ensuite dans ce navigateur.
open-again = Ouvrez votre dossier
open-again-lead = Appuyez sur le bouton pour ouvrir votre dossier dans ce navigateur.
open-confirm-button = Vérifier mon adresse e-mail
open-again-button = Ouvrir mon dossier
open-why = Pourquoi y a-t-il un bouton ?
open-why-text = L’ouverture de cette page n’a encore rien changé. Certains programmes de messagerie ouvrent tous les liens d’eux-mêmes. Vous seul pouvez appuyer sur le bouton. Il ne sert qu’une fois.
open-not-you = Vous n’avez rien demandé ?
open-not-you-text = Alors n’appuyez pas. Utilisez le lien « Ce n’était pas moi » dans notre e-mail, et la demande s’arrête.

object-title = Ce n’était pas moi
object-lead = Quelqu’un nous a demandé de désactiver l’appareil MFA de votre compte. Si ce n’était pas vous, arrêtez la demande ici.
object-button = Arrêter cette demande
object-what = Ce que fait le bouton
object-what-stops = Il arrête la demande immédiatement. Personne ne peut la poursuivre.
object-what-free = Vous n’avez pas à vous connecter, et rien d’autre ne vous est demandé.
object-what-supervisor = Un superviseur examine ce qui s’est passé.
object-nothing-yet = L’ouverture de cette page n’a encore rien changé. Si la demande est la vôtre, fermez cette page.

objected-title = La demande est arrêtée
objected-off = Merci. L’appareil a été désactivé avant que vous n’arrêtiez la demande, ou il est en cours de désactivation. Changez immédiatement votre mot de passe. Toutes les connexions du compte ont pris fin, et les appareils activés depuis le début de la demande sont désactivés. Dès qu’un superviseur l’aura examinée, vous pourrez activer un nouvel appareil.
objected-safe = Merci. Personne ne peut poursuivre cette demande. Votre appareil reste tel qu’il est.
objected-others = Toute autre demande ouverte pour votre compte est également arrêtée.
objected-now = Ce qui se passe maintenant
objected-supervisor = Un superviseur examine la demande. Vous n’avez rien à faire.
objected-passwords = Quelqu’un connaît peut-être votre mot de passe ou lit vos e-mails. Nous vous conseillons de changer bientôt les deux mots de passe.
objected-write = Si nous avons besoin de vous, nous écrivons à l’adresse de votre compte. { $promise }

private-title = Ouvrez votre dossier avec un lien
private-lead = Nous ne montrons un dossier qu’à la personne qui peut ouvrir son lien.
private-ended = Votre accès dans ce navigateur a pris fin, rien n’a donc été envoyé. Ouvrez de nouveau le dossier avec un lien, puis envoyez votre texte.
private-sent = Consultez votre boîte aux lettres
private-sent-text = S’il existe un dossier avec cette référence, nous avons envoyé un nouveau lien à l’adresse de son compte. Regardez aussi dans les courriers indésirables. Cela peut prendre quelques minutes.
private-button = Envoyez-moi un nouveau lien
private-only = Nous l’envoyons à l’adresse e-mail du compte, et à aucune autre.
private-wrong = Pas de référence, ou pas la bonne ? { $link } de nouveau.

invalid-title = Ce lien ne fonctionne pas
invalid-headline = Ce lien ne fonctionne plus
invalid-text = Votre dossier n’est pas touché. Vous pouvez faire envoyer un nouveau lien à l’adresse de votre compte.
invalid-button = Aller à la page de mon dossier
contact-stop-lead = Votre organisation nous a demandé de changer ceci pour votre compte : { $about }. Si ce n’est pas juste, arrêtez le changement ici.
contact-stop-lead-effective = Ceci a changé pour votre compte : { $about }. Si ce n’est pas juste, dites-le-nous ici.
contact-stop-button = Arrêter ce changement
contact-stop-what-stops = Il arrête immédiatement le changement, et avec lui toutes les demandes ouvertes pour votre compte.
contact-stop-nothing-yet = Ouvrir cette page n’a encore rien changé. Si le changement est juste, fermez cette page.
contact-stopped-title = Le changement est arrêté
contact-stopped-safe = Merci. Les adresses de votre compte restent ce qu’elles étaient.
contact-told-title = Merci de nous avoir prévenus
contact-told-late = Le changement est déjà en vigueur. Toutes les demandes ouvertes pour votre compte sont arrêtées jusqu’à ce qu’un superviseur les ait examinées.
contact-stopped-supervisor = Un superviseur examine ce qui s’est passé. Vous n’avez rien à faire.
contact-invalid-text = Si quelque chose n’est pas juste dans votre compte, demandez-nous de l’aide.
contact-invalid-button = Demander de l’aide
