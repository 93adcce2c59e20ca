## E-Mails.

mail-hello-name = Guten Tag { $name },
mail-hello = Guten Tag,
mail-title = { $product }: Fall { $reference }
mail-what-happened = Was geschehen ist
mail-what-needed = Was wir von Ihnen brauchen
mail-what-next = Wie es weitergeht
mail-nothing = Im Moment nichts.
mail-open = Seite Ihres Falls öffnen
mail-copy-address = Wenn die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:
mail-not-me = Das war ich nicht
mail-object = Wenn Sie nicht um Hilfe gebeten haben, halten Sie den Fall mit diesem Link an. Sie müssen sich nicht anmelden.
mail-copy-same = Dasselbe als Adresse zum Kopieren:
mail-codes = Ihre Codes bleiben bei Ihnen
mail-codes-text = Diese E-Mail fragt nicht nach einem Code oder einem Passwort, und keine E-Mail von uns wird das je tun. Niemand vom Helpdesk wird Sie nach den sechs Ziffern fragen, außer so, wie es die Seite Ihres Falls zeigt.
mail-audit = Prüfprotokoll: { $size ->
    [one] { $size } Eintrag
   *[other] { $size } Einträge
}, Wurzel { $root }
mail-witness = (in Ihrem Postfach bezeugt diese Zeile, dass unsere Aufzeichnung des Falls später nicht geändert wurde)

mail-device = {" "}({ $device })
device-named = { $kind } „{ $name }“
mail-ask-again = Nichts. Wenn Sie noch Hilfe brauchen, können Sie jederzeit eine neue Anfrage stellen.
mail-over = Ihr Konto bleibt, wie es ist. Der Fall ist beendet.
mail-check-then = Wenn alles da ist, prüfen wir den Fall und schreiben Ihnen wieder. Am Konto wurde bisher nichts geändert.
mail-link-press = Öffnen Sie den Link und drücken Sie die Schaltfläche auf der Seite. Den Link zu öffnen bewirkt allein noch nichts.
mail-waiting-needed = Wenn Sie darum gebeten haben: nichts. Wenn nicht, halten Sie den Fall an, bevor die Wartezeit endet.
mail-waiting-next = { $devices ->
    [one] Nach der Wartezeit sieht sich jemand vom Helpdesk den Fall noch einmal an und deaktiviert das MFA-Gerät{ $device }. Wenn das erledigt ist, schreiben wir an alle hinterlegten Adressen.
   *[other] Nach der Wartezeit sieht sich jemand vom Helpdesk den Fall noch einmal an und deaktiviert die MFA-Geräte{ $device }. Wenn das erledigt ist, schreiben wir an alle hinterlegten Adressen.
}

mail-received-subject = { $product }: Bestätigung der E-Mail-Adresse für Fall { $reference }
mail-received-happened = Jemand hat uns um Hilfe mit einem MFA-Gerät{ $device } gebeten, das verloren ist oder nicht benutzt werden kann. Diese Adresse ist für das Konto hinterlegt. Die Anfrage ist Fall { $reference }.
mail-received-needed = Wenn Sie das waren, öffnen Sie den Link und drücken Sie auf der Seite „{ $button }“. Den Link zu öffnen bewirkt allein noch nichts.
mail-received-next = Sobald die Adresse bestätigt ist, zeigt die Seite Ihres Falls jeden weiteren Schritt. Am Konto wurde bisher nichts geändert.
mail-received-object = Wenn Sie das nicht waren, halten Sie die Anfrage mit diesem Link an. Sie müssen sich nicht anmelden.

mail-link-again-subject = { $product }: Neuer Link für Fall { $reference }
mail-link-again-happened = Ein neuer Link zur Seite von Fall { $reference } wurde angefordert. Hier ist er.
mail-link-again-next = Die Seite Ihres Falls zeigt, wie der Fall steht, und jeden weiteren Schritt.

mail-confirmed-subject = { $product }: E-Mail-Adresse für Fall { $reference } bestätigt
mail-confirmed-happened = Ihre E-Mail-Adresse ist für Fall { $reference } bestätigt.
mail-confirmed-nothing = Im Moment nichts. Die Seite Ihres Falls zeigt es, wenn sich das ändert.
mail-confirmed-phone = Für die Prüfung am Telefon wird { $phone } angerufen. Wenn diese Nummer nicht mehr stimmt, schreiben Sie uns auf der Seite Ihres Falls.

