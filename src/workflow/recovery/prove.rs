//! The steps in which an owner proves the addresses of record.

use super::in_own_hands;
use crate::domain::audit::details;
use crate::domain::case::{OwnersStep, Refused, owners_step};
use crate::domain::limits::Limit;
use crate::domain::notice::Notice;
use crate::domain::token::Token;
use crate::locale::text;
use crate::store::account_sessions::AccountSession;
use crate::store::calls::ShownIn;
use crate::store::{StoreError, Tx};
use crate::workflow::act::{Act, Halt, known, refuse};
use crate::workflow::limits::{Counted, spend};
use crate::workflow::{Desk, mail, start_call};

impl Desk {
    /// **Send verification email**: a link to the address of record, whose button counts for this sign-in's case.
    ///
    /// # Errors
    /// [`Halt`] when none can be sent; [`StoreError`] when the database fails.
    pub async fn mail_verification(&self, act: Act, session: AccountSession) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let send = move |tx: &mut Tx<'_>| {
            let filed = match in_own_hands(tx, &act, &session, "verify_email")? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            if spend(tx, &kit, &act, &[Counted::case(Limit::LinkMails, &filed)])?.is_err() {
                tx.record(act.case_entry("link.refused", &filed, details([("rule", "hourly_budget".into())])));
                return Ok(Err(Halt::TooOften(text!("recovery-mailed-too-often"))));
            }
            let known = known(tx.connection, &kit, &filed.case)?;
            mail::queue(tx, &kit, &act, &filed, &known, Notice::VerifyEmail, None)?;
            tx.record(act.case_entry("link.asked_for", &filed, details([])));
            Ok(Ok(()))
        };
        let sent = self.store.write(send).await?;
        self.run_errands();
        Ok(sent)
    }

    /// **Call me now**: a call to the number of record, with a code that only this sign-in's browser shows. Before the
    /// address of record is verified there is none: whoever has only the password cannot make anybody's phone ring.
    ///
    /// # Errors
    /// [`Halt`] when no call can be made; [`StoreError`] when the database fails.
    pub async fn call_owner(
        &self,
        act: Act,
        session: AccountSession,
        cookie: Token,
    ) -> Result<Result<(), Halt>, StoreError> {
        if self.voice.is_none() {
            return Ok(Err(Halt::NoCall(text!("recovery-no-calls"))));
        }
        let kit = self.kit.clone();
        let call = move |tx: &mut Tx<'_>| {
            let filed = match in_own_hands(tx, &act, &session, "phone_code")? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let known = known(tx.connection, &kit, &filed.case)?;
            if owners_step(&filed.case, &known.facts(&kit), act.at) != OwnersStep::Phone {
                return Ok(Err(refuse(tx, &act, &filed, "phone_code", Refused::WrongCheck)));
            }
            start_call::call(tx, &kit, &act, &filed, (ShownIn::SignIn(session.id), &cookie))
        };
        let called = self.store.write(call).await?;
        self.run_errands();
        Ok(called)
    }
}
