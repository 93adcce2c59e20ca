## A member and the administrators of their account: the case's page, the mails, and the page where an administrator decides.

ask-title = An administrator of your account has to approve
ask-text = Your account is managed by others. Only an administrator of the account can have your device deactivated. We write to them and tell them who asks, for which device, from where and when.
ask-button = Ask my administrators
ask-done = Your request is on its way to the administrators of your account. You get a mail when one of them has decided. A request can be decided for 24 hours; then you can ask again.
ask-private = We do not tell who the administrators are. Can you reach one of them yourself? Tell them to look into their mail.
administrators-asked-too-often = Your administrators have been asked as often as is allowed for now. Try again tomorrow, or reach them yourself.
halt-decided = This request has been decided already, or is too old.

administer-link-title = Sign in to look at a request
administer-link-text = Someone asks something of you as an administrator. Sign in with the account that our mail was sent to. Opening this page has changed nothing.
administer-link-over = If a request is still open, you see it when you sign in.

requests-title = Requests that you can decide
requests-line = { $name }: { $device }
request-title = A request of a member
request-lead = Someone asks to have the device deactivated that they sign in with. You administer the account.
request-who = Who asks
request-name = Name
request-email = E-mail of the account
request-device = Device
request-what-happened = What happened
request-when = Asked on
request-network = Network address
request-case = Case
request-care = Make sure that it is really them: call the person or walk over. Do not answer a message that asks you to approve.
request-approve-text = If you approve, the desk deactivates the device. The member then signs in with the password alone until a new device is activated.
request-approve = Approve
request-reason = Reason
request-reason-hint = The member and the desk read it.
request-decline = Decline
request-approved = You approved the request. The desk has been told.
request-declined = You declined the request. The member and the desk have been told.

mail-asked-subject = { $product }: A member of your account asks for your decision, case { $reference }
mail-asked-happened = { $member } asks to have an MFA device deactivated: { $device }. They asked on { $at } from the network address { $network }. You get this mail because you are an administrator of the account.
mail-asked-needed = Make sure that it is really them, then sign in and approve or decline. Opening the link alone does nothing.
mail-asked-action = Look at the request
mail-asked-next = The link works for 24 hours. Nothing happens unless an administrator approves.

mail-declined-subject = { $product }: An administrator declined case { $reference }
mail-declined-happened = An administrator of your account declined case { $reference }. Your MFA device was not deactivated.
mail-declined-reason = The administrator gave this reason:
mail-declined-needed = Nothing for this case. If you still need help, speak to an administrator of your account first.
mail-declined-next = Your account stays as it is. The case is over.

status-declined = An administrator of your account declined
status-declined-text = Nothing was deactivated. Speak to an administrator of your account if you still need help.
status-resynchronised = Your device works again
status-resynchronised-text = Its clock was put right, and nothing was deactivated. Sign in with a code of your device.

ways-title = Other ways
saved-code-title = Use a saved recovery code
resync-title = My device is out of sync
resync-text = Type two codes that your device shows one right after the other. If they fit, we put its clock right and nothing has to be deactivated.
resync-first = First code
resync-second = The code after it
resync-send = Send both codes
