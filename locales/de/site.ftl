## Was auf jeder Seite steht.

skip-to-content = Zum Inhalt springen
footer-promise = Wir fragen Sie nie nach Ihrem Passwort und bitten Sie nie, jemandem einen Code vorzulesen, der Sie unerwartet angerufen hat.
footer-page-number = Seitennummer für Rückfragen: { $number }
footer-languages = Sprache
error-prefix = Fehler:
field-optional = (freiwillig)
live-news = Auf dieser Seite gibt es etwas Neues.
live-show = Anzeigen
copy = Kopieren
copy-done = Kopiert
copy-failed = Kopieren nicht möglich
case-eyebrow = Fall { $reference }
demo-banner-title = Vorführung.
demo-banner-text = Keine E-Mail und kein Anruf verlässt diesen Rechner.
demo-region = Vorführung
demo-mail = E-Mails der Vorführung
demo-phone = Telefon der Vorführung
demo-devices = Geräte der Vorführung
