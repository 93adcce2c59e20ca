## Mails about a change of the phone number. Both numbers are masked.

# Stands behind “phone number of your account” where there was a number before.
mail-phone-instead = , in place of { $old }
mail-phone-requested-subject = { $product }: A new phone number was asked for in case { $reference }
mail-phone-requested-happened = Case { $reference } asks that { $new } becomes the phone number of your account{ $instead }. Nothing is changed yet.
mail-phone-requested-needed = If you asked for this: an agent has to see an identity document of yours, or meet you. The page of your case says what is still missing. If you did not ask for it, stop it now.
mail-phone-requested-next = When everything is there, a second agent looks at it. Then the change is held for some days, and every address on record is told before it counts.
mail-phone-held-subject = { $product }: Your phone number will be changed: case { $reference }
mail-phone-held-happened = Case { $reference } has passed its checks: { $new } becomes the phone number of your account{ $instead }. The change is held until { $ends }.
mail-phone-held-needed = If you asked for this: nothing. If you did not, stop it before the hold ends.
mail-phone-held-next = When the hold ends, the new number is used for checks. Until then no check uses it. We write to you half way and when the change counts.
mail-phone-halfway-subject = { $product }: Your phone number will be changed soon: case { $reference }
mail-phone-halfway-happened = Half of the time to object is over. In case { $reference } { $new } becomes the phone number of your account{ $instead }. The change is held until { $ends }.
mail-phone-halfway-next = When the hold ends, the new number is used for checks. We write to you once more then.
mail-phone-effective-subject = { $product }: Your phone number was changed: case { $reference }
mail-phone-effective-happened = { $new } is now the phone number of your account{ $instead }.
mail-phone-effective-needed = If you asked for this and still need help, go on on the page of your case. If you did not ask for it, tell us at once.
mail-phone-effective-next = Checks use the new number from now on. What was proved with the old one does not count any more.
mail-phone-refused-subject = { $product }: Your phone number was not changed: case { $reference }
mail-phone-refused-happened = An agent looked at the change to { $new } in case { $reference } and refused it. Your phone number stays as it is.
mail-phone-refused-needed = Nothing for now. You can ask again on the page of your case.
mail-phone-refused-next = The case itself goes on.
mail-phone-ended-subject = { $product }: The change of your phone number has ended: case { $reference }
mail-phone-ended-happened = The change to { $new } in case { $reference } has ended. Your phone number stays as it is.
mail-phone-ended-needed = Nothing. If you did not ask for the change, tell us.
mail-phone-ended-next = You can ask again if you still need another number.
