//! The words of mails about signing in. The desk's are English; customers' are in their language.

use serde::Serialize;
use tera::Context;

use super::render::greetable;
use super::{AuditWitness, MailTemplates, RenderError, Rendered, one_line};
use crate::domain::letter::{Appointment, ContactNews, Letter};
use crate::locale::{self, Language, label, text};

/// What a letter says beside what happened.
#[derive(Clone, Default)]
pub struct LetterContext {
    /// The language it is written in.
    pub language: Language,
    /// The product's name.
    pub product: String,
    /// The person's name.
    pub name: String,
    /// Where the letter leads to.
    pub url: String,
    /// Where somebody goes who knows nothing of it.
    pub help_url: String,
    /// The audit log at this moment.
    pub audit: AuditWitness,
}

#[derive(Serialize)]
struct Words {
    subject: String,
    happened: String,
    action: String,
    not_you: String,
}

impl MailTemplates {
    /// The mail that tells `letter`.
    ///
    /// # Errors
    /// [`RenderError`] when the template is broken.
    pub fn letter(&self, letter: &Letter, context: &LetterContext) -> Result<Rendered, RenderError> {
        let words = words(letter, context);
        let mut values = Context::new();
        values.insert("lang", context.language.code());
        values.insert("product", &one_line(&context.product));
        values.insert("name", &greetable(&context.name));
        values.insert("url", &context.url);
        values.insert("help_url", &context.help_url);
        values.insert("audit", &context.audit);
        for (name, value) in [
            ("subject", &words.subject),
            ("happened", &words.happened),
            ("action", &words.action),
            ("not_you", &words.not_you),
        ] {
            values.insert(name, &one_line(value));
        }
        self.draw("letter", &values)
    }
}

