## Warum etwas nicht getan wurde.

halt-no-such-case = Es gibt keinen Fall mit dieser Nummer.
halt-unknown-link = Dieser Link ist nicht gültig. Vielleicht hat ihn das E-Mail-Programm zerteilt.
halt-used-link = Dieser Link wurde schon benutzt.
halt-expired-link = Dieser Link ist zu alt.
halt-too-often = Das wurde zu oft versucht. Warten Sie eine Weile, bevor Sie es noch einmal versuchen.
halt-no-challenge = Für diesen Fall ist kein Anruf offen. Beginnen Sie einen neuen.
halt-wrong-password = Diese E-Mail-Adresse und dieses Passwort gehören nicht zusammen.
halt-not-verified = Das konnte nicht bestätigt werden. Prüfen Sie Ihre Eingabe, und verwenden Sie jeden Code nur einmal.
halt-other-account = Dieser Link wurde an ein anderes Konto gesendet. Melden Sie sich mit dem Konto an, an das die E-Mail ging.
halt-gone = Das ist nicht mehr da.
halt-not-possible = Das ist für diesen Fall jetzt nicht möglich.
refused-over = Dieser Fall ist beendet. Sie können eine neue Anfrage stellen.
refused-disputed = Jemand an einer Adresse des Kontos hat gesagt, dass diese Anfrage nicht von ihm stammt. Nur eine Aufsichtsperson kann sie weitergehen lassen.
refused-no-account = Kein Konto passt zu dieser Anfrage, darum kann nichts geprüft oder deaktiviert werden.
refused-account-suspended = Das Konto ist gesperrt. Es muss zuerst wiederhergestellt werden.
refused-cooling-off = Die Wartezeit ist noch nicht zu Ende.
calls-not-offered = Automatische Anrufe gibt es hier nicht. Der Helpdesk ruft Sie an.
no-phone-of-record = Für das Konto ist keine Telefonnummer hinterlegt.
called-too-often = Dieses Telefon wurde so oft angerufen, wie es im Moment erlaubt ist. Versuchen Sie es später noch einmal.
written-too-often = Sie haben viel geschrieben. Warten Sie auf die Antwort des Helpdesks.
network-too-often = Aus Ihrem Netz kamen zu viele Anfragen. Versuchen Sie es nach { $time } noch einmal.
codes-wait = Die Ziffern wurden zu oft falsch eingegeben. Einen neuen Code gibt es nach { $time }.
codes-blocked = Prüfungen per Telefon sind für Ihr Konto gesperrt, weil die Ziffern zu oft hintereinander falsch eingegeben wurden. Schreiben Sie dem Helpdesk eine Nachricht: Eine Aufsichtsperson kann sie wieder freigeben.
