## Changement du numéro de téléphone enregistré : ce que l’ancien numéro entend et lit, et pourquoi une chose n’a pas été faite.

call-change-held = Bonjour. Ici { $product }, ceci est un appel automatique. Dans { $hours } heures, un autre numéro de téléphone remplacera celui-ci sur votre compte. Si vous ne l’avez pas demandé, appuyez maintenant sur 9 pour l’empêcher. Si vous l’avez demandé, raccrochez.
call-change-effective = Bonjour. Ici { $product }, ceci est un appel automatique. Un autre numéro de téléphone a remplacé celui-ci sur votre compte. Si vous ne l’avez pas demandé, appuyez maintenant sur 9, et un responsable l’examinera.
call-change-again = Appuyez sur 9 pour arrêter le changement. Si vous l’avez demandé, raccrochez.
call-change-unanswered = Aucune touche n’a été pressée, rien n’est donc arrêté. Au revoir.
call-change-stopped = Merci. Le changement est arrêté et personne ne peut le poursuivre. Un responsable examinera ce qui s’est passé. Au revoir.
call-change-reported = Merci. Un responsable examine le changement tout de suite. Au revoir.
call-change-over = Ce changement est terminé. Il n’y a plus rien à arrêter. Au revoir.
text-change-held = { $product } : un autre numéro de téléphone remplacera celui-ci sur votre compte le { $ends }. Ce n’est pas vous ? Arrêtez-le : { $link }
text-change-effective = { $product } : un autre numéro de téléphone a remplacé celui-ci sur votre compte. Ce n’est pas vous ? Dites-le-nous : { $link }
refused-phone-same = C’est le numéro de téléphone que votre compte a déjà.
refused-phone-open = Un autre changement du numéro de téléphone de ce compte est en cours. Il doit d’abord se terminer.
refused-phone-directory = Les numéros de téléphone ne peuvent pas être changés ici. L’assistance vous écrira.
refused-phone-over = Ce changement du numéro de téléphone est terminé.