fn words(letter: &Letter, context: &LetterContext) -> Words {
    let (language, product) = (context.language, one_line(&context.product));
    let not_you = text!("letter-not-you-text").to(language);
    let action = text!("letter-security").to(language);
    match letter {
        Letter::AuthenticatorActivated { device, label: name } => {
            let device = text!("device-named", kind = label(language, *device), name = one_line(name)).to(language);
            Words {
                subject: text!("letter-activated-subject", product = product).to(language),
                happened: text!("letter-activated", device = device).to(language),
                action,
                not_you,
            }
        }
        Letter::AuthenticatorDeactivated { device, label: name } => {
            let device = text!("device-named", kind = label(language, *device), name = one_line(name)).to(language);
            Words {
                subject: text!("letter-deactivated-subject", product = product).to(language),
                happened: text!("letter-deactivated", device = device).to(language),
                action,
                not_you,
            }
        }
        Letter::TakenBack { case } => Words {
            subject: text!("letter-taken-back-subject", product = product).to(language),
            happened: text!("letter-taken-back", reference = case.as_str().to_owned()).to(language),
            action,
            not_you,
        },
        Letter::RecoveryCodesMade => Words {
            subject: text!("letter-codes-subject", product = product).to(language),
            happened: text!("letter-codes").to(language),
            action,
            not_you,
        },
        Letter::NewDevice { device, ip, at } => {
            let when = locale::moment(language, *at);
            Words {
                subject: text!("letter-new-device-subject", product = product).to(language),
                happened: text!("letter-new-device", device = one_line(device), network = one_line(ip), time = when)
                    .to(language),
                action,
                not_you,
            }
        }
        Letter::SetPassword { invited, until, .. } => {
            let until = until.format("%-d %B %Y, %H:%M UTC");
            Words {
                subject: format!("{product}: Set your password for the desk"),
                happened: match invited {
                    true => {
                        format!("You were added to the people who work at the desk. Set your password until {until}.")
                    }
                    false => format!(
                        "A new password for the desk was asked for. Your old one works until you set another. The link works until {until}."
                    ),
                },
                action: "Set your password".to_owned(),
                not_you: "If you did not ask for this, do nothing, and tell a supervisor.".to_owned(),
            }
        }
        Letter::SetUpDevice { until, .. } => Words {
            subject: format!("{product}: Set up another device for the desk"),
            happened: format!(
                "Your device was deactivated, and every sign-in of yours has ended. Sign in with this link and set up \
                 another device. The link works until {}, and no device can be set up without it.",
                until.format("%-d %B %Y, %H:%M UTC")
            ),
            action: "Sign in to the desk".to_owned(),
            not_you: "If you did not lose your device, tell a supervisor at once.".to_owned(),
        },
        Letter::PasswordChanged => Words {
            subject: format!("{product}: Your password was changed"),
            happened:
                "The password that you sign in to the desk with was changed. You were signed out everywhere else."
                    .to_owned(),
            action: "See how you sign in".to_owned(),
            not_you: "If this was not you, tell a supervisor at once.".to_owned(),
        },
        Letter::GlassBroken => Words {
            subject: format!("{product}: Your MFA devices were deactivated"),
            happened: "Somebody with access to the server deactivated your MFA devices, so that you can activate \
                       another. Every sign-in of yours has ended."
                .to_owned(),
            action: "Sign in to the desk".to_owned(),
            not_you: "If you did not ask for this, tell a supervisor at once.".to_owned(),
        },
        Letter::GlassBrokenFor { name } => Words {
            subject: format!("{product}: The MFA devices of a colleague were deactivated on the server"),
            happened: format!(
                "Somebody with access to the server deactivated the MFA devices of {}. The reason is in the audit \
                 record. Ask them whether they know of it.",
                one_line(name)
            ),
            action: "See the alarms".to_owned(),
            not_you: "If nobody knows of it, suspend this colleague at once.".to_owned(),
        },
        Letter::Appointed { by, name, email, how, role } => {
            let (by, name, role) = (one_line(by), one_line(name), role.label().to_lowercase());
            let (subject, happened) = match how {
                Appointment::Added => ("was added", format!("{by} added {name} ({email}) to the desk, as {role}.")),
                Appointment::RoleChanged => {
                    ("has another role", format!("{by} gave {name} ({email}) another role at the desk: {role}."))
                }
                Appointment::Restored => {
                    ("was restored", format!("{by} gave {name} ({email}), {role}, access to the desk again."))
                }
            };
            Words {
                subject: format!("{product}: {name} {subject}"),
                happened: format!("{happened} For 24 hours they cannot approve each other’s work."),
                action: "See the people at the desk".to_owned(),
                not_you: "If this is not as it should be, suspend them at once and ask your colleagues.".to_owned(),
            }
        }
        Letter::PhoneSet => Words {
            subject: format!("{product}: Your phone number of record was set"),
            happened: "Somebody with access to the server set the phone number by which a case about a lost device \
                       of yours is checked."
                .to_owned(),
            action: "See how you sign in".to_owned(),
            not_you: "If you did not ask for this, tell a supervisor at once.".to_owned(),
        },
        Letter::ContactChange { about, news, .. } => {
            let about = label(language, *about);
            let happened = match news {
                ContactNews::Held { until } => {
                    text!("letter-contact-held", about = about, until = locale::moment(language, *until))
                }
                ContactNews::HalfWay { until } => {
                    text!("letter-contact-halfway", about = about, until = locale::moment(language, *until))
                }
                ContactNews::Effective => text!("letter-contact-effective", about = about),
            };
            Words {
                subject: text!("letter-contact-subject", product = product).to(language),
                happened: happened.to(language),
                action: text!("letter-contact-stop").to(language),
                not_you: text!("letter-contact-not-you").to(language),
            }
        }
        Letter::ContactDisputed => Words {
            subject: format!("{product}: Somebody says that a change of their address was not theirs"),
            happened: "At the old address of an account, somebody said that an imported change was not theirs. A \
                       change that was held is stopped, and every open case of the account stands still. Ask whoever \
                       imports contacts where it came from."
                .to_owned(),
            action: "See the alarms".to_owned(),
            not_you: "Whoever can write to what is imported can ask for another address of anybody.".to_owned(),
        },
        Letter::ContactsBegun { directory, contacts } => Words {
            subject: format!("{product}: The first contacts of {directory} were imported"),
            happened: format!(
                "Contacts of the directory {directory} were imported, the first ones of it: {contacts} count from now \
                 on. What is imported from now on is held first."
            ),
            action: "See the contacts".to_owned(),
            not_you: "If nobody has just set this directory up, ask at once who did.".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::account::AuthenticatorKind;
    use crate::domain::actor::Role;
    use crate::domain::contact_record::About;
    use crate::domain::ids::{ContactChangeId, SignInLinkId};
    use crate::domain::reference::CaseRef;

    #[test]
    fn every_letter_is_complete_in_every_language() {
        let at = DateTime::UNIX_EPOCH;
        let link = SignInLinkId::new(at, [1; 10]);
        let (device, label) = (AuthenticatorKind::Passkey, "Blue\r\nBcc: x key".to_owned());
        let appointed = |how| Letter::Appointed {
            by: "Sam\nX".to_owned(),
            name: "Zoë\r\nBcc: x".to_owned(),
            email: "zoe@desk.example".parse().expect("an address"),
            how,
            role: Role::Supervisor,
        };
        let change = ContactChangeId::new(at, [2; 10]);
        let contact = |news| Letter::ContactChange { change, about: About::Both, news };
        let letters = [
            Letter::AuthenticatorActivated { device, label: label.clone() },
            Letter::AuthenticatorDeactivated { device, label },
            Letter::TakenBack { case: (1..).find_map(CaseRef::from_random).expect("a reference") },
            Letter::RecoveryCodesMade,
            Letter::NewDevice { device: "Firefox on Linux".to_owned(), ip: "192.0.2.1".to_owned(), at },
            Letter::SetPassword { link, invited: true, until: at },
            Letter::SetPassword { link, invited: false, until: at },
            Letter::SetUpDevice { link, until: at },
            Letter::PasswordChanged,
            Letter::GlassBroken,
            Letter::GlassBrokenFor { name: "Zoë\r\nBcc: x".to_owned() },
            appointed(Appointment::Added),
            appointed(Appointment::RoleChanged),
            appointed(Appointment::Restored),
            Letter::PhoneSet,
            contact(ContactNews::Held { until: at }),
            contact(ContactNews::HalfWay { until: at }),
            contact(ContactNews::Effective),
            Letter::ContactDisputed,
            Letter::ContactsBegun { directory: "aws".parse().expect("a name"), contacts: 7 },
        ];
        let templates = MailTemplates::embedded().expect("the templates parse");
        for language in Language::ALL.iter().copied() {
            for letter in &letters {
                let context = LetterContext {
                    language,
                    product: "Example Cloud".to_owned(),
                    name: "Zoë".to_owned(),
                    url: "https://desk.example/account/security".to_owned(),
                    help_url: "https://desk.example/assistance".to_owned(),
                    audit: AuditWitness { size: 1, root: "ab".repeat(22), ..AuditWitness::default() },
                };
                let mail = templates.letter(letter, &context).expect("a mail");
                for body in [&mail.text, &mail.html] {
                    for leftover in ["{{", "{%", "letter-", "None", "null", "\r"] {
                        assert!(!body.contains(leftover), "{letter:?} holds {leftover}:\n{body}");
                    }
                    assert!(body.contains(&context.url) && body.contains("ab".repeat(22).as_str()), "{body}");
                }
                assert!(mail.subject.contains("Example Cloud") && !mail.subject.contains('\n'), "{}", mail.subject);
            }
        }
    }
}
