use chrono::{DateTime, Utc};

use super::begin::{Whence, begun, end_others};
use super::{own, written};
use crate::domain::audit::details;
use crate::domain::case::{Command, OwnersStep, owners_step};
use crate::domain::form::{AssistanceForm, Language};
use crate::domain::ids::CustomerSessionId;
use crate::domain::recovery::Setback;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::store::account_sessions::AccountSession;
use crate::store::calls::{self, ChallengeState};
use crate::store::cases::{self, Filed};
use crate::store::{AnyConnection, StoreError, Tx, links, recoveries};
use crate::workflow::act::{Act, Halt, command, known};
use crate::workflow::{Desk, Kit};

/// A case that the desk has from now on.
pub struct HandedOver {
    /// The case.
    pub reference: CaseRef,
    /// The secret of the cookie that opens its page in this browser.
    pub cookie: Token,
}

impl Desk {
    /// **I'm still having problems and would like to contact support**: the desk gets the case of this sign-in with
    /// everything that was proved in it, and the form. Where none was begun, one is.
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
            let filed = match begun(tx, &kit, &act, &session, &whence)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let failed = match said {
                Some(said) => Some(said),
                None => setback(tx.connection, &kit, &filed, calls, act.at)?,
            };
            let mut before = filed;
            before.filing.answer_by = Some(act.at + kit.periods.first_answer());
            cases::insert_form(tx, before.case.id, &form)?;
            let filed = match command(tx, &kit, &act, &before, &Command::HandOver(failed))? {
                Ok(changed) => changed.filed,
                // Nothing of the form is kept then.
                Err(_) => return Err(StoreError::Conflict),
            };
            recoveries::hand_over(tx, filed.case.id, failed, act.at)?;
            calls::void(tx, filed.case.id)?;
            end_others(tx, &kit, &act, &filed)?;
            let page = kit.id(CustomerSessionId::new, act.at);
            links::begin_session(tx, page, filed.case.id, &hash, act.at, act.at + kit.sessions.customer())?;
            tx.record(act.case_entry("case.page_opened", &filed, details([("session", page.to_string().into())])));
            Ok(Ok(filed.case.reference))
        };
        let done = written(&self.store, work).await?;
        self.run_errands();
        Ok(done.map(|reference| HandedOver { reference, cookie }))
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
