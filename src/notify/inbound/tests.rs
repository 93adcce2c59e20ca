//! A corpus of mails as they come, and things that are none.

use proptest::prelude::*;

use super::{Unreadable, read, read_head};
use crate::domain::inbound::{Failure, Incoming, Nature, Sign, fold, judge};

fn mail(text: &str) -> Incoming {
    read(text.replace('\n', "\r\n").as_bytes()).unwrap()
}

pub(super) const HEAD: &str = "From: Anna <anna@example.com>\nTo: desk+abc@example.org, \"B, C\" <b@example.org>\n\
    Cc: d@example.org\nDelivered-To: desk+def@example.org\nMessage-ID: <1@example.com>\nSubject: Re: case\n\
    In-Reply-To: <9@desk>\nReferences: <7@desk> <8@desk>\n <9@desk>\nDate: Tue, 3 Mar 2026 10:00:00 +0000\nMIME-Version: 1.0\n";

#[test]
fn a_plain_mail_is_read_with_whom_it_answers_and_whom_it_was_sent_to() {
    let mail = mail(&format!("{HEAD}\nHello\n\n> old\n"));
    assert_eq!(mail.from.as_ref().map(|from| from.as_str()), Some("anna@example.com"));
    assert_eq!(mail.message_id.as_deref(), Some("1@example.com"));
    assert_eq!(mail.answers, ["9@desk", "9@desk", "8@desk", "7@desk"]);
    assert_eq!(mail.recipients, ["desk+abc@example.org", "b@example.org", "d@example.org", "desk+def@example.org"]);
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("Re: case", "Hello\n\n> old"));
    assert_eq!(judge(&mail, |_| false), Nature::Letter);
}

#[test]
fn html_alone_becomes_text_without_anything_that_runs() {
    let mail = mail(&format!(
        "{HEAD}Content-Type: text/html; charset=utf-8\n\n<html><head><style>p{{color:red}}</style>\
         <script>alert(1)</script></head><body><p>Hello &amp; good&nbsp;day</p><p onclick=\"x()\">2 &lt; 3</p></body></html>\n"
    ));
    assert!(mail.text.contains("Hello & good") && mail.text.contains("2 < 3"), "{}", mail.text);
    for gone in ["alert", "color:red", "onclick", "<p"] {
        assert!(!mail.text.contains(gone), "{gone} in {}", mail.text);
    }
}

#[test]
fn text_is_preferred_to_html_and_attachments_are_apart() {
    let mail = mail(&format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=a\n\n\
         --a\nContent-Type: text/plain\n\nThe text\n--a\nContent-Type: text/html\n\n<p>The HTML</p>\n--a--\n\
         --m\nContent-Type: image/png\nContent-Disposition: attachment; filename=\"../../etc/pass\\nport.png\"\n\
         Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n\
         --m\nContent-Type: image/png\nContent-Disposition: inline\nContent-ID: <logo@x>\n\
         Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--m--\n"
    ));
    assert_eq!(mail.text, "The text");
    assert_eq!(mail.attachments.len(), 1, "the logo of a signature is nothing to keep");
    assert_eq!(mail.attachments[0].bytes, b"\x89PNG\r\n\x1a\n");
    assert!(!mail.attachments[0].name.contains('\n'));
}

#[test]
fn other_character_sets_are_read() {
    let raw = |charset: &str, body: &[u8]| {
        let head = HEAD.replace('\n', "\r\n");
        [format!("{head}Content-Type: text/plain; charset={charset}\r\n\r\n").as_bytes(), body].concat()
    };
    for (charset, body, text) in [
        ("iso-8859-1", b"Gr\xfc\xdfe".as_slice(), "Grüße"),
        ("windows-1252", b"\x80uro", "€uro"),
        ("shift_jis", b"\x82\xcd\x82\xa2", "はい"),
        ("iso-2022-jp", b"\x1b$B$O$$\x1b(B", "はい"),
        ("utf-8", "ça".as_bytes(), "ça"),
    ] {
        assert_eq!(read(&raw(charset, body)).unwrap().text, text, "{charset}");
    }
    // Nobody knows these, so the bytes are read as well as can be.
    assert!(!read(&raw("x-unknown", b"abc\xff")).unwrap().text.contains('\0'));
    let subject = mail(&HEAD.replace("Re: case", "=?utf-8?B?R3LDvMOfZQ==?= =?iso-8859-1?Q?_=E4?="));
    assert_eq!(subject.subject, "Grüße ä");
}

#[test]
fn nothing_in_a_mail_adds_a_header_or_a_line_to_what_is_kept() {
    let mail = mail(&HEAD.replace("Re: case", "=?utf-8?Q?a=0D=0ABcc:_x=40y.example=00=E2=80=AE?="));
    assert_eq!(mail.subject, "a Bcc: x@y.example");
    let mail = self::mail(&format!(
        "{HEAD}Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\na=00b=E2=80=AEc"
    ));
    assert!(!mail.text.contains(['\0', '\u{202e}']), "{:?}", mail.text);
}

