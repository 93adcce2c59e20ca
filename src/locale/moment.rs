use chrono::{DateTime, Datelike, Locale, Utc};

use super::Language;
use crate::domain::contact::E164;

/// A moment in full, as the language writes it. Everyone is told the same clock, and told which.
pub fn moment(language: Language, at: DateTime<Utc>) -> String {
    let (locale, pattern) = match language {
        Language::English => (Locale::en_GB, "%-d %B %Y, %H:%M UTC"),
        Language::German => (Locale::de_DE, "%-d. %B %Y, %H:%M Uhr (UTC)"),
        Language::Spanish => (Locale::es_ES, "%-d de %B de %Y, %H:%M UTC"),
        Language::French if at.day() == 1 => (Locale::fr_FR, "1er %B %Y à %H:%M UTC"),
        Language::French => (Locale::fr_FR, "%-d %B %Y à %H:%M UTC"),
        Language::Portuguese => (Locale::pt_BR, "%-d de %B de %Y, %H:%M UTC"),
        Language::Japanese => (Locale::ja_JP, "%Y年%-m月%-d日 %H:%M（UTC）"),
    };
    at.format_localized(pattern, locale).to_string()
}

/// A number in full, for nobody but its owner: with its country code, in the groups its country writes it in.
pub fn phone(number: &E164) -> String {
    phonenumber::parse(None, number.as_str()).map_or_else(
        |_| number.to_string(),
        |parsed| parsed.format().mode(phonenumber::Mode::International).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn every_language_has_its_own_dates() {
        let at = |day| Utc.with_ymd_and_hms(2026, 3, day, 5, 6, 0).single().unwrap();
        let expected = [
            "4 March 2026, 05:06 UTC",
            "4. März 2026, 05:06 Uhr (UTC)",
            "4 de marzo de 2026, 05:06 UTC",
            "4 mars 2026 à 05:06 UTC",
            "4 de março de 2026, 05:06 UTC",
            "2026年3月4日 05:06（UTC）",
        ];
        for (language, expected) in Language::ALL.iter().zip(expected) {
            assert_eq!(moment(*language, at(4)), expected);
        }
        assert_eq!(moment(Language::French, at(1)), "1er mars 2026 à 05:06 UTC");
    }

    #[test]
    fn numbers_are_grouped_as_at_home() {
        for (number, shown) in [("+447911123456", "+44 7911 123456"), ("+33142685300", "+33 1 42 68 53 00")] {
            assert_eq!(phone(&number.parse().unwrap()), shown);
        }
    }
}
