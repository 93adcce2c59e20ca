## Security credentials: the pages where people keep their authenticators, and passkeys wherever they are asked for.

security-title = セキュリティ認証情報
security-lead = パスワードのほかに、サインインに使うものです。
security-none = MFA デバイスはまだありません。
security-unprotected = アカウントに MFA デバイスがないため、サインインできなくなるおそれがあります。今すぐ有効化してください。
security-activate = MFA を有効化
security-devices = お使いの MFA デバイス
security-active-since = 有効化: { $time }
security-last-used = 最終使用: { $time }
security-not-used = 未使用
security-deactivate = 無効化
security-rename = 名前を変更
security-full = デバイスは { $most } 台までです。別のデバイスを有効化する前に、1 台を無効化してください。
security-activated = デバイスが有効になりました。
security-deactivated = デバイスを無効化しました。ほかの場所ではサインアウトされました。
security-renamed = デバイスの名前を変更しました。
security-kind = 何を有効化しますか？
security-name = デバイスの名前
security-name-hint = あとで見分けられる名前にしてください（例: 「自分のスマホ」）。{ $most } 文字まで。
security-continue = 続行
security-cancel = キャンセル
security-device-title = 認証アプリを有効化
security-device-name = デバイス: { $name }
security-device-scan = 1. 認証アプリでこのコードを読み取ってください
security-device-qr = 認証アプリ用のシークレットを含む QR コード
security-device-secret = 読み取れない場合はシークレットを入力
security-device-secret-text = アプリで手動でアカウントを追加し、このシークレットと「時間ベース」のコードを選んでください:
security-device-codes = 2. 連続する 2 つのコードを入力してください
security-device-codes-text = アプリは 30 秒ごとに新しいコードを表示します。今表示されているコードと、その次のコードを入力してください。
security-first-code = 1 つ目のコード
security-second-code = 2 つ目のコード
security-second-code-hint = アプリに次のコードが表示されるまでお待ちください。
security-passkey-title = パスキーまたはセキュリティキーを有効化
security-passkey-text = ブラウザーがパスキーまたはセキュリティキーを求め、デバイスが PIN、指紋、または顔を確認します。
security-passkey-button = パスキーまたはセキュリティキーを設定
security-codes-title = リカバリーコード
security-codes-text = デバイスが手元にないとき、リカバリーコード 1 つで 1 回サインインできます。
security-codes-left = { $count ->
    [0] リカバリーコードはありません。
   *[other] リカバリーコードは残り { $count } 個です。
}
security-codes-make = 新しいリカバリーコードを作成
security-codes-void = 以前のコードは使えなくなります。
security-codes-made = デバイスが有効になりました。デバイスが手元にないときのためのリカバリーコードです。
security-codes-once = これらのコードは今だけ表示されます。印刷するか、デバイスがなくても見つけられる場所に保管してください。各コードは 1 回だけ使えます。
security-codes-saved = 保管しました
security-deactivate-title = このデバイスを無効化しますか？
security-deactivate-what = 無効化されるもの
security-deactivate-at-once = デバイスはすぐに使えなくなります。
security-deactivate-sessions = ほかの場所ではサインアウトされます。
security-deactivate-mail = メールでお知らせします。
security-deactivate-last = これは唯一の MFA デバイスです。パスワードだけではサインインできないため、続けて別のデバイスを有効化してください。
passkey-use = パスキーまたはセキュリティキーを使用
passkey-without = パスキーには JavaScript と対応ブラウザーが必要です。ここではデバイスのコードまたはリカバリーコードを使ってください。
passkey-without-set-up = パスキーには JavaScript と対応ブラウザーが必要です。代わりに認証アプリを有効化するか、別のブラウザーでこのページを開いてください。
passkey-failed = ブラウザーがパスキーまたはセキュリティキーから応答を得られませんでした。もう一度お試しください。
passkey-known = このパスキーまたはセキュリティキーはすでに有効です。
