//! A telephone number that someone types so that it becomes one of record: shown back before anything is stored.

use serde_json::{Value, json};

use crate::domain::contact::E164;
use crate::domain::form::Wrong;
use crate::locale;

/// The number, normalised, when it can be a person's.
pub fn read(typed: &str) -> Result<E164, Wrong> {
    let number: E164 = typed.parse().map_err(|_| Wrong::NotAPhone)?;
    number.is_a_persons().map_err(|_| Wrong::NotAPersonsPhone)?;
    Ok(number)
}

/// The number as the page of the confirmation carries it: it was shown back in this very form.
pub fn confirmed(carried: &str) -> Result<E164, Wrong> {
    let number = read(carried)?;
    if number.as_str() == carried { Ok(number) } else { Err(Wrong::NotAPhone) }
}

/// The number as it is shown back.
pub fn shown(number: &E164) -> Value {
    json!({
        "e164": number,
        "international": locale::phone(number),
        "countries": number.countries().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_shown_back_is_confirmed() {
        assert_eq!(read("+44 (0)7911 123456").unwrap().as_str(), "+447911123456");
        assert_eq!(confirmed("+44 (0)7911 123456"), Err(Wrong::NotAPhone));
        assert_eq!(confirmed("+447911123456").map(String::from), Ok("+447911123456".to_owned()));
        assert_eq!(confirmed("+449098790000"), Err(Wrong::NotAPersonsPhone));
    }
}
