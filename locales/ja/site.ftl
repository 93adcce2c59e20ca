## すべてのページに表示される文言。

skip-to-content = 本文へ移動
footer-promise = 当社がパスワードをお尋ねすることはありません。また、予期しない電話の相手にコードを読み上げるようお願いすることもありません。
footer-page-number = お問い合わせ用のページ番号：{ $number }
footer-languages = 言語
error-prefix = エラー：
field-optional = （任意）
live-news = このページに新しい情報があります。
live-show = 表示する
copy = コピー
copy-done = コピーしました
copy-failed = コピーできませんでした
case-eyebrow = ケース { $reference }
demo-banner-title = デモ。
demo-banner-text = メールも電話も、このコンピューターの外には出ません。
demo-region = デモ
demo-mail = デモのメール
demo-phone = デモの電話
demo-devices = デモのデバイス
