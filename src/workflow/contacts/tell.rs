use crate::domain::alarm::AlarmKind;
use crate::domain::audit::details;
use crate::domain::contact_record::{ContactChange, Moment};
use crate::domain::directory::DirectoryName;
use crate::domain::ids::{AccountId, AlarmId, OutboxId};
use crate::domain::letter::{ContactNews, Letter};
use crate::store::alarms::{self, Alarm};
use crate::store::outbox::{Errand, LetterErrand};
use crate::store::{StoreError, Tx, accounts, agents, letters as store_letters};
use crate::workflow::act::Act;
use crate::workflow::{Kit, letters};

/// Writes to the e-mail address that was of record when the hold began, where there was one.
pub(super) fn old_address(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    (change, account): (&ContactChange, Option<AccountId>),
    moment: Moment,
) -> Result<(), StoreError> {
    let (Some(to), Some(hold)) = (change.old_email.clone(), &change.hold) else { return Ok(()) };
    let known = match account {
        Some(id) => accounts::find(tx.connection, id)?,
        None => None,
    };
    let language = match account {
        Some(id) => accounts::language(tx.connection, id)?,
        None => None,
    };
    let news = match moment {
        Moment::Start => ContactNews::Held { until: hold.effective_at },
        Moment::HalfWay => ContactNews::HalfWay { until: hold.effective_at },
        Moment::Effective => ContactNews::Effective,
    };
    let errand = LetterErrand {
        letter: Letter::ContactChange { change: change.id, about: change.about(), news },
        language: language.unwrap_or_default(),
        to,
        name: known.map(|account| account.name).unwrap_or_default(),
        staff: false,
    };
    store_letters::add(tx, kit.id(OutboxId::new, act.at), account, &Errand::Letter(errand), act.at)
}

/// Rings on every supervisor's page until somebody has seen it, and writes to each of them.
pub(super) fn alarm(tx: &mut Tx<'_>, kit: &Kit, act: &Act, account: Option<AccountId>) -> Result<(), StoreError> {
    let (id, kind) = (kit.id(AlarmId::new, act.at), AlarmKind::ContactDisputed);
    alarms::insert(tx, &Alarm { id, kind, case: None, account, at: act.at })?;
    supervisors(tx, kit, act, &Letter::ContactDisputed)?;
    let about = details([("alarm", id.to_string().into()), ("kind", kind.code().into())]);
    tx.record(act.entry("alarm.raised", None, account, about));
    Ok(())
}

/// Tells the supervisors that the first contacts of a directory count: nobody else could object to them.
pub(super) fn first_import(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    directory: &DirectoryName,
    contacts: usize,
) -> Result<(), StoreError> {
    supervisors(tx, kit, act, &Letter::ContactsBegun { directory: directory.clone(), contacts })
}

fn supervisors(tx: &mut Tx<'_>, kit: &Kit, act: &Act, letter: &Letter) -> Result<(), StoreError> {
    for agent in agents::all(tx.connection)? {
        if agent.role.supervises()
            && agent.suspended_at.is_none()
            && let Some(theirs) = accounts::find(tx.connection, agent.id.account())?
        {
            letters::queue(tx, kit, act, &theirs, letter.clone())?;
        }
    }
    Ok(())
}
