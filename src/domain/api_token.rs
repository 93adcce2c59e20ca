//! Tokens with which programs act in the name of somebody at the desk: what each may be used for, from where, for how
//! long and how often.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use ipnet::IpNet;

use super::actor::Role;
use super::form::is_name;
use super::ids::{AgentId, ApiTokenId};
use super::token::Token;
use super::words::coded;

/// What every token begins with, so that programs which look for leaked secrets find it.
pub const PREFIX: &str = "mfad_";
/// Tokens of one person that are good for something at the same time.
pub const MOST_TOKENS: usize = 20;
/// Characters of a name.
const LONGEST_NAME: usize = 60;
/// Networks that one token can be bound to.
const MOST_NETWORKS: usize = 10;
/// How exactly the last use is noted: often enough to see a token that nobody needs, seldom enough to cost nothing.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(15);
/// The time in which requests are counted.
pub const WINDOW: TimeDelta = TimeDelta::minutes(1);

coded! {
    /// Something that a token may be used for, as far as its person may do it.
    pub enum Scope {
        /// Queue, cases as the desk shows them, the list of approvals.
        CasesRead = "cases:read", "Read cases, with addresses masked";
        /// One's own saved views of the queue, and as a supervisor everybody's.
        ViewsKeep = "views:keep", "Save and remove views of the queue";
        /// Everything that brings a case forward without deciding it.
        CasesWork = "cases:work", "Work cases: claim, write, call back, ask for approval";
        /// Approve, refuse, reject, deactivate; decisions on phone changes and disputes.
        CasesDecide = "cases:decide", "Decide cases: approve, reject, deactivate";
        /// Open and examine documents, record meetings.
        CasesDocuments = "cases:documents", "Open and examine documents, record meetings";
        /// Full addresses.
        CasesReveal = "cases:reveal", "Reveal full addresses";
        /// Blocks, alarms, deliveries, contacts, replies, policy.
        DeskRead = "desk:read", "Read blocks, alarms, deliveries, contacts, replies and policy";
        /// Lift, mark as seen, redeliver, stop.
        DeskManage = "desk:manage", "Lift blocks, see alarms, redeliver events, stop contacts";
        /// The texts that messages to customers begin from.
        RepliesKeep = "replies:keep", "Add, change and remove replies";
        /// The list of people at the desk.
        PeopleRead = "people:read", "Read who works at the desk";
        /// Add, change, suspend.
        PeopleManage = "people:manage", "Add people, change roles, suspend";
        /// The audit log and its export.
        AuditRead = "audit:read", "Read and export the audit log";
    }
}

impl Scope {
    /// Whether somebody with this role could use it for anything.
    pub const fn is_of_use_to(self, role: Role) -> bool {
        match self {
            Self::CasesRead | Self::ViewsKeep | Self::DeskRead => true,
            Self::CasesWork | Self::CasesDecide | Self::CasesDocuments | Self::CasesReveal => role.works_cases(),
            Self::DeskManage | Self::RepliesKeep | Self::PeopleRead | Self::PeopleManage => role.supervises(),
            Self::AuditRead => role.audits(),
        }
    }
}

/// Why a token cannot be issued as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// The name is missing, too long or not one line.
    #[error("Give it a name of one line and at most {LONGEST_NAME} characters, such as the program that uses it.")]
    Name,
    /// No scope is chosen.
    #[error("Choose at least one thing that it may be used for.")]
    NoScope,
    /// A scope that is not known, or that the role has no use for.
    #[error("Your role cannot use this.")]
    UselessScope,
    /// It would never end, or too late.
    #[error("Say after how many days it ends: at least 1, at most {0}.")]
    Days(u32),
    /// Something is no network, or there are too many.
    #[error("Enter addresses or networks such as 192.0.2.7 or 192.0.2.0/24, at most {MOST_NETWORKS}.")]
    Networks,
    /// The person has too many.
    #[error("You have {MOST_TOKENS} tokens. Revoke one that is not needed any more.")]
    TooMany,
}

/// What a token may be used for; never nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// These scopes, for somebody with this role.
    ///
    /// # Errors
    /// [`BadToken`] when there is none, or the role has no use for one.
    pub fn chosen<'a>(codes: impl IntoIterator<Item = &'a str>, role: Role) -> Result<Self, BadToken> {
        let useful = |code: &str| Scope::from_code(code).filter(|scope| scope.is_of_use_to(role));
        let scopes = codes.into_iter().map(useful).collect::<Option<BTreeSet<_>>>().ok_or(BadToken::UselessScope)?;
        if scopes.is_empty() { Err(BadToken::NoScope) } else { Ok(Self(scopes)) }
    }

    /// Whether this is one of them.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Each of them, in the order people read them.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<&str> = self.iter().map(Scope::code).collect();
        f.write_str(&codes.join(" "))
    }
}

