## Signing in to an account, and the account's own pages.

account-title = Your account
account-nav = Account
account-sign-out = Sign out
account-signed-in-as = You are signed in as { $email }.

sign-in-title = Sign in
sign-in-email = E-mail address of the account
sign-in-next = Next
sign-in-password = Password
sign-in-other-account = Use another account
sign-in-need-help = I lost my device and need help

device-title = Sign in with authentication device
device-code = Code of your device
device-code-hint = Six digits from your authenticator app or token.
device-unreadable = Check what you typed: this cannot be such a code.
device-contact-desk = I cannot do this and would like to contact support
device-none-text = Your account has no authentication device, and a password alone is not enough here. Contact support, or open the link in our mail to you and sign in from there.
device-none-here-text = None of your account’s authentication devices can be checked on this page. Contact support.

recovery-code = Recovery code
recovery-code-hint = 24 letters and digits. Spaces and hyphens do not matter. Each code works once.
recovery-code-use = Use a recovery code
recovery-code-send = Use this code
