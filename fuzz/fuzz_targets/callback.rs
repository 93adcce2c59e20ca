//! Requests of the telephone provider and signed webhooks: the first line has headers, what follows is the body.
#![no_main]

use std::sync::LazyLock;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use mfa_desk::locale::Language;
use mfa_desk::notify::voice::twilio::{call_state, hook_url};
use mfa_desk::notify::voice::twilio_signature::{sign, signature_is_valid};
use mfa_desk::notify::voice::twiml;
use mfa_desk::signed_webhooks::{Keys, Seal, Trusted};
use mfa_desk::web::guard::fields::decode;
use mfa_desk_fuzz::{first_line, now, with_one_bit_turned};
use secrecy::SecretString;

const PUBLIC: &str = "whpk_iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=";
static KEYS: LazyLock<Keys> =
    LazyLock::new(|| Keys::read(&"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()).expect("a key"));
static TOKEN: LazyLock<SecretString> = LazyLock::new(|| "0123456789abcdef0123456789abcdef".into());

fuzz_target!(|data: &[u8]| {
    let (head, body) = first_line(data);
    let head = String::from_utf8_lossy(head);
    let mut parts = head.split('\t');
    let mut next = || parts.next().unwrap_or_default();
    let (id, timestamp, signature, call) = (next(), next(), next(), next());

    // A seal that was made here is good for its own message and for no other.
    let trusted = KEYS.shared().expect("a shared key");
    let seal = Seal { id: id.to_owned(), timestamp: timestamp.to_owned(), signature: signature.to_owned() };
    assert!(trusted.verify(&seal, body, now()).is_err(), "nobody guesses a signature");
    let public = Trusted::read([PUBLIC]).expect("a key");
    assert!(public.verify(&seal, body, now()).is_err());
    let made = KEYS.seal("msg_1", now(), body);
    assert!(trusted.verify(&made, body, now()).is_ok());
    if let Some(turned) = with_one_bit_turned(body, u32::try_from(head.len()).unwrap_or(0)) {
        assert!(trusted.verify(&made, &turned, now()).is_err());
    }
    let forged = Seal { signature: format!("{signature} {}", made.signature), ..seal };
    let same = (&forged.id, &forged.timestamp) == (&made.id, &made.timestamp);
    assert_eq!(trusted.verify(&forged, body, now()).is_ok(), same);
    let _ = (Keys::read(&SecretString::from(signature)), Trusted::read([signature]));

    let Ok(fields) = decode(None, &Bytes::copy_from_slice(body)) else { return };
    let base = "https://desk.example".parse().expect("a URL");
    let url = hook_url(&base, call, "digits");
    assert!(url.as_str().starts_with("https://desk.example/hooks/voice/twilio/"));
    // Steps that lead nowhere are left out, and no identifier is one.
    let steps = if matches!(call, "." | "..") { 4 } else { 5 };
    assert_eq!(url.path_segments().map(Iterator::count), Some(steps), "a call's name is one step of the path");
    assert!(!signature_is_valid(&TOKEN, url.as_str(), &fields.pairs, signature), "nobody guesses a signature");
    let good = sign(&TOKEN, url.as_str(), &fields.pairs);
    assert!(signature_is_valid(&TOKEN, url.as_str(), &fields.pairs, &good));
    let mut more = fields.pairs.clone();
    more.push(("Digits".to_owned(), "1".to_owned()));
    let doubled = fields.pairs.iter().any(|(name, value)| name == "Digits" && value == "1");
    assert_eq!(signature_is_valid(&TOKEN, url.as_str(), &more, &good), doubled);
    let _ = call_state(fields.get("CallStatus"));

    // Whatever is said, no more is understood of it than words.
    let says = twiml::lines(fields.get("Digits"), Language::German, Some(call).filter(|words| !words.is_empty()));
    let answer = twiml::gather(url.as_str(), 6, &says, &says);
    assert_eq!(answer.matches("<Gather").count(), 1);
    assert_eq!(answer.matches("<Hangup").count(), 1);
    assert_eq!(answer.matches("<Say").count(), 2 * says.len());
    assert!(answer.matches('<').count() == 2 + 2 + 1 + 4 * says.len() + 1);
});
