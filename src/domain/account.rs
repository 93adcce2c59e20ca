//! Accounts and their authenticators, as a directory knows them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::contact::{E164, EmailAddress};
use super::directory::Home;
use super::ids::{AccountId, AuthenticatorId};
use super::words::coded;

coded! {
    /// Who an account belongs to, which decides who may have its authenticator deactivated.
    pub enum AccountKind {
        /// Recovers with the addresses of record.
        Owner = "owner", "Owner";
        /// Only an administrator of the account can have the device deactivated.
        Member = "member", "Member";
        /// Belongs to somebody who works at the desk, and has their identifier.
        Staff = "staff", "Person at the desk";
    }
}

coded! {
    /// How much an attacker would gain with the account; the policy asks for more as it rises.
    pub enum Tier {
        /// An ordinary account.
        Standard = "standard", "Standard";
        /// An account with far-reaching rights.
        Privileged = "privileged", "Privileged";
    }
}

coded! {
    /// Whether an account may be recovered at all.
    pub enum AccountStatus {
        /// In use.
        Active = "active", "Active";
        /// Switched off in the directory.
        Suspended = "suspended", "Suspended";
    }
}

coded! {
    /// What an account signs in with beside its password.
    pub enum AuthenticatorKind {
        /// An authenticator app.
        VirtualTotp = "virtual_totp", "Authenticator app";
        /// A token that shows codes.
        HardwareTotp = "hardware_totp", "Hardware token";
        /// A passkey or security key.
        Passkey = "passkey", "Passkey or security key";
        /// A set of saved codes.
        RecoveryCodes = "recovery_codes", "Saved recovery codes";
    }
}

coded! {
    /// Whether an authenticator can be used to sign in.
    pub enum AuthenticatorState {
        /// Signs the account in.
        Active = "active", "Active";
        /// Switched off; never deleted, so the record stays.
        Deactivated = "deactivated", "Deactivated";
    }
}

/// What is known of an account beside its addresses, for the risk rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Background {
    /// When the e-mail address of record was last changed.
    pub email_changed_at: Option<DateTime<Utc>>,
    /// When the telephone number of record was last changed.
    pub phone_changed_at: Option<DateTime<Utc>>,
    /// Where it is usually used from: ISO 3166-1 alpha-2, upper case.
    pub country: Option<String>,
}

/// A person's entry in a directory. `email` and `phone` are the addresses of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Internal identifier, also written to the audit log.
    pub id: AccountId,
    /// The directory that it lives in.
    pub home: Home,
    /// E-mail address of record.
    pub email: EmailAddress,
    /// The number customers know their account by, where the directory has one.
    pub number: Option<String>,
    /// The person's name.
    pub name: String,
    /// Owner or member.
    pub kind: AccountKind,
    /// What the policy goes by.
    pub tier: Tier,
    /// Telephone number of record.
    pub phone: Option<E164>,
    /// Whether it may be recovered.
    pub status: AccountStatus,
    /// What the risk rules compare a request with.
    pub background: Background,
}

/// One authenticator of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticator {
    /// Internal identifier.
    pub id: AuthenticatorId,
    /// The account it belongs to.
    pub account: AccountId,
    /// What it is.
    pub kind: AuthenticatorKind,
    /// The name its owner gave it.
    pub label: String,
    /// Whether it signs the account in.
    pub state: AuthenticatorState,
}
