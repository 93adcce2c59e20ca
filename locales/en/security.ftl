## Security credentials: the pages where people keep their authenticators, and passkeys wherever they are asked for.

security-title = Security credentials
security-lead = What you sign in with besides your password.
security-none = You have no MFA device yet.
security-unprotected = Your account has no MFA device, so you could be locked out of it. Activate one now.
security-hint-recovery = Deactivate the device that you lost, then activate a new one. This sign-in lasts half an hour and is for this alone. When you are done, sign out and sign in with the new device.
security-hint-first = Nobody works at the desk without a device. Activate one, then sign in with it.
security-activate = Activate MFA
security-devices = Your MFA devices
security-active-since = Active since { $time }
security-last-used = Last used { $time }
security-not-used = Not used yet
security-deactivate = Deactivate
security-rename = Rename
security-full = You have { $most } devices, and cannot have more. Deactivate one before you activate another.
security-activated = The device is active.
security-deactivated = The device was deactivated. You were signed out everywhere else.
security-renamed = The device has its new name.
security-kind = What do you want to activate?
security-name = Name of the device
security-name-hint = So that you recognise it later, such as “My phone”. At most { $most } characters.
security-continue = Continue
security-cancel = Cancel
security-device-title = Activate an authenticator app
security-device-name = Device: { $name }
security-device-scan = 1. Scan this code with your authenticator app
security-device-qr = QR code with the secret for your authenticator app
security-device-secret = Cannot scan it? Type the secret
security-device-secret-text = Add an account in the app by hand, with this secret and codes that change with time:
security-device-codes = 2. Type two codes in a row
security-device-codes-text = The app shows a new code every 30 seconds. Type the one it shows now and the one after it.
security-first-code = First code
security-second-code = Second code
security-second-code-hint = Wait until the app shows the next code.
security-passkey-title = Activate a passkey or security key
security-passkey-text = Your browser asks for the passkey or security key, and the device asks for your PIN, your finger or your face.
security-passkey-button = Set up passkey or security key
security-codes-title = Recovery codes
security-codes-text = A recovery code signs you in once when your device is not at hand.
security-codes-left = { $count ->
    [0] You have no recovery codes.
    [one] You have { $count } recovery code left.
   *[other] You have { $count } recovery codes left.
}
security-codes-make = Make new recovery codes
security-codes-void = Codes from before stop working.
security-codes-made = The device is active. Here are recovery codes for the day when you do not have it.
security-codes-once = These codes are shown only now. Print them, or save them where you find them without your device. Each works once.
security-codes-saved = I have saved them
security-deactivate-title = Deactivate this device?
security-deactivate-what = What will be deactivated
security-deactivate-at-once = The device stops working at once.
security-deactivate-sessions = You are signed out everywhere else.
security-deactivate-mail = We tell you by mail.
security-deactivate-last = This is your only MFA device. Your password alone will not sign you in, so activate another device right afterwards.
passkey-use = Use a passkey or security key
passkey-without = Passkeys need JavaScript and a browser that supports them. Use a code of your device or a recovery code here.
passkey-without-set-up = Passkeys need JavaScript and a browser that supports them. Activate an authenticator app instead, or open this page in another browser.
passkey-failed = The browser got no answer from the passkey or security key. Try again.
passkey-known = This passkey or security key is active already.
