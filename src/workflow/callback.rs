use super::act::{Act, Halt, held, refuse};
use super::answer_call::{Verdict, weigh};
use super::{Desk, start_call};
use crate::domain::audit::details;
use crate::domain::case::Refused;
use crate::domain::code::PhoneCode;
use crate::domain::evidence::{CheckKind, Giver};
use crate::domain::ids::CustomerSessionId;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::store::calls::{self, ShownIn};
use crate::store::{StoreError, Tx};

impl Desk {
    /// An agent is about to dial the phone of record: the customer's page offers to show a code.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn start_callback(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let start = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &reference, version)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            if filed.case.holder != act.actor.agent() {
                return Ok(Err(refuse(tx, &act, &filed, "callback", Refused::NotHolder)));
            }
            let challenge = match start_call::challenge(tx, &kit, &act, &filed, CheckKind::AgentCallback)? {
                Ok((challenge, _)) => challenge,
                Err(halt) => return Ok(Err(halt)),
            };
            calls::insert_challenge(tx, &challenge)?;
            let about = details([("challenge", challenge.id.to_string().into())]);
            tx.record(act.case_entry("callback.started", &filed, about));
            Ok(Ok(()))
        };
        self.store.write(start).await
    }

    /// **Show my code**: the customer's browser asks for the code of the agent's call, which binds it to that
    /// browser. Without this press there is no code, so an agent alone cannot make the check up.
    ///
    /// # Errors
    /// [`Halt`] when there is nothing to show; [`StoreError`] when the database fails.
    pub async fn show_code(
        &self,
        act: Act,
        reference: CaseRef,
        session: CustomerSessionId,
        cookie: Token,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let show = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &reference, None)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let latest = calls::latest_challenge(tx.connection, filed.case.id)?;
            let Some(mut challenge) =
                latest.filter(|latest| latest.kind == CheckKind::AgentCallback && latest.is_open(act.at))
            else {
                return Ok(Err(Halt::NoChallenge));
            };
            if challenge.browser.is_some_and(|bound| bound != ShownIn::CasePage(session)) {
                return Ok(Err(Halt::NoChallenge));
            }
            challenge.browser = Some(ShownIn::CasePage(session));
            let code = PhoneCode::derive(&kit.key, &cookie, challenge.id);
            challenge.code_hash = Some(code.stored(&kit.key, challenge.id));
            calls::update_challenge(tx, &challenge)?;
            tx.record(act.case_entry(
                "callback.code_shown",
                &filed,
                details([("challenge", challenge.id.to_string().into())]),
            ));
            Ok(Ok(()))
        };
        self.store.write(show).await
    }

    /// The agent types what the customer read out. They learn match or no match, nothing else.
    ///
    /// # Errors
    /// [`Halt`] when it does not match or cannot be weighed; [`StoreError`] when the database fails.
    pub async fn enter_callback_code(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        digits: String,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let enter = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &reference, version)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let Some(agent) = act.actor.agent().filter(|agent| filed.case.holder == Some(*agent)) else {
                return Ok(Err(refuse(tx, &act, &filed, "callback_code", Refused::NotHolder)));
            };
            let latest = calls::latest_challenge(tx.connection, filed.case.id)?;
            let mine = |latest: &calls::Challenge| latest.agent == Some(agent) && latest.is_open(act.at);
            let Some(mut challenge) = latest.filter(mine) else { return Ok(Err(Halt::NoChallenge)) };
            if challenge.code_hash.is_none() {
                return Ok(Err(Halt::NotShownYet));
            }
            Ok(match weigh(tx, &kit, &act, &filed, &mut challenge, &digits, Giver::Agent(agent))? {
                Ok(Verdict::Right) => Ok(()),
                Ok(Verdict::Wrong(left)) => Err(Halt::WrongCode(left)),
                Ok(Verdict::Unreadable) => {
                    Err(Halt::BadText("Type the six digits that the customer reads.".to_owned()))
                }
                Ok(Verdict::Closed) => Err(Halt::NoChallenge),
                Err(halt) => Err(halt),
            })
        };
        let entered = self.store.write(enter).await?;
        self.run_errands();
        Ok(entered)
    }
}
