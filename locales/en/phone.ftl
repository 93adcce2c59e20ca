## A change of the telephone number of record: what the old number hears and reads, and why something was not done.

call-change-held = Hello. This is { $product } with an automated call. In { $hours } hours another phone number replaces this one on your account. If you did not ask for this, press 9 now to stop it. If you did, hang up.
call-change-effective = Hello. This is { $product } with an automated call. Another phone number has replaced this one on your account. If you did not ask for this, press 9 now, and a supervisor looks at it.
call-change-again = Press 9 to stop the change. If you asked for it, hang up.
call-change-unanswered = No key was pressed, so nothing is stopped. Goodbye.
call-change-stopped = Thank you. The change is stopped, and no one can go on with it. A supervisor looks at what happened. Goodbye.
call-change-reported = Thank you. A supervisor looks at the change at once. Goodbye.
call-change-over = This change is over. There is nothing to stop any more. Goodbye.
text-change-held = { $product }: Another phone number replaces this one on your account on { $ends }. Not you? Stop it: { $link }
text-change-effective = { $product }: Another phone number has replaced this one on your account. Not you? Tell us: { $link }
refused-phone-same = This is the phone number that your account has already.
refused-phone-open = Another change of this account’s phone number is under way. It has to end first.
refused-phone-directory = Phone numbers cannot be changed here. The desk will write to you.
refused-phone-over = This change of the phone number is over.
