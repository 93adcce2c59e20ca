## Mails about signing in.

letter-not-you = お心当たりがない場合
letter-not-you-text = お心当たりがない場合は、第三者がパスワードを知っている可能性があります。すぐにサポートへご連絡ください：
letter-security = サインイン方法を確認する
letter-activated-subject = { $product }: MFAデバイスが有効になりました
letter-activated = お客様のアカウントでMFAデバイスが有効になりました：{ $device }。
letter-deactivated-subject = { $product }: MFAデバイスが無効になりました
letter-deactivated = お客様のアカウントのMFAデバイスが無効になりました：{ $device }。
letter-codes-subject = { $product }: 新しいリカバリーコード
letter-codes = お客様のアカウントの新しいリカバリーコードが作成されました。以前のコードは使えません。
letter-new-device-subject = { $product }: 新しいサインイン
letter-new-device = これまでに確認されていないブラウザーからお客様のアカウントへのサインインがありました：{ $device }、ネットワークアドレス { $network }、{ $time }。
letter-taken-back-subject = { $product }: 停止された依頼のMFAデバイスを無効化しました
letter-taken-back = 依頼 { $reference } が、お客様のアカウントの連絡先から停止されました。アカウントのすべてのサインインを終了し、依頼の開始以降に有効化されたMFAデバイスとリカバリーコードを無効化しました。
letter-contact-subject = { $product }: アカウントの連絡先の変更
letter-contact-held = お客様の組織から、アカウントの次の項目を変更する依頼がありました：{ $about }。{ $until }までは現在のものが有効で、その後は新しいものが有効になります。
letter-contact-halfway = 異議を申し立てる期間の半分が過ぎました。お客様の組織から、アカウントの次の項目を変更する依頼がありました：{ $about }。新しいものは{ $until }から有効になります。
letter-contact-effective = アカウントの次の項目が変更されました：{ $about }。
letter-contact-stop = 心当たりがありません
letter-contact-not-you = 上のリンクから変更を止めてください。サインインは不要です。リンクは変更後もしばらく使えます。お困りの場合はこちら：
