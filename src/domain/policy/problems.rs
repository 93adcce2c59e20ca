//! What no configuration can go below: a policy that could be satisfied by nothing, by one agent alone or by codes
//! alone without anyone's time to object is refused before it is used.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::{Path, Paths, Policy};
use crate::domain::evidence::CheckKind;

/// The shortest time to object, where a path has to leave any.
pub const SHORTEST_WAIT: TimeDelta = TimeDelta::minutes(60);

const LONGEST_NAME: usize = 40;

/// What the policy is to be used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// For real accounts: everyone needs time to object.
    pub serving: bool,
    /// The checks that can be made.
    pub offered: Vec<CheckKind>,
}

/// One reason to refuse a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyProblem {
    /// Which list of paths.
    pub of: Paths,
    /// What is wrong.
    pub wrong: String,
    /// What to do about it.
    pub fix: String,
}

impl Policy {
    /// Everything that makes the configured paths unfit. Paths that nobody configured are the defaults, which are
    /// sound as long as the ordinary cooling-off is; they may name checks that cannot be made yet.
    pub fn problems(&self, circumstances: &Circumstances) -> Vec<PolicyProblem> {
        let mut found = Vec::new();
        for of in Paths::ALL.iter().copied().filter(|of| self.configured.contains(of)) {
            found.extend(problems_of(of, self.list(of), circumstances));
        }
        found
    }
}

/// Everything that is wrong with one list of paths.
pub(super) fn problems_of(of: Paths, paths: &[Path], circumstances: &Circumstances) -> Vec<PolicyProblem> {
    let problem = |wrong: String, fix: &str| PolicyProblem { of, wrong, fix: fix.to_owned() };
    let mut found = Vec::new();
    if paths.is_empty() {
        found.push(problem("has no path, so nobody could ever be helped".to_owned(), "give it at least one path"));
    }
    let mut names = BTreeSet::new();
    for path in paths {
        let named = |(wrong, fix): (String, &str)| problem(format!("path `{}` {wrong}", path.name), fix);
        if !names.insert(&path.name) {
            found.push(named(("stands twice".to_owned(), "give each path a name of its own")));
        }
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if path.name.is_empty() || path.name.len() > LONGEST_NAME || !path.name.chars().all(word) {
            let fix = "use a name of at most 40 small letters, digits and underscores";
            found.push(named(("has no name that can be kept with a case".to_owned(), fix)));
        }
        found.extend(problems_of_path(of, path, circumstances).into_iter().map(named));
    }
    found
}

fn problems_of_path(of: Paths, path: &Path, circumstances: &Circumstances) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    if path.checks.is_empty() || path.checks.iter().any(Vec::is_empty) {
        found.push(("needs no check".to_owned(), "name what it needs in `checks`"));
        return found;
    }
    for kind in CheckKind::ALL.iter().copied() {
        let times = path.checks.iter().flatten().filter(|named| **named == kind).count();
        if times > 1 {
            let wrong = format!("names {} more than once, so that one check would stand for two", kind.code());
            found.push((wrong, "name each check once in a path"));
        }
    }
    let names = |kind| path.checks.iter().flatten().any(|named| *named == kind);
    if names(CheckKind::Resync) {
        let fix = "leave it out: a device that works again is not deactivated";
        found.push(("needs `resync`, which ends a case without a deactivation".to_owned(), fix));
    }
    if names(CheckKind::Administrator) && of != Paths::Member {
        let fix = "leave it out: an owner recovers with the addresses of record";
        found.push(("needs `administrator`, who decides for members and not for owners".to_owned(), fix));
    }
    // Members do not help themselves, and nobody else asks for their password.
    let with_password = of != Paths::Member;
    let can_be_made =
        |kind: &CheckKind| circumstances.offered.contains(kind) && (with_password || kind.is_made_at_desk());
    for group in &path.checks {
        if !group.iter().any(can_be_made) {
            let codes: Vec<&str> = group.iter().map(|kind| kind.code()).collect();
            let fix = if group.contains(&CheckKind::PhoneCode) {
                "set voice.provider, or write `phone_code | agent_callback`"
            } else {
                "name a check that can be made"
            };
            found.push((format!("cannot be met: `{}` cannot be made here", codes.join(" | ")), fix));
        }
    }
    // Alternatives count for what the weakest of them is worth.
    let asks = |wanted: &[CheckKind]| path.checks.iter().any(|group| group.iter().all(|kind| wanted.contains(kind)));
    if !asks(&[CheckKind::EmailLink, CheckKind::PhoneCode, CheckKind::AgentCallback, CheckKind::InPerson]) {
        let fix = "add `email_link`, `phone_code | agent_callback` or `in_person`";
        found.push(("has no e-mail, phone or in-person proof".to_owned(), fix));
    }
    if of == Paths::Member && !asks(&[CheckKind::Administrator]) {
        let fix = "add `administrator`: only an administrator can have a member's device deactivated";
        found.push(("does without the account's administrator".to_owned(), fix));
    }
    if names(CheckKind::Document) && path.checks.len() < 2 {
        found.push(("rests on a document alone".to_owned(), "add a second check"));
    }
    found.extend(below_the_floor(of, path, circumstances, names(CheckKind::Document) || names(CheckKind::InPerson)));
    found
}

fn below_the_floor(
    of: Paths,
    path: &Path,
    circumstances: &Circumstances,
    examined: bool,
) -> Option<(String, &'static str)> {
    const ISSUED: [CheckKind; 3] = [CheckKind::EmailLink, CheckKind::PhoneCode, CheckKind::AgentCallback];
    let by_codes = path.checks.iter().all(|group| group.iter().any(|kind| ISSUED.contains(kind)));
    if of == Paths::PhoneChange && by_codes {
        let fix = "add `document | in_person`, or another check that is no code";
        return Some(("rests on codes sent to the addresses of record alone".to_owned(), fix));
    }
    let why = if by_codes {
        "can be met with codes sent to the addresses of record alone"
    } else if examined {
        "rests on what an agent examined"
    } else if of == Paths::Privileged {
        "is for privileged accounts"
    } else if of == Paths::Staff {
        "is for people who work at the desk"
    } else if of == Paths::PhoneChange {
        "changes a phone number"
    } else {
        return None;
    };
    if path.approvals < 1 {
        return Some((format!("{why} and needs no second approval"), "set approvals to 1 or more"));
    }
    let must_wait = (by_codes || examined) && of != Paths::PhoneChange;
    if circumstances.serving && must_wait && path.cooling_off < SHORTEST_WAIT {
        let fix = "set cooling_off_minutes to 60 or more; less is for the demonstration";
        return Some((format!("{why} and leaves nobody time to object"), fix));
    }
    None
}
