use chrono::DateTime;
use proptest::prelude::*;
use secrecy::SecretString;

use super::*;
use crate::domain::ids::OutboxId;
use crate::domain::reference::{CaseRef, EXAMPLE};
use crate::domain::token::ServerKey;

fn key(letter: &str) -> ServerKey {
    ServerKey::new(SecretString::from(letter.repeat(40)))
}

fn anna() -> EmailAddress {
    "Anna@Example.com".parse().unwrap()
}

fn case() -> CaseRef {
    EXAMPLE.parse().unwrap()
}

#[test]
fn answers_go_to_an_address_that_leads_back_and_nobody_else_can_make() {
    let token = ReplyToken::new(&key("k"), case(), &anna());
    for (ours, written) in [("desk@example.org", "desk+"), ("@replies.example.org", "")] {
        let ours: DeskAddress = ours.parse().unwrap();
        let address = ours.with(&token).unwrap();
        assert!(address.as_str().starts_with(written) && address.as_str().len() < 64 + 30, "{address}");
        for seen in [address.as_str().to_owned(), address.as_str().to_uppercase(), format!("<{address}>")] {
            let read = ours.token_in(&seen).unwrap();
            assert_eq!(read, token);
            assert!(read.is_for(&key("k"), &"ANNA@example.com".parse().unwrap()));
            assert!(!read.is_for(&key("x"), &anna()) && !read.is_for(&key("k"), &"bob@example.com".parse().unwrap()));
        }
        for other in ["desk@example.org", "desk+@example.org", "@", "", "desk+abc@example.org", "x@elsewhere.example"] {
            assert_eq!(ours.token_in(other), None, "{other}");
        }
    }
    for wrong in ["", "desk", "@", "a b@example.org", "desk+x@example.org", "@bücher.example"] {
        assert!(wrong.parse::<DeskAddress>().is_err(), "{wrong}");
    }
}

#[test]
fn a_message_id_is_ours_only_with_its_proof() {
    let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let (one, other) = (OutboxId::new(at, [1; 10]), OutboxId::new(at, [2; 10]));
    let id = MessageId::of(&key("k"), one, "desk.example");
    assert_eq!(MessageId::read(&key("k"), &id), Some(one));
    assert_eq!(MessageId::read(&key("k"), id.trim_matches(['<', '>'])), Some(one));
    assert_eq!(MessageId::read(&key("x"), &id), None);
    for forged in [
        format!("<{one}@desk.example>"),
        id.replace(&one.to_string(), &other.to_string()),
        String::new(),
        "@".to_owned(),
    ] {
        assert_eq!(MessageId::read(&key("k"), &forged), None, "{forged}");
    }
}

#[test]
fn what_is_quoted_and_signed_is_folded_away_and_what_was_said_is_kept() {
    for (text, said) in [
        (
            "Yes, it was me.\n\nOn Mon, 3 Mar 2026 at 10:00, Desk <desk@example.org> wrote:\n> Was it you?\n> --\n> Desk",
            "Yes, it was me.",
        ),
        ("Ja.\n\nAm 03.03.2026 um 10:00 schrieb Desk:\n> War das Sie?\n", "Ja."),
        ("Oui.\n\nLe lun. 3 mars 2026 à 10:00, Centre d'assistance\n<desk@example.org> a écrit :\n> Vous ?\n", "Oui."),
        ("はい。\n\n2026年3月3日 10:00 Desk <desk@example.org>:\n> あなたですか\n", "はい。"),
        ("Thanks\n-- \nAnna\nExample Ltd", "Thanks"),
        ("Top\n\n-----Original Message-----\nFrom: Desk\nSent: Monday\nOld", "Top"),
        ("Top\n\n________________________________\nVon: Desk\nGesendet: Montag\nAlt", "Top"),
        ("Top\n\nFrom: Desk <d@example.org>\nSent: Monday\nTo: Anna\nOld", "Top"),
        ("> Was it you?\nYes.\n> When?\nToday.", "> Was it you?\nYes.\n> When?\nToday."),
        ("> only a quotation", "> only a quotation"),
        ("Note: this is all", "Note: this is all"),
        ("From: here to there\nit is far", "From: here to there\nit is far"),
        ("", ""),
    ] {
        let folded = fold(text);
        assert_eq!(folded.said, said);
        let whole: String = format!("{}{}", folded.said, folded.rest).split_whitespace().collect();
        assert_eq!(whole, text.split_whitespace().collect::<String>(), "nothing is lost of {text:?}");
    }
}

fn letter() -> Incoming {
    Incoming { message_id: Some("a@b".to_owned()), from: Some(anna()), ..Incoming::default() }
}

