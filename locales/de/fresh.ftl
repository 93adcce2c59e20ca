## A fresh authenticator app, after a deactivation.

fresh-title = Neue Authenticator-App einrichten
fresh-text = Die neue App tritt an die Stelle der deaktivierten. Halten Sie Ihr Telefon bereit: Der Code wird einmal angezeigt, nur in diesem Browser.
fresh-press = Code anzeigen
fresh-once = Dieser Code wird nur jetzt angezeigt. Fügen Sie ihn Ihrer App hinzu, bevor Sie diese Seite verlassen, und zeigen Sie ihn niemandem: Wer ihn hat, hat Ihr Gerät.
fresh-scan = Scannen Sie diesen Code mit Ihrer Authenticator-App
fresh-saved = Ich habe ihn hinzugefügt
fresh-done = Eine neue Authenticator-App wurde eingerichtet. Wenn Sie das nicht waren, widersprechen Sie über den Link in einer unserer E-Mails.
fresh-already = Für diesen Fall wurde bereits eine Authenticator-App eingerichtet. Wenn Sie keinen Code davon haben, schreiben Sie dem Helpdesk.
fresh-under-way = Die Authenticator-App wird gerade eingerichtet. Wenn nichts angezeigt wird, versuchen Sie es in fünf Minuten noch einmal.
fresh-failed = Die Authenticator-App konnte nicht eingerichtet werden. Es wurde nichts dauerhaft geändert; versuchen Sie es gleich noch einmal.
