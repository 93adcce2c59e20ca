## Änderung der hinterlegten Telefonnummer: was die alte Nummer hört und liest, und warum etwas nicht geschah.

call-change-held = Guten Tag. Hier ist { $product } mit einem automatischen Anruf. In { $hours } Stunden ersetzt eine andere Telefonnummer diese hier in Ihrem Konto. Wenn Sie das nicht gewünscht haben, drücken Sie jetzt die 9, um es zu verhindern. Sonst legen Sie bitte auf.
call-change-effective = Guten Tag. Hier ist { $product } mit einem automatischen Anruf. Eine andere Telefonnummer hat diese hier in Ihrem Konto ersetzt. Wenn Sie das nicht gewünscht haben, drücken Sie jetzt die 9. Dann prüft es eine Aufsichtsperson.
call-change-again = Drücken Sie die 9, um die Änderung zu verhindern. Wenn Sie sie gewünscht haben, legen Sie auf.
call-change-unanswered = Es wurde keine Taste gedrückt, also wird nichts angehalten. Auf Wiederhören.
call-change-stopped = Danke. Die Änderung ist angehalten, und niemand kann sie fortsetzen. Eine Aufsichtsperson sieht sich an, was geschehen ist. Auf Wiederhören.
call-change-reported = Danke. Eine Aufsichtsperson sieht sich die Änderung sofort an. Auf Wiederhören.
call-change-over = Diese Änderung ist beendet. Es gibt nichts mehr anzuhalten. Auf Wiederhören.
text-change-held = { $product }: Am { $ends } ersetzt eine andere Telefonnummer diese hier in Ihrem Konto. Das waren nicht Sie? Hier anhalten: { $link }
text-change-effective = { $product }: Eine andere Telefonnummer hat diese hier in Ihrem Konto ersetzt. Das waren nicht Sie? Hier melden: { $link }
refused-phone-same = Diese Telefonnummer hat Ihr Konto bereits.
refused-phone-open = Für dieses Konto läuft schon eine Änderung der Telefonnummer. Sie muss erst enden.
refused-phone-directory = Telefonnummern können hier nicht geändert werden. Der Helpdesk schreibt Ihnen.
refused-phone-over = Diese Änderung der Telefonnummer ist beendet.