#[test]
fn a_machines_mail_is_told_from_a_persons() {
    type Change = fn(&mut Incoming);
    let cases: [(Change, Option<Sign>); 16] = [
        (|_| {}, None),
        (|mail| mail.marks.auto_submitted = Some("no".to_owned()), None),
        (|mail| mail.marks.auto_submitted = Some("No (a person)".to_owned()), None),
        (|mail| mail.marks.auto_submitted = Some("auto-replied; owner".to_owned()), Some(Sign::AutoSubmitted)),
        (|mail| mail.marks.auto_submitted = Some("auto-generated".to_owned()), Some(Sign::AutoSubmitted)),
        (|mail| mail.marks.auto_submitted = Some(String::new()), Some(Sign::AutoSubmitted)),
        (|mail| mail.marks.precedence = Some("normal".to_owned()), None),
        (|mail| mail.marks.precedence = Some("Bulk".to_owned()), Some(Sign::Precedence)),
        (|mail| mail.marks.precedence = Some("auto_reply".to_owned()), Some(Sign::Precedence)),
        (|mail| mail.marks.suppress = true, Some(Sign::Suppress)),
        (|mail| mail.marks.autoreply = true, Some(Sign::Autoreply)),
        (|mail| mail.marks.list = true, Some(Sign::List)),
        (|mail| mail.marks.null_path = true, Some(Sign::NullPath)),
        (|mail| mail.from = "MAILER-DAEMON@example.org".parse().ok(), Some(Sign::Daemon)),
        (|mail| mail.marks.ours = true, Some(Sign::Loop)),
        (|mail| mail.from = "desk@example.org".parse().ok(), Some(Sign::Loop)),
    ];
    for (at, (change, expected)) in cases.into_iter().enumerate() {
        let mut mail = letter();
        change(&mut mail);
        let found = judge(&mail, |name| name == "desk@example.org");
        assert_eq!(found, expected.map_or(Nature::Letter, Nature::Automatic), "{at}");
    }
}

#[test]
fn a_report_speaks_only_of_its_own_recipient_and_only_with_a_code_of_its_class() {
    let fields = |action: &str, status: &str| {
        let text = format!(
            "Reporting-MTA: dns; mx.example\n\nOriginal-Recipient: rfc822;<Anna@example.com>\n\
             Final-Recipient: rfc822; inner@example.net\nAction: {action}\nStatus: {status} (unknown)\n"
        );
        DeliveryReport::read(&text, Some("x@y".to_owned()))
    };
    let permanent = |code: &str| Some(Failure::Permanent(code.parse().unwrap()));
    assert_eq!(fields("failed", "5.1.1").failure(&anna()), permanent("5.1.1"));
    assert_eq!(fields("Failed", "5.1.1").failure(&"INNER@example.net".parse().unwrap()), permanent("5.1.1"));
    assert_eq!(fields("failed", "5.1.1").failure(&"bob@example.com".parse().unwrap()), None);
    assert_eq!(fields("delayed", "4.4.7").failure(&anna()), Some(Failure::Temporary("4.4.7".parse().unwrap())));
    for (action, status) in
        [("delivered", "2.0.0"), ("failed", "2.0.0"), ("delayed", "5.0.0"), ("failed", "5"), ("", "")]
    {
        assert_eq!(fields(action, status).failure(&anna()), None, "{action} {status}");
    }
    for wrong in ["", "5", "5.1", "3.1.1", "5.1.1111", "5.a.1", "5.1.1.1", "5.1.<script>"] {
        assert!(wrong.parse::<Status>().is_err(), "{wrong}");
    }
}

#[test]
fn the_same_mail_has_the_same_digest_and_another_has_another() {
    let mail = Incoming { text: "a".to_owned(), ..letter() };
    let mut delivered = mail.clone();
    delivered.recipients = vec!["x@y.example".to_owned()];
    delivered.marks.null_path = true;
    assert_eq!(mail.digest(), delivered.digest(), "what servers add is not part of it");
    let moved = Incoming { subject: "a".to_owned(), text: String::new(), ..letter() };
    assert_ne!(mail.digest(), moved.digest());
    let file = Attachment { name: String::new(), bytes: vec![1] };
    assert_ne!(mail.digest(), Incoming { attachments: vec![file], ..mail.clone() }.digest());
}

#[test]
fn whose_address_it_is_goes_by_the_address_alone() {
    assert_eq!(letter().sender(Some(&"anna@EXAMPLE.com".parse().unwrap())), Sender::OfRecord);
    assert_eq!(letter().sender(Some(&"bob@example.com".parse().unwrap())), Sender::Another);
    assert_eq!(letter().sender(None), Sender::Another);
    assert_eq!(Incoming { from: None, ..letter() }.sender(Some(&anna())), Sender::Another);
}

proptest! {
    #[test]
    fn no_text_makes_folding_lose_or_invent_anything(text in "(\\PC{0,20}|> \\PC{0,9}|-- |On 1 x:|From: a|Sent: b|---a---|\n){0,30}") {
        let folded = fold(&text);
        let whole: String = format!("{}{}", folded.said, folded.rest).split_whitespace().collect();
        prop_assert_eq!(whole, text.split_whitespace().collect::<String>());
    }

    #[test]
    fn no_address_or_report_is_too_strange_to_be_read(text in "\\PC{0,80}", fields in "(\\PC|[:;\r\n]){0,200}") {
        let ours: DeskAddress = "desk@example.org".parse().unwrap();
        prop_assert_eq!(ours.token_in(&text), None);
        prop_assert_eq!(MessageId::read(&key("k"), &text), None);
        let _ = DeliveryReport::read(&fields, None).failure(&anna());
        let shown = printable(&text);
        prop_assert!(!shown.contains('\0') && !one_line(&text).contains('\n'));
    }
}
