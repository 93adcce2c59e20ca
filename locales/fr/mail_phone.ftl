## E-mails sur un changement du numéro de téléphone.

mail-phone-instead = , à la place du { $old }
mail-phone-requested-subject = { $product } : Un nouveau numéro de téléphone a été demandé dans le dossier { $reference }
mail-phone-requested-happened = Dans le dossier { $reference }, il est demandé que le { $new } devienne le numéro de téléphone de votre compte{ $instead }. Rien n’est encore modifié.
mail-phone-requested-needed = Si vous l’avez demandé : un agent doit voir une pièce d’identité, ou vous rencontrer. La page de votre dossier indique ce qui manque encore. Si vous ne l’avez pas demandé, arrêtez tout maintenant.
mail-phone-requested-next = Quand tout est là, un deuxième agent l’examine. Ensuite, le changement est retenu quelques jours, et toutes les adresses enregistrées sont prévenues avant qu’il prenne effet.
mail-phone-held-subject = { $product } : Votre numéro de téléphone va être modifié : dossier { $reference }
mail-phone-held-happened = Le dossier { $reference } a passé ses vérifications : le { $new } devient le numéro de téléphone de votre compte{ $instead }. Le changement est retenu jusqu’au { $ends }.
mail-phone-held-needed = Si vous l’avez demandé : rien. Sinon, arrêtez le changement avant la fin de ce délai.
mail-phone-held-next = À la fin de ce délai, le nouveau numéro sert aux vérifications. D’ici là, aucune ne l’utilise. Nous vous écrivons à mi-chemin et quand le changement prend effet.
mail-phone-halfway-subject = { $product } : Votre numéro de téléphone va bientôt être modifié : dossier { $reference }
mail-phone-halfway-happened = La moitié du délai pour s’opposer est passée. Dans le dossier { $reference }, le { $new } devient le numéro de téléphone de votre compte{ $instead }. Le changement est retenu jusqu’au { $ends }.
mail-phone-halfway-next = À la fin de ce délai, le nouveau numéro sert aux vérifications. Nous vous écrirons alors encore une fois.
mail-phone-effective-subject = { $product } : Votre numéro de téléphone a été modifié : dossier { $reference }
mail-phone-effective-happened = Le { $new } est maintenant le numéro de téléphone de votre compte{ $instead }.
mail-phone-effective-needed = Si vous l’avez demandé et avez encore besoin d’aide, continuez sur la page de votre dossier. Si vous ne l’avez pas demandé, dites-le-nous immédiatement.
mail-phone-effective-next = Les vérifications utilisent désormais le nouveau numéro. Ce qui a été prouvé avec l’ancien ne compte plus.
mail-phone-refused-subject = { $product } : Votre numéro de téléphone n’a pas été modifié : dossier { $reference }
mail-phone-refused-happened = Un agent a examiné le passage au { $new } dans le dossier { $reference } et l’a refusé. Votre numéro de téléphone reste tel qu’il est.
mail-phone-refused-needed = Rien pour le moment. Vous pouvez redemander sur la page de votre dossier.
mail-phone-refused-next = Le dossier lui-même continue.
mail-phone-ended-subject = { $product } : Le changement de votre numéro de téléphone est abandonné : dossier { $reference }
mail-phone-ended-happened = Le passage au { $new } dans le dossier { $reference } est abandonné. Votre numéro de téléphone reste tel qu’il est.
mail-phone-ended-needed = Rien. Si vous n’avez pas demandé ce changement, dites-le-nous.
mail-phone-ended-next = Vous pouvez redemander si vous avez encore besoin d’un autre numéro.
