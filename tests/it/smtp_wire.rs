//! Mails as they go over the wire, and what becomes of them when the mail server fails.

use std::time::{Duration, Instant};

use chrono::{TimeZone, Utc};
use mfa_desk::config::MailTls;
use mfa_desk::domain::notice::Notice;
use mfa_desk::notify::mail::{
    AuditWitness, MailContext, MailTemplates, Mailer, OutgoingMail, Rendered, SendError, SmtpMailer, SmtpParts,
};

use crate::support::mail_reader;
use crate::support::smtp::{Fault, SmtpServer, Stage};

fn mailer(port: u16, tls: MailTls) -> SmtpMailer {
    SmtpMailer::new(SmtpParts {
        host: "127.0.0.1".to_owned(),
        port,
        tls,
        username: None,
        password: None,
        ca_file: None,
        timeout: Duration::from_secs(5),
        hand_over: Duration::from_secs(5),
        from: "\"Example Cloud, Support\" <desk@example.com>".parse().expect("a mailbox"),
        reply_to: Some("answers@example.com".parse().expect("a mailbox")),
        hello_name: Some("desk.example.com".to_owned()),
    })
    .expect("a mailer")
}

pub fn mail(to: &str, rendered: Rendered) -> OutgoingMail {
    OutgoingMail {
        to: to.parse().expect("an address"),
        to_name: "Zoë \"Q\" Müller, Jr".to_owned(),
        rendered,
        message_id: "3.MFA-7K3Q-9ZDX@desk.example.com".to_owned(),
        references: vec!["1.MFA-7K3Q-9ZDX@desk.example.com".to_owned(), "2.MFA-7K3Q-9ZDX@desk.example.com".to_owned()],
        at: Utc.with_ymd_and_hms(2026, 3, 4, 5, 6, 7).single().expect("a time"),
        case_ref: Some("MFA-7K3Q-9ZDX".to_owned()),
        reply_to: None,
        audit: AuditWitness { size: 4711, root: "r00t".repeat(11), ..AuditWitness::default() },
        receipt: None,
    }
}

pub fn rendered(notice: &Notice, product: &str) -> Rendered {
    let context = MailContext {
        product: product.to_owned(),
        reference: "MFA-7K3Q-9ZDX".to_owned(),
        name: "Zoë Müller".to_owned(),
        open_url: Some("https://desk.example.com/c/open?token=abcdefghijklmnopqrstuvwxyz0123456789".to_owned()),
        object_url: Some("https://desk.example.com/stop/abcdefghijklmnopqrstuvwxyz0123456789".to_owned()),
        message: Some(format!("Grüße\n.\n..two dots\n{}", "long ".repeat(400))),
        audit: AuditWitness { size: 4711, root: "r00t".repeat(11), ..AuditWitness::default() },
        ..MailContext::default()
    };
    MailTemplates::embedded().expect("templates").render(notice, &context).expect("a mail")
}

fn usual() -> OutgoingMail {
    mail("anna@example.com", rendered(&Notice::Received, "Example Cloud"))
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let server = SmtpServer::start().await;
    let mailer = mailer(server.port(), MailTls::None);
    for (notice, product) in [(Notice::Received, "Example Cloud"), (Notice::DeskMessage, "日本語サポート・クラウド")]
    {
        server.clear();
        let sent = mail("anna@example.com", rendered(&notice, product));
        mailer.send(&sent).await.expect("sent");
        let taken = server.messages().pop().expect("a message");
        assert_eq!(
            (taken.from.as_str(), taken.to.as_slice()),
            ("desk@example.com", &["anna@example.com".to_owned()][..])
        );

        let (head, _) = taken.raw.split_once("\r\n\r\n").expect("a head");
        let unfolded = head.replace("\r\n ", " ");
        for line in [
            "Date: Wed, 04 Mar 2026 05:06:07 +0000",
            "Message-ID: <3.MFA-7K3Q-9ZDX@desk.example.com>",
            "In-Reply-To: <2.MFA-7K3Q-9ZDX@desk.example.com>",
            "References: <1.MFA-7K3Q-9ZDX@desk.example.com> <2.MFA-7K3Q-9ZDX@desk.example.com>",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: All",
            "X-Mfa-Desk-Case: MFA-7K3Q-9ZDX",
            "X-Mfa-Desk-Audit: size=4711; root=r00tr00tr00tr00tr00tr00tr00tr00tr00tr00tr00t; origin=; signature=",
            "MIME-Version: 1.0",
            "Reply-To: answers@example.com",
        ] {
            assert!(unfolded.split("\r\n").any(|found| found == line), "{line} is not in\n{head}");
        }
        assert!(unfolded.contains("Content-Type: multipart/alternative;"), "{head}");
        assert!(head.is_ascii() && head.lines().all(|line| line.len() <= 100), "{head}");

        let read = mail_reader::parse(&taken.raw);
        assert_eq!(read.header("Subject"), Some(sent.rendered.subject.as_str()));
        assert_eq!(read.header("To"), Some("Zoë \"Q\" Müller, Jr <anna@example.com>"));
        assert!(read.header("From").is_some_and(|from| from.contains("Example Cloud, Support")));
        assert_eq!(read.text.trim_end(), sent.rendered.text.trim_end());
        assert_eq!(read.html.trim_end(), sent.rendered.html.trim_end());
        assert!(taken.raw.split("\r\n").all(|line| line.len() <= 998 && !line.contains('\n')));
    }
}

#[tokio::test]
async fn a_name_or_subject_cannot_inject_a_header() {
    let server = SmtpServer::start().await;
    let mailer = mailer(server.port(), MailTls::None);
    for evil in [
        "A\r\nBcc: evil@example.com",
        "A\nBcc: evil@example.com",
        "A\rBcc: evil@example.com\r\n\r\nbody",
        "日本\r\nBcc: x",
    ] {
        server.clear();
        let mut sent = usual();
        sent.to_name = evil.to_owned();
        sent.rendered.subject = evil.to_owned();
        sent.case_ref = Some(evil.to_owned());
        mailer.send(&sent).await.expect("sent");
        let taken = server.messages().pop().expect("a message");
        let read = mail_reader::parse(&taken.raw);
        assert_eq!(read.header("Bcc"), None, "{}", taken.raw);
        assert_eq!(taken.to, ["anna@example.com"]);
        assert_eq!(read.text.trim_end(), sent.rendered.text.trim_end());
    }
}

#[tokio::test]
async fn a_refusal_of_the_mail_is_final_and_a_failure_of_the_way_is_not() {
    let server = SmtpServer::start().await;
    let secret = "5.1.1 <anna@example.com> is unknown here";
    for (stage, fault, permanent, says) in [
        (Stage::Connect, Fault::Reply(554, "5.3.2 no service"), false, "554 5.3.2"),
        (Stage::Connect, Fault::Reply(421, "busy"), false, "421"),
        (Stage::Connect, Fault::Drop, false, ""),
        (Stage::Mail, Fault::Reply(530, "5.7.0 sign in first"), false, "530 5.7.0"),
        (Stage::Mail, Fault::Reply(451, "later"), false, "451"),
        (Stage::Rcpt, Fault::Reply(550, secret), true, "550 5.1.1"),
        (Stage::Rcpt, Fault::Reply(452, secret), false, "452 5.1.1"),
        (Stage::Rcpt, Fault::Reply(535, "who are you"), false, "535"),
        (Stage::Rcpt, Fault::Drop, false, ""),
        (Stage::Data, Fault::Reply(554, "no"), true, "554"),
        (Stage::AfterData, Fault::Reply(552, "too large"), true, "552"),
        (Stage::AfterData, Fault::Reply(451, "later"), false, "451"),
        (Stage::AfterData, Fault::Drop, false, ""),
        (Stage::AfterData, Fault::AcceptThenDrop, false, ""),
    ] {
        // A connection that is kept would never get to the greeting.
        let mailer = mailer(server.port(), MailTls::None);
        server.fail_next(stage, fault);
        let error = mailer.send(&usual()).await.expect_err("a fault");
        assert_eq!(matches!(error, SendError::Permanent(_)), permanent, "{stage:?} {fault:?}: {error}");
        let text = error.to_string();
        assert!(
            text.contains(says) && !text.contains("anna") && !text.contains("unknown"),
            "{stage:?} {fault:?}: {text}"
        );
        mailer.send(&usual()).await.expect("the next one goes through");
    }
}

#[tokio::test]
async fn a_server_that_went_away_is_found_again() {
    let server = SmtpServer::start().await;
    let mailer = mailer(server.port(), MailTls::None);
    mailer.send(&usual()).await.expect("sent");
    server.set_down(true);
    let error = mailer.send(&usual()).await.expect_err("down");
    assert!(matches!(error, SendError::Temporary(_)), "{error}");
    server.set_down(false);
    mailer.send(&usual()).await.expect("sent again");
    assert_eq!(server.messages().len(), 2);
}

#[tokio::test]
async fn many_mails_at_once_all_arrive() {
    let server = SmtpServer::start().await;
    let mailer = mailer(server.port(), MailTls::None);
    let mails: Vec<_> =
        (0..40).map(|n| OutgoingMail { message_id: format!("{n}@desk.example.com"), ..usual() }).collect();
    let results = futures_util::future::join_all(mails.iter().map(|mail| mailer.send(mail))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(server.messages().len(), 40);
}

#[tokio::test]
async fn without_starttls_nothing_is_sent() {
    let server = SmtpServer::start().await;
    let error = mailer(server.port(), MailTls::Starttls).send(&usual()).await.expect_err("no STARTTLS there");
    assert!(matches!(&error, SendError::Temporary(text) if text.contains("STARTTLS")), "{error}");
    assert!(server.messages().is_empty());
}

#[tokio::test]
async fn a_server_that_never_answers_does_not_hold_up_the_worker() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let mailer = SmtpMailer::new(SmtpParts {
        host: "127.0.0.1".to_owned(),
        port,
        tls: MailTls::None,
        username: None,
        password: None,
        ca_file: None,
        timeout: Duration::from_millis(200),
        hand_over: Duration::from_millis(200),
        from: "desk@example.com".parse().expect("a mailbox"),
        reply_to: None,
        hello_name: None,
    })
    .expect("a mailer");
    let start = Instant::now();
    let error = mailer.send(&usual()).await.expect_err("silence");
    assert!(matches!(error, SendError::Temporary(_)) && start.elapsed() < Duration::from_secs(2), "{error}");
}

#[tokio::test]
async fn international_addresses_are_reached() {
    let server = SmtpServer::start().await;
    let mailer = mailer(server.port(), MailTls::None);
    for (to, envelope) in
        [("anna@bücher.example", "anna@xn--bcher-kva.example"), ("zoë@example.com", "zoë@example.com")]
    {
        server.clear();
        mailer.send(&mail(to, rendered(&Notice::Closed, "P"))).await.expect("sent");
        assert_eq!(server.messages()[0].to, [envelope]);
    }
}
