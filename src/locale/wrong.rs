use super::{Text, text};
use crate::domain::form::Wrong;

impl From<Wrong> for Text {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::NotAnEmail => text!("wrong-not-an-email"),
            Wrong::NotAPhone => text!("wrong-not-a-phone"),
            Wrong::NotAPersonsPhone => text!("wrong-not-a-persons-phone"),
            Wrong::NoName => text!("wrong-no-name"),
            Wrong::NoDevice => text!("wrong-no-device"),
            Wrong::NoReason => text!("wrong-no-reason"),
            Wrong::NoChoice => text!("wrong-no-choice"),
            Wrong::NotOneLine => text!("wrong-not-one-line"),
            Wrong::Unprintable => text!("wrong-unprintable"),
            Wrong::TooLong(longest) => text!("wrong-too-long", longest = longest),
            Wrong::Empty => text!("wrong-empty"),
        }
    }
}
