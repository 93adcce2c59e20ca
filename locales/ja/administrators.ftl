## A member and the administrators of their account: the case's page, the mails, and the page where an administrator decides.

ask-title = アカウントの管理者の承認が必要です
ask-text = このアカウントはほかの人が管理しています。デバイスの無効化を認められるのは、アカウントの管理者だけです。誰が、どのデバイスについて、どこから、いつ依頼したかを管理者に知らせます。
ask-button = 管理者に依頼する
ask-done = 依頼をアカウントの管理者に送っています。管理者が決めたらメールが届きます。依頼は 24 時間有効で、その後は再び依頼できます。
ask-private = 管理者が誰であるかはお知らせしません。ご自身で連絡がつく場合は、メールを確認するよう伝えてください。
administrators-asked-too-often = 管理者への依頼は今の上限に達しました。明日もう一度試すか、直接連絡してください。
halt-decided = この依頼はすでに決定されたか、古すぎます。

administer-link-title = サインインして依頼を見る
administer-link-text = 管理者であるお客様に依頼が届いています。メールを受け取ったアカウントでサインインしてください。このページを開いただけでは何も変わりません。
administer-link-over = まだ開いている依頼があれば、サインインすると表示されます。

requests-title = ご判断いただける依頼
requests-line = { $name }：{ $device }
request-title = メンバーからの依頼
request-lead = サインインに使うデバイスの無効化が依頼されています。お客様はこのアカウントの管理者です。
request-who = 依頼した人
request-name = 名前
request-email = アカウントのメールアドレス
request-device = デバイス
request-what-happened = 何が起きたか
request-when = 依頼の日時
request-network = ネットワークアドレス
request-case = ケース
request-care = 本当に本人かどうか、電話や対面で確かめてください。承認を求めるメッセージには応じないでください。
request-approve-text = 承認すると、サポートデスクがデバイスを無効化します。メンバーは新しいデバイスを有効化するまで、パスワードだけでサインインします。
request-approve = 承認する
request-reason = 理由
request-reason-hint = メンバーとサポートデスクが読みます。
request-decline = 拒否する
request-approved = 依頼を承認しました。サポートデスクに伝わっています。
request-declined = 依頼を拒否しました。メンバーとサポートデスクに伝わっています。

mail-asked-subject = { $product }：アカウントのメンバーが判断を求めています（ケース { $reference }）
mail-asked-happened = { $member } さんが MFA デバイスの無効化を依頼しています：{ $device }。依頼の日時は { $at }、ネットワークアドレスは { $network } です。このメールは、アカウントの管理者であるお客様にお送りしています。
mail-asked-needed = 本当に本人かどうかを確かめてから、サインインして承認または拒否してください。リンクを開くだけでは何も起こりません。
mail-asked-action = 依頼を見る
mail-asked-next = リンクは 24 時間有効です。管理者が承認しないかぎり、何も行われません。

mail-declined-subject = { $product }：管理者がケース { $reference } を拒否しました
mail-declined-happened = アカウントの管理者がケース { $reference } を拒否しました。MFA デバイスは無効化されていません。
mail-declined-reason = 管理者が挙げた理由：
mail-declined-needed = このケースで必要なことはありません。まだ助けが必要なときは、まずアカウントの管理者に相談してください。
mail-declined-next = アカウントはそのままです。ケースは終わりました。

status-declined = アカウントの管理者が拒否しました
status-declined-text = 何も無効化されていません。まだ助けが必要なときは、アカウントの管理者に相談してください。
status-resynchronised = デバイスは再び使えます
status-resynchronised-text = 時計のずれを直し、何も無効化していません。デバイスのコードでサインインしてください。

ways-title = ほかの方法
saved-code-title = 保存したリカバリーコードを使う
resync-title = デバイスの時刻がずれている
resync-text = デバイスに続けて表示される 2 つのコードを入力してください。合えば時計のずれを直し、何も無効化する必要はありません。
resync-first = 1 つ目のコード
resync-second = その次のコード
resync-send = 2 つのコードを送る
