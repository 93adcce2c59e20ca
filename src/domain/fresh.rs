//! Setting up a fresh authenticator after a deactivation: once for each case, and only for a while.

use chrono::{DateTime, TimeDelta, Utc};

use super::account::{Account, AccountStatus};
use super::case::{Case, Refused, State};

/// How long after the deactivation one can be set up. Whoever comes later opens a new case.
pub const FRESH_WINDOW: TimeDelta = TimeDelta::hours(72);

/// Whether the case lets its customer set up a fresh authenticator now.
///
/// # Errors
/// Which rule forbids it.
pub fn may_set_up_fresh(case: &Case, account: Option<&Account>, now: DateTime<Utc>) -> Result<(), Refused> {
    match case.state {
        State::Deactivated => {}
        State::Disputed => return Err(Refused::Disputed),
        state if state.is_final() => return Err(Refused::Over(state)),
        state => return Err(Refused::WrongState(state)),
    }
    // What ends as deactivated although part of it failed was ended by somebody who said no, or by time.
    if case.failed().next().is_some() {
        return Err(Refused::WrongState(case.state));
    }
    let account = account.filter(|account| case.account == Some(account.id)).ok_or(Refused::NoAccount)?;
    if account.status == AccountStatus::Suspended {
        return Err(Refused::AccountSuspended);
    }
    if now >= case.state_since + FRESH_WINDOW {
        return Err(Refused::WrongState(case.state));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{AccountKind, Background, Tier};
    use crate::domain::directory::Home;
    use crate::domain::ids::{AccountId, CaseId};
    use crate::domain::reference::CaseRef;

    #[test]
    fn only_a_case_that_deactivated_lately_and_still_stands_lets_one_be_set_up() {
        let at = DateTime::from_timestamp(1_795_500_000, 0).unwrap();
        let account = Account {
            id: AccountId::new(at, [1; 10]),
            home: Home::Local,
            email: "a@example.com".parse().unwrap(),
            number: None,
            name: "A".to_owned(),
            kind: AccountKind::Owner,
            tier: Tier::Standard,
            phone: None,
            status: AccountStatus::Active,
            background: Background::default(),
        };
        let reference = (1..).find_map(CaseRef::from_random).unwrap();
        let mut case = Case::submitted(CaseId::new(at, [2; 10]), reference, at, TimeDelta::days(30));
        case.account = Some(account.id);
        for state in State::ALL {
            case.state = *state;
            let may = may_set_up_fresh(&case, Some(&account), at).is_ok();
            assert_eq!(may, *state == State::Deactivated, "{state:?}");
        }
        case.state = State::Deactivated;
        let just_before = at + FRESH_WINDOW - TimeDelta::seconds(1);
        assert!(may_set_up_fresh(&case, Some(&account), just_before).is_ok());
        assert!(may_set_up_fresh(&case, Some(&account), at + FRESH_WINDOW).is_err());
        assert_eq!(may_set_up_fresh(&case, None, at), Err(Refused::NoAccount));
        let suspended = Account { status: AccountStatus::Suspended, ..account.clone() };
        assert_eq!(may_set_up_fresh(&case, Some(&suspended), at), Err(Refused::AccountSuspended));
        let other = Account { id: AccountId::new(at, [9; 10]), ..account };
        assert_eq!(may_set_up_fresh(&case, Some(&other), at), Err(Refused::NoAccount));
    }
}
