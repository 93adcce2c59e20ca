//! What is asked of a browser and still to be answered: once, in time, and in the session that it was asked in.

use chrono::TimeDelta;

use crate::domain::words::coded;

coded! {
    /// What a ceremony is for; its answer counts for nothing else.
    pub enum CeremonyKind {
        /// An authenticator app is being set up.
        VirtualDevice = "virtual_device", "Setting up an authenticator app";
        /// A passkey or security key is being set up.
        PasskeySetUp = "passkey_set_up", "Setting up a passkey";
        /// A passkey is to prove who is there.
        PasskeyProof = "passkey_proof", "Proof with a passkey";
    }
}

impl CeremonyKind {
    /// How long an answer is waited for. Installing an app and scanning its code takes longer than touching a key.
    pub const fn lifetime(self) -> TimeDelta {
        match self {
            Self::VirtualDevice | Self::PasskeySetUp => TimeDelta::minutes(30),
            Self::PasskeyProof => TimeDelta::minutes(10),
        }
    }
}

/// How many ceremonies of one kind wait for an answer in one session at a time: one for each of a few open pages.
pub const OPEN_AT_ONCE: i64 = 4;
