## Sessions, and proving oneself again in one.

step-up-title = Confirm that it is you
step-up-text = What you want to do needs a fresh code of your device. It counts for { $minutes } minutes. Nothing has been done yet.
step-up-button = Confirm
sessions-nav = Sign-ins
sessions-title = Where you are signed in
sessions-text = Each line is a sign-in. End those that you do not know, and change your password if somebody else knows it.
sessions-device = Browser
sessions-network = Network address
sessions-since = Signed in
sessions-last = Last used
sessions-this = This one
sessions-end = Sign out
sessions-end-label = Sign out { $device }
sessions-everywhere = Sign out everywhere
sessions-everywhere-text = Ends every sign-in, this one too, and forgets every browser that was known.
sessions-ended = That sign-in has ended.
