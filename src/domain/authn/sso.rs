//! What a single sign-on proves, and who it lets in. The provider's word is weighed here after its signature was
//! checked elsewhere.

use chrono::{DateTime, Utc};

use crate::domain::actor::Role;
use crate::domain::contact::EmailAddress;
use crate::domain::form::is_unprintable;

/// What the provider says about somebody, its signature, audience and times being right.
#[derive(Debug, Clone)]
pub struct Claims {
    /// Who it is there: issuer and subject, which never go to another person.
    pub subject: Subject,
    /// The address, where it can be one.
    pub email: Option<EmailAddress>,
    /// Whether the provider made sure that it is theirs.
    pub email_verified: bool,
    /// What they are called.
    pub name: Option<String>,
    /// The values of the claim that roles are told by; nothing where the token has no such claim.
    pub groups: Option<Vec<String>>,
    /// The authentication context (OpenID Connect Core §2, `acr`).
    pub acr: Option<String>,
    /// The authentication methods (RFC 8176).
    pub amr: Vec<String>,
    /// When they proved themself there.
    pub auth_time: Option<DateTime<Utc>>,
}

/// Somebody as the provider names them: unique for ever by issuer and subject together (OpenID Connect Core §5.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

/// As long as OpenID Connect Core §2 lets subjects be.
const LONGEST_SUBJECT: usize = 255;

impl Subject {
    /// The person `subject` of `issuer`; nothing where the provider breaks its own rules.
    pub fn new(issuer: &str, subject: &str) -> Option<Self> {
        let plain = subject.len() <= LONGEST_SUBJECT && subject.chars().all(|c| c.is_ascii_graphic() || c == ' ');
        // An issuer is a URL and has no spaces.
        (plain && !subject.is_empty() && !issuer.contains(' ')).then(|| Self(format!("{issuer} {subject}")))
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which values of the claim mean which role.
#[derive(Debug, Clone, Default)]
pub struct RoleValues {
    /// For [`Role::Agent`].
    pub agent: Vec<String>,
    /// For [`Role::Supervisor`].
    pub supervisor: Vec<String>,
    /// For [`Role::Auditor`].
    pub auditor: Vec<String>,
    /// For [`Role::Admin`].
    pub admin: Vec<String>,
}

impl RoleValues {
    /// The role that may do most of those that the values mean.
    fn role(&self, groups: &[String]) -> Option<Role> {
        let by_rank = [
            (&self.admin, Role::Admin),
            (&self.supervisor, Role::Supervisor),
            (&self.agent, Role::Agent),
            (&self.auditor, Role::Auditor),
        ];
        by_rank.into_iter().find(|(values, _)| groups.iter().any(|group| values.contains(group))).map(|(_, role)| role)
    }
}

/// What somebody has to bring from the provider.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Which values mean which role.
    pub roles: RoleValues,
    /// Authentication contexts of which one is required; none are where this is empty.
    pub required_acr: Vec<String>,
    /// Authentication methods that are required, every one.
    pub required_amr: Vec<String>,
    /// Authentication contexts that say that a second factor was given.
    pub mfa_acr: Vec<String>,
    /// Authentication methods that say so.
    pub mfa_amr: Vec<String>,
}

/// Why a single sign-on lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The provider did not make sure of the address, or gave none.
    Email,
    /// The sign-in at the provider was weaker than this desk asks for.
    TooWeak,
    /// None of the values means a role.
    NoRole,
    /// The claim that roles are told by is not in the token: nobody can have a role.
    NoRoleClaim,
    /// Nobody here is known by it, and nobody is added.
    Unknown,
    /// Somebody else here has the address.
    AddressTaken,
    /// The person may not act here.
    Suspended,
}

impl Refusal {
    /// The word that the log has for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Email => "email_not_verified",
            Self::TooWeak => "too_weak",
            Self::NoRole => "no_role",
            Self::NoRoleClaim => "no_role_claim",
            Self::Unknown => "unknown",
            Self::AddressTaken => "address_taken",
            Self::Suspended => "suspended",
        }
    }
}

