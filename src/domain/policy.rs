//! What evidence, approvals and waiting an account of a tier needs before its authenticator may be deactivated.

mod problems;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::account::{AccountKind, Tier};
use super::evidence::CheckKind;
use super::risk::RiskRules;

pub use problems::{Circumstances, PolicyProblem, SHORTEST_WAIT};

/// Which list of paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paths {
    /// Owners of tier `standard`.
    Standard,
    /// Owners of tier `privileged`.
    Privileged,
    /// Members.
    Member,
    /// People who work at the desk.
    Staff,
    /// A change of the telephone number of record: one path.
    PhoneChange,
}

impl Paths {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Standard, Self::Privileged, Self::Member, Self::Staff, Self::PhoneChange];
}

/// One thing a path asks for: any one of these checks.
pub type Alternatives = Vec<CheckKind>;

/// One way to satisfy the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// A stable name, kept with the case when its cooling-off starts.
    pub name: String,
    /// Every group must be met by at least one of its checks.
    pub checks: Vec<Alternatives>,
    /// How many second approvals.
    pub approvals: usize,
    /// How long every address of record has to object.
    pub cooling_off: TimeDelta,
}

impl Path {
    /// What the path asks for, as a short hash: the log says under which rules something was done, whatever they become.
    pub fn version(&self) -> String {
        let groups = self.checks.iter().map(|group| {
            let mut codes: Vec<&str> = group.iter().map(|kind| kind.code()).collect();
            codes.sort_unstable();
            codes.join("|")
        });
        let mut groups: Vec<String> = groups.collect();
        groups.sort_unstable();
        let text =
            format!("{}\n{}\n{}\n{}\n", self.name, groups.join(","), self.approvals, self.cooling_off.num_seconds());
        hex::encode(&Sha256::digest(text)[..8])
    }

    /// What the evidence amounts to under NIST SP 800-63B-4 §4.2.
    pub fn assurance(&self) -> &'static str {
        let asks =
            |wanted: &[CheckKind]| self.checks.iter().any(|group| group.iter().all(|kind| wanted.contains(kind)));
        let issued = asks(&[CheckKind::EmailLink, CheckKind::PhoneCode, CheckKind::AgentCallback]);
        if asks(&[CheckKind::Document, CheckKind::InPerson]) {
            REPROOFED
        } else if asks(&[CheckKind::Administrator]) {
            ADMINISTERED
        } else if issued && asks(&[CheckKind::Password]) {
            WITH_PASSWORD
        } else if issued && asks(&[CheckKind::RecoveryCode]) {
            BY_TWO_METHODS
        } else {
            ISSUED_CODES_ONLY
        }
    }
}

/// The rules a case is weighed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    standard: Vec<Path>,
    privileged: Vec<Path>,
    member: Vec<Path>,
    staff: Vec<Path>,
    /// What a change of the telephone number of record needs; its cooling-off is how long the change is held.
    pub phone_change: Path,
    /// What an operator set; the others are the defaults.
    configured: BTreeSet<Paths>,
    /// What makes a case wait longer.
    pub risk: RiskRules,
    /// How long a case stays ready after its cooling-off. Evidence that was valid when the wait began
    /// counts until this window closes: it could otherwise never outlive a wait as long as itself.
    pub ready_window: TimeDelta,
    /// After how long a case that nothing happened to expires.
    pub case_expiry: TimeDelta,
    /// After how long a deactivated case closes when no new device was seen.
    pub close_after: TimeDelta,
}

/// The lengths of time an operator can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// The ordinary cooling-off; the paths that rest on documents wait three times as long.
    pub cooling_off: TimeDelta,
    /// How long a change of a telephone number is held before it counts.
    pub phone_hold: TimeDelta,
    /// See [`Policy::ready_window`].
    pub ready_window: TimeDelta,
    /// See [`Policy::case_expiry`].
    pub case_expiry: TimeDelta,
    /// See [`Policy::close_after`].
    pub close_after: TimeDelta,
}

const ISSUED_CODES_ONLY: &str = "Two issued codes of one class: not AAL2 recovery by themselves (SP 800-63B-4 §4.2)";
const WITH_PASSWORD: &str =
    "An issued recovery code and a single-factor authenticator: AAL2 recovery (SP 800-63B-4 §4.2)";