mail-approval-subject = { $product }: Fall { $reference } wartet auf Genehmigung
mail-approval-happened = Alles, worum wir Sie in Fall { $reference } gebeten haben, ist da. Eine zweite Person am Helpdesk sieht ihn sich jetzt an, denn niemand darf allein über einen Fall entscheiden.
mail-approval-next = Wir schreiben Ihnen, sobald entschieden ist. Danach kann eine Wartezeit folgen. Am Konto wurde bisher nichts geändert.

mail-unapproved-subject = { $product }: Fall { $reference } wurde nicht genehmigt
mail-unapproved-happened = Eine zweite Person am Helpdesk hat sich Fall { $reference } angesehen und ihn nicht genehmigt. Am Konto wurde nichts geändert. Alle Prüfungen müssen noch einmal gemacht werden.
mail-unapproved-next = Wenn die Prüfungen noch einmal gemacht sind, sieht sich eine zweite Person den Fall erneut an.

mail-waiting-subject = { $product }: Wartezeit für Fall { $reference } hat begonnen
mail-waiting-happened = Fall { $reference } hat seine Prüfungen bestanden, und eine Wartezeit hat begonnen. Sie endet am { $ends }.
mail-waiting-why = Wir warten, damit Sie Zeit haben, den Fall anzuhalten, falls jemand anderes in Ihrem Namen gefragt hat.
mail-halfway-subject = { $product }: Die Hälfte der Wartezeit für Fall { $reference } ist vorbei
mail-halfway-happened = Die Hälfte der Wartezeit von Fall { $reference } ist vorbei. Sie endet am { $ends }.

mail-ready-subject = { $product }: Fall { $reference } ist bereit
mail-ready-happened = Alles, was Fall { $reference } braucht, ist da.
mail-ready-next = { $devices ->
    [one] Jemand vom Helpdesk sieht sich den Fall noch einmal an und deaktiviert das MFA-Gerät{ $device }. Wir schreiben Ihnen, wenn das erledigt ist.
   *[other] Jemand vom Helpdesk sieht sich den Fall noch einmal an und deaktiviert die MFA-Geräte{ $device }. Wir schreiben Ihnen, wenn das erledigt ist.
}

mail-lapsed-subject = { $product }: Eine Prüfung für Fall { $reference } muss wiederholt werden
mail-lapsed-happened = Jede Prüfung gilt nur eine begrenzte Zeit. Für eine Prüfung in Fall { $reference } ist diese Zeit vorbei; sie muss wiederholt werden, bevor der Fall weitergehen kann.
mail-lapsed-needed = Öffnen Sie die Seite Ihres Falls und wiederholen Sie die Prüfung, die sie zeigt.
mail-lapsed-next = Wenn alles wieder da ist, geht der Fall weiter. Am Konto wurde bisher nichts geändert.

mail-deactivated-subject = { $product }: MFA-Gerät deaktiviert, Fall { $reference }
mail-deactivated-happened = { $devices ->
    [one] Das MFA-Gerät{ $device } Ihres Kontos wurde in Fall { $reference } deaktiviert. Es kann nicht mehr zur Anmeldung benutzt werden.
   *[other] Die MFA-Geräte{ $device } Ihres Kontos wurden in Fall { $reference } deaktiviert. Sie können nicht mehr zur Anmeldung benutzt werden.
}
mail-deactivated-needed = Melden Sie sich mit Ihrem Passwort an und aktivieren Sie jetzt ein neues MFA-Gerät. Bis dahin ist das Konto weniger gut geschützt.
mail-receipt = Die angehängte Quittung beweist, ohne uns zu fragen, wer es veranlasst hat, auf welche Nachweise hin und nach welchen Regeln. Bewahren Sie sie mit dieser Mail auf.
mail-deactivated-next = Der Fall schließt sich nach einigen Tagen von selbst.
mail-deactivated-left = { $lefts ->
    [one] Ein weiteres Gerät bleibt aktiv{ $left }. Es kann weiter zur Anmeldung benutzt werden.
   *[other] Weitere Geräte bleiben aktiv{ $left }. Sie können weiter zur Anmeldung benutzt werden.
}
mail-deactivated-object = Wenn Sie nicht darum gebeten haben, sagen Sie es uns sofort mit diesem Link. Sie müssen sich nicht anmelden.

