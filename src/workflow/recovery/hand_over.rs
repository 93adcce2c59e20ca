use chrono::{DateTime, Utc};

use super::begin::{Whence, begun, end_others};
use super::{in_own_hands, own, written};
use crate::domain::audit::details;
use crate::domain::case::{Command, OwnersStep, apply, owners_step};
use crate::domain::form::{AssistanceForm, Language};
use crate::domain::ids::CustomerSessionId;
use crate::domain::recovery::Setback;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::store::account_sessions::AccountSession;
use crate::store::calls::{self, ChallengeState};
use crate::store::cases::{self, Filed};
use crate::store::{AnyConnection, StoreError, Tx, links, recoveries};
use crate::workflow::act::{Act, Halt, command, known, refuse};
use crate::workflow::{Desk, Kit};

/// A case that the desk has from now on.
pub struct HandedOver {
    /// The case.
    pub reference: CaseRef,
    /// The secret of the cookie that opens its page in this browser; none before somebody pressed the button behind a
    /// mail to the address of record, since a password alone opens nothing and makes no phone ring.
    pub cookie: Option<Token>,
}

impl Desk {
    /// **I'm still having problems and would like to contact support**: the desk gets the case of this sign-in with
    /// everything that was proved in it, and the form. Where none was begun, one is; a sign-in that a case won hands
    /// over that very case.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn hand_over(
        &self,
        act: Act,
        session: AccountSession,
        (form, said): (AssistanceForm, Option<Setback>),
        (language, country): (Language, Option<String>),
    ) -> Result<Result<HandedOver, Halt>, StoreError> {
        let (kit, cookie) = (self.kit.clone(), self.kit.entropy.token());
        let (hash, calls) = (cookie.hash(), self.voice.is_some());
        let whence = Whence { language, country };
        let work = move |tx: &mut Tx<'_>| {
            let found = match session.case {
                Some(_) => in_own_hands(tx, &act, &session, "hand_over")?,
                None => begun(tx, &kit, &act, &session, &whence)?,
            };
            let filed = match found {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let failed = match said {
                Some(said) => Some(said),
                None => setback(tx.connection, &kit, &filed, calls, act.at)?,
            };
            let before = filed;
            let order = Command::HandOver(failed);
            // Asked first, so that a refusal is recorded and nothing of the form is kept.
            let known = known(tx.connection, &kit, &before.case)?;
            if let Err(refused) = apply(&before.case, &order, &act.actor, act.at, &known.facts(&kit)) {
                return Ok(Err(refuse(tx, &act, &before, order.code(), refused)));
            }
            cases::insert_form(tx, before.case.id, &form)?;
            let filed = match command(tx, &kit, &act, &before, &order)? {
                Ok(changed) => changed.filed,
                Err(halt) => return Ok(Err(halt)),
            };
            recoveries::hand_over(tx, filed.case.id, failed, act.at)?;
            calls::void(tx, filed.case.id)?;
            if let Err(halt) = end_others(tx, &kit, &act, &filed)? {
                return Ok(Err(halt));
            }
            if !filed.case.email_was_confirmed() {
                return Ok(Ok((filed.case.reference, false)));
            }
            let page = kit.id(CustomerSessionId::new, act.at);
            links::begin_session(tx, page, filed.case.id, &hash, act.at, act.at + kit.sessions.customer())?;
            tx.record(act.case_entry("case.page_opened", &filed, details([("session", page.to_string().into())])));
            Ok(Ok((filed.case.reference, true)))
        };
        let done = written(&self.store, work).await?;
        self.run_errands();
        Ok(done.map(|(reference, opened)| HandedOver { reference, cookie: opened.then_some(cookie) }))
    }

    /// Whether a sign-in that a case won can still hand it over.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn may_hand_over(&self, session: AccountSession) -> Result<bool, StoreError> {
        let Some(case) = session.case else { return Ok(false) };
        let look = move |connection: &mut AnyConnection| {
            let reference = cases::reference_of(connection, case)?;
            cases::find(connection, &reference)
        };
        let found = self.store.read(look).await?;
        Ok(found.is_some_and(|filed| filed.case.with_owner && filed.case.state.is_under_review()))
    }

    /// What keeps the owner of this sign-in from going on alone, as the form is filled in with.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn owners_setback(&self, session: AccountSession) -> Result<Option<Setback>, StoreError> {
        let (kit, calls, now) = (self.kit.clone(), self.voice.is_some(), self.now());
        let look = move |tx: &mut Tx<'_>| match own(tx, &session)? {
            Ok(filed) => setback(tx.connection, &kit, &filed, calls, now),
            Err(_) => Ok(None),
        };
        self.store.write(look).await
    }
}

fn setback(
    connection: &mut AnyConnection,
    kit: &Kit,
    filed: &Filed,
    offers_calls: bool,
    now: DateTime<Utc>,
) -> Result<Option<Setback>, StoreError> {
    let known = known(connection, kit, &filed.case)?;
    Ok(match owners_step(&filed.case, &known.facts(kit), now) {
        // Only whoever asked for the mail did not get it.
        OwnersStep::Email if links::was_mailed(connection, filed.case.id)? => Some(Setback::EmailNotReceived),
        OwnersStep::Email | OwnersStep::SignIn | OwnersStep::Over => None,
        OwnersStep::Desk => Some(Setback::Policy),
        OwnersStep::Phone if known.account.as_ref().is_none_or(|account| account.phone.is_none()) => {
            Some(Setback::NoPhone)
        }
        OwnersStep::Phone if !offers_calls => Some(Setback::NoCalls),
        OwnersStep::Phone => calls::latest_challenge(connection, filed.case.id)?.map(|latest| match latest.state {
            ChallengeState::Failed => Setback::WrongCodes,
            _ => Setback::CallNotAnswered,
        }),
    })
}