impl FromStr for Scopes {
    type Err = BadToken;

    /// Reads them as they are stored; the role is asked at every use.
    fn from_str(text: &str) -> Result<Self, BadToken> {
        let scopes: Option<BTreeSet<_>> = text.split(' ').map(Scope::from_code).collect();
        scopes.filter(|scopes| !scopes.is_empty()).map(Self).ok_or(BadToken::UselessScope)
    }
}

/// Where a token may be used from; none means anywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Whether a request from here is let in.
    pub fn allow(&self, ip: &str) -> bool {
        let ip = ip.parse::<IpAddr>().map(|ip| ip.to_canonical());
        self.0.is_empty() || ip.is_ok_and(|ip| self.0.iter().any(|network| network.contains(&ip)))
    }

    /// Nothing is said, so anywhere.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let networks: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&networks.join(" "))
    }
}

impl FromStr for Networks {
    type Err = BadToken;

    /// Addresses and networks with spaces or commas between.
    fn from_str(text: &str) -> Result<Self, BadToken> {
        let one = |text: &str| match text.parse::<IpAddr>() {
            Ok(ip) => Ok(IpNet::from(ip.to_canonical())),
            Err(_) => text.parse::<IpNet>().map(|network| network.trunc()).map_err(|_| BadToken::Networks),
        };
        let parts = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty());
        let networks = parts.map(one).collect::<Result<Vec<_>, _>>()?;
        if networks.len() > MOST_NETWORKS { Err(BadToken::Networks) } else { Ok(Self(networks)) }
    }
}

/// What was asked for and can be issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What its person calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Where it may be used from.
    pub networks: Networks,
    /// How long it is good.
    pub lasts: TimeDelta,
}

impl Wish {
    /// Reads what was typed, for somebody with this role; no token lasts longer than `most_days`.
    ///
    /// # Errors
    /// What is wrong, each with the name of its field.
    pub fn read<'a>(
        (name, days, networks): (&str, &str, &str),
        scopes: impl IntoIterator<Item = &'a str>,
        role: Role,
        most_days: u32,
    ) -> Result<Self, Vec<(&'static str, BadToken)>> {
        let mut wrong = Vec::new();
        let name = name.trim();
        if !is_name(name, LONGEST_NAME) {
            wrong.push(("name", BadToken::Name));
        }
        let days = days.trim().parse::<u32>().ok().filter(|days| (1..=most_days).contains(days));
        if days.is_none() {
            wrong.push(("days", BadToken::Days(most_days)));
        }
        let scopes = Scopes::chosen(scopes, role).map_err(|bad| wrong.push(("scope", bad)));
        let networks = networks.parse().map_err(|bad| wrong.push(("networks", bad)));
        match (days, scopes, networks) {
            (Some(days), Ok(scopes), Ok(networks)) if wrong.is_empty() => {
                Ok(Self { name: name.to_owned(), scopes, networks, lasts: TimeDelta::days(days.into()) })
            }
            _ => Err(wrong),
        }
    }
}

/// Requests counted in the current minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// When it began.
    pub from: DateTime<Utc>,
    /// How many there were in it.
    pub used: u32,
}

/// What is left of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Requests in a window.
    pub most: u32,
    /// How many more are possible in this one.
    pub left: u32,
    /// Seconds until it begins anew.
    pub reset: i64,
    /// This request was one too many.
    pub exceeded: bool,
}

impl Window {
    /// Counts one more request at `now`.
    pub fn count(self, now: DateTime<Utc>, most: u32) -> (Self, Left) {
        let Self { from, used: before } = self.at(now);
        let used = before.saturating_add(1).min(most.saturating_add(1));
        let window = Self { from, used };
        (window, window.left(now, most, used > most))
    }

    /// Counts so many more at `now`: all of them, or none where they do not fit.
    pub fn count_more(self, now: DateTime<Utc>, most: u32, more: u32) -> (Self, Left) {
        let before = self.at(now);
        let used = before.used.saturating_add(more);
        let window = if used > most { before } else { Self { used, ..before } };
        (window, window.left(now, most, used > most))
    }

    /// The minute that `now` is in.
    fn at(self, now: DateTime<Utc>) -> Self {
        let current = self.from <= now && now < self.from + WINDOW;
        if current { self } else { Self { from: now, used: 0 } }
    }

