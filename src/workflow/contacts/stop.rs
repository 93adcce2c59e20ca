use super::{record, tell};
use crate::domain::actor::Actor;
use crate::domain::audit::{Details, details};
use crate::domain::case::State;
use crate::domain::contact_record::{About, ChangeState, ContactChange};
use crate::domain::form::Language;
use crate::domain::ids::{AccountId, ContactChangeId};
use crate::domain::limits::Limit;
use crate::domain::token::Token;
use crate::store::{StoreError, Tx, accounts, cases, contact_changes, mirror, throttle};
use crate::workflow::act::{Act, Done, Halt};
use crate::workflow::{Desk, Kit, dispute, limits, shut_out};

/// What the page behind a "this wasn't me" link shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopPage {
    /// What the change is about.
    pub about: About,
    /// It counts already.
    pub is_effective: bool,
    /// The language of the account's owner, where it is known.
    pub language: Option<Language>,
}

impl Desk {
    /// Looks at the link by which a change of a contact is stopped, without using it: mail scanners fetch links too.
    ///
    /// # Errors
    /// [`Halt`] when the link cannot be used; [`StoreError`] when the database fails.
    pub async fn look_at_contact_change(
        &self,
        id: ContactChangeId,
        token: Option<Token>,
        ip: String,
    ) -> Result<Result<StopPage, Halt>, StoreError> {
        let kit = self.kit.clone();
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let look = move |tx: &mut Tx<'_>| {
            let (change, page) = match usable(tx, &kit, &act, id, token.as_ref())? {
                Ok(found) => found,
                Err(halt) => return Ok(Err(halt)),
            };
            if contact_changes::mark_opened(tx, id, act.at)? {
                record(tx, &act, "contact.link_opened", &change, Details::new())?;
            }
            Ok(Ok(page))
        };
        self.store.write(look).await
    }

    /// "This wasn't me": stops the change, and with it whatever goes on for the account. One press, no sign-in. A change
    /// that counts already is not taken back, because whoever has an old mailbox would have the account: everything
    /// stands still until a supervisor has looked at it.
    ///
    /// # Errors
    /// [`Halt`] when the link cannot be used; [`StoreError`] when the database fails.
    pub async fn object_to_contact_change(
        &self,
        id: ContactChangeId,
        token: Option<Token>,
        ip: String,
    ) -> Result<Result<StopPage, Halt>, StoreError> {
        let kit = self.kit.clone();
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let done = self.store.write(move |tx| object(tx, &kit, &act, id, token.as_ref())).await?;
        self.run_errands();
        Ok(done)
    }

    /// Somebody at the desk, or on the server, stops a change that is held.
    ///
    /// # Errors
    /// [`Halt::Gone`] when it is not held any more; [`StoreError`] when the database fails.
    pub async fn stop_contact_change(&self, act: Act, id: ContactChangeId) -> Result<Result<(), Halt>, StoreError> {
        let stop = move |tx: &mut Tx<'_>| {
            let may = act.actor == Actor::Operator || act.actor.role().is_some_and(|role| role.supervises());
            if !may || !contact_changes::lock(tx, id, ChangeState::Held)? {
                return Ok(Err(Halt::Gone));
            }
            let Some(change) = contact_changes::find(tx.connection, id)? else { return Ok(Err(Halt::Gone)) };
            stopped(tx, &act, change, "desk")?;
            Ok(Ok(()))
        };
        self.store.write(stop).await
    }
}

