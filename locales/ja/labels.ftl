## デバイス、理由、状態のコードの意味。

device-virtual_totp = スマートフォンの認証アプリ
device-hardware_totp = コードを表示するハードウェアトークン
device-passkey = パスキーまたはセキュリティキー
device-recovery_codes = 保存済みのリカバリーコード
device-unsure = その他、またはわからない

reason-lost = 失くした
reason-stolen = 盗まれた
reason-broken = 壊れた
reason-out_of_sync = コードが受け付けられない
reason-new_phone = 電話機を買い替えた
reason-other = その他

authenticator-virtual_totp = 認証アプリ
authenticator-hardware_totp = ハードウェアトークン
authenticator-passkey = パスキーまたはセキュリティキー
authenticator-recovery_codes = 保存済みのリカバリーコード

state-submitted = 受付済み
state-verifying = 確認中
state-awaiting_approval = 承認待ち
state-cooling_off = 待機期間中
state-ready = 準備完了
state-deactivating = 無効化の処理中
state-deactivated = 無効化済み
state-closed = 終了
state-rejected = お断り
state-withdrawn = 取り下げ
state-expired = 期限切れ
state-disputed = 停止中

document-pdf = PDF
document-jpeg = JPEG 画像
document-png = PNG 画像
contact-change-email = メールアドレス
contact-change-phone = 電話番号
contact-change-both = メールアドレスと電話番号
contact-change-other = 登録情報
