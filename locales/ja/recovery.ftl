## 所有者が自分で解決する：トラブルシューティング、別の要素による 3 つのステップ、デスクへの引き継ぎ。

troubleshoot-link = MFA のトラブルシューティング
troubleshoot-title = 認証デバイスのトラブルシューティング
troubleshoot-resync = デバイスの時刻がずれている
troubleshoot-support = まだ問題があるのでサポートデスクに連絡します
troubleshoot-back = デバイスのコードの入力に戻る
troubleshoot-member = サインインはアカウントの管理者が管理しているため、デバイスの無効化は管理者が行う必要があります。当社から管理者に連絡できます。管理者には、誰が、どのデバイスについて、どこから依頼したかが表示されます。
troubleshoot-ask-administrator = 管理者に助けを求める
resync-sign-in-text = デバイスに続けて表示される 2 つのコードを入力してください。合えば時計のずれを直します。その後、次のコードでサインインしてください。
resync-done = デバイスの時計のずれを直しました。次のコードを待って、そのコードでサインインしてください。

alternative-title = デバイスを使えない場合
alternative-text = アカウントのメールアドレスと電話番号で、ご本人であることを確認します。数分で終わります。その後、デバイスを無効化し、新しいデバイスを有効化します。
alternative-begin = 別の要素を使ってサインイン

recovery-email-title = ステップ 1：メールアドレスの確認
recovery-phone-title = ステップ 2：電話番号の確認
recovery-sign-in-title = ステップ 3：サインイン
recovery-over-title = このサインインは終了しました
recovery-email-lead = アカウントのアドレスに確認メールを送ります：{ $address }
recovery-mail-send = 確認メールを送る
recovery-mail-again = 確認メールをもう一度送る
recovery-mailed = メールを送信しました。リンクは { $minutes } 分間有効です。どのデバイスでもかまいませんので、リンクを開いて「メールアドレスを確認する」を押してください。迷惑メールフォルダーも確認してください。
recovery-opened = リンクは { $at } に開かれましたが、ボタンは押されていません（開封済み、未確認）。
recovery-moves-on = このページは自動的に次へ進みます。進まない場合は「続ける」を押してください。
recovery-continue = 続ける
recovery-mailed-too-often = 現在送信できる回数の上限に達しました。しばらく待つか、サポートデスクに連絡してください。
recovery-too-often = 開始した回数が多すぎます。しばらく待ってからやり直すか、サポートデスクに連絡してください。
recovery-no-calls = ここでは自動電話を利用できません。サポートデスクに連絡してください。担当者が電話します。
recovery-no-phone = アカウントに電話番号がないため、このステップは行えません。サポートデスクに連絡してください。確認済みの内容は引き継がれます。
recovery-update-phone = 電話番号を更新する必要があります
recovery-sign-in-lead = メールアドレスと電話番号を確認しました。サインインできます。
recovery-sign-in-button = コンソールにサインイン
recovery-sign-in-only = 30 分間、デバイスの無効化と新しいデバイスの有効化だけができます。
recovery-desk-lead = 求められた確認はすべて終わりました。ただし、このアカウントではそれだけで先に進むことはできません。
recovery-desk-text = サポートデスクの担当者が確認する必要があり、その後に待機時間が設けられることがあります。確認済みの内容はすべて引き継がれます。ケースを引き継ぐと、専用のページで経過を確認でき、アカウントのすべてのアドレスに連絡します。
recovery-desk-button = サポートデスクに引き継ぐ
recovery-stopped = アカウントのアドレスから、ご本人ではないとの連絡がありました。手続きは停止し、スーパーバイザーが確認しています。
recovery-with-desk = ケース { $reference } はサポートデスクが担当しています。続きはそちらで行います。
recovery-open-case = ケースを開く
recovery-over = 時間内に終わらなかったか、別のブラウザーでやり直されたか、すでに完了しています。ここで確認した内容は無効です。
recovery-again = もう一度始める

verify-title = メールアドレスの確認
verify-lead = 認証デバイスを使わずにアカウントにサインインしようとしている人がいて、このアドレスの確認が必要です。ご本人の場合はボタンを押し、始めたページで続けてください。
verified-eyebrow = 確認済み
verified-title = メールアドレスを確認しました
verified-lead = 始めたページに戻ってください。ページは自動的に次へ進みます。
verified-same = このブラウザーで始めた場合は、ここで続けられます。

security-deactivating = デバイスを無効化しています。しばらくしてからこのページを読み込み直してください。
security-not-deactivated = デバイスを無効化できませんでした。もう一度試すか、サポートデスクに連絡してください。

after-title = デバイスは無効化されています
after-text = 今すぐ新しいデバイスを有効化してください。それまでは、通常の方法でアカウントにサインインできません。
after-button = 新しいデバイスを有効化
after-link-text = このブラウザーでは、無効化を行ったケースが開かれていません。メールのリンクからケースのページを開き、ここでもう一度サインインしてください。
after-link = ケースのページへ

setback-email_not_received = 確認メールが確認されなかった
setback-call_not_answered = 登録された電話番号への電話に応答がなかった
setback-wrong_codes = 電話で間違った数字が入力された
setback-no_calls = 自動電話を利用できない
setback-no_phone = アカウントに電話番号が登録されていない
setback-phone_outdated = 登録された電話番号が古い
setback-device_codes = デバイスのコードが受け付けられなかった
setback-policy = すべて確認できたが、ポリシーがさらに求めている

mail-verify-subject = { $product }：メールアドレスの確認（ケース { $reference }）
mail-verify-happened = アカウントのパスワードを知っている人が、MFA デバイスを使わずにサインインしようとしています。このアドレスはアカウントに登録されています。この手続きはケース { $reference } です。
mail-verify-next = アドレスが確認されると、サインインを始めたページが次のステップに進みます。アカウントにはまだ何の変更もありません。
mail-let-in-subject = { $product }：MFA デバイスを使わないサインイン（ケース { $reference }）
mail-let-in-happened = パスワード、このメールアドレス、電話番号を使い、MFA デバイスなしでアカウントへのサインインがありました。ケース { $reference } です。30 分間、デバイスの無効化と新しいデバイスの有効化だけができます。
mail-let-in-needed = ご本人の場合は何もありません。そうでない場合は、下のリンクですぐに停止してください。
mail-let-in-next = デバイスが無効化または有効化されるたびにお知らせします。
mail-handed-subject = { $product }：サポートデスクがケース { $reference } を担当します
mail-handed-happened = サインイン時に始めたケース { $reference } について、サポートデスクへの依頼を受け付けました。確認済みの内容はすべて引き継がれます。
mail-handed-next = サポートデスクがケースを確認し、ご連絡します。ケースのページで状況と次のステップを確認できます。アカウントにはまだ何の変更もありません。
