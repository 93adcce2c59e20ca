//! TwiML: the XML that tells Twilio what to say on a call.

use crate::locale::Language;

/// What one voice says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    text: &'a str,
    language: &'static str,
}

/// A text in a language, with the English words that stand in it left to an English voice.
pub fn lines<'a>(text: &'a str, language: Language, english: Option<&str>) -> Vec<Line<'a>> {
    let own = tag(language);
    let Some(words) = english.filter(|words| language != Language::English && !words.is_empty()) else {
        return vec![Line { text, language: own }];
    };
    let mut lines = Vec::new();
    let mut said = 0;
    let own_line = |lines: &mut Vec<Line<'a>>, text: &'a str| {
        // A voice may read out a full stop that it begins with.
        let text = text.trim_start_matches(['.', ',', '。', '、', ' ']).trim_end();
        if !text.is_empty() {
            lines.push(Line { text, language: own });
        }
    };
    for (at, found) in text.match_indices(words) {
        own_line(&mut lines, &text[said..at]);
        said = at + found.len();
        lines.push(Line { text: &text[at..said], language: tag(Language::English) });
    }
    own_line(&mut lines, &text[said..]);
    lines
}

/// The voice that a language has at Twilio.
const fn tag(language: Language) -> &'static str {
    match language {
        Language::English => "en-GB",
        Language::German => "de-DE",
        Language::Spanish => "es-ES",
        Language::French => "fr-FR",
        Language::Portuguese => "pt-PT",
        Language::Japanese => "ja-JP",
    }
}

/// Say something, wait for so many digits on the keypad and POST them to `action_url`, also when none were typed.
/// `again` is said before hanging up where the provider falls through all the same.
pub fn gather(action_url: &str, digits: u8, says: &[Line<'_>], again: &[Line<'_>]) -> String {
    document(&format!(
        "<Gather input=\"dtmf\" numDigits=\"{digits}\" finishOnKey=\"#\" timeout=\"15\" action=\"{}\" method=\"POST\" \
         actionOnEmptyResult=\"true\">{}</Gather>{}<Hangup/>",
        escaped(action_url),
        say(says),
        say(again),
    ))
}

/// Say something and end the call.
pub fn say_and_hang_up(says: &[Line<'_>]) -> String {
    document(&format!("{}<Hangup/>", say(says)))
}

fn document(verbs: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>{verbs}</Response>")
}

fn say(lines: &[Line<'_>]) -> String {
    let verb = |line: &Line<'_>| format!("<Say language=\"{}\">{}</Say>", line.language, escaped(line.text));
    lines.iter().map(verb).collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(' '),
            // XML 1.0 has no way to write these, and one of them would make Twilio drop the whole document.
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english(text: &str) -> Vec<Line<'_>> {
        lines(text, Language::English, None)
    }

    #[test]
    fn gather_asks_for_six_digits() {
        assert_eq!(
            gather("https://desk.example/d?a=1&b=2", 6, &english("Type the code."), &english("Goodbye.")),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Gather input=\"dtmf\" numDigits=\"6\" \
             finishOnKey=\"#\" timeout=\"15\" action=\"https://desk.example/d?a=1&amp;b=2\" method=\"POST\" \
             actionOnEmptyResult=\"true\"><Say language=\"en-GB\">Type the code.</Say></Gather>\
             <Say language=\"en-GB\">Goodbye.</Say><Hangup/></Response>"
        );
    }

    #[test]
    fn nothing_said_can_become_a_verb() {
        let twiml = say_and_hang_up(&english("</Say><Dial>1</Dial> \"&'\u{0}\u{7}"));
        assert!(!twiml.contains("<Dial>"));
        assert!(twiml.contains("&lt;/Say&gt;&lt;Dial&gt;1&lt;/Dial&gt; &quot;&amp;&apos;</Say>"));
    }

    #[test]
    fn words_of_any_script_stay_as_they_are() {
        let twiml = say_and_hang_up(&lines("Grüße, 你好", Language::German, None));
        assert!(twiml.contains("<Say language=\"de-DE\">Grüße, 你好</Say><Hangup/>"));
    }

    #[test]
    fn english_words_have_an_english_voice_among_others() {
        let said = |text, language| {
            let voices = lines(text, language, Some("amber river"));
            voices.into_iter().map(|line| (line.language, line.text)).collect::<Vec<_>>()
        };
        assert_eq!(
            said("Es sind: amber river. Noch einmal: amber river. Danke.", Language::German),
            [
                ("de-DE", "Es sind:"),
                ("en-GB", "amber river"),
                ("de-DE", "Noch einmal:"),
                ("en-GB", "amber river"),
                ("de-DE", "Danke."),
            ]
        );
        assert_eq!(said("amber river。", Language::Japanese), [("en-GB", "amber river")]);
        let plain = "They are: amber river.";
        assert_eq!(said(plain, Language::English), [("en-GB", plain)]);
    }
}