/// The change that a link is about, if the link can still be used.
fn usable(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    id: ContactChangeId,
    token: Option<&Token>,
) -> Done<(ContactChange, StopPage)> {
    let found = match token {
        Some(token) => contact_changes::find_by_stop_hash(tx.connection, id, &token.hash())?,
        None => None,
    };
    let late =
        |change: &ContactChange| change.link_until(kit.periods.dispute_link()).is_none_or(|until| until <= act.at);
    match found {
        Some(change) if !late(&change) => {
            let account = mirror::find_by_login(tx.connection, &change.directory, &change.login)?;
            let language = match account {
                Some(account) => accounts::language(tx.connection, account)?,
                None => None,
            };
            let is_effective = change.state == ChangeState::Effective;
            let page = StopPage { about: change.about(), is_effective, language };
            Ok(Ok((change, page)))
        }
        found => {
            let (halt, why) = match found {
                Some(_) => (Halt::ExpiredLink, "expired"),
                None => (Halt::UnknownLink, "unknown"),
            };
            // Anyone can try: once a minute for each change, place and reason is enough to be seen.
            let subject = format!("{id} {} {why}", act.ip);
            if limits::take(tx, kit, act, Limit::LinkRefusals, &subject)? {
                let about = details([("contact_change", id.to_string().into()), ("why", why.into())]);
                tx.record(act.entry("contact.link_refused", None, None, about));
            }
            Ok(Err(halt))
        }
    }
}

fn object(tx: &mut Tx<'_>, kit: &Kit, act: &Act, id: ContactChangeId, token: Option<&Token>) -> Done<StopPage> {
    let (seen, _) = match usable(tx, kit, act, id, token)? {
        Ok(found) => found,
        Err(halt) => return Ok(Err(halt)),
    };
    let account = mirror::find_by_login(tx.connection, &seen.directory, &seen.login)?;
    let cases_froze = freeze_cases(tx, kit, act, account)?;
    contact_changes::lock(tx, id, ChangeState::Held)?;
    // It may have become effective since.
    let (change, page) = match usable(tx, kit, act, id, token)? {
        Ok(found) => found,
        Err(halt) => return Ok(Err(halt)),
    };
    let news = match change.state {
        ChangeState::Held => {
            stopped(tx, act, change, "objection")?;
            true
        }
        ChangeState::Effective => {
            let first = contact_changes::mark_objected(tx, id, act.at)?;
            record(tx, act, "contact.disputed_after_end", &change, Details::new())?;
            first
        }
        ChangeState::Stopped | ChangeState::Replaced | ChangeState::TakenBack => {
            // Whoever says so of one import says it of the one that took its place.
            if let Some(next) = contact_changes::held_for(tx.connection, &change.directory, &change.login)?
                && contact_changes::lock(tx, next.id, ChangeState::Held)?
            {
                stopped(tx, act, next, "objection")?;
            }
            record(tx, act, "contact.disputed_after_end", &change, Details::new())?;
            true
        }
    };
    if news || cases_froze {
        tell::alarm(tx, kit, act, account)?;
    }
    Ok(Ok(page))
}

/// Whoever wants another address may be asking for help in somebody's name at the same time: every open case of the
/// account stands still. Answers whether there was one.
fn freeze_cases(tx: &mut Tx<'_>, kit: &Kit, act: &Act, account: Option<AccountId>) -> Result<bool, StoreError> {
    let Some(account) = account else { return Ok(false) };
    throttle::serialise(tx, "stop", &account.to_string())?;
    shut_out::hold_authenticators(tx, account)?;
    let mut froze = false;
    // The freezing of one freezes the others that could go on; one that has deactivated already is frozen by itself.
    for reference in cases::open_of_account(tx.connection, account)? {
        let Some(filed) = cases::lock(tx, &reference)? else { continue };
        if !filed.case.state.is_final() && filed.case.state != State::Disputed {
            dispute::freeze(tx, kit, act, &filed)?;
            froze = true;
        }
    }
    Ok(froze)
}

/// Ends a change that somebody stopped, or that has become impossible.
pub(super) fn stopped(tx: &mut Tx<'_>, act: &Act, change: ContactChange, why: &'static str) -> Result<(), StoreError> {
    let by = match &act.actor {
        Actor::Agent { email, .. } => email.to_string(),
        other => other.kind().to_owned(),
    };
    let ended = ContactChange { state: ChangeState::Stopped, ended_at: Some(act.at), ended_by: Some(by), ..change };
    contact_changes::update(tx, ChangeState::Held, &ended)?;
    record(tx, act, "contact.stopped", &ended, details([("why", why.into())])).map(|_| ())
}
