//! Internal identifiers: time-ordered UUIDs (RFC 9562, version 7), one type for each thing they name.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct NotAnId;

/// Builds a version 7 UUID from the moment and ten random bytes, both handed in by the caller.
fn uuid_v7(at: DateTime<Utc>, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier made at `at` with `random` bytes from a CSPRNG.
            pub fn new(at: DateTime<Utc>, random: [u8; 10]) -> Self {
                Self(uuid_v7(at, random))
            }

            /// When it was made, to the millisecond.
            pub fn made_at(&self) -> DateTime<Utc> {
                let millis = self.0.get_timestamp().map_or(0, |made| {
                    let (seconds, nanos) = made.to_unix();
                    seconds * 1000 + u64::from(nanos) / 1_000_000
                });
                i64::try_from(millis).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId)
            }
        }
    )+};
}

id! {
    /// One case.
    CaseId,
    /// One tag of the desk.
    TagId,
    /// One view of the queue that somebody keeps.
    SavedViewId,
    /// One account in a directory.
    AccountId,
    /// One authenticator of an account.
    AuthenticatorId,
    /// One person who works at the desk.
    AgentId,
    /// One sign-in of an agent.
    AgentSessionId,
    /// One browser that confirmed a case's e-mail.
    CustomerSessionId,
    /// One piece of evidence.
    EvidenceId,
    /// One link that was mailed.
    LinkId,
    /// One six-digit challenge, by automated call or by callback.
    ChallengeId,
    /// One automated telephone call.
    CallId,
    /// One row of the outbox.
    OutboxId,
    /// One note, message or approval on a case.
    EntryId,
    /// One uploaded document.
    DocumentId,
    /// One request to change a telephone number of record.
    PhoneChangeId,
    /// One sign-in of an account.
    AccountSessionId,
    /// One saved recovery code.
    RecoveryCodeId,
    /// One alarm for supervisors.
    AlarmId,
    /// One block on something that happened too often.
    BlockId,
    /// One browser that somebody signed in with before.
    KnownDeviceId,
    /// One thing asked of a browser that is still to be answered.
    CeremonyId,
    /// One mailed link that is about no case.
    SignInLinkId,
    /// One text that agents begin from.
    ReplyId,
    /// One contact of a directory.
    ContactId,
    /// One change of a contact that is held.
    ContactChangeId,
    /// One token with which a program acts as somebody at the desk.
    ApiTokenId,
    /// One mail that came in.
    InboundMailId,
    /// One legal hold.
    LegalHoldId,
}

impl AgentId {
    /// The person at the desk who signs in with this account, if anybody does.
    pub const fn of(account: AccountId) -> Self {
        Self(account.0)
    }

    /// The account that this person at the desk signs in with: it has the same identifier.
    pub const fn account(self) -> AccountId {
        AccountId(self.0)
    }
}
