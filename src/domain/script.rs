//! What an automated call says. The demo's telephone and the real one read the same lines.

/// What the person hears when they pick up.
pub fn greeting(product: &str, words: &str) -> String {
    format!(
        "Hello. This is {product} with an automated call. Your page shows two words. The two words are: {words}. \
         If they are not the same, or you did not ask for this call, hang up now. \
         If they are the same, type the six digits that your page shows, and then press the hash key."
    )
}

/// Nothing was typed.
pub fn nothing_typed() -> String {
    "No digits were received. Please ask for a new call on your page. Goodbye.".to_owned()
}

/// The digits were right.
pub fn thank_you() -> String {
    "Thank you. Your phone number is confirmed. You can go on on your page. Goodbye.".to_owned()
}

/// The digits were wrong and may be typed again.
pub fn wrong_digits() -> String {
    "These digits are not the ones on your page. Please type the six digits again, and then press the hash key."
        .to_owned()
}

/// The digits were wrong too often.
pub fn too_many() -> String {
    "These digits are not the ones on your page. This code cannot be used any more. \
     Please ask for a new call on your page. Goodbye."
        .to_owned()
}

/// The code is over, or the case is.
pub fn too_late() -> String {
    "This code cannot be used any more. Please look at your page. Goodbye.".to_owned()
}
