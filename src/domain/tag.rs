//! Tags: short words that the desk puts on cases.

use std::str::FromStr;

use super::words::checked_text;

/// Characters of a tag.
pub const LONGEST: usize = 30;

/// A text that cannot be a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A tag is 1 to 30 letters and digits; a space, “-” or “_” may stand between.")]
pub struct NotATag;

/// What a tag is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagName(String);

checked_text!(NotATag: TagName);

impl TagName {
    /// What tags that differ only in capitals have in common.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TagName {
    type Err = NotATag;

    fn from_str(text: &str) -> Result<Self, NotATag> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let whole = name.starts_with(char::is_alphanumeric) && name.ends_with(char::is_alphanumeric);
        let good = whole && name.chars().all(fits) && name.chars().count() <= LONGEST;
        if good { Ok(Self(name)) } else { Err(NotATag) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_short_and_plain() {
        for good in ["vip", "Lost phone", " lost   phone ", "2nd-time", "ärger", "a_b"] {
            assert!(good.parse::<TagName>().is_ok(), "{good}");
        }
        for bad in ["", " ", "-", "a-", "<b>", "a,b", "a\u{202e}b", "=1+1", &"x".repeat(31)] {
            assert!(bad.parse::<TagName>().is_err(), "{bad}");
        }
        assert_eq!(" Lost   phone ".parse::<TagName>().map(|name| name.key()), Ok("lost phone".to_owned()));
    }
}
