## メールのリンク先のページと、ケースを知らないブラウザーでのケースのページ。

case-title = お客様のケース
open-confirm = メールアドレスの確認
open-confirm-lead = ボタンを押して、当社のメールを受け取ったことを確認してください。その後、このブラウザーでケースが開きます。
open-again = ケースを開く
open-again-lead = ボタンを押すと、このブラウザーでケースが開きます。
open-confirm-button = メールアドレスを確認する
open-again-button = 自分のケースを開く
open-why = なぜボタンがあるのですか？
open-why-text = このページを開いただけでは、まだ何も変わっていません。メールソフトの中には、すべてのリンクを自動的に開くものがあります。ボタンを押せるのはお客様だけです。ボタンは一度だけ有効です。
open-not-you = お心当たりがない場合
open-not-you-text = ボタンを押さないでください。当社のメールにある「これは私ではありません」のリンクを使うと、依頼が停止します。

object-title = これは私ではありません
object-lead = お客様のアカウントの MFA デバイスを無効化するよう、当社に依頼がありました。お客様ご本人でない場合は、ここで依頼を停止してください。
object-button = この依頼を停止する
object-what = このボタンを押すと
object-what-stops = 依頼がただちに停止します。誰も続けることはできません。
object-what-free = サインインは不要です。ほかに必要なことはありません。
object-what-supervisor = 監督者が何が起きたかを調べます。
object-nothing-yet = このページを開いただけでは、まだ何も変わっていません。ご自身の依頼であれば、このページを閉じてください。

objected-title = 依頼を停止しました
objected-off = ありがとうございます。依頼が停止される前にデバイスが無効化されたか、現在無効化の処理中です。ただちにパスワードを変更してください。アカウントのすべてのサインインを終了し、依頼の開始以降に有効化されたデバイスを無効化しました。監督者の確認後、新しいデバイスを有効化できます。
objected-safe = ありがとうございます。この依頼は誰も続けることができません。デバイスは今のままです。
objected-others = このアカウントに関するほかの受付中の依頼も、すべて停止しました。
objected-now = この後の流れ
objected-supervisor = 監督者が依頼を調べます。お客様にしていただくことはありません。
objected-passwords = 誰かがお客様のパスワードを知っているか、メールを読んでいる可能性があります。早めに両方のパスワードを変更することをお勧めします。
objected-write = ご連絡が必要な場合は、アカウントのアドレスにメールをお送りします。{ $promise }

private-title = リンクからケースを開く
private-lead = ケースは、そのリンクを開ける方だけに表示します。
private-ended = このブラウザーでのアクセスは終了したため、何も送信されていません。もう一度リンクから案件を開いて、送信してください。
private-sent = メールをご確認ください
private-sent-text = この受付番号のケースがある場合は、そのアカウントのアドレスに新しいリンクをお送りしました。迷惑メールフォルダーもご確認ください。数分かかることがあります。
private-button = 新しいリンクを送る
private-only = アカウントのメールアドレスだけにお送りします。ほかのアドレスには送りません。
private-wrong = 受付番号がない、または間違っている場合は、もう一度{ $link }ことができます。

invalid-title = このリンクは使えません
invalid-headline = このリンクはもう使えません
invalid-text = ケースに影響はありません。アカウントのアドレスに新しいリンクを送るよう依頼できます。
invalid-button = ケースのページへ
contact-stop-lead = お客様の組織から、アカウントの次の項目を変更する依頼がありました：{ $about }。正しくない場合は、ここで変更を止めてください。
contact-stop-lead-effective = アカウントの次の項目が変更されました：{ $about }。正しくない場合は、ここでお知らせください。
contact-stop-button = この変更を止める
contact-stop-what-stops = 変更をすぐに止め、アカウントの未完了の依頼もすべて止めます。
contact-stop-nothing-yet = このページを開いただけでは、まだ何も変わっていません。変更が正しい場合は、このページを閉じてください。
contact-stopped-title = 変更を止めました
contact-stopped-safe = ありがとうございます。アカウントの連絡先は元のままです。
contact-told-title = お知らせいただきありがとうございます
contact-told-late = 変更はすでに有効です。スーパーバイザーが確認するまで、アカウントの未完了の依頼はすべて止まります。
contact-stopped-supervisor = スーパーバイザーが経緯を確認します。お客様の操作は不要です。
contact-invalid-text = アカウントに問題がある場合は、サポートへご連絡ください。
contact-invalid-button = サポートに連絡する
