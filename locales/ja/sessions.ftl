## Sessions, and proving oneself again in one.

step-up-title = ご本人であることの確認
step-up-text = この操作には、デバイスの新しいコードが必要です。コードは{ $minutes }分間有効です。まだ何も実行されていません。
step-up-button = 確認する
sessions-nav = サインイン
sessions-title = サインイン中の場所
sessions-text = 1行が1回のサインインです。覚えのないものは終了し、ほかの人がパスワードを知っている場合は変更してください。
sessions-device = ブラウザー
sessions-network = ネットワークアドレス
sessions-since = サインイン日時
sessions-last = 最終使用
sessions-this = 現在のもの
sessions-end = サインアウト
sessions-end-label = { $device }をサインアウト
sessions-everywhere = すべての場所でサインアウト
sessions-everywhere-text = このサインインを含むすべてのサインインを終了し、登録済みのブラウザーもすべて忘れます。
sessions-ended = そのサインインは終了しました。
