## Security credentials: the pages where people keep their authenticators, and passkeys wherever they are asked for.

security-title = Sicherheitsmerkmale
security-lead = Womit Sie sich außer mit Ihrem Passwort anmelden.
security-none = Sie haben noch kein MFA-Gerät.
security-unprotected = Ihr Konto hat kein MFA-Gerät, daher könnten Sie ausgesperrt werden. Aktivieren Sie jetzt eines.
security-hint-recovery = Deaktivieren Sie das verlorene Gerät und aktivieren Sie dann ein neues. Diese Anmeldung gilt eine halbe Stunde und nur dafür. Melden Sie sich danach ab und mit dem neuen Gerät wieder an.
security-hint-first = Am Helpdesk arbeitet niemand ohne Gerät. Aktivieren Sie eines und melden Sie sich dann damit an.
security-activate = MFA aktivieren
security-devices = Ihre MFA-Geräte
security-active-since = Aktiv seit { $time }
security-last-used = Zuletzt benutzt { $time }
security-not-used = Noch nicht benutzt
security-deactivate = Deaktivieren
security-rename = Umbenennen
security-full = Sie haben { $most } Geräte, mehr sind nicht möglich. Deaktivieren Sie eines, bevor Sie ein weiteres aktivieren.
security-activated = Das Gerät ist aktiv.
security-deactivated = Das Gerät wurde deaktiviert. Überall sonst wurden Sie abgemeldet.
security-renamed = Das Gerät hat seinen neuen Namen.
security-kind = Was möchten Sie aktivieren?
security-name = Name des Geräts
security-name-hint = Damit Sie es später wiedererkennen, zum Beispiel „Mein Telefon“. Höchstens { $most } Zeichen.
security-continue = Weiter
security-cancel = Abbrechen
security-device-title = Authenticator-App aktivieren
security-device-name = Gerät: { $name }
security-device-scan = 1. Scannen Sie diesen Code mit Ihrer Authenticator-App
security-device-qr = QR-Code mit dem Geheimnis für Ihre Authenticator-App
security-device-secret = Scannen geht nicht? Geheimnis eintippen
security-device-secret-text = Fügen Sie in der App von Hand ein Konto hinzu, mit diesem Geheimnis und zeitabhängigen Codes:
security-device-codes = 2. Geben Sie zwei aufeinanderfolgende Codes ein
security-device-codes-text = Die App zeigt alle 30 Sekunden einen neuen Code. Geben Sie den ein, den sie jetzt zeigt, und den danach.
security-first-code = Erster Code
security-second-code = Zweiter Code
security-second-code-hint = Warten Sie, bis die App den nächsten Code zeigt.
security-passkey-title = Passkey oder Sicherheitsschlüssel aktivieren
security-passkey-text = Ihr Browser fragt nach dem Passkey oder Sicherheitsschlüssel, und das Gerät nach PIN, Finger oder Gesicht.
security-passkey-button = Passkey oder Sicherheitsschlüssel einrichten
security-codes-title = Wiederherstellungs­codes
security-codes-text = Ein Wiederherstellungscode meldet Sie einmal an, wenn Sie Ihr Gerät nicht zur Hand haben.
security-codes-left = { $count ->
    [0] Sie haben keine Wiederherstellungscodes.
    [one] Sie haben noch { $count } Wiederherstellungscode.
   *[other] Sie haben noch { $count } Wiederherstellungscodes.
}
security-codes-make = Neue Wiederherstellungscodes erzeugen
security-codes-void = Bisherige Codes gelten dann nicht mehr.
security-codes-made = Das Gerät ist aktiv. Hier sind Wiederherstellungscodes für den Tag, an dem Sie es nicht haben.
security-codes-once = Diese Codes werden nur jetzt angezeigt. Drucken Sie sie aus oder bewahren Sie sie dort auf, wo Sie sie ohne Ihr Gerät finden. Jeder gilt einmal.
security-codes-saved = Ich habe sie gesichert
security-deactivate-title = Dieses Gerät deaktivieren?
security-deactivate-what = Was deaktiviert wird
security-deactivate-at-once = Das Gerät funktioniert sofort nicht mehr.
security-deactivate-sessions = Überall sonst werden Sie abgemeldet.
security-deactivate-mail = Wir teilen es Ihnen per E-Mail mit.
security-deactivate-last = Das ist Ihr einziges MFA-Gerät. Ihr Passwort allein genügt nicht zum Anmelden, aktivieren Sie daher gleich danach ein anderes Gerät.
passkey-use = Passkey oder Sicherheitsschlüssel benutzen
passkey-without = Passkeys brauchen JavaScript und einen Browser, der sie unterstützt. Benutzen Sie hier einen Code Ihres Geräts oder einen Wiederherstellungscode.
passkey-without-set-up = Passkeys brauchen JavaScript und einen Browser, der sie unterstützt. Aktivieren Sie stattdessen eine Authenticator-App oder öffnen Sie diese Seite in einem anderen Browser.
passkey-failed = Der Browser hat vom Passkey oder Sicherheitsschlüssel keine Antwort bekommen. Versuchen Sie es noch einmal.
passkey-known = Dieser Passkey oder Sicherheitsschlüssel ist bereits aktiv.
