//! Signing in after a deactivation: the account has no device left, and its case waits for a new one to be activated.

use super::let_in::won;
use crate::domain::actor::Actor;
use crate::domain::authn::is_device;
use crate::domain::case::{Refused, State};
use crate::domain::form::Language;
use crate::domain::ids::AccountId;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::store::account_sessions::AccountSession;
use crate::store::{AnyConnection, StoreError, Tx, accounts, cases, links};
use crate::workflow::act::{Act, Halt, refuse};
use crate::workflow::{Desk, shut_out};

/// Saved codes alone are no device: whoever lost theirs would be shut out by them.
fn has_device(connection: &mut AnyConnection, account: AccountId) -> Result<bool, StoreError> {
    Ok(accounts::authenticators(connection, account)?.iter().any(is_device))
}

impl Desk {
    /// The cases of an account without a device that wait for a new one, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn cases_awaiting_device(&self, account: AccountId) -> Result<Vec<CaseRef>, StoreError> {
        let look = move |connection: &mut AnyConnection| {
            if has_device(connection, account)? {
                return Ok(Vec::new());
            }
            let mut waiting = cases::deactivated(connection, account)?;
            waiting.reverse();
            Ok(waiting)
        };
        self.store.read(look).await
    }

    /// **Activate a new device**: after the password, a browser that was let into the page of the very case in which
    /// the device was deactivated may manage authenticators. It answers with the cookie of that session.
    ///
    /// # Errors
    /// [`Halt::Gone`] when the case does not wait for that or is not this browser's; [`StoreError`] when the database
    /// fails.
    pub async fn let_in_after_deactivation(
        &self,
        (ip, device, language): (String, String, Language),
        session: AccountSession,
        (reference, page): (CaseRef, Token),
    ) -> Result<Result<Token, Halt>, StoreError> {
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let (kit, cookie) = (self.kit.clone(), self.kit.entropy.token());
        let new = won(&kit, &act, session.account.id, &cookie, ("deactivated_case", device));
        let let_in = move |tx: &mut Tx<'_>| {
            let Some(filed) = cases::lock(tx, &reference)? else { return Ok(Err(Halt::Gone)) };
            let waits = filed.case.state == State::Deactivated && filed.case.account == Some(session.account.id);
            let known = links::session(tx.connection, &reference, &page.hash(), act.at)?.is_some();
            if !waits || !known || has_device(tx.connection, session.account.id)? {
                return Ok(Err(Halt::Gone));
            }
            if shut_out::is_stopped(tx.connection, session.account.id)? {
                return Ok(Err(refuse(tx, &act, &filed, "activate_after_deactivation", Refused::Disputed)));
            }
            super::let_in::replace(tx, &act, &filed, session.id, &new)?;
            accounts::set_language(tx, session.account.id, language)?;
            Ok(Ok(()))
        };
        Ok(self.store.write(let_in).await?.map(|()| cookie))
    }
}