    fn left(self, now: DateTime<Utc>, most: u32, exceeded: bool) -> Left {
        let reset = (self.from + WINDOW - now).num_seconds().max(1);
        Left { most, left: most.saturating_sub(self.used), reset, exceeded }
    }
}

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Internal identifier, which the log names.
    pub id: ApiTokenId,
    /// In whose name it acts.
    pub agent: AgentId,
    /// What its person calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Where it may be used from.
    pub networks: Networks,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to the quarter of an hour.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Its requests of this minute.
    pub window: Window,
}

/// The person that a token acts as, as they are when it is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bearer {
    /// They may not act.
    pub suspended: bool,
    /// When they last completed a sign-in.
    pub signed_in_at: Option<DateTime<Utc>>,
}

/// Why a token is not let in. Whoever presents it is told none of this, but that it is dormant: then it is their token,
/// and there is something that they can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Useless {
    /// Somebody revoked it, or ended everything of its person.
    Revoked,
    /// Its time is over.
    Expired,
    /// It comes from another network.
    Network,
    /// Its person is suspended.
    Suspended,
    /// Its person has not signed in for long.
    Dormant,
}

impl Useless {
    /// The stable word that is logged.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Network => "network",
            Self::Suspended => "suspended",
            Self::Dormant => "dormant",
        }
    }
}

impl ApiToken {
    /// From when on it is dormant, unless its person signs in before: nothing here is told when somebody leaves whom
    /// single sign-on lets in no more, but that they come no more. It was issued to somebody who was signed in.
    pub fn dormant_from(&self, signed_in_at: Option<DateTime<Utc>>, after: TimeDelta) -> DateTime<Utc> {
        signed_in_at.map_or(self.created_at, |at| at.max(self.created_at)) + after
    }

    /// Whether it is good for a request from here at this moment, for its person as they are; it is dormant `after` so
    /// long without a sign-in.
    ///
    /// # Errors
    /// [`Useless`] says why not.
    pub fn is_good(&self, ip: &str, now: DateTime<Utc>, bearer: Bearer, after: TimeDelta) -> Result<(), Useless> {
        if self.revoked_at.is_some() {
            Err(Useless::Revoked)
        } else if now >= self.expires_at {
            Err(Useless::Expired)
        } else if bearer.suspended {
            Err(Useless::Suspended)
        } else if !self.networks.allow(ip) {
            Err(Useless::Network)
        } else if now >= self.dormant_from(bearer.signed_in_at, after) {
            Err(Useless::Dormant)
        } else {
            Ok(())
        }
    }

    /// What is noted as its last use, now that it is used.
    pub fn noted_use(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.last_used_at.filter(|last| *last <= now && now < *last + NOTED_EVERY).unwrap_or(now)
    }
}

/// The token as its person copies it.
pub fn shown(token: &Token) -> String {
    format!("{PREFIX}{}", token.expose())
}

