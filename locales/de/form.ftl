## Das Formular, das um Hilfe bittet, und die Seite danach.

form-title = Hilfe bei verlorenem oder unbrauchbarem MFA-Gerät anfordern
form-error-count = { $count ->
    [one] { $count } Antwort braucht Ihre Aufmerksamkeit
   *[other] { $count } Antworten brauchen Ihre Aufmerksamkeit
}
form-kept = Alles, was Sie eingegeben haben, ist noch da.
form-lead = Das dauert etwa drei Minuten. Antworten Sie, was Sie wissen. Wir schreiben an die Adresse Ihres Kontos, und Sie verfolgen Ihren Fall auf einer eigenen Seite.
form-trap = Lassen Sie dieses Feld leer
form-account = Ihr Konto
form-email = E-Mail-Adresse des Kontos
form-email-hint = Die Adresse, mit der Sie sich anmelden.
form-account-number = Kontonummer
form-account-number-hint = Wenn Sie sie wissen. Ohne sie suchen wir nach der Adresse.
form-name = Ihr Name
form-what-happened = Was geschehen ist
form-device = Um welches Gerät geht es?
form-reason = Was ist damit geschehen?
form-failed-step = Welcher Schritt ist gescheitert, und wie?
form-failed-step-hint = Zum Beispiel: „Ich habe den Code zweimal eingetippt, und auf der Seite stand, die Anmeldung sei gescheitert.“
form-reach = Wie wir Sie erreichen
form-phone = Eine Nummer, unter der wir Sie zurückrufen können
form-phone-hint = Mit der Landesvorwahl, etwa +49 1512 3456789. Wir benutzen sie nur für Rückfragen: Prüfungen gehen immer nur an die Nummer, die Ihr Konto schon hat.
form-language = Sprache
form-callback-time = Beste Zeit für einen Anruf
form-callback-time-hint = Zum Beispiel: werktags nach 17 Uhr, Berliner Zeit.
form-message = Sollten wir noch etwas wissen?
no-secrets-hint = Bitte schreiben Sie hier keine Passwörter oder Codes.
form-send = Anfrage senden
form-privacy = Was Sie hier eingeben, benutzen wir, um diese Anfrage zu bearbeiten, und für nichts anderes.

wrong-not-an-email = Geben Sie eine E-Mail-Adresse ein, etwa name@example.com.
wrong-not-a-phone = Geben Sie die Nummer mit der Landesvorwahl ein, etwa +49 1512 3456789.
wrong-no-name = Geben Sie Ihren Namen ein.
wrong-no-device = Wählen Sie, um welches Gerät es geht.
wrong-no-reason = Wählen Sie, was damit geschehen ist.
wrong-no-choice = Wählen Sie eine der Antworten.
wrong-not-one-line = Schreiben Sie das in eine Zeile, ohne besondere Steuerzeichen.
wrong-unprintable = Hier stehen Steuerzeichen, die nicht gespeichert werden können.
wrong-too-long = Benutzen Sie höchstens { $longest } Zeichen.
wrong-empty = Schreiben Sie zuerst etwas.

received-title = Ihre Anfrage ist eingegangen
received-eyebrow = Anfrage eingegangen
received-headline = Sehen Sie in Ihre E-Mails
received-lead = Wenn ein Konto dazu passt, haben wir an dessen Adresse geschrieben.
received-reference = Ihre Fallnummer
received-reference-text = Schreiben Sie sie auf. Sie brauchen sie, wenn Sie nach Ihrer Anfrage fragen möchten.
received-next = Wie es weitergeht
received-open = Öffnen Sie die E-Mail
received-open-text = Ihr Link führt zu einer Seite mit der Schaltfläche { $button }.
received-follow = Folgen Sie den Schritten auf der Seite Ihres Falls
received-follow-text = Dort sehen Sie, was wir noch von Ihnen brauchen und was wir gerade tun.
received-write = Wir schreiben bei jeder Änderung
received-write-text = Sie können diese Seite schließen. Nichts geht verloren.
received-no-mail = Nach zehn Minuten noch keine E-Mail?
received-spam = Sehen Sie im Spam-Ordner nach.
received-mailbox = Prüfen Sie, ob Sie im Postfach des Kontos nachgesehen haben und nicht in einem anderen.
received-new-link = { $link } auf der Seite Ihres Falls.
received-new-link-link = Fordern Sie einen neuen Link an
received-typo = War ein Tippfehler in der Adresse? { $link }
received-typo-link = Senden Sie das Formular noch einmal.
