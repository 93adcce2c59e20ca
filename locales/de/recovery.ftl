## Ein Inhaber hilft sich selbst: Fehlerbehebung, die drei Schritte mit anderen Faktoren, Übergabe an den Helpdesk.

troubleshoot-link = Probleme mit MFA beheben
troubleshoot-title = Probleme mit dem Authentifizierungs­gerät beheben
troubleshoot-resync = Die Uhr meines Geräts geht falsch
troubleshoot-support = Ich habe weiterhin Probleme und möchte den Helpdesk erreichen
troubleshoot-back = Zurück zum Code meines Geräts
troubleshoot-member = Ihre Anmeldung wird von den Administratoren Ihres Kontos verwaltet. Einer von ihnen muss Ihr Gerät deaktivieren lassen. Wir können ihnen für Sie schreiben. Sie sehen, wer fragt, für welches Gerät und von wo.
troubleshoot-ask-administrator = Meine Administratoren um Hilfe bitten
resync-sign-in-text = Geben Sie zwei Codes ein, die Ihr Gerät direkt nacheinander zeigt. Passen sie, stellen wir seine Uhr. Dann melden Sie sich mit dem nächsten Code an.
resync-done = Die Uhr Ihres Geräts ist gestellt. Warten Sie auf den nächsten Code und melden Sie sich damit an.

alternative-title = Sie können Ihr Gerät nicht benutzen
alternative-text = Weisen Sie mit der E-Mail-Adresse und der Telefonnummer Ihres Kontos nach, dass Sie es sind. Das dauert wenige Minuten. Danach deaktivieren Sie das Gerät und aktivieren ein neues.
alternative-begin = Mit anderen Faktoren anmelden

recovery-email-title = Schritt 1: E-Mail-Adresse bestätigen
recovery-phone-title = Schritt 2: Telefonnummer bestätigen
recovery-sign-in-title = Schritt 3: Anmelden
recovery-over-title = Diese Anmeldung ist beendet
recovery-email-lead = Wir senden eine E-Mail zur Bestätigung an die Adresse Ihres Kontos: { $address }
recovery-mail-send = Bestätigungs-E-Mail senden
recovery-mail-again = Bestätigungs-E-Mail erneut senden
recovery-mailed = Die E-Mail ist unterwegs. Ihr Link gilt { $minutes } Minuten. Öffnen Sie ihn auf irgendeinem Gerät und drücken Sie dort „E-Mail-Adresse bestätigen“. Sehen Sie auch im Spam-Ordner nach.
recovery-opened = Der Link wurde am { $at } geöffnet, aber die Schaltfläche wurde nicht gedrückt: geöffnet, nicht bestätigt.
recovery-moves-on = Diese Seite geht von selbst weiter. Tut sie es nicht, drücken Sie „Weiter“.
recovery-continue = Weiter
recovery-mailed-too-often = Die E-Mail wurde so oft gesendet, wie es vorerst erlaubt ist. Warten Sie eine Weile oder wenden Sie sich an den Helpdesk.
recovery-too-often = Das wurde zu oft begonnen. Warten Sie eine Weile oder wenden Sie sich an den Helpdesk.
recovery-no-calls = Automatische Anrufe werden hier nicht angeboten. Wenden Sie sich an den Helpdesk: Jemand wird Sie anrufen.
recovery-no-phone = Ihr Konto hat keine Telefonnummer, deshalb ist dieser Schritt hier nicht möglich. Wenden Sie sich an den Helpdesk: Was Sie nachgewiesen haben, bleibt erhalten.
recovery-update-phone = Ich muss meine Telefonnummer ändern
recovery-sign-in-lead = Ihre E-Mail-Adresse und Ihre Telefonnummer sind bestätigt. Sie können sich jetzt anmelden.
recovery-sign-in-button = Bei der Konsole anmelden
recovery-sign-in-only = Eine halbe Stunde lang können Sie Ihr Gerät deaktivieren und ein neues aktivieren, sonst nichts.
recovery-desk-lead = Sie haben alles nachgewiesen, wonach gefragt wurde. Für Ihr Konto reicht das nicht, um allein weiterzumachen.
recovery-desk-text = Jemand beim Helpdesk muss es sich ansehen, und eine Wartezeit kann folgen. Alles, was Sie nachgewiesen haben, bleibt erhalten. Übergeben Sie den Fall: Dann können Sie ihn auf seiner eigenen Seite verfolgen, und wir schreiben an jede Adresse Ihres Kontos.
recovery-desk-button = An den Helpdesk übergeben
recovery-stopped = Jemand an einer Adresse Ihres Kontos hat gesagt, dass Sie das nicht waren. Es steht still, und eine Aufsicht sieht es sich an.
recovery-with-desk = Der Helpdesk hat jetzt Ihren Fall { $reference }. Dort geht es weiter.
recovery-open-case = Meinen Fall öffnen
recovery-over = Sie wurde nicht rechtzeitig abgeschlossen, in einem anderen Browser neu begonnen oder ist erledigt. Was hier nachgewiesen wurde, zählt nicht mehr.
recovery-again = Neu beginnen

