## ケースのページ。

case-title-of = お客様のケース { $reference }
status-submitted = メールアドレスを確認してください
status-submitted-text = アカウントのアドレスにメールをお送りしました。
status-needed = お客様にしていただくことがあります
status-looking = サポートデスクがご依頼を確認しています
status-looking-text = 変更があればメールでお知らせします。
status-approval = 2 人目の担当者がご依頼を確認しています
status-approval-text = 必要なことはすべて完了しました。承認されるとメールでお知らせします。
status-cooling-off = 承認されました：待機期間がアカウントを守ります
status-cooling-off-text = アカウントのすべての連絡先にお知らせしました。{ $ends } まで異議を申し立てることができます。
status-ready = 次に、サポートデスクがデバイスを無効化します
status-ready-text = 必要なものはすべてそろいました。完了するとメールでお知らせします。
status-deactivating = デバイスを無効化しています
status-deactivating-text = 少し時間がかかります。
status-deactivated = デバイスは無効化されました
status-deactivated-text = パスワードでサインインし、すぐに新しいデバイスを有効化してください。
status-partly = 一部のデバイスは無効化されました
status-partly-text = 残りのデバイスはまだ無効化できておらず、引き続き使用できます。残りについては担当者が確認します。
status-closed = このケースは終了しました
status-closed-text = { $devices ->
   *[other] デバイスは無効化されました。
}
status-rejected = このご依頼にはお応えできませんでした
status-nothing-deactivated = 何も無効化されていません。
status-withdrawn = この依頼は取り下げられました
status-expired = この依頼は期限が切れました
status-expired-text = 何も無効化されていません。新しい依頼を送ることができます。
status-disputed = この依頼は停止されています
status-disputed-text = アカウントの連絡先の方から、自分の依頼ではないと連絡がありました。監督者が確認しています。

status-waiting-title = 待機期間
status-waiting = { $ends } に終わります。アカウントのすべての連絡先にお知らせしました。それまでお客様にしていただくことはありません。

step-received = 依頼の受付
step-received-text = ご依頼を記録しました。
step-email = メールアドレスの確認
step-email-text = アカウントのアドレスにお送りしたリンクを使います。
step-proof = ご本人の確認
step-proof-text = アカウントの電話番号、またはサポートデスクがご案内する別の方法を使います。
step-approval = 2 人目による確認
step-approval-text = サポートデスクの別の担当者が証拠を確認します。
step-waiting = 待機期間
step-waiting-text = アカウントの連絡先にお知らせし、異議を受け付けます。
step-deactivated = デバイスの無効化
step-deactivated-text = サインインして新しいデバイスを有効化できます。
step-is-done = （完了）
step-is-now = （現在の段階）
step-is-todo = （まだです）

status-side = 進み具合とアカウント
status-where = 現在の状況
status-request = この依頼
status-reference = 受付番号
status-account-email = アカウントのメールアドレス
status-account-phone = アカウントの電話番号
status-no-phone = なし
status-device = デバイス
status-devices = この依頼のデバイス
status-device-approved = 無効化の予定
status-device-ordered = 無効化しています
status-device-deactivated = 無効化済み
status-device-failed = まだ有効

status-messages = メッセージ
status-no-messages = まだメッセージはありません。
status-from-desk = サポートデスク
status-from-you = お客様
status-by-mail = ご登録のアドレスからのメール
status-reload = 新しい情報を見るには、{ $link }。
status-reload-link = このページを再読み込みしてください
status-write = メッセージを書く
status-send = メッセージを送信
status-not-needed = もう必要ありません
status-withdraw-text = 取り下げると手続きを中止し、デバイスは有効なままです。後で新しい依頼を送ることができます。
status-withdraw = 取り下げる
status-again = まだサインインできない場合は、もう一度{ $link }ことができます。

phone-title = 電話番号の確認
phone-of-account = アカウントの電話番号
phone-calling = { $phone } に電話をかけています。
phone-agent-calls = 担当者が { $phone } にお電話します。
phone-call-says = 電話で聞こえる言葉
phone-agent-says = 担当者が言う言葉
phone-type = この数字を電話機で押し、最後に # を押してください
phone-read = この数字を担当者に読み上げてください
phone-same-words = 電話では、このページと同じ 2 つの言葉が聞こえます。言葉が違う場合は、電話を切ってください。
phone-same-words-agent = 担当者は、このページと同じ 2 つの言葉を言います。言葉が違う場合は、電話を切ってください。
phone-heard = 2 つの言葉が聞こえましたか？ 聞こえたら、コードを表示して担当者に読み上げてください。
phone-show-code = コードを表示する
phone-digits-until = この数字は { $until } まで有効です。あと { $tries } 回入力できます。
phone-call-until = この電話は { $until } まで有効です。あと { $tries } 回入力できます。
phone-we-call = { $phone } にお電話します。その後、このページに 6 桁の数字が表示されます。電話機でその数字を押してください。
phone-call-me = 今すぐ電話を受ける
phone-calls-left = この 1 時間であと { $count } 回電話を受けられます。電話機をお手元にご用意ください。
phone-shown-elsewhere = コードは別のブラウザーに表示されています。
phone-read-if = 担当者が同じ 2 つの言葉を言った場合は、コードを読み上げてください。
phone-someone-calls = サポートデスクの担当者がお電話しています。
phone-wrong-too-often = 数字の間違いが多すぎました。新しい電話を依頼してください。
phone-code-too-old = 前回のコードは期限が切れました。新しい電話を依頼してください。
phone-none = アカウントに電話番号がありません。サポートデスクからメールをお送りします。
phone-no-calls = サポートデスクの担当者からお電話します。
call-queued = ただいまお電話しています。
call-ringing = 電話が鳴っているはずです。
call-answered = 電話に出られました。電話機で 6 桁の数字を押してください。
call-completed = 通話が終わりました。
call-unknown = 電話をかけられたかどうか確認できません。電話が鳴らない場合は、新しい電話を依頼してください。
call-busy = 話し中でした。
call-no-answer = 応答がありませんでした。
call-failed = 電話をかけられませんでした。

need-email_link = メールアドレスを確認してください：お送りしたリンクを開き、ボタンを押してください。
need-call_me = 電話番号を確認してください：ケースのページを開き、「今すぐ電話を受ける」を押してください。
need-callback = 電話番号を確認してください：担当者からお電話します。その際はケースのページを開いておいてください。
need-desk = この手続きはオンラインでは完了できません。ほかに必要なことは、サポートデスクからメールでお知らせします。
need-administrator = アカウントの管理者の承認が必要です：ケースのページを開き、「管理者に依頼する」を押してください。
need-recovery_code = 保存済みのリカバリーコードを、ケースのページで使ってください。お持ちでない場合は、そこからメッセージをお送りください。
need-or_recovery_code = または、保存済みのリカバリーコードを使ってください：ケースのページを開いてください。
need-document = 身分証明書をお送りください：ケースのページを開き、写真またはスキャンを選んで「書類をアップロード」を押してください。
need-or_document = または、身分証明書をお送りください：ケースのページを開いてください。
need-in_person = 当社の担当者または公証人と直接お会いください。方法はメールでお知らせします。

# A case that was about the phone number alone.
status-merged = このケースは別のケースに統合されました
status-merged-text = 同じアカウントについて 2 件の依頼があり、もう一方のケースで対応を続けます。どのケースかはメールでお知らせしました。このケースで無効化されたものはありません。
status-phone-changed = 電話番号が変更されました
status-phone-changed-text = 何も無効にしていません。今後の電話は新しい番号におかけします。
