use super::wire::Token;
use crate::domain::account::AuthenticatorKind;
use crate::domain::form::is_unprintable;

const HARDWARE: &str = "hardware";
const LONGEST_LABEL: usize = 80;

impl Token {
    /// What kind of authenticator it is. Nothing for what is not a device or a sheet that a person can lose: text
    /// messages and mails go to addresses, passwords and questions are known, and certificates, SSH keys and tokens
    /// that ask another server are looked after elsewhere.
    pub(super) fn kind(&self) -> Option<AuthenticatorKind> {
        let app = match self.info.tokenkind.as_str() {
            HARDWARE => AuthenticatorKind::HardwareTotp,
            _ => AuthenticatorKind::VirtualTotp,
        };
        match self.tokentype.to_ascii_lowercase().as_str() {
            "totp" | "hotp" | "daypassword" | "motp" | "ocra" => Some(app),
            "push" | "tiqr" => Some(AuthenticatorKind::VirtualTotp),
            "yubikey" | "yubico" | "vasco" | "daplug" => Some(AuthenticatorKind::HardwareTotp),
            "webauthn" | "passkey" | "u2f" => Some(AuthenticatorKind::Passkey),
            "paper" | "tan" => Some(AuthenticatorKind::RecoveryCodes),
            _ => None,
        }
    }

    /// Whether it signs its user in. A revoked one never does again.
    pub(super) fn signs_in(&self) -> bool {
        self.active && !self.revoked
    }

    /// What its owner would know it by.
    pub(super) fn label(&self) -> String {
        let told: String = self.description.chars().filter(|c| !is_unprintable(*c)).take(LONGEST_LABEL).collect();
        match told.trim() {
            "" => format!("{} {}", self.tokentype.to_ascii_uppercase(), self.serial),
            told => told.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn token(kind: &str, tokenkind: &str, description: &str) -> Token {
        serde_json::from_value(json!({
            "serial": "S1", "tokentype": kind, "active": true, "username": "a", "user_realm": "r",
            "description": description, "info": {"tokenkind": tokenkind},
        }))
        .unwrap()
    }

    #[test]
    fn only_what_a_person_can_lose_is_an_authenticator() {
        use AuthenticatorKind::{HardwareTotp, Passkey, RecoveryCodes, VirtualTotp};
        for (kind, tokenkind, expected) in [
            ("totp", "software", Some(VirtualTotp)),
            ("TOTP", "", Some(VirtualTotp)),
            ("totp", "hardware", Some(HardwareTotp)),
            ("hotp", "hardware", Some(HardwareTotp)),
            ("push", "software", Some(VirtualTotp)),
            ("daypassword", "software", Some(VirtualTotp)),
            ("yubikey", "hardware", Some(HardwareTotp)),
            ("webauthn", "hardware", Some(Passkey)),
            ("passkey", "", Some(Passkey)),
            ("paper", "", Some(RecoveryCodes)),
            ("tan", "", Some(RecoveryCodes)),
        ] {
            assert_eq!(token(kind, tokenkind, "").kind(), expected, "{kind} {tokenkind}");
        }
        for other in
            ["sms", "email", "spass", "pw", "registration", "applspec", "question", "radius", "remote", "4eyes"]
        {
            assert_eq!(token(other, "hardware", "").kind(), None, "{other}");
        }
    }

    #[test]
    fn a_label_hides_nothing_and_has_an_end() {
        assert_eq!(token("totp", "", " my phone ").label(), "my phone");
        assert_eq!(token("totp", "", "\u{202e}\n").label(), "TOTP S1");
        assert_eq!(token("totp", "", &"x".repeat(500)).label().len(), LONGEST_LABEL);
    }
}
