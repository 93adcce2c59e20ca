## Die Seiten hinter den Links in E-Mails, und die Fallseite in einem Browser, der den Fall nicht kennt.

case-title = Ihr Fall
open-confirm = Bestätigen Sie Ihre E-Mail-Adresse
open-confirm-lead = Drücken Sie die Schaltfläche, um zu bestätigen, dass Sie unsere E-Mail bekommen haben. Ihr Fall öffnet sich dann in diesem Browser.
open-again = Öffnen Sie Ihren Fall
open-again-lead = Drücken Sie die Schaltfläche, um Ihren Fall in diesem Browser zu öffnen.
open-confirm-button = E-Mail-Adresse bestätigen
open-again-button = Meinen Fall öffnen
open-why = Warum gibt es hier eine Schaltfläche?
open-why-text = Dass Sie diese Seite geöffnet haben, hat noch nichts geändert. Manche E-Mail-Programme öffnen jeden Link von selbst. Nur Sie können die Schaltfläche drücken. Sie wirkt einmal.
open-not-you = Das haben Sie nicht angefordert?
open-not-you-text = Dann drücken Sie sie nicht. Benutzen Sie den Link „Das war ich nicht“ in unserer E-Mail, und die Anfrage hält an.

object-title = Das war ich nicht
object-lead = Jemand hat uns gebeten, das MFA-Gerät Ihres Kontos zu deaktivieren. Wenn Sie das nicht waren, halten Sie die Anfrage hier an.
object-button = Diese Anfrage anhalten
object-what = Was die Schaltfläche tut
object-what-stops = Sie hält die Anfrage sofort an. Niemand kann damit weitermachen.
object-what-free = Sie müssen sich nicht anmelden, und sonst brauchen wir nichts von Ihnen.
object-what-supervisor = Eine Aufsichtsperson sieht sich an, was geschehen ist.
object-nothing-yet = Dass Sie diese Seite geöffnet haben, hat noch nichts geändert. Wenn die Anfrage von Ihnen ist, schließen Sie die Seite.

objected-title = Die Anfrage ist angehalten
objected-off = Danke. Das Gerät wurde deaktiviert, bevor Sie die Anfrage angehalten haben, oder es wird gerade deaktiviert. Ändern Sie sofort Ihr Passwort. Alle Anmeldungen des Kontos sind beendet, und Geräte, die seit dem Beginn der Anfrage aktiviert wurden, sind deaktiviert. Sobald eine Aufsichtsperson sie sich angesehen hat, können Sie ein neues Gerät aktivieren.
objected-safe = Danke. Niemand kann mit dieser Anfrage weitermachen. Ihr Gerät bleibt, wie es ist.
objected-others = Auch jede andere offene Anfrage zu Ihrem Konto ist angehalten.
objected-now = Wie es jetzt weitergeht
objected-supervisor = Eine Aufsichtsperson sieht sich die Anfrage an. Sie müssen nichts tun.
objected-passwords = Vielleicht kennt jemand Ihr Passwort oder liest Ihre E-Mails. Wir raten Ihnen, beide Passwörter bald zu ändern.
objected-write = Wenn wir Sie brauchen, schreiben wir an die Adresse Ihres Kontos. { $promise }

private-title = Öffnen Sie Ihren Fall mit einem Link
private-lead = Wir zeigen einen Fall nur dem, der seinen Link öffnen kann.
private-ended = Ihr Zugang in diesem Browser ist abgelaufen, deshalb wurde nichts gesendet. Öffnen Sie den Fall wieder mit einem Link und senden Sie es dann.
private-sent = Sehen Sie in Ihr Postfach
private-sent-text = Wenn es einen Fall mit dieser Nummer gibt, haben wir einen neuen Link an die Adresse seines Kontos gesendet. Sehen Sie auch im Spam-Ordner nach. Es kann einige Minuten dauern.
private-button = Neuen Link senden
private-only = Wir senden ihn an die E-Mail-Adresse des Kontos und an keine andere.
private-wrong = Keine Fallnummer, oder die falsche? Hier können Sie noch einmal { $link }.

invalid-title = Dieser Link funktioniert nicht
invalid-headline = Dieser Link funktioniert nicht mehr
invalid-text = Ihr Fall ist davon nicht betroffen. Sie können sich einen neuen Link an die Adresse Ihres Kontos senden lassen.
invalid-button = Zur Seite meines Falls
contact-stop-lead = Ihre Organisation hat uns gebeten, für Ihr Konto Folgendes zu ändern: { $about }. Wenn das nicht stimmt, halten Sie die Änderung hier an.
contact-stop-lead-effective = Für Ihr Konto wurde Folgendes geändert: { $about }. Wenn das nicht stimmt, sagen Sie es uns hier.
contact-stop-button = Diese Änderung anhalten
contact-stop-what-stops = Sie hält die Änderung sofort an und mit ihr jede offene Anfrage zu Ihrem Konto.
contact-stop-nothing-yet = Mit dem Öffnen dieser Seite ist noch nichts geschehen. Wenn die Änderung stimmt, schließen Sie diese Seite.
contact-stopped-title = Die Änderung ist angehalten
contact-stopped-safe = Danke. Die Adressen Ihres Kontos bleiben, wie sie waren.
contact-told-title = Danke für Ihre Meldung
contact-told-late = Die Änderung gilt bereits. Jede offene Anfrage zu Ihrem Konto ist angehalten, bis ein Supervisor nachgesehen hat.
contact-stopped-supervisor = Ein Supervisor sieht nach, was geschehen ist. Sie müssen nichts tun.
contact-invalid-text = Wenn mit Ihrem Konto etwas nicht stimmt, bitten Sie uns um Hilfe.
contact-invalid-button = Um Hilfe bitten
