## Why something was not done, beside a button or on an error page.

halt-no-such-case = There is no case with this reference.
halt-unknown-link = This link is not valid. It may have been cut in two by the mail program.
halt-used-link = This link has been used already.
halt-expired-link = This link is too old.
halt-too-often = This was done too often. Wait a while before you try again.
halt-no-challenge = There is no open call for this case. Start a new one.
halt-wrong-password = This e-mail address and password do not belong together.
halt-not-verified = This could not be verified. Check what you typed, and use each code only once.
halt-other-account = This link was sent to another account. Sign in with the account that the mail was sent to.
halt-gone = This is not there any more.
halt-not-possible = This is not possible for this case now.
refused-over = This case is over. You can make a new request.
refused-disputed = Someone at an address of the account said that this request was not theirs. Only a supervisor can let it go on.
refused-no-account = No account matches this request, so nothing can be checked or deactivated.
refused-account-suspended = The account is suspended. It has to be restored first.
refused-cooling-off = The waiting time has not ended yet.
calls-not-offered = Automated calls are not offered here. The desk will call you.
no-phone-of-record = The account has no telephone number of record.
called-too-often = This phone has been called as often as is allowed for now. Try again later.
written-too-often = You have written a lot. Wait for the desk’s answer.
network-too-often = Too many requests came from your network. Try again after { $time }.
codes-wait = Wrong digits were typed too often. You can have a new code after { $time }.
codes-blocked = Checks by telephone are blocked for your account, because wrong digits were typed too often in a row. Write a message to the desk: a supervisor can allow them again.