verify-title = E-Mail-Adresse bestätigen
verify-lead = Jemand meldet sich ohne das Authentifizierungs­gerät bei Ihrem Konto an und muss diese Adresse bestätigen. Wenn Sie das sind, drücken Sie die Schaltfläche und machen Sie dort weiter, wo Sie begonnen haben.
verified-eyebrow = Bestätigt
verified-title = Ihre E-Mail-Adresse ist bestätigt
verified-lead = Gehen Sie zurück zu der Seite, auf der Sie begonnen haben. Sie geht von selbst weiter.
verified-same = Haben Sie in diesem Browser begonnen? Dann können Sie hier weitermachen.

security-deactivating = Ihr Gerät wird deaktiviert. Laden Sie diese Seite gleich noch einmal.
security-not-deactivated = Ihr Gerät konnte nicht deaktiviert werden. Versuchen Sie es erneut oder wenden Sie sich an den Helpdesk.

after-title = Ihr Gerät ist deaktiviert
after-text = Aktivieren Sie jetzt ein neues. Bis dahin kann sich niemand wie gewohnt bei Ihrem Konto anmelden.
after-button = Ein neues Gerät aktivieren
after-link-text = Dieser Browser kennt den Fall nicht, in dem das geschah. Öffnen Sie die Seite des Falls mit einem Link aus Ihrem Postfach und melden Sie sich dann hier erneut an.
after-link = Zur Seite meines Falls

setback-email_not_received = Die Bestätigungs-E-Mail wurde nicht bestätigt
setback-call_not_answered = Der Anruf an die hinterlegte Nummer wurde nicht angenommen
setback-wrong_codes = Auf dem Telefon wurden falsche Ziffern eingegeben
setback-no_calls = Automatische Anrufe werden nicht angeboten
setback-no_phone = Für das Konto ist keine Telefonnummer hinterlegt
setback-phone_outdated = Die hinterlegte Telefonnummer ist veraltet
setback-device_codes = Die Codes des Geräts wurden nicht angenommen
setback-policy = Alles wurde nachgewiesen, aber die Richtlinie verlangt mehr

mail-verify-subject = { $product }: E-Mail-Adresse bestätigen für Fall { $reference }
mail-verify-happened = Jemand, der das Passwort Ihres Kontos kennt, meldet sich ohne das MFA-Gerät an. Diese Adresse ist für das Konto hinterlegt. Der Versuch ist Fall { $reference }.
mail-verify-next = Sobald die Adresse bestätigt ist, geht die Seite, auf der die Anmeldung begann, mit dem nächsten Schritt weiter. Am Konto wurde bisher nichts geändert.
mail-let-in-subject = { $product }: Anmeldung ohne Ihr MFA-Gerät, Fall { $reference }
mail-let-in-happened = Jemand hat sich mit dem Passwort, dieser E-Mail-Adresse und der Telefonnummer bei Ihrem Konto angemeldet, ohne das MFA-Gerät. Das war Fall { $reference }. Eine halbe Stunde lang können Geräte deaktiviert und neue aktiviert werden, sonst nichts.
mail-let-in-needed = Wenn Sie das waren: nichts. Wenn nicht, halten Sie es sofort mit dem Link unten an.
mail-let-in-next = Wir schreiben Ihnen, sobald ein Gerät deaktiviert oder aktiviert wird.
mail-handed-subject = { $product }: Der Helpdesk hat Ihren Fall { $reference }
mail-handed-happened = Sie haben den Helpdesk um Hilfe mit Fall { $reference } gebeten, den Sie beim Anmelden begonnen hatten. Alles, was Sie nachgewiesen haben, bleibt erhalten.
mail-handed-next = Der Helpdesk sieht sich den Fall an und schreibt Ihnen. Ihre Fallseite zeigt, wo er steht, und jeden weiteren Schritt. Am Konto wurde bisher nichts geändert.
