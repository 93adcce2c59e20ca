## Die Seite eines Falls.

case-title-of = Ihr Fall { $reference }
status-submitted = Bestätigen Sie Ihre E-Mail-Adresse
status-submitted-text = Wir haben an die Adresse Ihres Kontos geschrieben.
status-needed = Wir brauchen noch etwas von Ihnen
status-looking = Der Helpdesk sieht sich Ihre Anfrage an
status-looking-text = Sie bekommen eine E-Mail, wenn sich etwas ändert.
status-approval = Eine zweite Person prüft Ihre Anfrage
status-approval-text = Sie haben alles getan, was nötig war. Sie bekommen eine E-Mail, wenn sie genehmigt ist.
status-cooling-off = Genehmigt: Eine Wartezeit schützt Ihr Konto
status-cooling-off-text = Alle Adressen des Kontos wurden benachrichtigt und können bis { $ends } widersprechen.
status-ready = Als Nächstes deaktiviert der Helpdesk Ihr Gerät
status-ready-text = Alles ist da. Sie bekommen eine E-Mail, wenn es erledigt ist.
status-deactivating = Ihr Gerät wird deaktiviert
status-deactivating-text = Das dauert einen Moment.
status-deactivated = Ihr Gerät ist deaktiviert
status-deactivated-text = Melden Sie sich jetzt mit Ihrem Passwort an und aktivieren Sie gleich ein neues Gerät.
status-partly = Einige Ihrer Geräte sind deaktiviert
status-partly-text = Die übrigen konnten noch nicht deaktiviert werden und funktionieren weiter. Jemand vom Helpdesk sieht sich an, was noch aussteht.
status-closed = Dieser Fall ist geschlossen
status-closed-text = { $devices ->
    [one] Ihr Gerät wurde deaktiviert.
   *[other] Ihre Geräte wurden deaktiviert.
}
status-rejected = Der Helpdesk konnte bei dieser Anfrage nicht helfen
status-nothing-deactivated = Es wurde nichts deaktiviert.
status-withdrawn = Sie haben diese Anfrage zurückgezogen
status-expired = Diese Anfrage ist abgelaufen
status-expired-text = Es wurde nichts deaktiviert. Sie können eine neue stellen.
status-disputed = Diese Anfrage ist angehalten
status-disputed-text = Jemand an einer Adresse des Kontos hat gesagt, dass sie nicht von ihm stammt. Eine Aufsichtsperson sieht sie sich an.

status-waiting-title = Wartezeit
status-waiting = Sie endet am { $ends }. Alle Adressen Ihres Kontos wurden benachrichtigt. Bis dahin müssen Sie nichts tun.

step-received = Anfrage eingegangen
step-received-text = Ihre Anfrage ist aufgenommen.
step-email = Bestätigen Sie Ihre E-Mail-Adresse
step-email-text = Mit dem Link, den wir an die Adresse Ihres Kontos gesendet haben.
step-proof = Beweisen Sie, dass Sie es sind
step-proof-text = Mit der Telefonnummer Ihres Kontos oder auf einem anderen Weg, den der Helpdesk anbietet.
step-approval = Eine zweite Person prüft
step-approval-text = Jemand anderes am Helpdesk sieht sich die Nachweise an.
step-waiting = Wartezeit
step-waiting-text = Die Adressen des Kontos werden benachrichtigt und können widersprechen.
step-deactivated = Gerät deaktiviert
step-deactivated-text = Sie können sich anmelden und ein neues aktivieren.
step-is-done = (erledigt)
step-is-now = (Sie sind hier)
step-is-todo = (noch nicht)

status-side = Fortschritt und Konto
status-where = Wo Sie stehen
status-request = Diese Anfrage
status-reference = Fallnummer
status-account-email = E-Mail-Adresse des Kontos
status-account-phone = Telefon des Kontos
status-no-phone = Keines
status-device = Gerät
status-devices = Geräte dieser Anfrage
status-device-approved = wird noch deaktiviert
status-device-ordered = wird deaktiviert
status-device-deactivated = deaktiviert
status-device-failed = noch aktiv

status-messages = Nachrichten
status-no-messages = Es gibt noch keine Nachrichten.
status-from-desk = Der Helpdesk
status-from-you = Sie
status-by-mail = Per E-Mail von Ihrer Adresse
status-reload = { $link }, um zu sehen, was es Neues gibt.
status-reload-link = Laden Sie diese Seite neu
status-write = Schreiben Sie uns
status-send = Nachricht senden
status-not-needed = Ich brauche das nicht mehr
status-withdraw-text = Wenn Sie die Anfrage zurückziehen, hören wir auf, und Ihr Gerät bleibt aktiv. Sie können später eine neue stellen.
status-withdraw = Zurückziehen
status-again = Wenn Sie sich noch immer nicht anmelden können, können Sie noch einmal { $link }.

