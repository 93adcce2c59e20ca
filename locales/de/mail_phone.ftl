## E-Mails über eine Änderung der Telefonnummer. Beide Nummern sind verdeckt.

mail-phone-instead = , anstelle von { $old }
mail-phone-requested-subject = { $product }: In Fall { $reference } wird um eine neue Telefonnummer gebeten
mail-phone-requested-happened = In Fall { $reference } wird darum gebeten, dass { $new } die Telefonnummer Ihres Kontos wird{ $instead }. Noch ist nichts geändert.
mail-phone-requested-needed = Wenn Sie darum gebeten haben: Jemand vom Helpdesk muss einen Ausweis von Ihnen sehen oder Sie treffen. Die Seite Ihres Falls sagt, was noch fehlt. Wenn Sie nicht darum gebeten haben, halten Sie es jetzt an.
mail-phone-requested-next = Wenn alles da ist, sieht sich eine zweite Person vom Helpdesk das an. Dann wird die Änderung einige Tage zurückgehalten, und alle hinterlegten Adressen werden benachrichtigt, bevor sie gilt.
mail-phone-held-subject = { $product }: Ihre Telefonnummer wird geändert: Fall { $reference }
mail-phone-held-happened = Fall { $reference } hat seine Prüfungen bestanden: { $new } wird die Telefonnummer Ihres Kontos{ $instead }. Die Änderung wird bis { $ends } zurückgehalten.
mail-phone-held-needed = Wenn Sie darum gebeten haben: nichts. Wenn nicht, halten Sie die Änderung an, bevor diese Zeit endet.
mail-phone-held-next = Wenn diese Zeit endet, wird die neue Nummer für Prüfungen benutzt. Bis dahin benutzt sie keine Prüfung. Wir schreiben Ihnen nach der Hälfte der Zeit und wenn die Änderung gilt.
mail-phone-halfway-subject = { $product }: Ihre Telefonnummer wird bald geändert: Fall { $reference }
mail-phone-halfway-happened = Die Hälfte der Zeit zum Widersprechen ist vorbei. In Fall { $reference } wird { $new } die Telefonnummer Ihres Kontos{ $instead }. Die Änderung wird bis { $ends } zurückgehalten.
mail-phone-halfway-next = Wenn diese Zeit endet, wird die neue Nummer für Prüfungen benutzt. Wir schreiben Ihnen dann noch einmal.
mail-phone-effective-subject = { $product }: Ihre Telefonnummer wurde geändert: Fall { $reference }
mail-phone-effective-happened = { $new } ist jetzt die Telefonnummer Ihres Kontos{ $instead }.
mail-phone-effective-needed = Wenn Sie darum gebeten haben und noch Hilfe brauchen, machen Sie auf der Seite Ihres Falls weiter. Wenn Sie nicht darum gebeten haben, sagen Sie es uns sofort.
mail-phone-effective-next = Prüfungen benutzen ab jetzt die neue Nummer. Was mit der alten bewiesen wurde, gilt nicht mehr.
mail-phone-refused-subject = { $product }: Ihre Telefonnummer wurde nicht geändert: Fall { $reference }
mail-phone-refused-happened = Jemand vom Helpdesk hat sich die Änderung auf { $new } in Fall { $reference } angesehen und sie abgelehnt. Ihre Telefonnummer bleibt, wie sie ist.
mail-phone-refused-needed = Im Moment nichts. Sie können auf der Seite Ihres Falls noch einmal darum bitten.
mail-phone-refused-next = Der Fall selbst geht weiter.
mail-phone-ended-subject = { $product }: Die Änderung Ihrer Telefonnummer ist beendet: Fall { $reference }
mail-phone-ended-happened = Die Änderung auf { $new } in Fall { $reference } ist beendet. Ihre Telefonnummer bleibt, wie sie ist.
mail-phone-ended-needed = Nichts. Wenn Sie nicht um die Änderung gebeten haben, sagen Sie es uns.
mail-phone-ended-next = Sie können noch einmal darum bitten, wenn Sie noch eine andere Nummer brauchen.
