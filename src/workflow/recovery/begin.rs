use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::written;
use crate::domain::account::AccountKind;
use crate::domain::audit::details;
use crate::domain::case::{Case, Command, OWNERS_TIME, Refused};
use crate::domain::evidence::{CheckKind, Evidence, Giver};
use crate::domain::form::Language;
use crate::domain::ids::{AccountId, CaseId, EntryId, EvidenceId};
use crate::domain::limits::Limit;
use crate::domain::sla::Clocks;
use crate::domain::token::Purpose;
use crate::locale::text;
use crate::store::account_sessions::{self, AccountSession};
use crate::store::cases::{self, Filed, Filing};
use crate::store::recoveries::{self, Recovery};
use crate::store::{StoreError, Tx, calls, links, origins, throttle};
use crate::workflow::act::{Act, Done, Halt, command};
use crate::workflow::limits::{Counted, give_back, network_of, spend_as, tell_once};
use crate::workflow::{Desk, Kit, events, risk, shut_out};

/// From where someone asks, and in which language.
#[derive(Debug, Clone)]
pub(super) struct Whence {
    pub language: Language,
    pub country: Option<String>,
}

impl Desk {
    /// **Sign in using alternative factors**: opens a case on the account, to which this sign-in gives that the
    /// password was right. Asked for again in the same sign-in, it goes on with the case that is there.
    ///
    /// # Errors
    /// [`Halt`] when it may not be begun; [`StoreError`] when the database fails.
    pub async fn begin_recovery(
        &self,
        act: Act,
        session: AccountSession,
        (language, country): (Language, Option<String>),
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let whence = Whence { language, country };
        let work = move |tx: &mut Tx<'_>| Ok(begun(tx, &kit, &act, &session, &whence)?.map(|_| ()));
        let begun = written(&self.store, work).await;
        self.run_errands();
        begun
    }
}

/// The case of this sign-in, opened where there is none that goes on.
pub(super) fn begun(tx: &mut Tx<'_>, kit: &Kit, act: &Act, session: &AccountSession, whence: &Whence) -> Done<Filed> {
    let account = &session.account;
    let refused = |why: &str| {
        let about = details([("why", why.into()), ("session", session.id.to_string().into())]);
        act.entry("account.recovery_refused", None, Some(account.id), about)
    };
    if account.kind != AccountKind::Owner {
        tx.record(refused("not_an_owner"));
        return Ok(Err(Halt::Gone));
    }
    throttle::serialise(tx, "recovery", &account.id.to_string())?;
    if let Some((_, reference)) = recoveries::of_session(tx.connection, session.id)?
        && let Some(filed) = cases::lock(tx, &reference)?
        && filed.case.with_owner
        && filed.case.state.is_under_review()
    {
        return Ok(Ok(filed));
    }
    // Whoever was stopped does not simply begin anew.
    if shut_out::is_stopped(tx.connection, account.id)? {
        tx.record(refused("disputed"));
        return Ok(Err(Halt::Refused(Refused::Disputed)));
    }
    let case = kit.id(CaseId::new, act.at);
    let place = [account.id.to_string(), network_of(&act.ip)];
    let about = account.email.masked();
    let counted = [
        Counted::hashed(kit, Limit::RecoveriesFromPlace, &[place[0].as_bytes(), place[1].as_bytes()], about.clone()),
        Counted::new(Limit::RecoveriesOfAccount, account.id.to_string(), about),
    ];
    let places = places_of(kit, case, act.at);
    if let Err(reached) = spend_as(tx, kit, act, &[(&counted[0], places[0]), (&counted[1], places[1])])? {
        if let Some(each) = counted.iter().find(|each| each.limit == reached.limit) {
            tell_once(tx, kit, act, each, |tx| tx.record(refused("too_often")))?;
        }
        return Ok(Err(Halt::TooOften(text!("recovery-too-often"))));
    }
    if let Err(halt) = end_unconfirmed(tx, kit, act, account.id)? {
        return Ok(Err(halt));
    }
    open(tx, kit, act, (session, case), whence)
}

