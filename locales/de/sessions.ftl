## Sessions, and proving oneself again in one.

step-up-title = Bestätigen Sie, dass Sie es sind
step-up-text = Dafür wird ein neuer Code Ihres Geräts gebraucht. Er gilt { $minutes } Minuten lang. Noch ist nichts geschehen.
step-up-button = Bestätigen
sessions-nav = Anmeldungen
sessions-title = Wo Sie angemeldet sind
sessions-text = Jede Zeile ist eine Anmeldung. Beenden Sie, was Sie nicht kennen, und ändern Sie Ihr Passwort, falls es jemand anderes weiß.
sessions-device = Browser
sessions-network = Netzwerkadresse
sessions-since = Angemeldet seit
sessions-last = Zuletzt benutzt
sessions-this = Diese hier
sessions-end = Abmelden
sessions-end-label = { $device } abmelden
sessions-everywhere = Überall abmelden
sessions-everywhere-text = Beendet jede Anmeldung, auch diese, und vergisst alle bekannten Browser.
sessions-ended = Diese Anmeldung ist beendet.
