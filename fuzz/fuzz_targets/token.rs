//! Whatever somebody presents to be known by, or types on one line: references, codes, tokens, cookies, names, numbers.
#![no_main]

use std::str::FromStr;
use std::sync::LazyLock;

use chrono::TimeDelta;
use libfuzzer_sys::fuzz_target;
use mfa_desk::domain::actor::Role;
use mfa_desk::domain::api_token::{self, Networks, Wish};
use mfa_desk::domain::authn::{DeviceName, RecoveryCode, TotpCode, TotpSecret, enrol};
use mfa_desk::domain::code::PhoneCode;
use mfa_desk::domain::contact::{E164, EmailAddress};
use mfa_desk::domain::directory::{DirectoryName, Login, Serial};
use mfa_desk::domain::ids::{AgentId, AgentSessionId, CaseId, ChallengeId};
use mfa_desk::domain::inbound::{DeskAddress, MessageId, ReplyToken};
use mfa_desk::domain::origin::network;
use mfa_desk::domain::reference::CaseRef;
use mfa_desk::domain::sealed::{Sealed, Sealing, SealingKeys};
use mfa_desk::domain::tag::TagName;
use mfa_desk::domain::token::Token;
use mfa_desk::web::guard::session_token::SessionTokens;
use mfa_desk::web::next_page::{of_account, of_desk};
use mfa_desk_fuzz::{KEY, is_line, now, with_one_bit_turned};
use secrecy::SecretString;
use url::Url;

static SESSIONS: LazyLock<SessionTokens> = LazyLock::new(|| SessionTokens::new(&KEY, TimeDelta::hours(1)));
static SEALING: LazyLock<SealingKeys> = LazyLock::new(|| SealingKeys::new(None, &KEY).expect("keys"));

/// What is written of what was read is read as the same.
fn comes_back<T: FromStr + ToString + PartialEq + std::fmt::Debug>(text: &str) -> Option<T>
where
    T::Err: std::fmt::Debug,
{
    let read = text.parse::<T>().ok()?;
    assert_eq!(read.to_string().parse::<T>().expect("it was read before"), read);
    Some(read)
}

