## メール。

mail-hello-name = { $name } 様
mail-hello = お客様
mail-title = { $product }：ケース { $reference }
mail-what-happened = 何が起きたか
mail-what-needed = お客様にしていただくこと
mail-what-next = この後の流れ
mail-nothing = 現在は何もありません。
mail-open = ケースのページを開く
mail-copy-address = ボタンが使えない場合は、このアドレスをブラウザーに貼り付けてください：
mail-not-me = これは私ではありません
mail-object = サポートを依頼していない場合は、このリンクでケースを停止してください。サインインは不要です。
mail-copy-same = 同じリンクのアドレス：
mail-codes = コードは誰にも教えないでください
mail-codes-text = このメールがコードやパスワードをお尋ねすることはありません。当社のほかのメールも同じです。お客様のケースのページに示された方法以外で、サポートデスクが 6 桁の数字をお尋ねすることはありません。
mail-audit = 監査ログ：{ $size } 件、ルート { $root }
mail-witness = （この行をメールボックスに保管しておくと、当社のケースの記録が後から変更されていないことの証拠になります）

mail-device = （{ $device }）
device-named = { $kind }「{ $name }」
mail-ask-again = 何もありません。まだサポートが必要な場合は、いつでも新しい依頼を送ることができます。
mail-over = アカウントは今のままです。ケースは終了しました。
mail-check-then = すべてそろったら、ケースを確認して再度ご連絡します。これまでアカウントには何も変更されていません。
mail-link-press = リンクを開き、ページのボタンを押してください。リンクを開くだけでは何も起こりません。
mail-waiting-needed = ご自身の依頼であれば、何もありません。そうでない場合は、待機期間が終わる前に停止してください。
mail-waiting-next = { $devices ->
   *[other] 待機期間の後、担当者がケースをもう一度確認し、MFA デバイス{ $device }を無効化します。完了したら、登録されているすべての連絡先にお知らせします。
}

mail-received-subject = { $product }：ケース { $reference } のメールアドレスの確認
mail-received-happened = 紛失した、または使用できない MFA デバイス{ $device }について、サポートの依頼がありました。このアドレスは、そのアカウントに登録されています。依頼の番号は { $reference } です。
mail-received-needed = ご自身の依頼であれば、リンクを開き、ページの「{ $button }」を押してください。リンクを開くだけでは何も起こりません。
mail-received-next = アドレスが確認されると、その後の手順がケースのページに表示されます。これまでアカウントには何も変更されていません。
mail-received-object = ご自身の依頼でない場合は、このリンクで依頼を停止してください。サインインは不要です。

mail-link-again-subject = { $product }：ケース { $reference } の新しいリンク
mail-link-again-happened = ケース { $reference } のページの新しいリンクが依頼されました。下のリンクをお使いください。
mail-link-again-next = ケースのページに、現在の状況とその後の手順が表示されます。

mail-confirmed-subject = { $product }：ケース { $reference } のメールアドレスを確認しました
mail-confirmed-happened = ケース { $reference } について、お客様のメールアドレスを確認しました。
mail-confirmed-nothing = 現在は何もありません。必要なことができた場合は、ケースのページに表示されます。
mail-confirmed-phone = 電話での確認には { $phone } を使います。この番号が古い場合は、ケースのページからお知らせください。

mail-approval-subject = { $product }：ケース { $reference } は承認待ちです
mail-approval-happened = ケース { $reference } でお願いしたことは、すべて完了しました。1 人でケースを決定することはできないため、サポートデスクの 2 人目の担当者が確認します。
mail-approval-next = 決定次第ご連絡します。その後、待機期間が続くことがあります。これまでアカウントには何も変更されていません。

mail-unapproved-subject = { $product }：ケース { $reference } は承認されませんでした
mail-unapproved-happened = サポートデスクの 2 人目の担当者がケース { $reference } を確認しましたが、承認しませんでした。アカウントには何も変更されていません。すべての確認をもう一度行う必要があります。
mail-unapproved-next = 確認がもう一度完了したら、2 人目の担当者が再度ケースを確認します。

mail-waiting-subject = { $product }：ケース { $reference } の待機期間が始まりました
mail-waiting-happened = ケース { $reference } の確認が完了し、待機期間が始まりました。{ $ends } に終わります。
mail-waiting-why = ほかの誰かがお客様の名前で依頼した場合に、ケースを停止していただく時間を設けています。
mail-halfway-subject = { $product }：ケース { $reference } の待機期間が半分過ぎました
mail-halfway-happened = ケース { $reference } の待機期間が半分過ぎました。{ $ends } に終わります。

mail-ready-subject = { $product }：ケース { $reference } の準備ができました
mail-ready-happened = ケース { $reference } に必要なものは、すべてそろいました。
mail-ready-next = { $devices ->
   *[other] 担当者がケースをもう一度確認し、MFA デバイス{ $device }を無効化します。完了したらご連絡します。
}

