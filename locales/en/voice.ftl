## What an automated call says. Written to be heard once, on a bad line.

voice-greeting = Hello. This is { $product } with an automated call. Your page shows two words. The two words are: { $words }. Once more: { $words }. If they are not the same, or you did not ask for this call, hang up now. If they are the same, type the six digits that your page shows, and then press the hash key.
voice-nothing-typed = No digits were received. Please ask for a new call on your page. Goodbye.
voice-thank-you = Thank you. Your phone number is confirmed. You can go on on your page. Goodbye.
voice-wrong-digits = These digits are not the ones on your page. Please type the six digits again, and then press the hash key.
voice-too-many = These digits are not the ones on your page. This code cannot be used any more. Please ask for a new call on your page. Goodbye.
voice-too-late = This code cannot be used any more. Please look at your page. Goodbye.
