//! What is kept of a passkey, and what its count of signatures tells.

/// A passkey as it is stored: a public key and what goes with it. It is no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPasskey {
    /// What its browser calls it, in base64url.
    pub credential_id: String,
    /// The form in which `crate::passkeys` reads it.
    pub json: String,
}

/// Whether a passkey's count of signatures is what one and the same authenticator says after `before`. Those that do
/// not count always say zero (WebAuthn Level 3 §6.1.1 and §7.2, step 22).
pub const fn counts_on(before: i64, now: i64) -> bool {
    now > before || (now == 0 && before == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_goes_up_or_is_never_kept() {
        assert!(counts_on(0, 0) && counts_on(0, 1) && counts_on(7, 9));
        assert!(!counts_on(1, 0) && !counts_on(7, 7) && !counts_on(7, 6));
    }
}