/// What the provider's word is worth here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// The address.
    pub email: EmailAddress,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// A second factor was given there; where none was, one is asked for here.
    pub second_factor: bool,
    /// When it was given, as far as the provider says.
    pub proved_at: Option<DateTime<Utc>>,
}

/// Weighs what the provider says.
///
/// # Errors
/// [`Refusal`] when it is not enough.
pub fn admit(claims: &Claims, rules: &Rules, now: DateTime<Utc>) -> Result<Admitted, Refusal> {
    let email = claims.email.clone().filter(|_| claims.email_verified).ok_or(Refusal::Email)?;
    let context = |values: &[String]| claims.acr.as_ref().is_some_and(|acr| values.contains(acr));
    let strong = (rules.required_acr.is_empty() || context(&rules.required_acr))
        && rules.required_amr.iter().all(|method| claims.amr.contains(method));
    if !strong {
        return Err(Refusal::TooWeak);
    }
    let groups = claims.groups.as_deref().ok_or(Refusal::NoRoleClaim)?;
    let role = rules.roles.role(groups).ok_or(Refusal::NoRole)?;
    let second_factor = context(&rules.mfa_acr) || claims.amr.iter().any(|method| rules.mfa_amr.contains(method));
    // The time of the token is none of a proof: a sign-in there can be days old. A clock that runs ahead makes nothing
    // fresher.
    let proved_at = claims.auth_time.filter(|_| second_factor).map(|at| at.min(now));
    let name = claims
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty() && name.chars().count() <= 120 && !name.chars().any(is_unprintable));
    let name = name.map_or_else(|| email.to_string(), str::to_owned);
    Ok(Admitted { email, name, role, second_factor, proved_at })
}

/// How somebody is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here<T> {
    /// By who they are at the provider.
    BySubject(T),
    /// By their address only; the provider's word is bound to them from now on.
    ToLink(T),
    /// Not yet.
    ToAdd,
}

