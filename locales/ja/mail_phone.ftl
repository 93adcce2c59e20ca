## 電話番号の変更についてのメール。

mail-phone-instead = （これまでの番号：{ $old }）
mail-phone-requested-subject = { $product }：ケース { $reference } で新しい電話番号が依頼されました
mail-phone-requested-happened = ケース { $reference } で、{ $new } をアカウントの電話番号にするよう依頼がありました{ $instead }。まだ何も変更されていません。
mail-phone-requested-needed = ご自身の依頼であれば、担当者が身分証明書を確認するか、お会いする必要があります。まだ必要なことは、ケースのページに表示されます。そうでない場合は、今すぐ停止してください。
mail-phone-requested-next = すべてそろうと、2 人目の担当者が確認します。その後、変更は数日間保留され、有効になる前に、登録されているすべての連絡先にお知らせします。
mail-phone-held-subject = { $product }：電話番号が変更される予定です：ケース { $reference }
mail-phone-held-happened = ケース { $reference } の確認が完了し、{ $new } がアカウントの電話番号になります{ $instead }。変更は { $ends } まで保留されます。
mail-phone-held-needed = ご自身の依頼であれば、何もありません。そうでない場合は、保留期間が終わる前に停止してください。
mail-phone-held-next = 保留期間が終わると、新しい番号が確認に使われます。それまでは使われません。期間の半ばと、変更が有効になったときにご連絡します。
mail-phone-halfway-subject = { $product }：まもなく電話番号が変更されます：ケース { $reference }
mail-phone-halfway-happened = 異議を申し立てる期間の半分が過ぎました。ケース { $reference } で、{ $new } がアカウントの電話番号になります{ $instead }。変更は { $ends } まで保留されます。
mail-phone-halfway-next = 保留期間が終わると、新しい番号が確認に使われます。その際にもう一度ご連絡します。
mail-phone-effective-subject = { $product }：電話番号が変更されました：ケース { $reference }
mail-phone-effective-happened = { $new } がアカウントの電話番号になりました{ $instead }。
mail-phone-effective-needed = ご自身の依頼で、まだサポートが必要な場合は、ケースのページで続けてください。そうでない場合は、すぐにお知らせください。
mail-phone-effective-next = 今後の確認には新しい番号が使われます。以前の番号で行った確認は無効になります。
mail-phone-refused-subject = { $product }：電話番号は変更されませんでした：ケース { $reference }
mail-phone-refused-happened = 担当者がケース { $reference } での { $new } への変更を確認し、お断りしました。電話番号は今のままです。
mail-phone-refused-needed = 現在は何もありません。ケースのページからもう一度依頼できます。
mail-phone-refused-next = ケース自体は続きます。
mail-phone-ended-subject = { $product }：電話番号の変更は中止されました：ケース { $reference }
mail-phone-ended-happened = ケース { $reference } での { $new } への変更は中止されました。電話番号は今のままです。
mail-phone-ended-needed = 何もありません。変更を依頼していない場合は、お知らせください。
mail-phone-ended-next = 別の番号が必要な場合は、もう一度依頼できます。