#[test]
fn who_wrote_is_one_address_or_nobody() {
    for from in ["a@x.example, b@x.example", "Group: a@x.example, b@x.example;", "nonsense", "", "<>"] {
        let text = HEAD.replace("Anna <anna@example.com>", from);
        assert_eq!(mail(&text).from, None, "{from}");
    }
}

#[test]
fn broken_and_deep_mails_are_read_as_far_as_they_go() {
    let cut = mail(&format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\nStill here"
    ));
    assert_eq!(cut.text, "Still here");
    let mut deep = HEAD.to_owned();
    for level in 0..2_000 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"));
    }
    deep.push_str("Content-Type: text/plain\n\nThe bottom\n");
    let _ = mail(&deep);
    let mut nested = HEAD.to_owned();
    for _ in 0..2_000 {
        nested.push_str("Content-Type: message/rfc822\n\nFrom: x@y.example\n");
    }
    let _ = mail(&nested);
    for none in [b"".as_slice(), b"\r\n\r\n", b"\0\0\0", b"GET / HTTP/1.1\r\n\r\n", b"{\"json\":1}"] {
        assert!(read(none).is_err_and(|error| error == Unreadable), "{none:?}");
    }
}

#[test]
fn answers_of_machines_and_loops_are_seen() {
    for (headers, sign) in [
        ("Auto-Submitted: auto-replied\n", Sign::AutoSubmitted),
        ("auto-submitted: AUTO-GENERATED\n", Sign::AutoSubmitted),
        ("Precedence: bulk\n", Sign::Precedence),
        ("X-Auto-Response-Suppress: All\n", Sign::Suppress),
        ("X-Autoreply: yes\n", Sign::Autoreply),
        ("List-Id: <list.example.org>\n", Sign::List),
        ("Return-Path: <>\n", Sign::NullPath),
        ("X-Mfa-Desk-Audit: size=1; head=ab\nAuto-Submitted: no\n", Sign::Loop),
    ] {
        assert_eq!(judge(&mail(&format!("{headers}{HEAD}\nAway")), |_| false), Nature::Automatic(sign), "{headers}");
    }
}

pub(crate) const REPORT: &str = "From: MAILER-DAEMON@mx.example\nTo: desk@example.org\nSubject: Undelivered\n\
    Return-Path: <>\nAuto-Submitted: auto-replied\nMessage-ID: <dsn@mx.example>\nMIME-Version: 1.0\n\
    Content-Type: multipart/report; report-type=delivery-status; boundary=\"r\"\n\n--r\nContent-Type: text/plain\n\n\
    I am sorry.\n\n--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\
    Original-Recipient: rfc822;anna@example.com\nFinal-Recipient: rfc822; anna@example.com\nAction: failed\n\
    Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown\n\n--r\nContent-Type: PART\n\n\
    From: desk@example.org\nTo: anna@example.com\nMessage-ID: <ours@desk.example>\nSubject: Case\n\nText\n--r--\n";

#[test]
fn a_delivery_report_names_the_mail_that_came_back() {
    for part in ["message/rfc822", "text/rfc822-headers"] {
        let mail = mail(&REPORT.replace("PART", part));
        let Nature::Report(report) = judge(&mail, |_| false) else { panic!("{part}: {:?}", mail.marks) };
        assert_eq!(report.message_id.as_deref(), Some("ours@desk.example"), "{part}");
        let failure = report.failure(&"anna@example.com".parse().unwrap());
        assert_eq!(failure, Some(Failure::Permanent("5.1.1".parse().unwrap())), "{part}");
    }
}

#[test]
fn the_head_alone_can_be_read() {
    let head = read_head(format!("{HEAD}\n").replace('\n', "\r\n").as_bytes()).unwrap();
    assert_eq!((head.subject.as_str(), head.text.as_str()), ("Re: case", ""));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = read(&bytes);
        let _ = read(&[HEAD.as_bytes(), &bytes].concat());
    }

    #[test]
    fn no_mail_that_almost_is_one_makes_the_reader_panic(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
        parts in "(Content-Type: (multipart/[a-z]{1,5}; boundary=.{0,3}|text/html|message/rfc822|text/plain; charset=[a-z0-9-]{0,9})\r\n|\r\n|--.{0,3}\r\n|=[0-9A-F]{2}|<[a-z!/]{0,6}>|&[a-z#0-9]{0,6};|\\PC){0,60}",
    ) {
        let mut raw = [REPORT.replace('\n', "\r\n").as_bytes(), HEAD.as_bytes(), parts.as_bytes()].concat();
        let at = at.index(raw.len());
        raw[at] = byte;
        raw.truncate(cut.index(raw.len()));
        if let Ok(mail) = read(&raw) {
            let _ = (judge(&mail, |_| false), fold(&mail.text), mail.digest());
            prop_assert!(!mail.text.contains('\0') && !mail.subject.contains('\n'));
        }
    }
}
