## Le formulaire de demande d’aide et la page suivante.

form-title = Demander de l’aide pour un appareil MFA perdu ou inutilisable
form-error-count = { $count ->
    [one] { $count } réponse demande votre attention
   *[other] { $count } réponses demandent votre attention
}
form-kept = Tout ce que vous avez saisi est encore là.
form-lead = Cela prend environ trois minutes. Répondez à ce que vous savez. Nous écrivons à l’adresse de votre compte, et vous suivez votre dossier sur sa propre page.
form-trap = Laissez ce champ vide
form-account = Votre compte
form-email = Adresse e-mail du compte
form-email-hint = L’adresse avec laquelle vous vous connectez.
form-account-number = Numéro de compte
form-account-number-hint = Si vous le connaissez. Sinon, nous cherchons l’adresse.
form-name = Votre nom
form-what-happened = Ce qui s’est passé
form-device = De quel appareil s’agit-il ?
form-reason = Que lui est-il arrivé ?
form-failed-step = Quelle étape a échoué, et comment ?
form-failed-step-hint = Par exemple : « J’ai saisi le code deux fois, et la page a indiqué que l’authentification avait échoué. »
form-reach = Comment vous joindre
form-phone = Un numéro où nous pouvons vous rappeler
form-phone-hint = Avec l’indicatif du pays, comme +33 6 12 34 56 78. Nous ne l’utilisons que pour des questions : les vérifications passent toujours et uniquement par le numéro que votre compte a déjà.
form-language = Langue
form-callback-time = Meilleur moment pour appeler
form-callback-time-hint = Par exemple : en semaine après 17 h, heure de Paris.
form-message = Y a-t-il autre chose que nous devrions savoir ?
no-secrets-hint = N’écrivez ici ni mot de passe ni code, s’il vous plaît.
form-send = Envoyer la demande
form-privacy = Nous utilisons ce que vous saisissez ici pour traiter cette demande, et pour rien d’autre.

wrong-not-an-email = Saisissez une adresse e-mail telle que nom@example.com.
wrong-not-a-phone = Saisissez le numéro avec l’indicatif du pays, comme +33 6 12 34 56 78.
wrong-no-name = Saisissez votre nom.
wrong-no-device = Choisissez de quel appareil il s’agit.
wrong-no-reason = Choisissez ce qui lui est arrivé.
wrong-no-choice = Choisissez une des réponses.
wrong-not-one-line = Écrivez ceci sur une seule ligne, sans caractères de contrôle.
wrong-unprintable = Ce texte contient des caractères de contrôle qui ne peuvent pas être enregistrés.
wrong-too-long = Utilisez au plus { $longest } caractères.
wrong-empty = Écrivez d’abord quelque chose.

received-title = Nous avons reçu votre demande
received-eyebrow = Demande reçue
received-headline = Consultez vos e-mails
received-lead = Si cela correspond à un compte, nous avons écrit à son adresse.
received-reference = Votre référence
received-reference-text = Notez-la. Il vous la faut pour poser des questions sur votre demande.
received-next = Ce qui se passe ensuite
received-open = Ouvrez l’e-mail
received-open-text = Son lien mène à une page avec le bouton { $button }.
received-follow = Suivez les étapes sur la page de votre dossier
received-follow-text = Vous y voyez ce qu’il nous faut encore de votre part et ce que nous faisons.
received-write = Nous écrivons à chaque changement
received-write-text = Vous pouvez fermer cette page. Rien n’est perdu.
received-no-mail = Pas d’e-mail au bout de dix minutes ?
received-spam = Regardez dans le dossier des courriers indésirables.
received-mailbox = Vérifiez que vous avez regardé dans la boîte du compte, et non dans une autre.
received-new-link = { $link } sur la page de votre dossier.
received-new-link-link = Demandez un nouveau lien
received-typo = Y avait-il une faute de frappe dans l’adresse ? { $link }
received-typo-link = Envoyez de nouveau le formulaire.
