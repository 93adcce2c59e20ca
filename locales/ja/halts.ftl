## 操作が実行されなかった理由。

halt-no-such-case = この受付番号のケースはありません。
halt-unknown-link = このリンクは無効です。メールソフトによって途中で切れた可能性があります。
halt-used-link = このリンクはすでに使用されています。
halt-expired-link = このリンクは古くなっています。
halt-too-often = 回数が多すぎます。しばらく待ってからもう一度お試しください。
halt-no-challenge = このケースで進行中の電話はありません。新しい電話を依頼してください。
halt-wrong-password = このメールアドレスとパスワードの組み合わせは正しくありません。
halt-not-verified = 確認できませんでした。入力を確かめ、各コードは 1 回だけ使ってください。
halt-other-account = このリンクは別のアカウントに送られたものです。メールを受け取ったアカウントでサインインしてください。
halt-gone = これはもうありません。
halt-not-possible = このケースでは、現在この操作はできません。
refused-over = このケースは終了しています。新しい依頼を送ることができます。
refused-disputed = アカウントの連絡先の方から、この依頼は自分のものではないと連絡がありました。再開できるのは監督者だけです。
refused-no-account = この依頼に一致するアカウントがないため、確認も無効化もできません。
refused-account-suspended = アカウントは停止されています。先に復旧する必要があります。
refused-cooling-off = 待機期間はまだ終わっていません。
too-many-attempts = 試行回数が多すぎます。15 分待ってからもう一度お試しください。
calls-not-offered = ここでは自動音声電話をご利用いただけません。サポートデスクからお電話します。
no-phone-of-record = アカウントに電話番号が登録されていません。
called-too-often = この電話には、現在許されている回数まで発信しました。後でもう一度お試しください。
written-too-often = 多くのメッセージをいただいています。サポートデスクからの返信をお待ちください。