fuzz_target!(|data: &[u8]| {
    let Some((turn, rest)) = data.split_first() else { return };
    let turn = u32::from(*turn);
    let Ok(text) = std::str::from_utf8(rest) else { return };

    if let Some(reference) = comes_back::<CaseRef>(text) {
        assert_eq!(reference.as_str().len(), "MFA-7K3Q-9ZDN".len());
    }
    if let Some(email) = comes_back::<EmailAddress>(text) {
        is_line(email.as_str(), 254);
        assert!(!email.masked().contains(email.as_str()));
    }
    if let Some(phone) = comes_back::<E164>(text) {
        assert!(phone.as_str().starts_with('+') && phone.as_str()[1..].bytes().all(|byte| byte.is_ascii_digit()));
        let _ = (phone.is_a_persons(), phone.countries(), phone.masked());
    }
    comes_back::<CaseId>(text);
    let names = [
        text.parse::<Login>().ok().map(|name| name.as_str().to_owned()),
        text.parse::<Serial>().ok().map(|name| name.as_str().to_owned()),
        text.parse::<DirectoryName>().ok().map(|name| name.as_str().to_owned()),
        text.parse::<TagName>().ok().map(|name| name.as_str().to_owned()),
        DeviceName::typed(text).ok().map(|name| name.as_str().to_owned()),
    ];
    for name in names.iter().flatten() {
        is_line(name, 512);
        assert!(!name.is_empty());
    }
    if let Some(address) = comes_back::<DeskAddress>(text) {
        let case = CaseRef::from_str("MFA-7K3Q-9ZDN").expect("a reference");
        let to: EmailAddress = "ana@example.org".parse().expect("an address");
        let token = ReplyToken::new(&KEY, case, &to);
        let own = address.with(&token).expect("an address has room for a token");
        assert_eq!(address.token_in(own.as_str()), Some(token));
    }
    if let Some(token) = comes_back::<ReplyToken>(text) {
        assert!(!token.is_for(&KEY, &"ana@example.org".parse().expect("an address")));
    }
    assert_eq!(MessageId::read(&KEY, text), None);

    // Two texts that are read as one token are one secret.
    if let Some(token) = Token::presented(text) {
        assert_eq!(token.expose(), text);
    }
    if let Some(token) = api_token::presented(text) {
        assert_eq!(api_token::shown(&token), text);
    }
    if let Some(code) = RecoveryCode::typed(text) {
        assert_eq!(RecoveryCode::typed(&code.shown()).map(|again| again.hash()), Some(code.hash()));
    }
    if let Some(code) = PhoneCode::typed(text) {
        let challenge = ChallengeId::new(now(), [2; 10]);
        let again = PhoneCode::typed(&code.shown()).expect("what is shown can be typed");
        assert!(again.matches(&KEY, challenge, &code.stored(&KEY, challenge)));
    }
    if let Ok(secret) = TotpSecret::from_base32(text) {
        let step = now().timestamp() / 30;
        let codes = (secret.code_at(step), secret.code_at(step + 1));
        assert!(enrol(&secret, (&codes.0, &codes.1), now()).is_ok());
        assert!(TotpCode::typed(codes.0.expose()).is_some());
    }
    let _ = TotpCode::typed(text);

    assert_eq!(SESSIONS.read(text, now()), None, "nobody guesses a cookie");
    let session = AgentSessionId::new(now(), [3; 10]);
    let cookie = SESSIONS.issue(session, AgentId::new(now(), [4; 10]), now()).expect("a cookie");
    assert_eq!(SESSIONS.read(&cookie, now()), Some(session));
    assert_eq!(SESSIONS.read(&cookie, now() + TimeDelta::hours(2)), None);
    // Only its last character may differ and mean the same.
    let turned = with_one_bit_turned(&cookie.as_bytes()[..cookie.len() - 1], turn * 7 + rest.len() as u32);
    if let Some(turned) = turned.and_then(|turned| String::from_utf8(turned).ok()) {
        let last = &cookie[cookie.len() - 1..];
        assert_eq!(SESSIONS.read(&format!("{turned}{last}"), now()), None);
    }

    if let Some(sealed) = Sealed::from_text(text) {
        assert_eq!(
            Sealed::from_text(&sealed.to_text()).map(|again| (again.key_id, again.bytes)),
            Some((sealed.key_id.clone(), sealed.bytes.clone()))
        );
        assert!(SEALING.open(Sealing::Document, "a", &sealed).is_err(), "nobody guesses what is sealed");
    }
    let sealed = SEALING.seal(Sealing::Document, "a", [5; 24], rest);
    assert_eq!(SEALING.open(Sealing::Document, "a", &sealed).expect("it is ours").as_slice(), rest);
    assert!(SEALING.open(Sealing::Document, "b", &sealed).is_err());
    if let Some(bytes) = with_one_bit_turned(&sealed.bytes, turn * 31 + rest.len() as u32) {
        assert!(SEALING.open(Sealing::Document, "a", &Sealed { bytes, ..sealed }).is_err());
    }
    let _ = SealingKeys::check(&SecretString::from(text));

    if let Some(network) = network(text) {
        is_line(&network, 100);
    }
    if let Ok(wish) = Wish::read((text, "30", text), ["cases:read"], Role::Agent, 365) {
        is_line(&wish.name, 60);
    }
    if let Ok(wish) = Wish::read(("a program", text, text), ["cases:read"], Role::Agent, 365) {
        let _: &Networks = &wish.networks;
        assert!(!wish.networks.allow("not an address") || wish.networks.is_empty());
    }

    // No sign-in leads out of the desk.
    let here = Url::parse("https://desk.example/desk/sign-in").expect("a URL");
    for (next, area) in [(of_desk(text), "/desk"), (of_account(text), "/account")] {
        let led = here.join(next).expect("an address");
        assert_eq!((led.host_str(), led.scheme()), (Some("desk.example"), "https"));
        assert!(led.path() == area || led.path().starts_with(&format!("{area}/")), "{next}");
    }
});
