## An owner helps themself: troubleshooting, the three steps of alternative factors, and handing over to the desk.

troubleshoot-link = Troubleshoot MFA
troubleshoot-title = Troubleshoot your authentication device
troubleshoot-resync = My device is out of sync
troubleshoot-support = I'm still having problems and would like to contact support
troubleshoot-back = Back to the code of my device
troubleshoot-member = Your sign-in is managed by the administrators of your account, so one of them has to have your device deactivated. We can write to them for you. They see who asks, for which device and from where.
troubleshoot-ask-administrator = Ask my administrators for help
resync-sign-in-text = Type two codes that your device shows one right after the other. If they fit, we put its clock right. Then you sign in with the next code.
resync-done = The clock of your device is put right. Wait for its next code, and sign in with it.

alternative-title = You cannot use your device
alternative-text = Prove with the email address and the phone number of your account that it is you. It takes a few minutes. Then you deactivate the device and activate a new one.
alternative-begin = Sign in using alternative factors

recovery-email-title = Step 1: Email address verification
recovery-phone-title = Step 2: Phone number verification
recovery-sign-in-title = Step 3: Sign in
recovery-over-title = This sign-in has ended
recovery-email-lead = We send a verification email to the address of your account: { $address }
recovery-mail-send = Send verification email
recovery-mail-again = Send verification email again
recovery-mailed = The email is on its way. Its link works for { $minutes } minutes. Open it on any device and press “Verify your email address” there. Look in the spam folder too.
recovery-opened = The link was opened on { $at }, but the button was not pressed: opened, not confirmed.
recovery-moves-on = This page moves on by itself. If it does not, press “Continue”.
recovery-continue = Continue
recovery-mailed-too-often = The email was sent as often as is allowed for now. Wait a while, or contact support.
recovery-too-often = This was begun too often. Wait a while before you try again, or contact support.
recovery-no-calls = Automated calls are not offered here. Contact support: someone will call you.
recovery-no-phone = Your account has no phone number, so this step cannot be made here. Contact support: what you have proved is kept.
recovery-update-phone = I need to update my phone number
recovery-sign-in-lead = Your email address and your phone number are verified. You can sign in now.
recovery-sign-in-button = Sign in to the console
recovery-sign-in-only = For half an hour you can deactivate your device and activate a new one, and nothing else.
recovery-desk-lead = You have proved everything that was asked for. For your account that is not enough to go on alone.
recovery-desk-text = Someone at the desk has to look at it, and a waiting time may follow. Everything that you have proved is kept. Hand the case over: you can then follow it on its own page, and we write to every address of your account.
recovery-desk-button = Hand over to the desk
recovery-stopped = Someone at an address of your account said that this was not you. It stands still, and a supervisor looks at it.
recovery-with-desk = The desk has your case { $reference } now. It goes on there.
recovery-open-case = Open my case
recovery-over = It was not finished in time, was begun anew in another browser, or is done. Nothing proved here counts any more.
recovery-again = Begin again

verify-title = Email address verification
verify-lead = Someone is signing in to your account without its authentication device, and has to verify this address. If it is you, press the button, and go on where you began.
verified-eyebrow = Verified
verified-title = Your email address is verified
verified-lead = Go back to the page where you began. It moves on by itself.
verified-same = Did you begin in this browser? Then you can go on here.

security-deactivating = Your device is being deactivated. Load this page again in a moment.
security-not-deactivated = Your device could not be deactivated. Try again, or contact support.

after-title = Your device is deactivated
after-text = Activate a new one now. Until then nobody can sign in to your account as usual.
after-button = Activate a new device
after-link-text = This browser does not know the case in which that was done. Open the page of the case with a link from your mailbox, and then sign in here again.
after-link = Go to the page of my case

setback-email_not_received = The verification e-mail was not confirmed
setback-call_not_answered = The call to the phone of record was not answered
setback-wrong_codes = Wrong digits were typed on the phone
setback-no_calls = Automated calls are not offered
setback-no_phone = The account has no phone of record
setback-phone_outdated = The phone number of record is out of date
setback-device_codes = The codes of the device were not accepted
setback-policy = Everything was proved, but the policy asks for more

mail-verify-subject = { $product }: Email verification for case { $reference }
mail-verify-happened = Someone who knows the password of your account is signing in without its MFA device. This address is on record for the account. The attempt is case { $reference }.
mail-verify-next = Once the address is verified, the page where the sign-in began goes on with the next step. Nothing has been changed on the account so far.
mail-let-in-subject = { $product }: Sign-in without your MFA device, case { $reference }
mail-let-in-happened = Someone signed in to your account with its password, this email address and its phone number, without the MFA device. This was case { $reference }. For half an hour they can deactivate devices and activate new ones, and nothing else.
mail-let-in-needed = If it was you: nothing. If it was not, stop it at once with the link below.
mail-let-in-next = We write to you whenever a device is deactivated or activated.
mail-handed-subject = { $product }: The desk has your case { $reference }
mail-handed-happened = You asked the desk for help with case { $reference }, which you had begun when signing in. Everything you proved is kept.
mail-handed-next = The desk looks at the case and writes to you. Your case page shows where it stands and every further step. Nothing has been changed on the account so far.
