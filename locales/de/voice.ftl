## Was ein automatischer Anruf sagt.

voice-greeting = Guten Tag. Hier ist { $product } mit einem automatischen Anruf. Auf Ihrer Seite stehen zwei englische Wörter. Die zwei Wörter sind: { $words }. Noch einmal: { $words }. Wenn auf Ihrer Seite andere stehen oder Sie diesen Anruf nicht gewünscht haben, legen Sie jetzt auf. Wenn es dieselben sind, tippen Sie die sechs Ziffern, die auf Ihrer Seite stehen. Drücken Sie danach die Raute-Taste.
voice-nothing-typed = Es sind keine Ziffern angekommen. Bitte fordern Sie auf Ihrer Seite einen neuen Anruf an. Auf Wiederhören.
voice-thank-you = Danke. Ihre Telefonnummer ist bestätigt. Sie können auf Ihrer Seite weitermachen. Auf Wiederhören.
voice-wrong-digits = Auf Ihrer Seite stehen andere Ziffern. Bitte tippen Sie die sechs Ziffern noch einmal. Drücken Sie danach die Raute-Taste.
voice-too-many = Auf Ihrer Seite stehen andere Ziffern. Dieser Code gilt nicht mehr. Bitte fordern Sie auf Ihrer Seite einen neuen Anruf an. Auf Wiederhören.
voice-too-late = Dieser Code gilt nicht mehr. Bitte sehen Sie auf Ihrer Seite nach. Auf Wiederhören.
