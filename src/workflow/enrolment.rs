//! The link by which somebody at the desk sets up a device after theirs was deactivated: who makes it, which sign-in
//! holds it, and who may set up a device at all.

use chrono::{DateTime, TimeDelta, Utc};

use super::act::Act;
use super::{Desk, Kit, letters};
use crate::domain::account::{Authenticator, AuthenticatorKind};
use crate::domain::audit::details;
use crate::domain::authn::{Assurance, DeskStep, EnrolLink, Standing, desk_step, is_device};
use crate::domain::ids::{AccountId, AgentSessionId, SignInLinkId};
use crate::domain::letter::Letter;
use crate::domain::token::{Token, same};
use crate::store::agents::{self, AgentSession};
use crate::store::sign_in_links::{self, LinkPurpose, SignInLink};
use crate::store::{AnyConnection, StoreError, Tx, accounts, credentials, throttle};

/// How long a link works that is mailed when a case is done: whoever waited for it may read their mail tomorrow.
const MAILED: TimeDelta = TimeDelta::hours(24);

/// What somebody at the desk does after their password. `held` is the link that their sign-in holds, if it does.
pub(super) fn step_of(
    connection: &mut AnyConnection,
    account: AccountId,
    held: Option<SignInLinkId>,
    now: DateTime<Utc>,
) -> Result<DeskStep, StoreError> {
    let all = accounts::authenticators(connection, account)?;
    let link = match sign_in_links::open_enrolment(connection, account)? {
        None => EnrolLink::None,
        Some((open, _)) if held == Some(open.id) && now < open.expires_at => EnrolLink::Presented,
        Some(_) => EnrolLink::Elsewhere,
    };
    let was_device = |each: &Authenticator| each.kind != AuthenticatorKind::RecoveryCodes;
    Ok(desk_step(Standing {
        has_device: all.iter().any(is_device),
        ever_had_device: all.iter().any(was_device),
        has_codes: credentials::unused_codes(connection, account)? > 0,
        link,
    }))
}

/// Whether a sign-in of somebody at the desk may change the devices of this account: one without a second factor only
/// while their first device is still to be set up.
pub(super) fn may_change(
    connection: &mut AnyConnection,
    account: AccountId,
    session: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let Ok(id) = session.parse::<AgentSessionId>() else { return Ok(false) };
    let session = agents::session(connection, id)?.filter(|session| {
        let is_theirs = session.agent.id.account() == account && session.agent.suspended_at.is_none();
        is_theirs && now < session.expires_at
    });
    Ok(match session {
        Some(session) if session.assurance == Assurance::Complete => true,
        Some(session) => step_of(connection, account, session.enrol_link, now)? == DeskStep::Enrol,
        None => false,
    })
}

/// The link that a sign-in which begins with this token holds from now on. One sign-in holds it at a time; it can be
/// taken up again when that has ended.
pub(super) fn claim(
    tx: &mut Tx<'_>,
    account: AccountId,
    token: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Option<SignInLinkId>, StoreError> {
    let Some(token) = token else { return Ok(None) };
    throttle::serialise(tx, "enrol-link", &account.to_string())?;
    let Some((open, hash)) = sign_in_links::open_enrolment(tx.connection, account)? else { return Ok(None) };
    let fits = same(token, &hash) && at < open.expires_at && !agents::is_link_held(tx.connection, open.id, at)?;
    Ok(fits.then_some(open.id))
}

/// Makes a link to set up a device, and answers it. Older ones end with it.
pub(super) fn make(
    tx: &mut Tx<'_>,
    (id, account): (SignInLinkId, AccountId),
    token: &Token,
    (at, good_for): (DateTime<Utc>, TimeDelta),
) -> Result<SignInLink, StoreError> {
    let link = SignInLink { id, account, expires_at: at + good_for, used_at: None };
    sign_in_links::insert(tx, &link, LinkPurpose::Enrol, &token.hash(), at)?;
    Ok(link)
}

/// Mails somebody at the desk whose last device a case deactivated the link to set up another.
pub(super) fn mail(tx: &mut Tx<'_>, kit: &Kit, act: &Act, account: AccountId) -> Result<(), StoreError> {
    if accounts::authenticators(tx.connection, account)?.iter().any(is_device) {
        return Ok(());
    }
    let Some(account) = accounts::find(tx.connection, account)? else { return Ok(()) };
    let id = kit.id(SignInLinkId::new, act.at);
    let link = make(tx, (id, account.id), &kit.key.sign_in_link_token(id), (act.at, MAILED))?;
    tx.record(act.entry("agent.enrolment_link_mailed", None, Some(account.id), details([])));
    letters::queue(tx, kit, act, &account, Letter::SetUpDevice { link: id, until: link.expires_at })
}

impl Desk {
    /// What somebody at the desk does next, in a sign-in that their password began.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn desk_step(&self, session: &AgentSession) -> Result<DeskStep, StoreError> {
        let (account, held, now) = (session.agent.id.account(), session.enrol_link, self.now());
        self.store.read(move |connection| step_of(connection, account, held, now)).await
    }
}
