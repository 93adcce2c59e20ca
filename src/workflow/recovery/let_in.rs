use chrono::TimeDelta;

use super::begin::end_others;
use super::in_own_hands;
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::authn::Assurance;
use crate::domain::case::{Command, Refused, State};
use crate::domain::form::Language;
use crate::domain::ids::{AccountId, AccountSessionId, CaseId};
use crate::domain::token::Token;
use crate::store::account_sessions::{self, AccountSession, NewSession, SessionOrigin};
use crate::store::cases::{self, Filed};
use crate::store::{AnyConnection, StoreError, Tx, accounts, kin, throttle};
use crate::workflow::act::{Act, Halt, command, refuse};
use crate::workflow::{Desk, Kit, shut_out};

/// How long a sign-in that was won by alternative factors lasts, whatever is done in it.
const WON: TimeDelta = TimeDelta::minutes(30);

/// A session that may manage authenticators and nothing else, still without the case that wins it.
pub(super) fn won(
    kit: &Kit,
    act: &Act,
    account: AccountId,
    cookie: &Token,
    (method, device): (&str, String),
) -> NewSession {
    NewSession {
        id: kit.id(AccountSessionId::new, act.at),
        account,
        token_hash: cookie.hash(),
        assurance: Assurance::Recovery,
        case: None,
        origin: SessionOrigin { method: method.to_owned(), proved_at: None, ip: act.ip.clone(), device },
        expires_at: act.at + WON,
    }
}

/// Puts the session that a case wins in the place of the one that had only the password.
pub(super) fn replace(
    tx: &mut Tx<'_>,
    act: &Act,
    filed: &Filed,
    before: AccountSessionId,
    won: &NewSession,
) -> Result<(), StoreError> {
    if !account_sessions::end(tx, before, act.at)? {
        // Somebody was faster in the same session.
        return Err(StoreError::Conflict);
    }
    account_sessions::begin(tx, &NewSession { case: Some(filed.case.id), ..won.clone() }, act.at)?;
    let about = details([("session", won.id.to_string().into()), ("by", won.origin.method.as_str().into())]);
    tx.record(act.case_entry("account.signed_in", filed, about));
    Ok(())
}

/// Whether the case that let somebody in is still in a state that goes with it: nobody stopped, rejected or withdrew
/// it, and nothing moved it back to where more has to be proved. A signal that fires is seen when the rules are asked
/// again, as **Deactivate** does, not here.
pub(in crate::workflow) fn still_stands(connection: &mut AnyConnection, case: CaseId) -> Result<bool, StoreError> {
    Ok(match cases::state_of(connection, case)? {
        State::Ready | State::Deactivating | State::Deactivated => true,
        // A duplicate is closed without anything that was proved in it.
        State::Closed => kin::merged_into(connection, case)?.is_none(),
        _ => false,
    })
}

impl Desk {
    /// **Sign in to the console**: where the evidence is enough by itself at this very moment, a session begins that
    /// may manage authenticators and nothing else, under a new cookie; the sign-in that won it ends.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn let_owner_in(
        &self,
        act: Act,
        session: AccountSession,
        (device, language): (String, Language),
    ) -> Result<Result<Token, Halt>, StoreError> {
        let (kit, cookie) = (self.kit.clone(), self.kit.entropy.token());
        let new = won(&kit, &act, session.account.id, &cookie, ("alternative_factors", device));
        let let_in = move |tx: &mut Tx<'_>| {
            throttle::serialise(tx, "recovery", &session.account.id.to_string())?;
            let filed = match in_own_hands(tx, &act, &session, "let_owner_in")? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            if shut_out::is_stopped(tx.connection, session.account.id)? {
                return Ok(Err(refuse(tx, &act, &filed, "let_owner_in", Refused::Disputed)));
            }
            let filed = match command(tx, &kit, &act, &filed, &Command::LetOwnerIn)? {
                Ok(changed) => changed.filed,
                Err(halt) => {
                    // What made the rules refuse may also move the case, such as a signal that fires.
                    let system = Act { actor: Actor::System, ip: String::new(), at: act.at };
                    let _ = command(tx, &kit, &system, &filed, &Command::Tick)?;
                    return Ok(Err(halt));
                }
            };
            replace(tx, &act, &filed, session.id, &new)?;
            accounts::set_language(tx, session.account.id, language)?;
            if let Err(halt) = end_others(tx, &kit, &act, &filed)? {
                return Ok(Err(halt));
            }
            Ok(Ok(()))
        };
        let done = self.store.write(let_in).await?;
        self.run_errands();
        Ok(done.map(|()| cookie))
    }
}