mail-partly-subject = { $product }: Einige MFA-Geräte deaktiviert, Fall { $reference }
mail-partly-left = { $lefts ->
    [one] Ein Gerät konnte nicht deaktiviert werden{ $left }. Es kann weiter zur Anmeldung benutzt werden.
   *[other] Einige Geräte konnten nicht deaktiviert werden{ $left }. Sie können weiter zur Anmeldung benutzt werden.
}
mail-partly-next = Jemand vom Helpdesk sieht sich an, was noch aussteht. Wir schreiben Ihnen, wenn das entschieden ist.

mail-resynchronised-subject = { $product }: Ihr Gerät funktioniert wieder, Fall { $reference }
mail-resynchronised-happened = Die Uhr Ihres MFA-Geräts ging falsch. Zwei seiner Codes haben das berichtigt, und Ihr Gerät funktioniert wieder. Es wurde nichts deaktiviert, und Fall { $reference } ist geschlossen.
mail-resynchronised-needed = Nichts. Wenn Sie das nicht waren, halten Sie es mit dem Link unten an.
mail-resynchronised-next = Melden Sie sich wie gewohnt mit einem Code Ihres Geräts an.

mail-rejected-subject = { $product }: Fall { $reference } wurde abgelehnt
mail-rejected-happened = Wir haben Fall { $reference } beendet, ohne das MFA-Gerät zu deaktivieren.
mail-rejected-reason = Der Helpdesk hat diesen Grund genannt:
mail-rejected-needed = Für diesen Fall nichts. Wenn Sie noch Hilfe brauchen, können Sie jederzeit eine neue Anfrage stellen.

mail-withdrawn-subject = { $product }: Fall { $reference } wurde zurückgezogen
mail-withdrawn-happened = Fall { $reference } wurde auf seiner Seite zurückgezogen, darum haben wir ihn beendet.
mail-expired-subject = { $product }: Fall { $reference } ist abgelaufen
mail-expired-happened = Die Zeit für Fall { $reference } lief ab, bevor alles Nötige da war, darum ist er beendet.
mail-merged-subject = { $product }: Fall { $reference } wurde mit einem anderen zusammengelegt
mail-merged-happened = Sie haben für dasselbe Konto zweimal angefragt. Wir haben Fall { $reference } beendet und machen mit Fall { $kept } weiter. Es wurde nichts deaktiviert.
mail-merged-needed = Für diesen Fall nichts. Was Fall { $kept } noch braucht, steht in den E-Mails dazu. Nachweise aus Fall { $reference } zählen dort nicht.
mail-merged-next = Alles Weitere geschieht in Fall { $kept }.

mail-closed-subject = { $product }: Fall { $reference } ist geschlossen
mail-closed-happened = Fall { $reference } ist geschlossen.
mail-closed-needed = Nichts. Wenn Sie wieder Hilfe brauchen, können Sie jederzeit eine neue Anfrage stellen.
mail-closed-next = In diesem Fall geschieht nichts mehr.

mail-disputed-subject = { $product }: Fall { $reference } wurde angehalten
mail-disputed-happened = Jemand hat den Link „Das war ich nicht“ von Fall { $reference } benutzt. Der Fall steht still. Alle Anmeldungen des Kontos sind beendet.
mail-disputed-needed = Wenn Sie den Link benutzt haben: nichts, aber ändern Sie zur Sicherheit das Passwort Ihres Kontos. Wenn Sie selbst um Hilfe gebeten haben und jemand anderes angehalten hat: Warten Sie, bis wir Ihnen schreiben.
mail-disputed-next = Eine Aufsichtsperson sieht sich an, was geschehen ist. Nur sie kann den Fall weitergehen lassen, und dann müssen alle Prüfungen neu gemacht werden.
mail-resumed-subject = { $product }: Fall { $reference } geht weiter
mail-resumed-happened = Fall { $reference } war angehalten. Eine Aufsichtsperson hat ihn sich angesehen und lässt ihn weitergehen.
mail-resumed-needed = Alle Prüfungen müssen neu gemacht werden.

mail-message-subject = { $product }: Neue Nachricht zu Fall { $reference }
mail-message-happened = Der Helpdesk hat Ihnen zu Fall { $reference } geschrieben.
mail-message-quoted = Die Nachricht:
mail-message-needed = Lesen Sie die Nachricht. Wenn sie eine Antwort braucht, geben Sie sie auf der Seite Ihres Falls.
mail-message-next = Die Nachricht steht auch auf der Seite Ihres Falls, mit allem anderen zum Fall.
