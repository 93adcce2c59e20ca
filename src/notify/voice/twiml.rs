//! TwiML: the XML that tells Twilio what to say on a call.

/// Say something, wait for so many digits on the keypad and POST them to `action_url`, also when none were typed.
/// `again` is said before hanging up where the provider falls through all the same.
pub fn gather(action_url: &str, digits: u8, says: &str, language: &str, again: &str) -> String {
    document(&format!(
        "<Gather input=\"dtmf\" numDigits=\"{digits}\" finishOnKey=\"#\" timeout=\"15\" action=\"{}\" method=\"POST\" \
         actionOnEmptyResult=\"true\">{}</Gather>{}<Hangup/>",
        escaped(action_url),
        say(says, language),
        say(again, language),
    ))
}

/// Say something and end the call.
pub fn say_and_hang_up(says: &str, language: &str) -> String {
    document(&format!("{}<Hangup/>", say(says, language)))
}

fn document(verbs: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>{verbs}</Response>")
}

fn say(text: &str, language: &str) -> String {
    format!("<Say language=\"{}\">{}</Say>", escaped(language), escaped(text))
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

    #[test]
    fn gather_asks_for_six_digits() {
        assert_eq!(
            gather("https://desk.example/d?a=1&b=2", 6, "Type the code.", "en-GB", "Goodbye."),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Gather input=\"dtmf\" numDigits=\"6\" \
             finishOnKey=\"#\" timeout=\"15\" action=\"https://desk.example/d?a=1&amp;b=2\" method=\"POST\" \
             actionOnEmptyResult=\"true\"><Say language=\"en-GB\">Type the code.</Say></Gather>\
             <Say language=\"en-GB\">Goodbye.</Say><Hangup/></Response>"
        );
    }

    #[test]
    fn nothing_said_can_become_a_verb() {
        let twiml = say_and_hang_up("</Say><Dial>1</Dial> \"&'\u{0}\u{7}", "en\"><Dial>");
        assert!(!twiml.contains("<Dial>"));
        assert!(twiml.contains("&lt;/Say&gt;&lt;Dial&gt;1&lt;/Dial&gt; &quot;&amp;&apos;</Say>"));
        assert!(twiml.contains("language=\"en&quot;&gt;&lt;Dial&gt;\""));
    }

    #[test]
    fn words_of_any_script_stay_as_they_are() {
        assert!(say_and_hang_up("Grüße, 你好", "de-DE").contains(">Grüße, 你好</Say><Hangup/>"));
    }
}
