## Mails.

mail-hello-name = Hello { $name },
mail-hello = Hello,
mail-title = { $product }: case { $reference }
mail-what-happened = What happened
mail-what-needed = What we need from you
mail-what-next = What happens next
mail-nothing = Nothing for now.
mail-open = Open your case page
mail-copy-address = If the button does not work, copy this address into your browser:
mail-not-me = This wasn't me
mail-object = If you did not ask for help, stop the case with this link. You do not have to sign in.
mail-copy-same = The same as an address to copy:
mail-codes = Your codes stay with you
mail-codes-text = This mail does not ask for a code or a password, and no mail from us ever will. Nobody from the desk will ask you for the six digits except in the way your own case page shows you.
mail-audit = Audit log: { $size ->
    [one] { $size } entry
   *[other] { $size } entries
}, root { $root }
mail-witness = (kept in your mailbox, this line is a witness that our record of the case was not changed later)

# Stands behind the word device where the device is known.
mail-device = {" "}({ $device })
device-named = { $kind } “{ $name }”
mail-ask-again = Nothing. If you still need help, you can make a new request at any time.
mail-over = Your account stays as it is. The case is over.
mail-check-then = When everything is there, we check the case and write to you again. Nothing has been changed on the account so far.
mail-link-press = Open the link and press the button on the page. Opening the link alone does nothing.
mail-waiting-needed = If you asked for this: nothing. If you did not, stop it before the waiting time ends.
mail-waiting-next = { $devices ->
    [one] After the waiting time an agent looks at the case once more and deactivates the MFA device{ $device }. We write to every address on record when that is done.
   *[other] After the waiting time an agent looks at the case once more and deactivates the MFA devices{ $device }. We write to every address on record when that is done.
}

mail-received-subject = { $product }: Email verification for case { $reference }
mail-received-happened = Someone asked us for help with an MFA device{ $device } that is lost or cannot be used. This address is on record for the account. The request is case { $reference }.
mail-received-needed = If it was you, open the link and press “{ $button }” on the page. Opening the link alone does nothing.
mail-received-next = Once the address is verified, your case page shows every further step. Nothing has been changed on the account so far.
mail-received-object = If it was not you, stop the request with this link. You do not have to sign in.

mail-link-again-subject = { $product }: New link for case { $reference }
mail-link-again-happened = A new link to the page of case { $reference } was asked for. Here it is.
mail-link-again-next = Your case page shows where the case stands and every further step.

mail-confirmed-subject = { $product }: Email address verified for case { $reference }
mail-confirmed-happened = Your email address is verified for case { $reference }.
mail-confirmed-nothing = Nothing for now. Your case page shows it if that changes.
mail-confirmed-phone = The phone check is made with { $phone }. If that number is out of date, write to us on your case page.

mail-approval-subject = { $product }: Case { $reference } is waiting for approval
mail-approval-happened = Everything we asked you for in case { $reference } is there. A second person at the desk now looks at it, because nobody may decide a case alone.
mail-approval-next = We write to you as soon as it is decided. A waiting time may follow. Nothing has been changed on the account so far.

mail-unapproved-subject = { $product }: Case { $reference } was not approved
mail-unapproved-happened = A second person at the desk looked at case { $reference } and did not approve it. Nothing was changed on the account. Every check has to be made again.
mail-unapproved-next = Once the checks are made again, a second person looks at the case once more.

mail-waiting-subject = { $product }: Waiting time started for case { $reference }
mail-waiting-happened = Case { $reference } has passed its checks, and a waiting time has begun. It ends on { $ends }.
mail-waiting-why = We wait so that you have time to stop the case, should somebody else have asked in your name.
mail-halfway-subject = { $product }: Half of the waiting time for case { $reference } is over
mail-halfway-happened = Half of the waiting time of case { $reference } is over. It ends on { $ends }.

mail-ready-subject = { $product }: Case { $reference } is ready
mail-ready-happened = Everything that case { $reference } needs is there.
mail-ready-next = { $devices ->
    [one] An agent looks at the case once more and deactivates the MFA device{ $device }. We write to you when that is done.
   *[other] An agent looks at the case once more and deactivates the MFA devices{ $device }. We write to you when that is done.
}

