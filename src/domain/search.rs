//! The words that cases are found by, and what somebody's search asks for.
//!
//! Words are split and folded here and nowhere else, so that both databases find the same, and so that nothing typed is
//! ever taken for a query's syntax: a word is letters and digits alone.

use std::collections::BTreeSet;

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::contact::EmailAddress;

/// Characters of a word that count.
const LONGEST_WORD: usize = 40;
/// Bytes of words that are kept of one case: PostgreSQL holds a megabyte.
const MOST_BYTES: usize = 400_000;
/// Words of a search that count.
const MOST_TERMS: usize = 10;
/// From how many letters on the last word of a search stands for every word that begins so.
const SHORTEST_START: usize = 3;
/// From how many digits on a number in a text may be somebody's telephone number.
const SHORTEST_PHONE: usize = 7;

/// Without accents, widths and capitals.
fn folded(text: &str) -> String {
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let lower = decomposed.chars().filter(|c| !is_mark(*c)).flat_map(char::to_lowercase);
    lower.fold(String::with_capacity(text.len()), |mut folded, c| {
        match plain(c) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(c),
        }
        folded
    })
}

/// Letters that Unicode does not take apart, as people type them who do not have them on their keyboard.
const fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ł' => "l",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ı' => "i",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

/// Whether it changes the letter before it.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{3099}' | '\u{309a}' | '\u{fe20}'..='\u{fe2f}')
}

/// Whether it is written without spaces between words, so that each character is found by itself.
const fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{2ffff}')
}