/// A token that a program presents; what cannot be one is refused before it reaches the database.
pub fn presented(text: &str) -> Option<Token> {
    Token::presented(text.strip_prefix(PREFIX)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_500_000, 0).unwrap()
    }

    #[test]
    fn no_scope_is_of_use_to_nobody_and_none_beyond_a_role_is_chosen() {
        for scope in Scope::ALL {
            assert!(Role::ALL.iter().any(|role| scope.is_of_use_to(*role)), "{}", scope.code());
            assert!(scope.is_of_use_to(Role::Admin), "{}", scope.code());
        }
        assert_eq!(Scopes::chosen([], Role::Admin), Err(BadToken::NoScope));
        assert_eq!(Scopes::chosen(["cases:work"], Role::Auditor), Err(BadToken::UselessScope));
        assert_eq!(Scopes::chosen(["nonsense"], Role::Admin), Err(BadToken::UselessScope));
        let scopes = Scopes::chosen(["audit:read", "cases:read"], Role::Auditor).unwrap();
        assert_eq!(scopes.to_string().parse(), Ok(scopes));
    }

    #[test]
    fn networks_hold_addresses_however_they_are_written() {
        let networks: Networks = "192.0.2.7, 198.51.100.9/24\n2001:db8::/32".parse().unwrap();
        assert_eq!(networks.to_string(), "192.0.2.7/32 198.51.100.0/24 2001:db8::/32");
        for (ip, allowed) in [
            ("192.0.2.7", true),
            ("::ffff:192.0.2.7", true),
            ("192.0.2.8", false),
            ("2001:db8:1::1", true),
            ("", false),
        ] {
            assert_eq!(networks.allow(ip), allowed, "{ip}");
        }
        assert!(Networks::default().allow("203.0.113.1"));
        assert_eq!("here".parse::<Networks>(), Err(BadToken::Networks));
        assert_eq!("1.1.1.1 ".repeat(11).parse::<Networks>(), Err(BadToken::Networks));
    }

    fn token() -> ApiToken {
        ApiToken {
            id: ApiTokenId::new(now(), [1; 10]),
            agent: AgentId::new(now(), [2; 10]),
            name: "CI".to_owned(),
            scopes: "cases:read".parse().unwrap(),
            networks: "192.0.2.0/24".parse().unwrap(),
            created_at: now(),
            expires_at: now() + TimeDelta::days(90),
            last_used_at: None,
            revoked_at: None,
            window: Window { from: now(), used: 0 },
        }
    }

    #[test]
    fn a_token_sleeps_while_its_person_comes_no_more_and_wakes_when_they_sign_in() {
        let (token, after) = (token(), TimeDelta::days(30));
        let on = |day: i64, signed_in: Option<i64>| {
            let signed_in_at = signed_in.map(|day| now() + TimeDelta::days(day));
            let bearer = Bearer { suspended: false, signed_in_at };
            token.is_good("192.0.2.7", now() + TimeDelta::days(day), bearer, after)
        };
        // It was issued to somebody who was there, whatever is known of their sign-ins.
        for before in [None, Some(-40), Some(0)] {
            assert_eq!((on(29, before), on(30, before)), (Ok(()), Err(Useless::Dormant)), "{before:?}");
        }
        assert_eq!((on(30, Some(1)), on(31, Some(1))), (Ok(()), Err(Useless::Dormant)));
        assert_eq!(on(60, Some(60)), Ok(()));
        assert_eq!(on(90, Some(90)), Err(Useless::Expired), "a sign-in gives no new time");
    }

    #[test]
    fn what_else_a_token_is_good_for_nothing_by_is_told_before_that_it_sleeps() {
        let (mut token, late) = (token(), now() + TimeDelta::days(60));
        let bearer = Bearer { suspended: true, signed_in_at: None };
        let why = |token: &ApiToken, ip: &str, bearer| token.is_good(ip, late, bearer, TimeDelta::days(30));
        assert_eq!(why(&token, "192.0.2.7", bearer), Err(Useless::Suspended));
        let bearer = Bearer { suspended: false, ..bearer };
        assert_eq!(why(&token, "198.51.100.1", bearer), Err(Useless::Network));
        assert_eq!(why(&token, "192.0.2.7", bearer), Err(Useless::Dormant));
        token.revoked_at = Some(now());
        assert_eq!(why(&token, "192.0.2.7", bearer), Err(Useless::Revoked));
    }

    #[test]
    fn a_budget_is_spent_and_begins_anew_each_minute() {
        let mut window = Window { from: now(), used: 0 };
        let mut lefts = Vec::new();
        for second in [0, 10, 20, 30, 61] {
            let (next, left) = window.count(now() + TimeDelta::seconds(second), 3);
            window = next;
            lefts.push((left.left, left.exceeded, left.reset));
        }
        assert_eq!(lefts, [(2, false, 60), (1, false, 50), (0, false, 40), (0, true, 30), (2, false, 60)]);
    }

    #[test]
    fn what_counts_as_several_is_spent_whole_or_not_at_all() {
        let window = Window { from: now(), used: 1 };
        let (spent, left) = window.count_more(now() + TimeDelta::seconds(10), 10, 9);
        assert_eq!((spent.used, left.left, left.exceeded, left.reset), (10, 0, false, 50));
        let (kept, left) = window.count_more(now(), 10, 10);
        assert_eq!((kept, left.left, left.exceeded), (window, 9, true));
        let (anew, left) = window.count_more(now() + TimeDelta::seconds(60), 10, 10);
        assert_eq!((anew.from, left.left, left.exceeded), (now() + TimeDelta::seconds(60), 0, false));
    }

    #[test]
    fn what_is_wrong_is_said_of_each_field() {
        let wrong = Wish::read((" ", "0", "nowhere"), ["people:read"], Role::Agent, 90).unwrap_err();
        let fields: Vec<&str> = wrong.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["name", "days", "scope", "networks"]);
        assert!(Wish::read(("a", "91", ""), ["cases:read"], Role::Agent, 90).is_err());
        let wish = Wish::read((" CI ", "90", ""), ["cases:read"], Role::Agent, 90).unwrap();
        assert_eq!((wish.name.as_str(), wish.lasts), ("CI", TimeDelta::days(90)));
    }

    #[test]
    fn a_presented_token_has_the_prefix() {
        let token = Token::from_bytes([9; 32]);
        assert_eq!(presented(&shown(&token)).map(|token| token.hash()), Some(token.hash()));
        assert!(presented(token.expose()).is_none());
        assert!(presented("mfad_short").is_none());
    }
}