const BY_TWO_METHODS: &str = "A saved and an issued recovery code: AAL2 recovery (SP 800-63B-4 §4.2)";
const REPROOFED: &str = "Repeated identity proofing: recovery at any level (SP 800-63B-4 §4.2)";
const ADMINISTERED: &str = "Vouched for by an administrator of the account: outside SP 800-63B-4 §4.2";

impl Policy {
    /// The default policy with the operator's waits.
    pub fn with_waits(waits: Waits) -> Self {
        use CheckKind::{
            Administrator, AgentCallback, Document, EmailLink, InPerson, Password, PhoneCode, RecoveryCode,
        };
        let path = |name: &str, checks: &[&[CheckKind]], approvals, cooling_off| Path {
            name: name.to_owned(),
            checks: checks.iter().map(|group| group.to_vec()).collect(),
            approvals,
            cooling_off,
        };
        let phone: &[CheckKind] = &[PhoneCode, AgentCallback];
        let long = waits.cooling_off * 3;
        Self {
            standard: vec![
                path("password", &[&[Password], &[EmailLink], phone], 0, TimeDelta::zero()),
                path("saved_code", &[&[RecoveryCode], &[EmailLink]], 0, TimeDelta::zero()),
                path("addresses", &[&[EmailLink], phone], 1, waits.cooling_off),
                path("document", &[&[EmailLink], &[Document]], 1, long),
            ],
            privileged: vec![
                path("password", &[&[Password], &[EmailLink], phone], 1, waits.cooling_off),
                path("saved_code", &[&[RecoveryCode], &[EmailLink], phone], 1, waits.cooling_off),
                path("in_person", &[&[EmailLink], &[Document], &[InPerson]], 1, long),
            ],
            member: vec![path("administrator", &[&[EmailLink], &[Administrator]], 0, TimeDelta::zero())],
            staff: vec![
                path("saved_code", &[&[RecoveryCode], &[EmailLink]], 1, TimeDelta::zero()),
                path("in_person", &[&[EmailLink], &[InPerson]], 1, waits.cooling_off),
                path("password", &[&[Password], &[EmailLink], phone], 1, waits.cooling_off),
            ],
            phone_change: path("phone_change", &[&[EmailLink], &[Document, InPerson]], 1, waits.phone_hold),
            configured: BTreeSet::new(),
            risk: RiskRules::default(),
            ready_window: waits.ready_window,
            case_expiry: waits.case_expiry,
            close_after: waits.close_after,
        }
    }

    /// The same policy with other rules about risk.
    #[must_use]
    pub fn with_risk(self, risk: RiskRules) -> Self {
        Self { risk, ..self }
    }

    /// The same policy with other paths for one kind of account.
    #[must_use]
    pub fn with_paths(mut self, of: Paths, paths: Vec<Path>) -> Self {
        self.configured.insert(of);
        match of {
            Paths::Standard => self.standard = paths,
            Paths::Privileged => self.privileged = paths,
            Paths::Member => self.member = paths,
            Paths::Staff => self.staff = paths,
            Paths::PhoneChange => self.phone_change = paths.into_iter().next().unwrap_or(self.phone_change),
        }
        self
    }

    fn list(&self, of: Paths) -> &[Path] {
        match of {
            Paths::Standard => &self.standard,
            Paths::Privileged => &self.privileged,
            Paths::Member => &self.member,
            Paths::Staff => &self.staff,
            Paths::PhoneChange => std::slice::from_ref(&self.phone_change),
        }
    }

    /// The longest cooling-off of any path, without what risk signals add.
    pub fn longest_wait(&self) -> TimeDelta {
        let lists = [Paths::Standard, Paths::Privileged, Paths::Member, Paths::Staff];
        lists.iter().flat_map(|of| self.list(*of)).map(|path| path.cooling_off).max().unwrap_or_default()
    }

    /// The alternative paths for an account.
    pub fn paths(&self, kind: AccountKind, tier: Tier) -> &[Path] {
        match (kind, tier) {
            (AccountKind::Member, _) => &self.member,
            (AccountKind::Staff, _) => &self.staff,
            (AccountKind::Owner, Tier::Standard) => &self.standard,
            (AccountKind::Owner, Tier::Privileged) => &self.privileged,
        }
    }
}
