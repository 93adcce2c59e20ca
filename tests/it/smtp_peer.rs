//! Mails to a mail server that we did not write, with STARTTLS and sign-in.
//!
//! Runs only where `TEST_SMTP_READY` names the `ready.env` of a running `peers/smtp.sh`: that server needs Node and an
//! npm registry, which not every machine that runs the suite has. The same binary covers the rest in `smtp_wire`.

use std::collections::HashMap;
use std::time::Duration;

use mfa_desk::config::MailTls;
use mfa_desk::domain::notice::Notice;
use mfa_desk::notify::mail::{Mailer, Rendered, SendError, SmtpMailer, SmtpParts};
use serde_json::{Value, json};

use crate::smtp_wire::{mail, rendered};
use crate::support::ready;

fn ready() -> Option<HashMap<String, String>> {
    ready::values("TEST_SMTP_READY")
}

fn parts(env: &HashMap<String, String>) -> SmtpParts {
    SmtpParts {
        host: env["SMTP_HOST"].clone(),
        port: env["SMTP_PORT"].parse().expect("a port"),
        tls: MailTls::Starttls,
        username: Some(env["SMTP_USER"].clone()),
        password: Some(env["SMTP_PASSWORD"].clone().into()),
        ca_file: Some(env["SMTP_CA_FILE"].clone().into()),
        timeout: Duration::from_secs(5),
        hand_over: Duration::from_secs(5),
        from: "Example Cloud <desk@example.com>".parse().expect("a mailbox"),
        reply_to: None,
        hello_name: None,
    }
}

fn body() -> Rendered {
    rendered(&Notice::Received, "Example Cloud")
}

async fn refused(parts: SmtpParts, to: &str) -> SendError {
    let mailer = SmtpMailer::new(parts).expect("a mailer");
    mailer.send(&mail(to, body())).await.expect_err("a refusal")
}

// One test, as the server's faults and messages are shared.
#[tokio::test]
async fn a_real_server_takes_and_refuses_mails() {
    let Some(env) = ready() else {
        return;
    };
    mfa_desk::notify::install_tls_provider();
    let http = reqwest::Client::new();
    let api = |path: &str| format!("{}{path}", env["SMTP_API_URL"]);
    http.delete(api("/messages")).send().await.expect("the server's API");

    let mailer = SmtpMailer::new(parts(&env)).expect("a mailer");
    for _ in 0..2 {
        mailer.send(&mail("anna@example.com", body())).await.expect("sent");
    }
    let taken: Vec<Value> = http.get(api("/messages")).send().await.expect("sent").json().await.expect("JSON");
    assert_eq!(taken.len(), 2);
    assert_eq!((&taken[0]["secure"], &taken[0]["user"]), (&json!(true), &json!("desk")));
    assert_eq!(taken[0]["subject"], json!(body().subject));
    assert_eq!(taken[0]["text"].as_str().map(str::trim_end), Some(body().text.trim_end()));
    assert_eq!(taken[0]["html"].as_str().map(str::trim_end), Some(body().html.trim_end()));

    let wrong = SmtpParts { password: Some("wrong".into()), ..parts(&env) };
    let error = refused(wrong, "anna@example.com").await;
    assert!(matches!(&error, SendError::Temporary(text) if text.contains("535")), "{error}");

    let nobody = SmtpParts { username: None, password: None, ..parts(&env) };
    let error = refused(nobody, "anna@example.com").await;
    assert!(matches!(&error, SendError::Temporary(text) if text.contains("530")), "{error}");

    let untrusting = SmtpParts { ca_file: None, ..parts(&env) };
    let error = refused(untrusting, "anna@example.com").await;
    assert!(matches!(&error, SendError::Temporary(text) if text.contains("UnknownIssuer")), "{error}");

    let misnamed = SmtpParts { host: "127.0.0.2".to_owned(), ..parts(&env) };
    let error = refused(misnamed, "anna@example.com").await;
    assert!(matches!(error, SendError::Temporary(_)), "{error}");

    // It expects a greeting in the clear, so TLS from the first byte must fail and not fall back.
    let eager = SmtpParts { tls: MailTls::Tls, ..parts(&env) };
    let error = refused(eager, "anna@example.com").await;
    assert!(matches!(error, SendError::Temporary(_)), "{error}");

    for (to, permanent) in [
        ("rcpt-550@example.com", true),
        ("rcpt-452@example.com", false),
        ("data-451@example.com", false),
        ("data-554@example.com", true),
        ("grey-1@example.com", false),
    ] {
        let error = mailer.send(&mail(to, body())).await.expect_err("a refusal");
        assert_eq!(matches!(error, SendError::Permanent(_)), permanent, "{to}: {error}");
        assert!(!error.to_string().contains("example.com"), "{error}");
    }
    mailer.send(&mail("grey-1@example.com", body())).await.expect("the second try is taken");

    for (fault, says) in [
        (json!({"stage": "auth", "code": 535}), "535"),
        (json!({"stage": "auth", "code": 454}), "454"),
        (json!({"stage": "connect", "code": 554}), "554"),
        (json!({"stage": "data", "drop": true}), ""),
    ] {
        http.post(api("/faults")).json(&fault).send().await.expect("ordered");
        let error = refused(parts(&env), "anna@example.com").await;
        assert!(matches!(&error, SendError::Temporary(text) if text.contains(says)), "{fault}: {error}");
    }

    // A send that was given up half-way must not leave a connection behind on which a late answer is still to come.
    http.delete(api("/messages")).send().await.expect("cleared");
    let hurried = SmtpMailer::new(SmtpParts { hand_over: Duration::from_secs(1), ..parts(&env) }).expect("a mailer");
    hurried.send(&mail("anna@example.com", body())).await.expect("sent");
    let slow = json!({"stage": "rcpt", "delay_ms": 2000});
    http.post(api("/faults")).json(&slow).send().await.expect("ordered");
    let error = hurried.send(&mail("anna@example.com", body())).await.expect_err("too slow");
    assert!(matches!(&error, SendError::Temporary(text) if text.contains("too long")), "{error}");
    hurried.send(&mail("bob@example.com", body())).await.expect("sent");
    let taken: Vec<Value> = http.get(api("/messages")).send().await.expect("sent").json().await.expect("JSON");
    let recipients: Vec<_> = taken.iter().map(|mail| mail["to"][0].as_str()).collect();
    assert_eq!(recipients, [Some("anna@example.com"), Some("bob@example.com")]);
    http.delete(api("/messages")).send().await.expect("tidied");
}