phone-title = Telefonnummer bestätigen
phone-of-account = die Nummer Ihres Kontos
phone-calling = Wir rufen jetzt an: { $phone }.
phone-agent-calls = Eine Person von unserem Helpdesk ruft Sie an: { $phone }.
phone-call-says = Der Anruf sagt
phone-agent-says = Die Person vom Helpdesk sagt
phone-type = Tippen Sie diese Ziffern auf Ihrem Telefon, dann #
phone-read = Lesen Sie der Person vom Helpdesk diese Ziffern vor
phone-same-words = Der Anruf sagt dieselben zwei Wörter, die auf dieser Seite stehen. Wenn es andere sind, legen Sie auf.
phone-same-words-agent = Die Person vom Helpdesk sagt dieselben zwei Wörter, die auf dieser Seite stehen. Wenn es andere sind, legen Sie auf.
phone-heard = Haben Sie die zwei Wörter gehört? Dann zeigen Sie Ihren Code an und lesen Sie ihn der Person vom Helpdesk vor.
phone-show-code = Meinen Code anzeigen
phone-digits-until = Die Ziffern gelten bis { $until }. { $tries ->
    [one] Noch { $tries } Versuch.
   *[other] Noch { $tries } Versuche.
}
phone-call-until = Dieser Anruf gilt bis { $until }. { $tries ->
    [one] Noch { $tries } Versuch.
   *[other] Noch { $tries } Versuche.
}
phone-we-call = Wir rufen diese Nummer an: { $phone }. Diese Seite zeigt dann sechs Ziffern. Sie tippen sie auf Ihrem Telefon.
phone-call-me = Jetzt anrufen lassen
phone-calls-left = { $count ->
    [one] Noch { $count } Anruf in dieser Stunde. Nehmen Sie Ihr Telefon in die Hand.
   *[other] Noch { $count } Anrufe in dieser Stunde. Nehmen Sie Ihr Telefon in die Hand.
}
phone-shown-elsewhere = Der Code wird in einem anderen Browser angezeigt.
phone-read-if = Lesen Sie der Person vom Helpdesk den Code vor, wenn sie dieselben zwei Wörter gesagt hat.
phone-someone-calls = Jemand vom Helpdesk ruft Sie gerade an.
phone-wrong-too-often = Die Ziffern waren zu oft falsch. Fordern Sie einen neuen Anruf an.
phone-code-too-old = Der letzte Code ist zu alt. Fordern Sie einen neuen Anruf an.
phone-none = Ihr Konto hat keine Telefonnummer. Der Helpdesk schreibt Ihnen.
phone-no-calls = Jemand vom Helpdesk ruft Sie an.
call-queued = Wir rufen Sie jetzt an.
call-ringing = Ihr Telefon sollte jetzt klingeln.
call-answered = Sie haben abgenommen. Tippen Sie die sechs Ziffern auf Ihrem Telefon.
call-completed = Der Anruf ist zu Ende.
call-unknown = Wir wissen nicht, ob der Anruf zustande kam. Wenn Ihr Telefon nicht klingelt, fordern Sie einen neuen an.
call-busy = Es war besetzt.
call-no-answer = Niemand hat abgenommen.
call-failed = Der Anruf war nicht möglich.

need-email_link = Bestätigen Sie Ihre E-Mail-Adresse: Öffnen Sie den Link, den wir Ihnen gesendet haben, und drücken Sie dort die Schaltfläche.
need-call_me = Bestätigen Sie Ihre Telefonnummer: Öffnen Sie die Seite Ihres Falls und drücken Sie „Jetzt anrufen lassen“.
need-callback = Bestätigen Sie Ihre Telefonnummer: Jemand vom Helpdesk wird sie anrufen. Halten Sie dann die Seite Ihres Falls offen.
need-desk = Der Helpdesk kann das nicht online abschließen. Er schreibt Ihnen, was sonst noch nötig ist.
need-administrator = Eine Administratorin oder ein Administrator Ihres Kontos muss zustimmen: Öffnen Sie die Seite Ihres Falls und drücken Sie „Meine Administratoren fragen“.
need-recovery_code = Benutzen Sie einen Ihrer gespeicherten Wiederherstellungscodes auf der Seite Ihres Falls. Wenn Sie keinen haben, schreiben Sie uns dort.
need-or_recovery_code = Oder benutzen Sie einen gespeicherten Wiederherstellungscode: Öffnen Sie die Seite Ihres Falls.
need-document = Senden Sie uns einen Ausweis: Öffnen Sie die Seite Ihres Falls, wählen Sie ein Foto oder einen Scan und drücken Sie „Dokument hochladen“.
need-or_document = Oder senden Sie uns einen Ausweis: Öffnen Sie die Seite Ihres Falls.
need-in_person = Treffen Sie jemanden von unserem Helpdesk oder eine Notarin oder einen Notar persönlich. Wir schreiben Ihnen, wie das geht.

# A case that was about the phone number alone.
status-merged = Dieser Fall wurde mit einem anderen zusammengelegt
status-merged-text = Sie haben für dasselbe Konto zweimal angefragt, und der andere Fall geht weiter. Welcher das ist, steht in einer E-Mail an Sie. In diesem wurde nichts deaktiviert.
status-phone-changed = Die Telefonnummer wurde geändert
status-phone-changed-text = Es wurde nichts deaktiviert. Anrufe gehen jetzt an die neue Nummer.
