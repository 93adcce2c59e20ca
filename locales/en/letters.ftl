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
