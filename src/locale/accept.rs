use super::Language;

/// The language that a browser's `Accept-Language` (RFC 9110 §12.5.4) likes best of those there are. `pt-BR` and
/// `pt-PT` are one language here. Nothing when it names none of them.
pub fn from_header(header: &str) -> Option<Language> {
    let mut best: Option<(Language, f32)> = None;
    for item in header.split(',') {
        let mut parts = item.split(';').map(str::trim);
        let primary = parts.next().unwrap_or_default().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let Some(language) = Language::from_code(&primary) else { continue };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let weight = weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
        if weight <= 1.0 && weight > best.map_or(0.0, |(_, most)| most) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_heaviest_language_that_there_is_wins() {
        for (header, code) in [
            ("de", Some("de")),
            ("de-AT,de;q=0.9,en;q=0.8", Some("de")),
            ("nl, fr;q=0.5, ja;q=0.7", Some("ja")),
            ("PT-br", Some("pt")),
            ("en;q=0.1, es ; q=0.2", Some("es")),
            ("fr, es", Some("fr")),
            ("de;q=0, fr;q=0.001", Some("fr")),
            ("de;q=2, ja;q=x", None),
            ("*, nl", None),
            ("", None),
        ] {
            assert_eq!(from_header(header).map(Language::code), code, "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_answered_without_panic(header in ".{0,80}") {
            let _ = from_header(&header);
        }
    }
}
