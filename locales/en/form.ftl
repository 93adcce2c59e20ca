## The form that asks for help, and the page after it.

form-title = Request assistance with lost or unusable MFA device
form-error-count = { $count ->
    [one] { $count } answer needs your attention
   *[other] { $count } answers need your attention
}
form-kept = Everything you typed is still here.
form-lead = It takes about three minutes. Answer what you know. We write to the address of your account, and you follow your case on a page of its own.
# Only programs that fill in every field see this.
form-trap = Leave this empty
form-account = Your account
form-email = E-mail address of the account
form-email-hint = The address you sign in with.
form-account-number = Account number
form-account-number-hint = If you know it. Without it we look for the address.
form-name = Your name
form-what-happened = What happened
form-device = Which device is it?
form-reason = What happened to it?
form-failed-step = Which step failed, and how?
form-failed-step-hint = For example: “I typed the code twice, and the page said authentication failed.”
form-reach = How we reach you
form-phone = A number we can call you back on
form-phone-hint = With the country code, like +44 7911 123456. We use it for questions only: checks ever only go to the number your account already has.
form-language = Language
form-callback-time = Best time to call
form-callback-time-hint = For example: weekdays after 17:00, London time.
form-message = Anything else we should know?
no-secrets-hint = Please do not write passwords or codes here.
form-send = Send request
form-privacy = We use what you type here to handle this request, and for nothing else.

wrong-not-an-email = Enter an e-mail address such as name@example.com.
wrong-not-a-phone = Enter the number with its country code, such as +44 7911 123456.
wrong-no-name = Enter your name.
wrong-no-device = Choose which device it is.
wrong-no-reason = Choose what happened to it.
wrong-no-choice = Choose one of the answers.
wrong-not-one-line = Write this on one line, without special control characters.
wrong-unprintable = This holds control characters that cannot be stored.
wrong-too-long = Use at most { $longest } characters.
wrong-empty = Write something first.

received-title = We have received your request
received-eyebrow = Request received
received-headline = Check your e-mail
received-lead = If this matches an account, we have written to its address.
received-reference = Your reference
received-reference-text = Write it down. You need it if you want to ask about your request.
received-next = What happens next
received-open = Open the mail
received-open-text = Its link leads to a page with the button { $button }.
received-follow = Follow the steps on your case page
received-follow-text = You see there what we still need from you, and what we are doing.
received-write = We write at every change
received-write-text = You can close this page. Nothing is lost.
received-no-mail = No mail after ten minutes?
received-spam = Look in the spam or junk folder.
received-mailbox = Check that you looked in the mailbox of the account, not in another one.
received-new-link = { $link } on the page of your case.
received-new-link-link = Ask for a new link
received-typo = Was there a typing mistake in the address? { $link }
received-typo-link = Send the form again.
