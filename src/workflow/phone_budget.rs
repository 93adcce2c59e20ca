//! What a telephone, and the account behind it, can be bothered with: calls whoever asks for them, and wrong codes.

use chrono::{DateTime, Utc};

use super::act::{Act, Halt, Known};
use super::limits::{Counted, block, left, spend, waits_for_supervisor};
use super::{Kit, alarm};
use crate::domain::account::Account;
use crate::domain::alarm::AlarmKind;
use crate::domain::audit::details;
use crate::domain::evidence::Subject;
use crate::domain::ids::{AccountId, EntryId};
use crate::domain::limits::{LONGEST_WINDOW, Limit, wait_after};
use crate::locale::{Text, text};
use crate::store::cases::Filed;
use crate::store::throttle::NewestBut;
use crate::store::{AnyConnection, StoreError, Tx, accounts, throttle};

/// Counts one more call to a telephone of an account: automated, by an agent, or to tell of a change. Nothing is
/// counted when the number, the case, the account, the agent or the network has had all it may have.
pub(super) fn call(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    account: &Account,
    (phone, masked): (&Subject, String),
) -> Result<Result<(), Halt>, StoreError> {
    let mut counted = vec![
        Counted::new(Limit::CallsToPhone, &phone.0, masked).within(filed),
        Counted::case(Limit::CallsOfCase, filed),
        Counted::account(Limit::CallsOfAccount, account, filed),
    ];
    // The desk calls from one place, and the program from none.
    match Counted::agent(Limit::CallsByAgent, act) {
        Some(agent) => counted.push(agent),
        None if act.ip.is_empty() => {}
        None => counted.push(Counted::network(Limit::CallsFromNetwork, &act.ip)),
    }
    Ok(match spend(tx, kit, act, &counted)? {
        Ok(_) => Ok(()),
        Err(reached) => {
            let rule = if reached.limit == Limit::CallsToPhone { "call_budget" } else { reached.limit.code() };
            tx.record(act.case_entry("call.refused", filed, details([("rule", rule.into())])));
            Err(match reached.limit {
                Limit::CallsByAgent => {
                    Halt::DeskLimit(format!("You have called as often as is allowed for now. {}", reached.again()))
                }
                _ => Halt::TooOften(text!("called-too-often")),
            })
        }
    })
}

/// How many more calls a case's telephone of record may get now, whoever asks.
pub(super) fn calls_left(
    connection: &mut AnyConnection,
    kit: &Kit,
    filed: &Filed,
    known: &Known,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let Some(facts) = &known.facts else { return Ok(0) };
    let Some(phone) = &facts.phone else { return Ok(0) };
    let mut calls = left(connection, kit, Limit::CallsToPhone, &phone.0, at)?;
    calls = calls.min(left(connection, kit, Limit::CallsOfCase, &filed.case.id.to_string(), at)?);
    Ok(calls.min(left(connection, kit, Limit::CallsOfAccount, &facts.id.to_string(), at)?))
}

/// Why an account gets no telephone code now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodesHeld {
    /// Wrong codes are followed by a wait.
    Until(DateTime<Utc>),
    /// There were too many in a row.
    BySupervisor,
}

impl CodesHeld {
    /// What the person is told.
    pub fn words(&self) -> Text {
        match self {
            Self::Until(until) => text!("codes-wait", time = *until),
            Self::BySupervisor => text!("codes-blocked"),
        }
    }
}

/// Whether an account gets no telephone code now, and why.
pub(super) fn codes_held(
    connection: &mut AnyConnection,
    account: AccountId,
    at: DateTime<Utc>,
) -> Result<Option<CodesHeld>, StoreError> {
    let subject = account.to_string();
    if waits_for_supervisor(connection, Limit::PhoneCodes, &subject, at)? {
        return Ok(Some(CodesHeld::BySupervisor));
    }
    let wait = wait_after(accounts::code_failures(connection, account)?);
    if wait.is_zero() {
        return Ok(None);
    }
    let asked =
        NewestBut { scope: Limit::WrongCodes.code(), subject: &subject, since: at - LONGEST_WINDOW, skipped: 0 };
    let last = throttle::newest_but(connection, &[asked])?.into_iter().flatten().next();
    Ok(last.map(|last| last + wait).filter(|until| at < *until).map(CodesHeld::Until))
}

/// Refuses a code that an account may not have now.
pub(super) fn may_have_code(
    tx: &mut Tx<'_>,
    act: &Act,
    filed: &Filed,
    account: AccountId,
) -> Result<Result<(), Halt>, StoreError> {
    let Some(held) = codes_held(tx.connection, account, act.at)? else { return Ok(Ok(())) };
    let rule = match held {
        CodesHeld::Until(_) => Limit::WrongCodes.code(),
        CodesHeld::BySupervisor => Limit::PhoneCodes.code(),
    };
    tx.record(act.case_entry("call.refused", filed, details([("rule", rule.into())])));
    Ok(Err(Halt::TooOften(held.words())))
}

/// Counts a wrong code of an account. The next has to wait; after too many in a row there is no next.
pub(super) fn wrong_code(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    account: &Account,
) -> Result<(), StoreError> {
    let subject = account.id.to_string();
    throttle::serialise(tx, Limit::WrongCodes.code(), &subject)?;
    let failures = accounts::add_code_failure(tx, account.id)?;
    throttle::add(tx, &[(kit.id(EntryId::new, act.at), Limit::WrongCodes.code(), &subject)], act.at)?;
    let most = i32::try_from(kit.limits.code_failures).unwrap_or(i32::MAX);
    if failures >= most {
        let first = block(tx, kit, act, &Counted::account(Limit::PhoneCodes, account, filed), None)?;
        return if first { alarm::raise(tx, kit, act, filed, AlarmKind::CodesBlocked) } else { Ok(()) };
    }
    let wait = wait_after(failures);
    if !wait.is_zero() {
        block(tx, kit, act, &Counted::account(Limit::WrongCodes, account, filed), Some(act.at + wait))?;
    }
    Ok(())
}

/// A right code: what was wrong before is forgotten.
pub(super) fn right_code(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    accounts::clear_code_failures(tx, account)
}
