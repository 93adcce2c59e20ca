//! Mails that come in, as they are: how they are read, what they are, and whom they answer.
#![no_main]

use std::panic;
use std::sync::Once;

use libfuzzer_sys::fuzz_target;
use mfa_desk::domain::contact::EmailAddress;
use mfa_desk::domain::inbound::{DeskAddress, LONGEST_TEXT, MessageId, Nature, fold, judge, one_line, printable};
use mfa_desk::notify::inbound::{read, read_head};
use mfa_desk_fuzz::{KEY, is_line, is_text};

/// What the parser asserts of itself where assertions are checked. A released program goes on behind them, and what does
/// panic there counts as a mail that cannot be read.
const ASSERTED: [&str; 4] =
    ["Invalid part ID", "Failed to restore parent", "This should not have", "Invalid message ID"];

static HOOK: Once = Once::new();

fn pass_over_assertions() {
    HOOK.call_once(|| {
        let abort = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let is_asserted = |text: &str| ASSERTED.iter().any(|asserted| text.contains(asserted));
            if !info.payload().downcast_ref::<&str>().is_some_and(|text| is_asserted(text)) {
                abort(info);
            }
        }));
    });
}

fuzz_target!(|data: &[u8]| {
    pass_over_assertions();
    let Ok((whole, head)) = panic::catch_unwind(|| (read(data), read_head(data))) else { return };
    let Ok(mail) = whole else { return };
    is_text(&mail.text, LONGEST_TEXT);
    assert_eq!(printable(&mail.text), mail.text);
    is_line(&mail.subject, 200);
    assert_eq!(one_line(&mail.subject), mail.subject);
    is_line(&mail.date, 200);
    assert!(mail.answers.len() <= 100 && mail.recipients.len() <= 100 && mail.attachments.len() <= 100);
    for file in &mail.attachments {
        is_line(&file.name, 200);
    }
    // The same mail has the same digest, and its head says the same by itself.
    assert_eq!(read(data).map(|again| again.digest()).ok(), Some(mail.digest()));
    if let Ok(head) = head {
        assert_eq!((&head.message_id, &head.from, &head.subject), (&mail.message_id, &mail.from, &mail.subject));
        assert!(head.text.is_empty() && head.attachments.is_empty() && head.report.is_none());
    }

    let folded = fold(&mail.text);
    assert!(folded.said.len() + folded.rest.len() <= mail.text.len() + 2);
    assert!(mail.text.is_empty() || !folded.said.is_empty());

    let ours: EmailAddress = "desk@example.org".parse().expect("an address");
    let nature = judge(&mail, |name| name == ours.as_str());
    if let Nature::Report(report) = nature {
        assert!(report.recipients.len() <= 50);
        let _ = report.failure(&ours);
    }
    let desk: DeskAddress = "desk@example.org".parse().expect("an address");
    let names = mail.recipients.iter().chain(&mail.answers);
    for name in names.chain(&mail.message_id) {
        // Nobody guesses a proof.
        assert!(desk.token_in(name).is_none_or(|token| !token.is_for(&KEY, &ours)));
        assert_eq!(MessageId::read(&KEY, name), None);
    }
});
