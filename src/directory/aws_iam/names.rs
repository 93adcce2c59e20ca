//! What AWS calls users and devices.

use crate::domain::account::AuthenticatorKind;
use crate::domain::directory::Serial;

/// What the root user of an account is called here.
pub(super) const ROOT: &str = "root";

/// Whether an IAM user can have this name. An empty one would mean whoever asks.
pub(super) fn is_user_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    (1..=64).contains(&text.len()) && text.chars().all(fits)
}

/// Account and name in a login, `ACCOUNT/NAME` or `NAME`.
pub(super) fn split(login: &str) -> (Option<&str>, &str) {
    match login.split_once('/') {
        Some((account, name)) => (Some(account), name),
        None => (None, login),
    }
}

/// The parts of an ARN `arn:PARTITION:iam::ACCOUNT:KIND/REST` that tell devices and users apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    pub account: &'a str,
    pub kind: &'a str,
    pub rest: &'a str,
}

impl<'a> Arn<'a> {
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let head = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let (account, what) = (parts.next()?, parts.next()?);
        let (kind, rest) = what.split_once('/').unwrap_or((what, ""));
        (head.0 == "arn" && head.2 == "iam").then_some(Self { account, kind, rest })
    }
}

/// What a device is, by its serial number: virtual devices and passkeys have ARNs, tokens the number on their back.
pub(super) fn kind(serial: &str) -> AuthenticatorKind {
    match Arn::of(serial).map(|arn| arn.kind) {
        Some("mfa") => AuthenticatorKind::VirtualTotp,
        Some("u2f") => AuthenticatorKind::Passkey,
        _ => AuthenticatorKind::HardwareTotp,
    }
}

/// What its owner would know a device by: the name that they gave it.
pub(super) fn label(serial: &str) -> &str {
    let name = Arn::of(serial).and_then(|arn| arn.rest.rsplit('/').next()).filter(|name| !name.is_empty());
    name.unwrap_or(serial)
}

/// Whether the serial itself says that the device is not this account's, or not this user's (`None` is the root user).
pub(super) fn is_foreign(serial: &Serial, account: &str, user: Option<&str>) -> bool {
    let Some(arn) = Arn::of(serial.as_str()) else { return false };
    let owner = match (arn.kind, arn.rest.split_once('/')) {
        // `u2f/user/NAME/KEY` and `u2f/root/KEY`; a path may stand before the name.
        ("u2f", Some((ROOT, _))) => Some(None),
        ("u2f", Some(("user", rest))) => Some(rest.rsplit('/').nth(1)),
        _ => None,
    };
    let same = |owner: Option<&str>| match (owner, user) {
        (Some(owner), Some(user)) => owner.eq_ignore_ascii_case(user),
        (None, None) => true,
        _ => false,
    };
    arn.account != account || owner.is_some_and(|owner| !same(owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_says_what_a_device_is_and_what_it_is_called() {
        for (serial, is, called) in [
            ("arn:aws:iam::123456789012:mfa/alice-phone", AuthenticatorKind::VirtualTotp, "alice-phone"),
            ("arn:aws-cn:iam::123456789012:mfa/team/alice", AuthenticatorKind::VirtualTotp, "alice"),
            ("arn:aws:iam::123456789012:u2f/user/alice/key-ABC", AuthenticatorKind::Passkey, "key-ABC"),
            ("GAHT12345678", AuthenticatorKind::HardwareTotp, "GAHT12345678"),
        ] {
            assert_eq!((kind(serial), label(serial)), (is, called));
        }
    }

    #[test]
    fn a_serial_of_another_account_or_user_is_foreign() {
        for (serial, user, foreign) in [
            ("arn:aws:iam::123456789012:mfa/x", Some("alice"), false),
            ("arn:aws:iam::999999999999:mfa/x", Some("alice"), true),
            ("arn:aws:iam::123456789012:u2f/user/alice/k", Some("alice"), false),
            ("arn:aws:iam::123456789012:u2f/user/team/alice/k", Some("alice"), false),
            ("arn:aws:iam::123456789012:u2f/user/bob/k", Some("alice"), true),
            ("arn:aws:iam::123456789012:u2f/root/k", Some("alice"), true),
            ("arn:aws:iam::123456789012:u2f/root/k", None, false),
            ("arn:aws:iam::123456789012:u2f/user/bob/k", None, true),
            ("GAHT12345678", Some("alice"), false),
        ] {
            assert_eq!(is_foreign(&serial.parse().unwrap(), "123456789012", user), foreign, "{serial} {user:?}");
        }
    }

    #[test]
    fn an_empty_or_odd_name_is_no_user() {
        for bad in ["", "a b", "a/b", "alice&UserName=bob", "ä", &"x".repeat(65)] {
            assert!(!is_user_name(bad), "{bad}");
        }
        assert!(is_user_name("alice+1=a,b.c@d-e_f"));
    }
}