mail-lapsed-subject = { $product }：ケース { $reference } の確認をもう一度行う必要があります
mail-lapsed-happened = それぞれの確認には有効期間があります。ケース { $reference } の確認の 1 つが期限切れになったため、続ける前にもう一度行う必要があります。
mail-lapsed-needed = ケースのページを開き、表示されている確認をもう一度行ってください。
mail-lapsed-next = 再びすべてがそろうと、ケースが先に進みます。これまでアカウントには何も変更されていません。

mail-deactivated-subject = { $product }：MFA デバイスを無効化しました（ケース { $reference }）
mail-deactivated-happened = { $devices ->
   *[other] ケース { $reference } で、お客様のアカウントの MFA デバイス{ $device }を無効化しました。サインインには使用できなくなりました。
}
mail-deactivated-needed = パスワードでサインインし、すぐに新しい MFA デバイスを有効化してください。それまでアカウントの保護は弱くなっています。
mail-receipt = 添付の受領証は、誰が、どの証拠に基づき、どの規則に従って実行させたかを、当社に問い合わせることなく証明します。このメールと一緒に保管してください。
mail-deactivated-next = ケースは数日後に自動的に終了します。
mail-deactivated-left = 次のデバイスは引き続き有効です{ $left }。サインインに使用できます。（{ $lefts } 台）
mail-deactivated-object = ご自身の依頼でない場合は、すぐにこのリンクでお知らせください。サインインは不要です。

mail-partly-subject = { $product }：一部の MFA デバイスを無効化しました（ケース { $reference }）
mail-partly-left = { $lefts } 台のデバイスは無効化できませんでした{ $left }。引き続きサインインに使用できます。
mail-partly-next = 残りについては担当者が確認します。決まり次第ご連絡します。

mail-resynchronised-subject = { $product }：デバイスが再び使えるようになりました（ケース { $reference }）
mail-resynchronised-happened = MFA デバイスの時計がずれていました。2 つのコードでずれを直し、デバイスは再び使えるようになりました。何も無効化されておらず、ケース { $reference } は終了しました。
mail-resynchronised-needed = 何もありません。ご自身の操作でない場合は、下のリンクで停止してください。
mail-resynchronised-next = いつもどおり、デバイスのコードでサインインしてください。

mail-rejected-subject = { $product }：ケース { $reference } をお断りしました
mail-rejected-happened = MFA デバイスを無効化せずに、ケース { $reference } を終了しました。
mail-rejected-reason = サポートデスクからの理由：
mail-rejected-needed = このケースについては何もありません。まだサポートが必要な場合は、いつでも新しい依頼を送ることができます。

mail-withdrawn-subject = { $product }：ケース { $reference } は取り下げられました
mail-withdrawn-happened = ケース { $reference } がケースのページで取り下げられたため、終了しました。
mail-expired-subject = { $product }：ケース { $reference } の期限が切れました
mail-expired-happened = 必要なものがそろう前にケース { $reference } の期限が切れたため、終了しました。
mail-merged-subject = { $product }：ケース { $reference } は別のケースに統合されました
mail-merged-happened = 同じアカウントについて 2 件の依頼がありました。ケース { $reference } を終了し、ケース { $kept } で対応を続けます。無効化されたものはありません。
mail-merged-needed = このケースについては何もありません。ケース { $kept } でまだ必要なことは、そのケースについてのメールに書かれています。ケース { $reference } で行った確認は、そちらでは有効になりません。
mail-merged-next = 今後の対応はすべてケース { $kept } で行います。

mail-closed-subject = { $product }：ケース { $reference } は終了しました
mail-closed-happened = ケース { $reference } は終了しました。
mail-closed-needed = 何もありません。またサポートが必要になった場合は、いつでも新しい依頼を送ることができます。
mail-closed-next = このケースでは、これ以上何も行われません。

mail-disputed-subject = { $product }：ケース { $reference } が停止されました
mail-disputed-happened = ケース { $reference } の「これは私ではありません」のリンクが使われました。ケースは停止しています。アカウントのすべてのサインインを終了しました。
mail-disputed-needed = お客様がリンクを使った場合は、何もありません。念のため、アカウントのパスワードを変更してください。お客様がサポートを依頼し、ほかの誰かが停止した場合は、当社からの連絡をお待ちください。
mail-disputed-next = 監督者が何が起きたかを調べます。ケースを再開できるのは監督者だけで、その場合はすべての確認をやり直します。
mail-resumed-subject = { $product }：ケース { $reference } を再開します
mail-resumed-happened = ケース { $reference } は停止していました。監督者が確認し、再開することにしました。
mail-resumed-needed = すべての確認をやり直す必要があります。

mail-message-subject = { $product }：ケース { $reference } についての新しいメッセージ
mail-message-happened = ケース { $reference } について、サポートデスクからメッセージがあります。
mail-message-quoted = メッセージ：
mail-message-needed = メッセージをお読みください。返信が必要な場合は、ケースのページからお願いします。
mail-message-next = メッセージは、ケースのほかの情報とともにケースのページにもあります。
