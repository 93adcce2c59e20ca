## Mails about signing in.

letter-not-you = Not you?
letter-not-you-text = If this was not you, someone else may have your password. Ask for help at once:
letter-security = See how you sign in
letter-activated-subject = { $product }: MFA device activated
letter-activated = An MFA device was activated for your account: { $device }.
letter-deactivated-subject = { $product }: MFA device deactivated
letter-deactivated = An MFA device of your account was deactivated: { $device }.
letter-codes-subject = { $product }: New recovery codes
letter-codes = New recovery codes were made for your account. Older ones do not work any more.
letter-new-device-subject = { $product }: New sign-in
letter-new-device = Someone signed in to your account with a browser that we had not seen before: { $device }, from the network address { $network }, on { $time }.
letter-taken-back-subject = { $product }: MFA devices of a stopped request deactivated
letter-taken-back = Request { $reference } was stopped from an address of your account. Every sign-in of the account has ended, and the MFA devices and recovery codes that were activated since the request began were deactivated.
letter-contact-subject = { $product }: A change of your account’s addresses
letter-contact-held = Your organisation asked us to change this for your account: { $about }. What we have now counts until { $until }, and after that the new.
letter-contact-halfway = Half of the time to object is over. Your organisation asked us to change this for your account: { $about }. The new counts from { $until } on.
letter-contact-effective = This has changed for your account: { $about }.
letter-contact-stop = This wasn’t me
letter-contact-not-you = Stop the change with the link above. You do not have to sign in, and the link also works for a while after the change. If you need help:
