//! The words of the mails, from templates that are part of the program.

use std::fmt;

use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};
use tera::{Context, Tera};

use super::one_line;
use crate::domain::notice::Notice;
use crate::domain::phone_change::Told;
use crate::locale::{self, Language, text};

/// Names longer than this are no names; it keeps a greeting from becoming a message.
const LONGEST_NAME: usize = 80;

#[derive(RustEmbed)]
#[folder = "templates/mail"]
struct TemplateFiles;

/// The state of the audit log when a mail was written, so that a mailbox outside is a witness of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditWitness {
    /// How many entries the log had.
    pub size: u64,
    /// The root of the tree over them, Base64.
    pub root: String,
    /// The log's name.
    pub origin: String,
    /// The log's signature over the three, as C2SP's notes have it.
    pub signature: String,
}

/// What the templates may say.
#[derive(Clone, Default, Serialize)]
pub struct MailContext {
    /// The language of the case's form.
    pub language: Language,
    /// The product's name, as customers know it.
    pub product: String,
    /// The case's reference.
    pub reference: String,
    /// The customer's name; the greeting goes without it where it could pass for a message or a link.
    pub name: String,
    /// Opens the case's page.
    pub open_url: Option<String>,
    /// The "this wasn't me" link.
    pub object_url: Option<String>,
    /// Why the case was declined; may have several lines.
    pub reason: Option<String>,
    /// What an agent wrote; may have several lines.
    pub message: Option<String>,
    /// The authenticators that the mail is about, as the directory and not the form names them.
    pub devices: Vec<String>,
    /// The authenticators that could not be deactivated.
    pub left: Vec<String>,
    /// The phone number that will be called, masked.
    pub phone_masked: Option<String>,
    /// What is still needed from the customer, as sentences.
    pub needs: Vec<String>,
    /// The audit log at this moment.
    pub audit: AuditWitness,
    /// The mail brings a receipt.
    pub receipt: bool,
}

/// What the mail to a supervisor says: nothing of a customer but a masked address.
#[derive(Debug, Clone)]
pub struct AlarmWords {
    /// The product's name.
    pub product: String,
    /// The case's reference.
    pub reference: String,
    /// What happened.
    pub what: String,
    /// The account's masked address; may be empty.
    pub account: String,
    /// When, in words.
    pub at: String,
    /// The case's page at the desk.
    pub url: String,
    /// The page of the alarms.
    pub alarms_url: String,
}

/// What the mail about a deadline says, which goes to the desk and says nothing of a customer.
#[derive(Debug, Clone)]
pub struct DeadlineWords {
    /// The product's name.
    pub product: String,
    /// The case's reference.
    pub reference: String,
    /// What is owed, and whether it is late.
    pub what: String,
    /// Until when, in words.
    pub due: String,
    /// Whoever gets it holds the case.
    pub held: bool,
    /// The case's page at the desk.
    pub url: String,
}

/// A mail's words, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line without control characters.
    pub subject: String,
    /// The plain text, with LF at line ends.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The bodies hold links that are as good as keys and must not reach a log by way of `{:?}`.
        f.debug_struct("Rendered").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A template that does not parse or cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The embedded templates are broken: a fault of the build.
    #[error("the mail templates cannot be read: {0}")]
    Templates(String),
    /// One of them failed.
    #[error("the mail template {template} cannot be rendered: {problem}")]
    Render {
        /// Its path.
        template: String,
        /// What the template engine says.
        problem: String,
    },
}

/// All mail templates, parsed.
pub struct MailTemplates {
    tera: Tera,
}

impl MailTemplates {
    /// Parse the templates that are embedded in the program.
    pub fn embedded() -> Result<Self, RenderError> {
        let broken = |problem: String| RenderError::Templates(problem);
        let mut sources = Vec::new();
        for path in TemplateFiles::iter() {
            let file = TemplateFiles::get(&path).ok_or_else(|| broken(format!("{path} is missing")))?;
            let text = String::from_utf8(file.data.into_owned()).map_err(|_| broken(format!("{path} is not UTF-8")))?;
            sources.push((path.into_owned(), text));
        }
        let mut tera = Tera::new();
        tera.autoescape_on(vec![".html"]);
        locale::register(&mut tera);
        tera.add_raw_templates(sources).map_err(|error| broken(error.to_string()))?;
        Ok(Self { tera })
    }

    /// The mail that alarms a supervisor. It is for the desk, so its words are English.
    pub fn alarm(&self, words: &AlarmWords) -> Result<Rendered, RenderError> {
        let mut values = Context::new();
        for (name, value) in [
            ("product", &words.product),
            ("reference", &words.reference),
            ("what", &words.what),
            ("account", &words.account),
            ("at", &words.at),
            ("url", &words.url),
            ("alarms_url", &words.alarms_url),
        ] {
            values.insert(name, &one_line(value));
        }
        self.draw("alarm", &values)
    }

    /// The mail that tells somebody at the desk of a deadline. Its words are English.
    pub fn deadline(&self, words: &DeadlineWords) -> Result<Rendered, RenderError> {
        let mut values = Context::new();
        for (name, value) in [
            ("product", &words.product),
            ("reference", &words.reference),
            ("what", &words.what),
            ("due", &words.due),
            ("url", &words.url),
        ] {
            values.insert(name, &one_line(value));
        }
        values.insert("held", &words.held);
        self.draw("deadline", &values)
    }

    pub(super) fn draw(&self, folder: &str, values: &Context) -> Result<Rendered, RenderError> {
        let render = |file: &str| {
            let template = format!("{folder}/{file}");
            self.tera
                .render(&template, values)
                .map_err(|error| RenderError::Render { template, problem: error.to_string() })
        };
        Ok(Rendered {
            subject: one_line(&render("subject.txt")?),
            text: tidy(&render("body.txt")?),
            html: render("body.html")?,
        })
    }

    /// The mail that tells `notice`.
    pub fn render(&self, notice: &Notice, context: &MailContext) -> Result<Rendered, RenderError> {
        self.draw(notice.template(), &values(notice, context))
    }
}

fn values(notice: &Notice, context: &MailContext) -> Context {
    let language = context.language;
    let ends_at = notice.ends_at().map(|ends_at| locale::moment(language, ends_at)).unwrap_or_default();
    let line = |text: &Option<String>| text.as_deref().map(one_line).filter(|text| !text.is_empty());
    let mut values = Context::new();
    // Where no device is known, their place in a sentence stays empty.
    let named = |devices: &[String]| {
        let names: Vec<String> =
            devices.iter().map(|device| one_line(device)).filter(|name| !name.is_empty()).collect();
        let joined = (!names.is_empty()).then(|| text!("mail-device", device = names.join("; ")).to(language));
        joined.unwrap_or_default()
    };
    values.insert("lang", language.code());
    if let Notice::AdministratorAsked { member, device_kind, asked_at, network } = notice {
        values.insert("member", &greetable(member).unwrap_or_else(|| "–".to_owned()));
        values.insert("claimed_device", &locale::label(language, *device_kind));
        values.insert("asked_at", &locale::moment(language, *asked_at));
        values.insert("network", &one_line(network));
    }
    if let Notice::Merged { into } = notice {
        values.insert("kept", into.as_str());
    }
    values.insert("product", &one_line(&context.product));
    values.insert("reference", &one_line(&context.reference));
    values.insert("name", &greetable(&context.name));
    values.insert("open_url", &line(&context.open_url));
    values.insert("object_url", &line(&context.object_url));
    values.insert("ends_at", &ends_at);
    values.insert("device", &named(&context.devices));
    values.insert("devices", &context.devices.len().max(1));
    values.insert("left", &named(&context.left));
    values.insert("lefts", &context.left.len());
    values.insert("phone_masked", &line(&context.phone_masked));
    let told = notice.told().map(|told| Told { old: line(&told.old), new: one_line(&told.new) });
    values.insert("told", &told);
    values.insert("reason_lines", &lines(context.reason.as_deref()));
    values.insert("message_lines", &lines(context.message.as_deref()));
    values.insert("needs", &context.needs.iter().map(|need| one_line(need)).collect::<Vec<_>>());
    values.insert("audit", &context.audit);
    values.insert("receipt", &context.receipt);
    values
}

/// The name, or nothing where it could pass for a message or would be made a link by mail programs: whoever opens a
/// case in another's name chooses it, and the mail goes to the other.
pub(super) fn greetable(name: &str) -> Option<String> {
    let name = one_line(name);
    let like_a_link = name.contains(['/', '@', ':', '<', '>'])
        || name.split_whitespace().any(|word| {
            word.rsplit_once('.').is_some_and(|(before, after)| !before.is_empty() && after.chars().count() > 1)
        });
    (!name.is_empty() && name.chars().count() <= LONGEST_NAME && !like_a_link).then_some(name)
}

fn lines(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().trim().lines().map(one_line).collect()
}

/// Templates stay readable when their left-out parts may leave empty lines behind.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.trim().lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeZone, Utc};

    use super::*;

    const OPEN: &str = "https://desk.example/c/open?token=abcdefghijklmnopqrstuvwxyz0123456789&x=1";
    const OBJECT: &str = "https://desk.example/stop/zyxwvutsrqponmlkjihgfedcba9876543210";

    fn at() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, 4, 5, 6, 0).single().expect("a time")
    }

    fn full(notice: &Notice) -> MailContext {
        MailContext {
            language: Language::English,
            product: "Example Cloud".to_owned(),
            reference: "MFA-7K3Q-9ZDN".to_owned(),
            name: "Zoë Müller".to_owned(),
            open_url: notice.opens_case().then(|| OPEN.to_owned()),
            object_url: notice.can_be_objected_to().then(|| OBJECT.to_owned()),
            reason: Some("The document cannot be read.\nPlease send another.".to_owned()),
            message: Some("Which number may we call?\n\nKind regards".to_owned()),
            devices: vec!["Virtual authenticator on a phone".to_owned()],
            left: vec!["Blue key".to_owned()],
            phone_masked: Some("+44 •••••••• 56".to_owned()),
            needs: vec!["Answer the call to your phone.".to_owned(), "Upload a document.".to_owned()],
            audit: AuditWitness { size: 4711, root: "ab".repeat(22), ..AuditWitness::default() },
            receipt: true,
        }
    }

    fn each(mut look: impl FnMut(&Notice, &Rendered)) {
        let templates = MailTemplates::embedded().expect("the templates parse");
        for notice in Notice::all(at()) {
            for context in [full(&notice), bare()] {
                let rendered = templates.render(&notice, &context).expect("a mail");
                look(&notice, &rendered);
            }
        }
    }

    fn bare() -> MailContext {
        MailContext { product: "P".to_owned(), reference: "R".to_owned(), ..MailContext::default() }
    }

    #[test]
    fn every_notice_has_a_complete_mail() {
        each(|notice, mail| {
            let name = notice.template();
            for body in [&mail.text, &mail.html] {
                for leftover in ["{{", "}}", "{%", "%}", "None", "null"] {
                    assert!(!body.contains(leftover), "{name} holds {leftover}:\n{body}");
                }
                assert!(!body.to_lowercase().contains("reset"), "{name} says reset");
                let flat = body.split_whitespace().collect::<Vec<_>>().join(" ");
                for said in [
                    "What happened",
                    "What we need from you",
                    "What happens next",
                    "does not ask for a code or a password",
                    "Nobody from the desk will ask you for the six digits except in the way your own case page shows you",
                    "Audit log: ",
                    "witness",
                ] {
                    assert!(flat.contains(said), "{name} does not say {said}:\n{body}");
                }
            }
            assert!(!mail.text.contains("\n\n\n") && mail.text.ends_with('\n'), "{name}");
            assert!(mail.html.starts_with("<!DOCTYPE html>") && mail.html.trim_end().ends_with("</html>"), "{name}");
            assert!(!mail.html.contains("<img") && !mail.html.contains("url("), "{name} loads something");
        });
    }

    #[test]
    fn a_full_mail_names_the_case_its_links_and_the_audit_log() {
        let templates = MailTemplates::embedded().expect("the templates parse");
        for notice in Notice::all(at()) {
            let name = notice.template();
            let mail = templates.render(&notice, &full(&notice)).expect("a mail");
            assert_eq!(mail.subject.matches("Example Cloud: ").count(), 1, "{name}");
            assert_eq!(mail.subject.matches("MFA-7K3Q-9ZDN").count(), 1, "{name}");
            assert!(mail.text.contains("Hello Zoë Müller,") && mail.html.contains("Hello Zoë Müller,"), "{name}");
            let witness = format!("Audit log: 4711 entries, root {}", "ab".repeat(22));
            assert!(mail.text.contains(&witness) && mail.html.contains(&witness), "{name}");
            for (url, expected) in [(OPEN, notice.opens_case()), (OBJECT, notice.can_be_objected_to())] {
                assert_eq!(mail.text.lines().any(|line| line == url), expected, "{name}: {url}");
                // In HTML once as a button and twice as the address below it.
                let escaped = url.replace('&', "&amp;");
                assert_eq!(mail.html.matches(&escaped).count(), if expected { 3 } else { 0 }, "{name}: {url}");
            }
        }
    }

    #[test]
    fn every_language_keeps_the_links_the_quotes_and_the_witness() {
        let templates = MailTemplates::embedded().expect("the templates parse");
        for language in Language::ALL {
            for notice in Notice::all(at()) {
                let context = MailContext { language: *language, ..full(&notice) };
                let mail = templates.render(&notice, &context).expect("a mail");
                let name = format!("{} {}", language.code(), notice.template());
                assert!(mail.html.contains(&format!("<html lang=\"{}\">", language.code())), "{name}");
                for (url, expected) in [(OPEN, notice.opens_case()), (OBJECT, notice.can_be_objected_to())] {
                    assert_eq!(mail.text.lines().any(|line| line == url), expected, "{name}: {url}");
                }
                assert_eq!(mail.subject.matches("MFA-7K3Q-9ZDN").count(), 1, "{name}: {}", mail.subject);
                assert!(mail.subject.starts_with("Example Cloud"), "{name}: {}", mail.subject);
                for body in [&mail.text, &mail.html] {
                    assert!(body.contains("4711") && body.contains(&"ab".repeat(22)), "{name}:\n{body}");
                    assert!(body.contains("Zoë Müller"), "{name}:\n{body}");
                    assert!(!body.contains("{{") && !body.contains("mail-"), "{name}:\n{body}");
                    let english = *language == Language::English;
                    assert_eq!(body.contains("What happened"), english, "{name}:\n{body}");
                }
                let quoted = |mail: &Rendered| mail.text.lines().filter(|line| line.starts_with('>')).count();
                let english = templates.render(&notice, &full(&notice)).expect("a mail");
                assert_eq!(quoted(&mail), quoted(&english), "{name}");
            }
        }
    }

    #[test]
    fn the_subject_says_what_it_is_and_nothing_of_the_customers() {
        let templates = MailTemplates::embedded().expect("the templates parse");
        let received = templates.render(&Notice::Received, &full(&Notice::Received)).expect("a mail");
        assert_eq!(received.subject, "Example Cloud: Email verification for case MFA-7K3Q-9ZDN");
        for notice in Notice::all(at()) {
            let mut context = full(&notice);
            context.devices = vec!["x\nEvil: y".to_owned()];
            for text in [&mut context.reason, &mut context.message] {
                *text = Some("HOSTILE".to_owned());
            }
            context.name = "HOSTILE".to_owned();
            context.needs = vec!["HOSTILE".to_owned()];
            context.product = "Two\r\nBcc: lines@example.com".to_owned();
            let subject = templates.render(&notice, &context).expect("a mail").subject;
            assert!(!subject.contains("HOSTILE") && !subject.chars().any(char::is_control), "{subject}");
            assert!(subject.starts_with("Two Bcc: lines@example.com: "), "{subject}");
        }
    }

    #[test]
    fn html_in_what_people_wrote_is_shown_and_not_run() {
        let templates = MailTemplates::embedded().expect("the templates parse");
        let hostile = "<script>alert('1')</script>\"onload=\"x & {{ product }}";
        for notice in Notice::all(at()) {
            let mut context = full(&notice);
            for text in [
                &mut context.reason,
                &mut context.message,
                &mut context.open_url,
                &mut context.object_url,
                &mut context.phone_masked,
            ] {
                *text = Some(hostile.to_owned());
            }
            context.name = "Eve & \"Mallory\"".to_owned();
            context.needs = vec![hostile.to_owned()];
            (context.devices, context.left) = (vec![hostile.to_owned()], vec![hostile.to_owned()]);
            context.product = hostile.to_owned();
            let mail = templates.render(&notice, &context).expect("a mail");
            assert!(!mail.html.contains("<script") && !mail.html.contains("\"onload"), "{}", mail.html);
            assert!(mail.html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;onload"));
            assert!(mail.html.contains("Hello Eve &amp; &quot;Mallory&quot;,"));
            assert!(mail.text.contains("Hello Eve & \"Mallory\","), "plain text is not escaped");
        }
    }

    #[test]
    fn a_greeting_cannot_carry_a_message_or_a_link() {
        for name in ["Anna", "J. R. R. Tolkien", "J.R.R. Tolkien", "Zoë \"Q\" Müller, Jr", "Jr.", "日本語"] {
            assert_eq!(greetable(name).as_deref(), Some(name));
        }
        let long = "please call +1 555 0100 at once ".repeat(5);
        for name in ["", " \n", "see https://evil.example", "go to evil.example now", "a@b.example", &long] {
            assert_eq!(greetable(name), None, "{name}");
        }
        assert_eq!(greetable("Anna\r\n\r\nYour case").as_deref(), Some("Anna Your case"));
    }

    #[test]
    fn what_an_agent_wrote_is_marked_as_quoted_in_every_line() {
        let templates = MailTemplates::embedded().expect("the templates parse");
        let mail = templates.render(&Notice::DeskMessage, &full(&Notice::DeskMessage)).expect("a mail");
        assert!(mail.text.contains("> Which number may we call?\n>\n> Kind regards\n"), "{}", mail.text);
        assert!(mail.html.contains("Which number may we call?<br>"), "{}", mail.html);
        let mail = templates.render(&Notice::Rejected, &full(&Notice::Rejected)).expect("a mail");
        assert!(mail.text.contains("> The document cannot be read.\n> Please send another.\n"), "{}", mail.text);
    }

    #[test]
    fn the_end_of_the_waiting_time_is_always_there() {
        let templates = MailTemplates::embedded().expect("the templates parse");
        let notice = Notice::CoolingOff { ends_at: at() };
        let mail = templates.render(&notice, &full(&notice)).expect("a mail");
        assert!(mail.text.contains("It ends on 4 March 2026, 05:06 UTC."), "{}", mail.text);
        let context = MailContext { language: Language::Japanese, ..full(&notice) };
        let mail = templates.render(&notice, &context).expect("a mail");
        assert!(mail.html.contains("2026年3月4日 05:06（UTC） に終わります"), "{}", mail.html);
    }
}
