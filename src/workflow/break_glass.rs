//! The way in when no colleague is left who could work the case of one who lost their device. It needs the server.

use chrono::{DateTime, TimeDelta, Utc};

use super::act::Act;
use super::{Desk, Kit, enrolment, letters};
use crate::domain::account::AuthenticatorState;
use crate::domain::alarm::AlarmKind;
use crate::domain::audit::details;
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{AccountId, AlarmId, SignInLinkId};
use crate::domain::letter::Letter;
use crate::store::alarms::{self, Alarm};
use crate::store::{StoreError, Tx, accounts, agents, known_devices};

/// How long the link works: somebody stands beside whoever typed the command.
const GOOD_FOR: TimeDelta = TimeDelta::minutes(15);

/// What was done for one person.
pub struct GlassBroken {
    /// The path of the page where they sign in, with their password, and set up another authenticator.
    pub path: String,
    /// Until when.
    pub until: DateTime<Utc>,
    /// How many authenticators were deactivated.
    pub deactivated: usize,
}

impl Desk {
    /// Deactivates every authenticator of somebody at the desk and makes a link that works once: with it, and with
    /// their password, they set up another. Every supervisor is alarmed, and the person told. Nothing when there is no
    /// such person, or they are suspended.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn break_glass(
        &self,
        act: Act,
        email: EmailAddress,
        reason: String,
    ) -> Result<Option<GlassBroken>, StoreError> {
        let kit = self.kit.clone();
        let id = kit.id(SignInLinkId::new, act.at);
        let until = act.at + GOOD_FOR;
        // Shown here and nowhere else, so it is not made again from the server's key, which commands may lack.
        let token = self.kit.entropy.token();
        let link = token.clone();
        let smash = move |tx: &mut Tx<'_>| {
            let agent = agents::find_by_email(tx.connection, &email)?.filter(|agent| agent.suspended_at.is_none());
            let Some(agent) = agent else { return Ok(None) };
            let Some(account) = accounts::find(tx.connection, agent.id.account())? else { return Ok(None) };
            let mut deactivated = 0;
            for each in accounts::authenticators(tx.connection, account.id)? {
                if each.state == AuthenticatorState::Active && accounts::deactivate(tx, each.id, act.at)? {
                    deactivated += 1;
                }
            }
            agents::end_sessions(tx, agent.id, None, act.at)?;
            known_devices::forget(tx, account.id)?;
            enrolment::make(tx, (id, account.id), &link, (act.at, GOOD_FOR))?;
            let about = details([
                ("agent", agent.email.as_str().into()),
                ("deactivated", deactivated.into()),
                ("reason", reason.as_str().into()),
            ]);
            tx.record(act.entry("agent.glass_broken", None, Some(account.id), about));
            letters::queue(tx, &kit, &act, &account, Letter::GlassBroken)?;
            alarm(tx, &kit, &act, account.id, &agent.name)?;
            Ok(Some(deactivated))
        };
        let done = self.store.write(smash).await?;
        let path = format!("/desk/sign-in?token={}", token.expose());
        Ok(done.map(|deactivated| GlassBroken { path, until, deactivated }))
    }
}

/// Rings on every supervisor's page until somebody has seen it, and writes to each of them.
fn alarm(tx: &mut Tx<'_>, kit: &Kit, act: &Act, account: AccountId, name: &str) -> Result<(), StoreError> {
    let (id, kind) = (kit.id(AlarmId::new, act.at), AlarmKind::GlassBroken);
    alarms::insert(tx, &Alarm { id, kind, case: None, account: Some(account), at: act.at })?;
    for agent in agents::all(tx.connection)? {
        let concerned = agent.role.supervises() && agent.suspended_at.is_none() && agent.id.account() != account;
        if concerned && let Some(theirs) = accounts::find(tx.connection, agent.id.account())? {
            letters::queue(tx, kit, act, &theirs, Letter::GlassBrokenFor { name: name.to_owned() })?;
        }
    }
    let about = details([("alarm", id.to_string().into()), ("kind", kind.code().into())]);
    tx.record(act.entry("alarm.raised", None, Some(account), about));
    Ok(())
}
