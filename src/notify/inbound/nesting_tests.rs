//! Mails within mails within mails.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::nesting::shallow;
use super::read;
use super::tests::{HEAD, REPORT};
use crate::domain::inbound::Incoming;

/// Both are more than the stack bears.
const DEEPEST: usize = 100_000;
const DEEP: usize = 10_000;

/// Reads a mail where the program does: on a thread with the usual stack.
fn reads(raw: Vec<u8>) -> Incoming {
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    thread.spawn(move || read(&raw).unwrap()).unwrap().join().unwrap()
}

fn nested(head: &str, levels: usize) -> String {
    format!("{HEAD}{}", format!("{head}\n\nFrom: x@y.example\n").repeat(levels))
}

const KIND: &str = "Content-Type: message/rfc822";

#[test]
fn mails_within_mails_without_end_are_read_to_an_end() {
    let _ = reads(nested(KIND, DEEPEST).into_bytes());
    for head in [
        "Content-Type: message/global",
        "content-TYPE \t:\n message\n\t/ (a (b) c) RFC822 (d);\n x=y",
        "Content-Type: (rfc822) message (/) / \"rfc822\"",
        "Content-Type: message/other (c) rfc822",
        "Content-Type: message/\\rfc822; a=\"\n b\"",
        "Con tent-Type: MESSAGE/Rfc822",
        "::Content-Type: message/rfc822",
        "Content-Type: message/rfc822\n \nX-Other: 1",
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit",
        "Content-Type: text/plain\nContent-Type: message/rfc822",
    ] {
        for raw in [nested(head, DEEP), nested(head, DEEP).replace('\n', "\r\n")] {
            assert_eq!(reads(raw.into_bytes()).message_id.as_deref(), Some("1@example.com"), "{head}");
        }
    }
}

#[test]
fn what_is_hidden_in_an_encoded_mail_is_not_taken_out() {
    let encoded = STANDARD.encode(nested(KIND, DEEP));
    let alone = |head: &str, body: &str| reads(format!("{HEAD}{head}\n\n{body}\n").into_bytes());
    let part = |head: &str, body: &str| {
        let whole = format!("--m\n\nHello\n--m\n{head}\n\n{body}\n--m--\n");
        alone("Content-Type: multipart/mixed; boundary=m", &whole)
    };
    for encoding in ["base64", "BASE64", "\n base64", "=?us-ascii?Q?base64?=", "=?us-ascii?Q?b?= =?us-ascii?Q?ase64?="]
    {
        for head in [
            format!("{KIND}\nContent-Transfer-Encoding: {encoding}"),
            format!("Content-Transfer-Encoding :{encoding}\n{KIND}"),
            format!("Content-Transfer-Encoding: 8bit\n{KIND}\n \ncontent-transfer-encoding: {encoding}"),
        ] {
            let _ = (alone(&head, &encoded), part(&head, &encoded));
        }
    }
    let deepest = STANDARD.encode(nested(KIND, DEEPEST));
    let _ = part(&format!("{KIND}\nContent-Transfer-Encoding: base64"), &deepest);
    let quoted = nested(KIND, DEEP).replace('m', "=6D");
    let _ = part(&format!("{KIND}\nContent-Transfer-Encoding: quoted-printable"), &quoted);
}

#[test]
fn lists_of_mails_are_no_way_around() {
    for head in ["Content-Type: multipart/digest", "Content-Type: multipart (x)/\n\t(y) DIGEST (z)"] {
        let mut raw = HEAD.to_owned();
        for level in 0..DEEP / 20 {
            raw.push_str(&format!("{head}; boundary=b{level}\n\n--b{level}\n\nFrom: x@y.example\n"));
        }
        let _ = reads(raw.into_bytes());
        // One list, and what is in it says that it is a mail no more than the list does.
        let nested = nested(KIND, DEEPEST);
        let _ = reads(format!("{HEAD}{head}; boundary=b\n\n--b\n\n{nested}\n--b--\n").into_bytes());
        let encoded = STANDARD.encode(&nested);
        let listed = format!("--b\nContent-Transfer-Encoding: base64\n\n{encoded}\n--b--\n");
        let _ = reads(format!("{HEAD}{head}; boundary=b\n\n{listed}").into_bytes());
    }
}

#[test]
fn heads_that_begin_in_the_middle_of_a_line_are_seen() {
    let inner = format!("{KIND}\n\n").repeat(DEEP);
    let raw = format!("{HEAD}Content-Type: multipart/mixed; boundary=m\n\ntext--m{inner}");
    let _ = reads(raw.into_bytes());
}

#[test]
fn a_forwarded_mail_is_what_it_was() {
    let inner =
        "From: c@d.example\nSubject: Inner\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGVsbG8=\n";
    let raw = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\nSee below.\n\
         --m\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\n{inner}--m--\n"
    )
    .replace('\n', "\r\n");
    assert!(matches!(shallow(raw.as_bytes()), Cow::Borrowed(_)), "nothing has to change");
    let mail = reads(raw.into_bytes());
    assert_eq!(mail.text, "See below.");
    assert_eq!(mail.attachments.len(), 1);
    assert_eq!(mail.attachments[0].name, "Inner");
    let report = REPORT.replace('\n', "\r\n");
    assert!(matches!(shallow(report.as_bytes()), Cow::Borrowed(_)));
}

#[test]
fn the_first_mails_stay_mails_and_no_text_is_touched() {
    let text = "The type is message/rfc822, or text/rfc822-headers; see https://x.example/global or https://x.example/digest.\n\n"
        .repeat(20);
    let plain = format!("{HEAD}Content-Type: text/plain\n\n{text}");
    assert!(matches!(shallow(plain.as_bytes()), Cow::Borrowed(_)));
    let levels = "Content-Type: message/rfc822\n\nFrom: x@y.example\n".repeat(5);
    let shallow = shallow(levels.as_bytes());
    let shallow = String::from_utf8_lossy(&shallow);
    assert_eq!((shallow.matches("/rfc822").count(), shallow.matches("/xfc822").count()), (3, 2));
    assert!(shallow.rfind("/rfc822") < shallow.find("/xfc822"), "the outer ones");
}