/// The words of a folded text, in its order.
fn split(folded: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in folded.chars() {
        if !c.is_alphanumeric() {
            words.push(String::new());
        } else if stands_alone(c) {
            words.extend([c.to_string(), String::new()]);
        } else if let Some(word) = words.last_mut().filter(|word| word.chars().count() < LONGEST_WORD) {
            word.push(c);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A folded text with whole addresses masked.
fn without_addresses(folded: &str) -> String {
    let masked = |piece: &str| {
        let bare = piece.trim_matches(|c: char| !c.is_alphanumeric());
        bare.parse::<EmailAddress>().map(|email| email.masked()).unwrap_or_default()
    };
    let pieces = folded.split_whitespace();
    pieces.map(|piece| if piece.contains('@') { masked(piece) } else { piece.to_owned() }).collect::<Vec<_>>().join(" ")
}

/// A folded text without what may be telephone numbers, however they are grouped.
fn without_numbers(folded: &str) -> String {
    let joins = |c: char| c.is_whitespace() || matches!(c, '+' | '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}');
    let (mut kept, mut number, mut digits) = (String::new(), String::new(), 0);
    for c in folded.chars().chain(['\n', 'x']) {
        if c.is_numeric() || joins(c) {
            digits += usize::from(c.is_numeric());
            number.push(c);
            continue;
        }
        kept.push_str(if digits < SHORTEST_PHONE { &number } else { " " });
        (number, digits) = (String::new(), 0);
        kept.push(c);
    }
    kept.pop();
    kept
}

/// The words that one case is found by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    words: BTreeSet<String>,
    bytes: usize,
}

impl Words {
    fn keep(&mut self, folded: &str) {
        for word in split(folded) {
            if self.bytes + word.len() <= MOST_BYTES && self.words.insert(word.clone()) {
                self.bytes += word.len();
            }
        }
    }

    /// Adds a text that everybody at the desk sees as it is.
    pub fn add(&mut self, text: &str) {
        self.keep(&folded(text));
    }

    /// Adds what somebody wrote: whole e-mail addresses are masked, and telephone numbers left out.
    pub fn add_written(&mut self, text: &str) {
        let text = without_numbers(&without_addresses(&folded(text)));
        // A letter among them does not hide the digits of a number.
        let few = |word: &&str| word.chars().filter(|c| c.is_numeric()).count() < SHORTEST_PHONE;
        let words: Vec<&str> = text.split_whitespace().filter(few).collect();
        self.keep(&words.join(" "));
    }

    /// The words, each once.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}

/// What a search asks for: all of these words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Words as they are.
    pub whole: Vec<String>,
    /// What a word begins with.
    pub start: Option<String>,
}

impl Terms {
    /// Reads a search; none when there is no word in it. The last word stands for every word that begins so, from three
    /// letters on.
    pub fn read(search: &str) -> Option<Self> {
        let mut whole = split(&folded(search));
        whole.truncate(MOST_TERMS);
        let long = |word: &String| word.chars().count() >= SHORTEST_START;
        let start = if whole.last().is_some_and(long) { whole.pop() } else { None };
        (start.is_some() || !whole.is_empty()).then_some(Self { whole, start })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> Vec<String> {
        let mut words = Words::default();
        words.add_written(text);
        words.iter().map(str::to_owned).collect()
    }

    #[test]
    fn words_are_found_without_accents_capitals_and_widths() {
        let mut words = Words::default();
        words.add("Zoë O’Brien-ŁUKASZ ＡＢＣ MFA-7K3Q-9ZDX 電話が");
        let kept: Vec<&str> = words.iter().collect();
        assert_eq!(kept, ["7k3q", "9zdx", "abc", "brien", "lukasz", "mfa", "o", "zoe", "か", "話", "電"]);
    }

    #[test]
    fn no_whole_address_and_no_telephone_number_is_kept_of_what_somebody_wrote() {
        assert_eq!(
            written("Write to Olivia.Owner@customers.example, please"),
            ["c", "example", "o", "please", "to", "write"]
        );
        assert_eq!(written("mailto:a@b.example,c@d.example x@"), Vec::<String>::new());
        for phone in
            ["+44 7911 123456", "(0)7911/123-456", "tel:+447911123456", "٠٧٩١١١٢٣٤٥٦", "＋４４７９１１１２３４５６"]
        {
            let kept = written(phone);
            assert!(kept.iter().all(|word| word == "tel"), "{phone}: {kept:?}");
        }
        assert_eq!(written("order 123456 of 2 phones"), ["123456", "2", "of", "order", "phones"]);
    }

    #[test]
    fn the_last_word_of_a_search_is_the_beginning_of_one() {
        let read = |search: &str| Terms::read(search).unwrap();
        assert_eq!(read("lost pho"), Terms { whole: vec!["lost".to_owned()], start: Some("pho".to_owned()) });
        assert_eq!(read("o b"), Terms { whole: vec!["o".to_owned(), "b".to_owned()], start: None });
        assert_eq!(Terms::read("\"' OR -*()"), Some(Terms { whole: vec!["or".to_owned()], start: None }));
        assert_eq!(Terms::read("\"'*()\0"), None);
    }

    proptest! {
        #[test]
        fn a_word_is_letters_and_digits_alone(text in ".{0,80}") {
            let mut words = Words::default();
            words.add(&text);
            words.add_written(&text);
            let terms = Terms::read(&text);
            let asked = terms.iter().flat_map(|terms| terms.whole.iter().chain(&terms.start)).map(String::as_str);
            for word in words.iter().chain(asked) {
                prop_assert!(!word.is_empty() && word.chars().all(char::is_alphanumeric), "{word:?}");
                prop_assert!(word.chars().count() <= LONGEST_WORD);
            }
        }

        #[test]
        fn every_word_of_a_case_finds_it(text in "\\PC{0,80}") {
            let mut words = Words::default();
            words.add(&text);
            for word in words.iter() {
                let terms = Terms::read(word).unwrap();
                for term in &terms.whole {
                    prop_assert!(words.words.contains(term), "{term:?}");
                }
                if let Some(start) = &terms.start {
                    prop_assert!(words.iter().any(|kept| kept.starts_with(start.as_str())), "{start:?}");
                }
            }
        }

        #[test]
        fn no_number_of_seven_digits_is_kept(text in "[0-9 a-c+./()-]{0,40}") {
            for word in written(&text) {
                prop_assert!(word.chars().filter(char::is_ascii_digit).count() < SHORTEST_PHONE, "{word}");
            }
        }
    }
}
