## The page of a case.

case-title-of = Your case { $reference }
status-submitted = Confirm your e-mail address
status-submitted-text = We have written to the address of your account.
status-needed = Something is needed from you
status-looking = The desk is looking at your request
status-looking-text = You will get a mail when something changes.
status-approval = A second person is checking your request
status-approval-text = You have done everything that was needed. You will get a mail when it is approved.
status-cooling-off = Approved: a waiting time protects your account
status-cooling-off-text = Everyone at the account’s addresses has been told and can object until { $ends }.
status-ready = The desk will deactivate your device next
status-ready-text = Everything is there. You will get a mail when it is done.
status-deactivating = Your device is being deactivated
status-deactivating-text = This takes a moment.
status-deactivated = Your device is deactivated
status-deactivated-text = Sign in with your password now, and activate a new device straight away.
status-partly = Some of your devices are deactivated
status-partly-text = The others could not be deactivated yet and still work. An agent looks at what is left.
status-closed = This case is closed
status-closed-text = { $devices ->
    [one] Your device was deactivated.
   *[other] Your devices were deactivated.
}
status-rejected = The desk could not help with this request
status-nothing-deactivated = Nothing was deactivated.
status-withdrawn = You withdrew this request
status-expired = This request has expired
status-expired-text = Nothing was deactivated. You can make a new one.
status-disputed = This request is stopped
status-disputed-text = Someone at an address of the account said that it was not theirs. A supervisor is looking at it.

status-waiting-title = Waiting time
status-waiting = It ends on { $ends }. Every address of your account has been told. You need to do nothing until then.

step-received = Request received
step-received-text = Your request is written down.
step-email = Confirm your e-mail address
step-email-text = With the link we sent to the address of your account.
step-proof = Prove that it is you
step-proof-text = With the phone number of your account, or another way the desk offers.
step-approval = Second person checks
step-approval-text = Someone else at the desk looks at the evidence.
step-waiting = Waiting time
step-waiting-text = The account’s addresses are told and can object.
step-deactivated = Device deactivated
step-deactivated-text = You can sign in and activate a new one.
# Read out after the name of a step.
step-is-done = (done)
step-is-now = (you are here)
step-is-todo = (not yet)

status-side = Progress and account
status-where = Where you are
status-request = This request
status-reference = Reference
status-account-email = E-mail of the account
status-account-phone = Phone of the account
# The account has no phone number.
status-no-phone = None
status-device = Device
status-devices = Devices of this request
status-device-approved = will be deactivated
status-device-ordered = being deactivated
status-device-deactivated = deactivated
status-device-failed = still active

status-messages = Messages
status-no-messages = There are no messages yet.
status-from-desk = The desk
status-from-you = You
status-by-mail = By e-mail from your address
status-reload = { $link } to see what is new.
status-reload-link = Load this page again
status-write = Write to us
status-send = Send message
status-not-needed = I do not need this any more
status-withdraw-text = If you withdraw, we stop and your device stays active. You can send a new request later.
status-withdraw = Withdraw
status-again = { $link } again if you still cannot sign in.

phone-title = Phone number verification
phone-of-account = the number of your account
phone-calling = We are calling { $phone }.
phone-agent-calls = One of our agents calls you on { $phone }.
phone-call-says = The call says
phone-agent-says = The agent says
phone-type = Type these digits on your phone, then #
phone-read = Read these digits to the agent
phone-same-words = The call says the same two words as this page. If the words are different, hang up.
phone-same-words-agent = The agent says the same two words as this page. If the words are different, hang up.
phone-heard = Have you heard the two words? Then show your code and read it to the agent.
phone-show-code = Show my code
phone-digits-until = The digits count until { $until }. { $tries ->
    [one] { $tries } try left.
   *[other] { $tries } tries left.
}
phone-call-until = This call counts until { $until }. { $tries ->
    [one] { $tries } try left.
   *[other] { $tries } tries left.
}
phone-we-call = We call { $phone }. This page then shows six digits. You type them on your phone.
phone-call-me = Call me now
phone-calls-left = { $count ->
    [one] { $count } call left this hour. Have your phone in your hand.
   *[other] { $count } calls left this hour. Have your phone in your hand.
}
phone-shown-elsewhere = The code is shown in another browser.
phone-read-if = Read the code to the agent, if they said the same two words.
phone-someone-calls = Someone from the desk is calling you.
phone-wrong-too-often = The digits were wrong too often. Ask for a new call.
phone-code-too-old = The last code is too old. Ask for a new call.
phone-none = Your account has no phone number. The desk will write to you.
phone-no-calls = Someone from the desk will call you.
call-queued = We are calling you now.
call-ringing = Your phone should be ringing.
call-answered = You have picked up. Type the six digits on your phone.
call-completed = The call is over.
call-unknown = We cannot tell whether the call was placed. If your phone does not ring, ask for a new call.
call-busy = The line was busy.
call-no-answer = Nobody picked up.
call-failed = The call could not be made.

need-email_link = Confirm your email address: open the link we sent you and press its button.
need-call_me = Confirm your phone number: open your case's page and press “Call me now”.
need-callback = Confirm your phone number: an agent will call it. Have your case's page open then.
need-desk = The desk cannot finish this online. It will write to you about what else is needed.
need-administrator = An administrator of your account has to approve: open your case's page and press “Ask my administrators”.
need-recovery_code = Use one of your saved recovery codes on your case's page. If you have none, write to us there.
need-or_recovery_code = Or use a saved recovery code: open your case's page.
need-document = Send us an identity document: open your case's page, choose a photo or a scan and press “Upload document”.
need-or_document = Or send us an identity document: open your case's page.
need-in_person = Meet one of our agents or a notary in person. We will write to you about how.

# A case that was about the phone number alone.
status-merged = This case was merged into another
status-merged-text = You asked twice for the same account, and the other case goes on. A mail told you which. Nothing was deactivated in this one.
status-phone-changed = The phone number was changed
status-phone-changed-text = Nothing was deactivated. Calls now go to the new number.
