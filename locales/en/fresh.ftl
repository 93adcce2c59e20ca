## A fresh authenticator app, after a deactivation.

fresh-title = Set up a new authenticator app
fresh-text = The new app takes the place of the deactivated one. Have your phone at hand: the code is shown once, in this browser only.
fresh-press = Show the code
fresh-once = This code is shown only now. Add it to your app before you leave this page, and show it to nobody: whoever has it has your device.
fresh-scan = Scan this code with your authenticator app
fresh-saved = I have added it
fresh-done = A new authenticator app was set up. If that was not you, use the link in one of our e-mails to object.
fresh-already = An authenticator app was set up for this case already. If you have no code from it, write to the support desk.
fresh-under-way = The authenticator app is being set up at this moment. If nothing is shown, try again in five minutes.
fresh-failed = The authenticator app could not be set up. Nothing was changed for good; try again in a moment.