mail-lapsed-subject = { $product }: A check has to be repeated for case { $reference }
mail-lapsed-happened = Every check counts for a limited time. For one check in case { $reference } that time is over, so it has to be repeated before the case can go on.
mail-lapsed-needed = Open your case page and repeat the check that it shows.
mail-lapsed-next = When everything is there again, the case goes on. Nothing has been changed on the account so far.

mail-deactivated-subject = { $product }: MFA device deactivated, case { $reference }
mail-deactivated-happened = { $devices ->
    [one] The MFA device{ $device } on your account was deactivated in case { $reference }. It can no longer be used to sign in.
   *[other] The MFA devices{ $device } on your account were deactivated in case { $reference }. They can no longer be used to sign in.
}
mail-deactivated-needed = Sign in with your password and activate a new MFA device now. The account is less well protected until you do.
mail-receipt = The attached receipt proves, without asking us, who had it done, on which evidence and under which rules. Keep it with this mail.
mail-deactivated-next = The case closes by itself after some days.
mail-deactivated-left = { $lefts ->
    [one] One other device stays active{ $left }. It can still be used to sign in.
   *[other] Other devices stay active{ $left }. They can still be used to sign in.
}
mail-deactivated-object = If you did not ask for this, tell us at once with this link. You do not have to sign in.

mail-partly-subject = { $product }: Some MFA devices deactivated, case { $reference }
mail-partly-left = { $lefts ->
    [one] One device could not be deactivated{ $left }. It can still be used to sign in.
   *[other] Some devices could not be deactivated{ $left }. They can still be used to sign in.
}
mail-partly-next = An agent looks at what is left. We write to you when that is decided.

mail-resynchronised-subject = { $product }: Your device works again, case { $reference }
mail-resynchronised-happened = The clock of your MFA device had drifted. Two of its codes put it right, and your device works again. Nothing was deactivated, and case { $reference } is closed.
mail-resynchronised-needed = Nothing. If you did not do this, stop it with the link below.
mail-resynchronised-next = Sign in as usual, with a code of your device.

mail-rejected-subject = { $product }: Case { $reference } was declined
mail-rejected-happened = We ended case { $reference } without deactivating the MFA device.
mail-rejected-reason = The desk gave this reason:
mail-rejected-needed = Nothing for this case. If you still need help, you can make a new request at any time.

mail-withdrawn-subject = { $product }: Case { $reference } was withdrawn
mail-withdrawn-happened = Case { $reference } was withdrawn on its case page, so we ended it.
mail-expired-subject = { $product }: Case { $reference } has expired
mail-expired-happened = The time for case { $reference } ran out before everything it needed was there, so it has ended.
mail-merged-subject = { $product }: Case { $reference } was merged into another
mail-merged-happened = You asked twice for the same account. We ended case { $reference } and go on with case { $kept }. Nothing was deactivated.
mail-merged-needed = Nothing for this case. What case { $kept } still needs stands in the mails about it. Proofs that you gave for case { $reference } do not count there.
mail-merged-next = Everything further happens in case { $kept }.

mail-closed-subject = { $product }: Case { $reference } is closed
mail-closed-happened = Case { $reference } is closed.
mail-closed-needed = Nothing. If you need help again, you can make a new request at any time.
mail-closed-next = Nothing more happens in this case.

mail-disputed-subject = { $product }: Case { $reference } was stopped
mail-disputed-happened = Someone used the “This wasn't me” link of case { $reference }. The case stands still. Every sign-in of the account has ended.
mail-disputed-needed = If you used the link: nothing, but do change the password of your account to be safe. If you asked for help yourself and somebody else stopped it: wait until we write to you.
mail-disputed-next = A supervisor looks at what happened. Only a supervisor can let the case go on, and then every check has to be made anew.
mail-resumed-subject = { $product }: Case { $reference } goes on
mail-resumed-happened = Case { $reference } had been stopped. A supervisor has looked at it and lets it go on.
mail-resumed-needed = Every check has to be made anew.

mail-message-subject = { $product }: New message about case { $reference }
mail-message-happened = The desk wrote to you about case { $reference }.
mail-message-quoted = The message:
mail-message-needed = Read the message. If it needs an answer, give it on your case page.
mail-message-next = The message is on your case page as well, with everything else about the case.