/// Under which identifiers the beginning of a case was counted.
fn places_of(kit: &Kit, case: CaseId, at: DateTime<Utc>) -> [EntryId; 2] {
    [Limit::RecoveriesFromPlace, Limit::RecoveriesOfAccount].map(|limit| {
        let parts = [case.to_string(), limit.code().to_owned()];
        let hash = kit.key.keyed_hash(Purpose::Throttle, &[parts[0].as_bytes(), parts[1].as_bytes()]);
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&hash[..10]);
        EntryId::new(at, bytes)
    })
}

/// Whoever proves the mailbox is not counted among those who have only the password, and could shut the owner out.
pub(in crate::workflow) fn give_place_back(tx: &mut Tx<'_>, kit: &Kit, case: CaseId) -> Result<(), StoreError> {
    match recoveries::of_case(tx.connection, case)? {
        Some(recovery) => give_back(tx, &places_of(kit, case, recovery.started_at)),
        None => Ok(()),
    }
}

/// What goes on in other sign-ins ends once a case is done: nothing proved there is carried to this one. From one in
/// which nobody proved the mailbox, one in which somebody did is left to its own: a stranger with the password cannot
/// take it from under its owner.
pub(super) fn end_others(tx: &mut Tx<'_>, kit: &Kit, act: &Act, done: &Filed) -> Done<()> {
    let Some(account) = done.case.account else { return Ok(Ok(())) };
    end_where(tx, kit, act, account, |earlier| {
        earlier.id != done.case.id && (done.case.email_was_confirmed() || !earlier.email_was_confirmed())
    })
}

/// Like [`end_others`], when a case begins in which nothing is proved yet.
fn end_unconfirmed(tx: &mut Tx<'_>, kit: &Kit, act: &Act, account: AccountId) -> Done<()> {
    end_where(tx, kit, act, account, |earlier| !earlier.email_was_confirmed())
}

fn end_where(tx: &mut Tx<'_>, kit: &Kit, act: &Act, account: AccountId, ends: impl Fn(&Case) -> bool) -> Done<()> {
    for reference in recoveries::under_way(tx.connection, account, act.at)? {
        let Some(earlier) = cases::lock(tx, &reference)? else { continue };
        if earlier.case.with_owner && earlier.case.state.is_under_review() && ends(&earlier.case) {
            if let Err(halt) = command(tx, kit, act, &earlier, &Command::Withdraw)? {
                return Ok(Err(halt));
            }
            links::void(tx, earlier.case.id, act.at)?;
            calls::void(tx, earlier.case.id)?;
        }
    }
    Ok(Ok(()))
}

fn open(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    (session, id): (&AccountSession, CaseId),
    whence: &Whence,
) -> Done<Filed> {
    let account = &session.account;
    let case = Case::of_owner(account.id, id, kit.entropy.reference(), act.at);
    let filing = Filing {
        submission_key: hex::encode(Sha256::digest(format!("owner\0{id}"))),
        tier: Some(account.tier),
        clocks: Clocks::default(),
        ended_reason: None,
        changed_by: act.actor.kind().to_owned(),
        changed_at: act.at,
    };
    let filed = Filed { case, filing };
    cases::insert_without_form(tx, &filed)?;
    let recovery = Recovery {
        case: id,
        account: account.id,
        session: session.id,
        started_at: act.at,
        language: whence.language,
        failed: None,
        handed_over_at: None,
    };
    recoveries::insert(tx, &recovery)?;
    let form = cases::form(tx.connection, id)?;
    let origin = risk::origin_of(kit, &form, (&act.ip, whence.country.as_deref()), act.at);
    origins::insert(tx, id, &origin)?;
    // The mail and the call take longer than a second step does.
    account_sessions::extend(tx, session.id, act.at + OWNERS_TIME)?;
    let about = details([("session", session.id.to_string().into())]);
    events::record(tx, kit, act, &filed, ("case.opened_by_owner", about))?;
    let proved = kit.id(EvidenceId::new, act.at);
    let password = Evidence::passed(proved, CheckKind::Password, act.at, Giver::Customer, None);
    let opened = command(tx, kit, act, &filed, &Command::RecordCheck(password))?.map(|changed| changed.filed);
    risk::wake_others(tx, kit, (&filed.case, risk::Wake::Came), Some(account.id), act.at)?;
    Ok(opened)
}
