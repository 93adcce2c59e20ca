## Mails about signing in.

letter-not-you = Waren Sie das nicht?
letter-not-you-text = Wenn Sie das nicht waren, kennt vielleicht jemand anderes Ihr Passwort. Bitten Sie sofort um Hilfe:
letter-security = Anmeldeverfahren ansehen
letter-activated-subject = { $product }: MFA-Gerät aktiviert
letter-activated = Für Ihr Konto wurde ein MFA-Gerät aktiviert: { $device }.
letter-deactivated-subject = { $product }: MFA-Gerät deaktiviert
letter-deactivated = Ein MFA-Gerät Ihres Kontos wurde deaktiviert: { $device }.
letter-codes-subject = { $product }: Neue Wiederherstellungscodes
letter-codes = Für Ihr Konto wurden neue Wiederherstellungscodes erstellt. Ältere funktionieren nicht mehr.
letter-new-device-subject = { $product }: Neue Anmeldung
letter-new-device = Jemand hat sich bei Ihrem Konto mit einem Browser angemeldet, den wir noch nicht kannten: { $device }, von der Netzwerkadresse { $network }, am { $time }.
letter-taken-back-subject = { $product }: MFA-Geräte einer angehaltenen Anfrage deaktiviert
letter-taken-back = Die Anfrage { $reference } wurde von einer Adresse Ihres Kontos aus angehalten. Alle Anmeldungen des Kontos sind beendet, und die MFA-Geräte und Wiederherstellungscodes, die seit dem Beginn der Anfrage aktiviert wurden, sind deaktiviert.
letter-contact-subject = { $product }: Änderung der Adressen Ihres Kontos
letter-contact-held = Ihre Organisation hat uns gebeten, für Ihr Konto Folgendes zu ändern: { $about }. Bis { $until } gilt, was wir jetzt haben, danach das Neue.
letter-contact-halfway = Die halbe Zeit für einen Einspruch ist um. Ihre Organisation hat uns gebeten, für Ihr Konto Folgendes zu ändern: { $about }. Das Neue gilt ab { $until }.
letter-contact-effective = Für Ihr Konto wurde Folgendes geändert: { $about }.
letter-contact-stop = Das war ich nicht
letter-contact-not-you = Halten Sie die Änderung mit dem Link oben an. Sie müssen sich dafür nicht anmelden, und der Link gilt auch noch eine Weile nach der Änderung. Wenn Sie Hilfe brauchen:
