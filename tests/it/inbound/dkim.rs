//! Signatures on outgoing mails, made on the wire and verified by others: where `TEST_DKIM_PYTHON` names a Python that has
//! `dkimpy` and PyNaCl, by these.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use mfa_desk::config::MailTls;
use mfa_desk::dkim::{BadDkimKey, DkimKey};
use mfa_desk::domain::notice::Notice;
use mfa_desk::notify::mail::{Mailer, SmtpMailer, SmtpParts};
use serde_json::json;

use crate::smtp_wire::{mail, rendered};
use crate::support::smtp::SmtpServer;
use crate::support::tls::openssl;

fn keys() -> Vec<(&'static str, String)> {
    let rsa = |bits: &str| openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", &format!("rsa_keygen_bits:{bits}")]);
    vec![("rsa", rsa("2048")), ("ed25519", openssl(&["genpkey", "-algorithm", "ed25519"]))]
}

async fn sent(key: DkimKey) -> String {
    mfa_desk::notify::install_tls_provider();
    let smtp = SmtpServer::start().await;
    let parts = SmtpParts {
        host: "127.0.0.1".to_owned(),
        port: smtp.port(),
        tls: MailTls::None,
        username: None,
        password: None,
        ca_file: None,
        timeout: Duration::from_secs(5),
        hand_over: Duration::from_secs(5),
        from: "Example Cloud <desk@example.com>".parse().unwrap(),
        reply_to: None,
        hello_name: None,
    };
    let mailer = SmtpMailer::new(parts).unwrap().signing(Some(key));
    mailer.send(&mail("anna@example.org", rendered(&Notice::Received, "Example Cloud"))).await.unwrap();
    smtp.messages().remove(0).raw
}

const VERIFY: &str = "
import dkim, json, sys
given = json.load(sys.stdin)
def record(name, timeout=5):
    assert name.decode().rstrip('.') == given['name'], name
    return given['text'].encode()
print(dkim.verify(given['mail'].encode('latin-1'), dnsfunc=record))
";

fn verdict(python: &str, key: &DkimKey, mail: &str) -> String {
    let record = key.dns_record();
    let mut ran = Command::new(python)
        .args(["-c", VERIFY])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("TEST_DKIM_PYTHON names a Python");
    let mail = mail.replace("\r\n", "\n").replace('\n', "\r\n");
    let given = json!({ "name": record.name, "text": record.text, "mail": mail });
    ran.stdin.take().unwrap().write_all(given.to_string().as_bytes()).unwrap();
    let ran = ran.wait_with_output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn mails_are_signed_so_that_others_can_verify_them_and_see_every_change() {
    for (kind, pem) in keys() {
        let key = || DkimKey::read("Example.com", "desk", &pem).unwrap();
        let mail = sent(key()).await;
        assert!(mail.starts_with(&format!("DKIM-Signature: v=1; a={kind}-sha256; c=relaxed/relaxed; d=example.com;")));
        assert!(mail.lines().all(|line| line.len() < 998), "{mail}");
        let record = key().dns_record();
        assert_eq!(record.name, "desk._domainkey.example.com");
        assert!(record.text.starts_with(&format!("v=DKIM1; k={kind}; p=")), "{}", record.text);
        let Ok(python) = std::env::var("TEST_DKIM_PYTHON") else { continue };
        assert_eq!(verdict(&python, &key(), &mail), "True", "{kind}\n{mail}");
        let folded = mail.replace("Subject: ", "Subject:   ");
        assert_eq!(verdict(&python, &key(), &folded), "True", "white space does not matter");
        for (was, is) in [
            ("Subject: ", "Subject: x"),
            ("anna@", "eve@"),
            ("\n\n", "\n\nx"),
            ("MIME-Version", "From: x@y.example\nMIME-Version"),
        ] {
            let changed = mail.replace("\r\n", "\n").replacen(was, is, 1);
            assert_ne!(changed, mail.replace("\r\n", "\n"), "{was}");
            assert_eq!(verdict(&python, &key(), &changed), "False", "{kind}: {was} became {is}");
        }
        let other = keys().remove(if kind == "rsa" { 0 } else { 1 }).1;
        assert_eq!(verdict(&python, &DkimKey::read("example.com", "desk", &other).unwrap(), &mail), "False");
    }
}

#[test]
fn a_short_key_and_one_of_another_kind_are_refused() {
    let short = openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"]);
    let other = openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    for pem in [short, other] {
        assert_eq!(DkimKey::read("example.com", "desk", &pem).unwrap_err(), BadDkimKey::Kind);
    }
}
