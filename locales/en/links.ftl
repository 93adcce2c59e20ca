## The pages behind the links in mails, and the case page of a browser that does not know the case.

case-title = Your case
open-confirm = Confirm your e-mail address
open-confirm-lead = Press the button to confirm that you received our mail. Your case then opens in this browser.
open-again = Open your case
open-again-lead = Press the button to open your case in this browser.
open-confirm-button = Verify your email address
open-again-button = Open my case
open-why = Why is there a button?
open-why-text = Opening this page has changed nothing yet. Some mail programs open every link by themselves. Only you can press the button. It works once.
open-not-you = You did not ask for this?
open-not-you-text = Then do not press it. Use the link “This wasn’t me” in our mail, and the request stops.

object-title = This wasn’t me
object-lead = Someone asked us to deactivate the MFA device of your account. If it was not you, stop the request here.
object-button = Stop this request
object-what = What the button does
object-what-stops = It stops the request at once. No one can go on with it.
object-what-free = You do not need to sign in, and nothing else is needed from you.
object-what-supervisor = A supervisor looks at what happened.
object-nothing-yet = Opening this page has changed nothing yet. If the request is yours, close this page.

objected-title = The request is stopped
objected-off = Thank you. The device was deactivated before you stopped the request, or is being deactivated now. Change your password at once. Every sign-in of the account has ended, and devices that were activated since the request began are deactivated. Once a supervisor has looked at it, you can activate a new device.
objected-safe = Thank you. No one can go on with this request. Your device stays as it is.
objected-others = Every other open request for your account is stopped too.
objected-now = What happens now
objected-supervisor = A supervisor looks at the request. You need to do nothing.
objected-passwords = Someone may know your password or read your mail. We advise you to change both passwords soon.
objected-write = If we need you, we write to the address of your account. { $promise }

private-title = Open your case with a link
private-lead = We show a case only to whoever can open its link.
private-ended = Your access in this browser has ended, so nothing was sent. Open the case with a link again, then send it.
private-sent = Look in your mailbox
private-sent-text = If there is a case with this reference, we have sent a new link to the address of its account. Look in the spam folder too. It can take some minutes.
private-button = Send me a new link
private-only = We send it to the e-mail address of the account, and to no other.
private-wrong = No reference, or the wrong one? { $link } again.

invalid-title = This link does not work
invalid-headline = This link does not work any more
invalid-text = Your case is not affected. You can have a new link sent to the address of your account.
invalid-button = Go to the page of my case
contact-stop-lead = Your organisation asked us to change this for your account: { $about }. If that is not right, stop the change here.
contact-stop-lead-effective = This has changed for your account: { $about }. If that is not right, tell us here.
contact-stop-button = Stop this change
contact-stop-what-stops = It stops the change at once, and every open request for your account with it.
contact-stop-nothing-yet = Opening this page has changed nothing yet. If the change is right, close this page.
contact-stopped-title = The change is stopped
contact-stopped-safe = Thank you. The addresses of your account stay as they were.
contact-told-title = Thank you for telling us
contact-told-late = The change counts already. Every open request for your account is stopped until a supervisor has looked at it.
contact-stopped-supervisor = A supervisor looks at what happened. You need to do nothing.
contact-invalid-text = If something about your account is not right, ask us for help.
contact-invalid-button = Ask for help
