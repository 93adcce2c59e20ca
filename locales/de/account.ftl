## Signing in to an account, and the account's own pages.

account-title = Ihr Konto
account-nav = Konto
account-sign-out = Abmelden
account-signed-in-as = Sie sind angemeldet als { $email }.

sign-in-title = Anmelden
sign-in-email = E-Mail-Adresse des Kontos
sign-in-next = Weiter
sign-in-password = Passwort
sign-in-other-account = Anderes Konto verwenden
sign-in-need-help = Ich habe mein Gerät verloren und brauche Hilfe

device-title = Mit Authentifizierungs­gerät anmelden
device-code = Code Ihres Geräts
device-code-hint = Sechs Ziffern aus Ihrer Authenticator-App oder von Ihrem Token.
device-unreadable = Prüfen Sie Ihre Eingabe: Das kann kein solcher Code sein.
device-contact-desk = Ich kann das nicht und möchte den Helpdesk erreichen
device-none-text = Ihr Konto hat kein Authentifizierungs­gerät, und ein Passwort allein genügt hier nicht. Wenden Sie sich an den Helpdesk, oder öffnen Sie den Link in unserer E-Mail an Sie und melden Sie sich von dort an.
device-none-here-text = Keines der Authentifizierungs­geräte Ihres Kontos kann auf dieser Seite geprüft werden. Wenden Sie sich an den Helpdesk.

recovery-code = Wiederherstellungscode
recovery-code-hint = 24 Buchstaben und Ziffern. Leerzeichen und Bindestriche sind gleichgültig. Jeder Code gilt einmal.
recovery-code-use = Einen Wiederherstellungscode verwenden
recovery-code-send = Diesen Code verwenden
