//! What a customer proves on their case's page with something they still have: a saved recovery code, or the device
//! itself when only its clock is wrong.

use super::account_sign_in::unavailable;
use super::act::{Act, Done, Halt, command, held, known, refuse};
use super::limits::{Counted, spend, waits_for_supervisor};
use super::phone_budget::{CodesHeld, right_code, wrong_code};
use super::view_case::ways;
use super::{Desk, Kit};
use crate::directory::{Finding, Proof};
use crate::domain::account::Account;
use crate::domain::audit::details;
use crate::domain::authn::{RecoveryCode, TotpCode};
use crate::domain::case::{Command, Refused, assess};
use crate::domain::evidence::{CheckKind, Evidence, Giver};
use crate::domain::ids::{EntryId, EvidenceId};
use crate::domain::limits::Limit;
use crate::domain::reference::CaseRef;
use crate::locale::text;
use crate::store::cases::Filed;
use crate::store::{StoreError, Tx, throttle};

impl Desk {
    /// **Use a saved recovery code**: evidence, and the code is used up with it.
    ///
    /// # Errors
    /// [`Halt`] when it proves nothing; [`StoreError`] when the database fails.
    pub async fn use_recovery_code(
        &self,
        act: Act,
        reference: CaseRef,
        code: RecoveryCode,
    ) -> Result<Result<(), Halt>, StoreError> {
        self.prove(act, reference, CheckKind::RecoveryCode, Proof::RecoveryCode(code)).await
    }

    /// **My device is out of sync**: two codes in a row put its clock right, and the case is over.
    ///
    /// # Errors
    /// [`Halt`] when they prove nothing; [`StoreError`] when the database fails.
    pub async fn resynchronise(
        &self,
        act: Act,
        reference: CaseRef,
        (first, second): (TotpCode, TotpCode),
    ) -> Result<Result<(), Halt>, StoreError> {
        self.prove(act, reference, CheckKind::Resync, Proof::TwoCodes(first, second)).await
    }

    async fn prove(
        &self,
        act: Act,
        reference: CaseRef,
        kind: CheckKind,
        proof: Proof,
    ) -> Result<Result<(), Halt>, StoreError> {
        let (kit, asking, of) = (self.kit.clone(), act.clone(), reference.clone());
        let ask = move |tx: &mut Tx<'_>| {
            Ok(match admit(tx, &kit, &asking, &of, kind)? {
                Ok((filed, account)) => {
                    count(tx, &kit, &asking, &filed, (&account, kind))?.map(|tries| (account, tries))
                }
                Err(halt) => Err(halt),
            })
        };
        let (account, tries) = match self.store.write(ask).await? {
            Ok(counted) => counted,
            Err(halt) => return Ok(Err(halt)),
        };
        let finding = self.directories.local.examine(Some(account.id), proof, act.at).await.map_err(unavailable)?;
        let kit = self.kit.clone();
        let decide = move |tx: &mut Tx<'_>| weigh(tx, &kit, &act, &reference, kind, &finding, &tries);
        let done = self.store.write(decide).await?;
        self.run_errands();
        Ok(done)
    }
}

/// The case and its account, when the proof would be of use to it.
fn admit(tx: &mut Tx<'_>, kit: &Kit, act: &Act, reference: &CaseRef, kind: CheckKind) -> Done<(Filed, Account)> {
    let filed = match held(tx, act, reference, None)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    let known = known(tx.connection, kit, &filed.case)?;
    let Some(account) = known.account.clone() else {
        return Ok(Err(refuse(tx, act, &filed, kind.code(), Refused::NoAccount)));
    };
    let facts = known.facts(kit);
    let useful = match kind {
        CheckKind::Resync => filed.case.state.is_under_review(),
        _ => ways(&filed.case, &assess(&filed.case, &facts, act.at), None).contains(&kind),
    };
    if useful {
        Ok(Ok((filed, account)))
    } else {
        let state = filed.case.state;
        Ok(Err(refuse(tx, act, &filed, kind.code(), Refused::WrongState(state))))
    }
}

/// Counts a try before it is looked at, so that guesses sent side by side all count.
fn count(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    (account, kind): (&Account, CheckKind),
) -> Done<Vec<EntryId>> {
    let refused = |limit: Limit| {
        let about = details([("check", kind.code().into()), ("rule", limit.code().into())]);
        act.case_entry("check.refused", filed, about)
    };
    if waits_for_supervisor(tx.connection, Limit::PhoneCodes, &account.id.to_string(), act.at)? {
        tx.record(refused(Limit::PhoneCodes));
        return Ok(Err(Halt::TooOften(CodesHeld::BySupervisor.words())));
    }
    let counted = [Counted::case(Limit::ProofsOfCase, filed), Counted::account(Limit::ProofsOfAccount, account, filed)];
    Ok(spend(tx, kit, act, &counted)?.map_err(|reached| {
        tx.record(refused(reached.limit));
        Halt::TooOften(text!("halt-too-often"))
    }))
}

fn weigh(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    reference: &CaseRef,
    kind: CheckKind,
    finding: &Finding,
    tries: &[EntryId],
) -> Done<()> {
    let (filed, account) = match admit(tx, kit, act, reference, kind)? {
        Ok(found) => found,
        Err(halt) => return Ok(Err(halt)),
    };
    if !finding.settle(tx)? {
        wrong_code(tx, kit, act, &filed, &account)?;
        tx.record(act.case_entry("check.wrong_code", &filed, details([("check", kind.code().into())])));
        return Ok(Err(Halt::NotVerified));
    }
    for id in tries {
        throttle::give_back(tx, *id)?;
    }
    right_code(tx, account.id)?;
    let given = Evidence::passed(kit.id(EvidenceId::new, act.at), kind, act.at, Giver::Customer, None);
    let given = match kind {
        CheckKind::Resync => Command::Resynchronise(given),
        _ => Command::RecordCheck(given),
    };
    match command(tx, kit, act, &filed, &given)? {
        Ok(_) => Ok(Ok(())),
        // The rules said otherwise than a moment ago: what was used up is given back.
        Err(_) => Err(StoreError::Conflict),
    }
}
