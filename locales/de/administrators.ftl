## A member and the administrators of their account: the case's page, the mails, and the page where an administrator decides.

ask-title = Ein Administrator Ihres Kontos muss zustimmen
ask-text = Ihr Konto wird von anderen verwaltet. Nur ein Administrator des Kontos kann Ihr Gerät deaktivieren lassen. Wir schreiben den Administratoren und sagen ihnen, wer fragt, für welches Gerät, von wo und wann.
ask-button = Meine Administratoren fragen
ask-done = Ihre Anfrage ist auf dem Weg zu den Administratoren Ihres Kontos. Sie bekommen eine E-Mail, wenn entschieden ist. Eine Anfrage kann 24 Stunden lang entschieden werden; danach können Sie erneut fragen.
ask-private = Wir sagen nicht, wer die Administratoren sind. Können Sie selbst jemanden erreichen? Bitten Sie darum, in die E-Mails zu sehen.
administrators-asked-too-often = Ihre Administratoren wurden so oft gefragt, wie es derzeit erlaubt ist. Versuchen Sie es morgen wieder, oder sprechen Sie sie selbst an.
halt-decided = Über diese Anfrage ist schon entschieden, oder sie ist zu alt.

administer-link-title = Anmelden, um eine Anfrage anzusehen
administer-link-text = Jemand bittet Sie als Administrator um etwas. Melden Sie sich mit dem Konto an, an das unsere E-Mail ging. Das Öffnen dieser Seite hat nichts verändert.
administer-link-over = Ist noch eine Anfrage offen, sehen Sie sie nach der Anmeldung.

requests-title = Anfragen, über die Sie entscheiden können
requests-line = { $name }: { $device }
request-title = Anfrage eines Mitglieds
request-lead = Jemand bittet darum, das Gerät zu deaktivieren, mit dem die Anmeldung erfolgt. Sie verwalten das Konto.
request-who = Wer fragt
request-name = Name
request-email = E-Mail-Adresse des Kontos
request-device = Gerät
request-what-happened = Was geschehen ist
request-when = Gefragt am
request-network = Netzwerkadresse
request-case = Fall
request-care = Vergewissern Sie sich, dass es wirklich diese Person ist: Rufen Sie an oder gehen Sie hin. Antworten Sie nicht auf eine Nachricht, die um Zustimmung bittet.
request-approve-text = Wenn Sie zustimmen, deaktiviert der Helpdesk das Gerät. Das Mitglied meldet sich dann allein mit dem Passwort an, bis ein neues Gerät aktiviert ist.
request-approve = Zustimmen
request-reason = Grund
request-reason-hint = Das Mitglied und der Helpdesk lesen ihn.
request-decline = Ablehnen
request-approved = Sie haben der Anfrage zugestimmt. Der Helpdesk weiß Bescheid.
request-declined = Sie haben die Anfrage abgelehnt. Das Mitglied und der Helpdesk wissen Bescheid.

mail-asked-subject = { $product }: Ein Mitglied Ihres Kontos bittet um Ihre Entscheidung, Fall { $reference }
mail-asked-happened = { $member } bittet darum, ein MFA-Gerät zu deaktivieren: { $device }. Gefragt wurde am { $at } von der Netzwerkadresse { $network }. Sie bekommen diese E-Mail, weil Sie Administrator des Kontos sind.
mail-asked-needed = Vergewissern Sie sich, dass es wirklich diese Person ist, melden Sie sich dann an und stimmen Sie zu oder lehnen Sie ab. Das Öffnen des Links allein bewirkt nichts.
mail-asked-action = Anfrage ansehen
mail-asked-next = Der Link gilt 24 Stunden. Ohne Zustimmung eines Administrators geschieht nichts.

mail-declined-subject = { $product }: Ein Administrator hat Fall { $reference } abgelehnt
mail-declined-happened = Ein Administrator Ihres Kontos hat Fall { $reference } abgelehnt. Ihr MFA-Gerät wurde nicht deaktiviert.
mail-declined-reason = Der Administrator nannte diesen Grund:
mail-declined-needed = Nichts für diesen Fall. Brauchen Sie weiter Hilfe, sprechen Sie zuerst mit einem Administrator Ihres Kontos.
mail-declined-next = Ihr Konto bleibt, wie es ist. Der Fall ist beendet.

status-declined = Ein Administrator Ihres Kontos hat abgelehnt
status-declined-text = Es wurde nichts deaktiviert. Sprechen Sie mit einem Administrator Ihres Kontos, wenn Sie weiter Hilfe brauchen.
status-resynchronised = Ihr Gerät funktioniert wieder
status-resynchronised-text = Seine Uhr wurde gestellt, und es wurde nichts deaktiviert. Melden Sie sich mit einem Code Ihres Geräts an.

ways-title = Andere Wege
saved-code-title = Einen gespeicherten Wiederherstellungscode verwenden
resync-title = Die Uhr meines Geräts geht falsch
resync-text = Geben Sie zwei Codes ein, die Ihr Gerät direkt nacheinander zeigt. Passen sie, stellen wir seine Uhr, und nichts muss deaktiviert werden.
resync-first = Erster Code
resync-second = Der Code danach
resync-send = Beide Codes senden