/// Who somebody is here. `by_email` is whoever has the address, and whether the provider's word is bound to them
/// already: an address can go to another person, so it counts once at most, and only where the operator allows it.
///
/// # Errors
/// [`Refusal`] when it is nobody.
pub fn recognise<T>(
    by_subject: Option<T>,
    by_email: Option<(T, bool)>,
    (link_by_email, provision): (bool, bool),
) -> Result<Here<T>, Refusal> {
    match (by_subject, by_email) {
        (Some(known), _) => Ok(Here::BySubject(known)),
        (None, Some((known, false))) if link_by_email => Ok(Here::ToLink(known)),
        (None, Some(_)) => Err(Refusal::AddressTaken),
        (None, None) if provision => Ok(Here::ToAdd),
        (None, None) => Err(Refusal::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    fn rules() -> Rules {
        let roles = RoleValues {
            agent: texts(&["desk"]),
            supervisor: texts(&["leads"]),
            auditor: texts(&["audit"]),
            admin: texts(&["ops"]),
        };
        Rules { roles, mfa_amr: texts(&["mfa"]), mfa_acr: texts(&["gold"]), ..Rules::default() }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_500_000 + seconds, 0).unwrap()
    }

    fn claims() -> Claims {
        Claims {
            subject: Subject::new("https://login.example.org", "17").unwrap(),
            email: "ana@example.org".parse().ok(),
            email_verified: true,
            name: Some("Ana Agent".to_owned()),
            groups: Some(texts(&["staff", "desk"])),
            acr: None,
            amr: texts(&["pwd"]),
            auth_time: Some(at(-100)),
        }
    }

    #[test]
    fn a_password_at_the_provider_is_no_second_factor() {
        let proved = |claims: &Claims| {
            let admitted = admit(claims, &rules(), at(0)).unwrap();
            (admitted.second_factor, admitted.proved_at)
        };
        assert_eq!(proved(&claims()), (false, None));
        let mfa = Claims { amr: texts(&["pwd", "mfa"]), ..claims() };
        assert_eq!(proved(&mfa), (true, Some(at(-100))));
        // A second factor that was given nobody knows when counts, but is not fresh.
        let gold = Claims { acr: Some("gold".to_owned()), auth_time: None, ..claims() };
        assert_eq!(proved(&gold), (true, None));
        let ahead = Claims { auth_time: Some(at(3600)), ..mfa };
        assert_eq!(proved(&ahead), (true, Some(at(0))));
    }

    #[test]
    fn what_the_desk_requires_has_to_be_said() {
        let rules = Rules { required_acr: texts(&["silver", "gold"]), required_amr: texts(&["hwk", "pin"]), ..rules() };
        let said = |acr: Option<&str>, amr: &[&str]| {
            admit(&Claims { acr: acr.map(str::to_owned), amr: texts(amr), ..claims() }, &rules, at(0)).map(|_| ())
        };
        assert_eq!(said(Some("silver"), &["pin", "hwk"]), Ok(()));
        for (acr, amr) in
            [(None, vec!["pin", "hwk"]), (Some("bronze"), vec!["pin", "hwk"]), (Some("gold"), vec!["pin"])]
        {
            assert_eq!(said(acr, &amr), Err(Refusal::TooWeak), "{acr:?} {amr:?}");
        }
    }

    #[test]
    fn an_address_that_nobody_made_sure_of_lets_nobody_in() {
        assert_eq!(admit(&Claims { email_verified: false, ..claims() }, &rules(), at(0)), Err(Refusal::Email));
        assert_eq!(admit(&Claims { email: None, ..claims() }, &rules(), at(0)), Err(Refusal::Email));
    }

    #[test]
    fn the_role_that_may_do_most_counts_and_none_is_made_up() {
        for (groups, role) in [
            (vec!["audit"], Some(Role::Auditor)),
            (vec!["audit", "desk"], Some(Role::Agent)),
            (vec!["desk", "leads"], Some(Role::Supervisor)),
            (vec!["desk", "ops", "leads"], Some(Role::Admin)),
            (vec!["Desk", "admin", ""], None),
            (vec![], None),
        ] {
            let said = admit(&Claims { groups: Some(texts(&groups)), ..claims() }, &rules(), at(0));
            assert_eq!(said.map(|admitted| admitted.role), role.ok_or(Refusal::NoRole), "{groups:?}");
        }
        assert_eq!(admit(&Claims { groups: None, ..claims() }, &rules(), at(0)), Err(Refusal::NoRoleClaim));
    }

    #[test]
    fn a_name_that_cannot_be_shown_is_replaced_by_the_address() {
        for name in [None, Some("  "), Some("two\nlines"), Some("\u{202e}evil")] {
            let said = admit(&Claims { name: name.map(str::to_owned), ..claims() }, &rules(), at(0)).unwrap();
            assert_eq!(said.name, "ana@example.org", "{name:?}");
        }
    }

    #[test]
    fn an_address_binds_once_and_only_where_that_is_allowed() {
        for provision in [false, true] {
            assert_eq!(recognise(Some(1), Some((2, false)), (true, provision)), Ok(Here::BySubject(1)));
            assert_eq!(recognise(None, Some((2, false)), (true, provision)), Ok(Here::ToLink(2)));
            assert_eq!(recognise(None, Some((2, true)), (true, provision)), Err(Refusal::AddressTaken));
            assert_eq!(recognise(None, Some((2, false)), (false, provision)), Err(Refusal::AddressTaken));
        }
        assert_eq!(recognise::<u8>(None, None, (true, true)), Ok(Here::ToAdd));
        assert_eq!(recognise::<u8>(None, None, (true, false)), Err(Refusal::Unknown));
    }

    proptest! {
        #[test]
        fn subjects_of_two_issuers_never_meet(a in "[!-~ ]{1,20}", b in "[!-~ ]{1,20}") {
            let (one, other) = (Subject::new("https://a.example", &a), Subject::new("https://b.example", &b));
            prop_assert!(one.is_some() && one != other);
            prop_assert_eq!(Subject::new("https://a.example", &a) == Subject::new("https://a.example", &b), a == b);
        }
    }
}
