//! Legal holds: what keeps a person's data from being erased.

use super::Desk;
use super::act::{Act, Done, Halt};
use super::privacy::{Whom, allowed, held, may_be_ended_by, nothing};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::ids::{AccountId, LegalHoldId};
use crate::domain::privacy::HoldReason;
use crate::domain::reference::CaseRef;
use crate::store::legal_holds::{self, Kept, LegalHold};
use crate::store::{AnyConnection, StoreError, Tx, cases};

impl Desk {
    /// Keeps a person's data from being erased: an account with its cases, or the cases of an address that has none.
    ///
    /// # Errors
    /// [`Halt`] when nothing is held or the role does not allow it; [`StoreError`] when the database fails.
    pub async fn place_hold(&self, act: Act, whom: Whom, reason: HoldReason) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let place = move |tx: &mut Tx<'_>| -> Done<()> {
            if let Err(halt) = allowed(&act) {
                return Ok(Err(halt));
            }
            let held = match held(tx.connection, &whom, kit.periods.dispute_link(), act.at)? {
                Ok(held) if held.is_left() => held,
                Ok(_) => return Ok(Err(nothing())),
                Err(halt) => return Ok(Err(halt)),
            };
            let kept: Vec<Kept> = match held.account() {
                Some(account) => vec![Kept::Account(account)],
                None => held.cases.iter().map(|(filed, _)| Kept::Case(filed.case.id)).collect(),
            };
            if kept.is_empty() {
                let words = "A hold is placed on an account or a case, and this person has only a contact here.";
                return Ok(Err(Halt::BadText(words.to_owned())));
            }
            for kept in kept {
                let id = kit.id(LegalHoldId::new, act.at);
                let hold = LegalHold {
                    id,
                    kept,
                    reason: reason.as_str().to_owned(),
                    placed_by: act.doer(),
                    placed_at: act.at,
                };
                legal_holds::place(tx, &hold)?;
                let about = details([("hold", id.to_string().into())]);
                let (case, account) = named(tx.connection, kept)?;
                tx.record(act.entry("privacy.hold_placed", case.as_ref(), account, about));
            }
            Ok(Ok(()))
        };
        self.store.write(place).await
    }

    /// Lifts a legal hold. One that was placed on the server is lifted there.
    ///
    /// # Errors
    /// [`Halt::Gone`] when it does not stand any more, another [`Halt`] for whoever took part in a case it keeps; [`StoreError`] when the database fails.
    pub async fn lift_hold(&self, act: Act, id: LegalHoldId) -> Result<Result<(), Halt>, StoreError> {
        let objection = self.kit.periods.dispute_link();
        let lift = move |tx: &mut Tx<'_>| -> Done<()> {
            if let Err(halt) = allowed(&act) {
                return Ok(Err(halt));
            }
            let Some(hold) = legal_holds::find(tx.connection, id)? else { return Ok(Err(Halt::Gone)) };
            if hold.placed_by == Actor::Operator.kind() && act.actor != Actor::Operator {
                let words = "This hold was placed on the server, and is lifted there: mfa-desk privacy lift.";
                return Ok(Err(Halt::BadText(words.to_owned())));
            }
            let (case, account) = named(tx.connection, hold.kept)?;
            if let Err(halt) = may_lift(tx.connection, &act, case.as_ref(), account, objection)? {
                return Ok(Err(halt));
            }
            if !legal_holds::lift(tx, id, &act.doer(), act.at)? {
                return Ok(Err(Halt::Gone));
            }
            let about = details([("hold", id.to_string().into())]);
            tx.record(act.entry("privacy.hold_lifted", case.as_ref(), account, about));
            Ok(Ok(()))
        };
        self.store.write(lift).await
    }
}

/// What the log names a hold by.
fn named(connection: &mut AnyConnection, kept: Kept) -> Result<(Option<CaseRef>, Option<AccountId>), StoreError> {
    Ok(match kept {
        Kept::Account(account) => (None, Some(account)),
        Kept::Case(case) => (Some(cases::reference_of(connection, case)?), None),
    })
}

/// Nobody lifts a hold from a case that they took part in, or from the account of one.
fn may_lift(
    connection: &mut AnyConnection,
    act: &Act,
    case: Option<&CaseRef>,
    account: Option<AccountId>,
    objection: chrono::TimeDelta,
) -> Done<()> {
    let mut kept = Vec::new();
    if let Some(case) = case {
        kept.extend(cases::find(connection, case)?.map(|filed| (filed, None)));
    }
    if let Some(account) = account
        && let Ok(held) = held(connection, &Whom::Account(account), objection, act.at)?
    {
        kept.extend(held.cases);
    }
    Ok(may_be_ended_by(&kept, act))
}
