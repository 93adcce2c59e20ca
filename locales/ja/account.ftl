## Signing in to an account, and the account's own pages.

account-title = アカウント
account-nav = アカウント
account-sign-out = サインアウト
account-signed-in-as = { $email } としてサインインしています。

sign-in-title = サインイン
sign-in-email = アカウントのメールアドレス
sign-in-next = 次へ
sign-in-password = パスワード
sign-in-other-account = 別のアカウントを使う
sign-in-need-help = デバイスをなくしたので助けが必要です

device-title = 認証デバイスでサインイン
device-code = デバイスのコード
device-code-hint = 認証アプリまたはトークンに表示される 6 桁の数字です。
device-unreadable = 入力を確認してください。このようなコードはありません。
device-contact-desk = できないのでサポートデスクに連絡します
device-none-text = このアカウントには認証デバイスがなく、ここではパスワードだけではサインインできません。サポートデスクに連絡するか、お送りしたメールのリンクを開いてそこからサインインしてください。
device-none-here-text = このアカウントの認証デバイスは、このページでは確認できません。サポートデスクに連絡してください。

recovery-code = リカバリーコード
recovery-code-hint = 24 文字の英数字です。空白とハイフンは無視されます。各コードは 1 回だけ使えます。
recovery-code-use = リカバリーコードを使う
recovery-code-send = このコードを使う
