## 操作が実行されなかった理由。

halt-no-such-case = この受付番号のケースはありません。
halt-unknown-link = このリンクは無効です。メールソフトによって途中で切れた可能性があります。
halt-used-link = このリンクはすでに使用されています。
halt-expired-link = このリンクは古くなっています。
halt-too-often = 回数が多すぎます。しばらく待ってからもう一度お試しください。
halt-no-call = このケースでは、現在電話をおかけできません。
halt-no-challenge = このケースで進行中の電話はありません。新しい電話を依頼してください。
halt-wrong-password = このメールアドレスとパスワードの組み合わせは正しくありません。
halt-gone = これはもうありません。
halt-not-possible = このケースでは、現在この操作はできません。
refused-over = このケースは終了しています。新しい依頼を送ることができます。
refused-disputed = アカウントの連絡先の方から、この依頼は自分のものではないと連絡がありました。再開できるのは監督者だけです。
refused-no-account = この依頼に一致するアカウントがないため、確認も無効化もできません。
refused-account-suspended = アカウントは停止されています。先に復旧する必要があります。
refused-cooling-off = 待機期間はまだ終わっていません。
