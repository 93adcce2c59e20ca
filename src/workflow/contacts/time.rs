use super::mirror::{Defaults, name_administrators, put};
use super::stop::stopped;
use super::{record, tell};
use crate::directory::Others;
use crate::domain::audit::{details, timestamp};
use crate::domain::case::Command;
use crate::domain::contact_record::{ChangeState, Contact, ContactChange, Hold, Moment};
use crate::domain::ids::{AccountId, ContactChangeId, ContactId};
use crate::store::cases::{self, Filed};
use crate::store::{StoreError, Tx, accounts, contact_changes, contacts, mirror};
use crate::workflow::act::{Act, Halt, command};
use crate::workflow::{Desk, Kit};

/// Lets time act on a change of a contact. Nothing when it is not due any more, or another instance was faster.
pub(in crate::workflow) fn tick(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    directories: &Others,
    id: ContactChangeId,
) -> Result<Option<Result<(), Halt>>, StoreError> {
    // Cases are held before what is of record in them is changed, in the order that everything else does it.
    let account = match contact_changes::find(tx.connection, id)? {
        Some(change) if change.due(act.at) == Some(Moment::Effective) => {
            mirror::find_by_login(tx.connection, &change.directory, &change.login)?
        }
        _ => None,
    };
    let open = hold_cases(tx, account)?;
    if !contact_changes::claim_due(tx, id, act.at)? {
        return Ok(None);
    }
    let Some(change) = contact_changes::find(tx.connection, id)? else { return Ok(None) };
    match change.due(act.at) {
        Some(Moment::Start) => begin(tx, kit, act, change)?,
        Some(Moment::HalfWay) => remind(tx, kit, act, change)?,
        Some(Moment::Effective) => {
            let Some(configured) = directories.named(&change.directory) else {
                return Ok(Some(Err(Halt::BadText(format!("`{}` is not configured any more", change.directory)))));
            };
            take_effect(tx, kit, act, &Defaults::of(configured), change)?;
            weigh_anew(tx, kit, act, &open)?;
        }
        None => contact_changes::update(tx, change.state, &change)?,
    }
    Ok(Some(Ok(())))
}

fn hold_cases(tx: &mut Tx<'_>, account: Option<AccountId>) -> Result<Vec<Filed>, StoreError> {
    let Some(account) = account else { return Ok(Vec::new()) };
    let mut open = Vec::new();
    for reference in cases::open_of_account(tx.connection, account)? {
        open.extend(cases::lock(tx, &reference)?);
    }
    Ok(open)
}

/// The server, and not whoever imported, begins the hold and says how long it is.
fn begin(tx: &mut Tx<'_>, kit: &Kit, act: &Act, mut change: ContactChange) -> Result<(), StoreError> {
    let account = mirror::find_by_login(tx.connection, &change.directory, &change.login)?;
    let known = match account {
        Some(id) => accounts::find(tx.connection, id)?,
        None => None,
    };
    let contact = contacts::find(tx.connection, &change.directory, &change.login)?;
    let (email, phone) = match (known, contact) {
        (Some(account), _) => (Some(account.email), account.phone),
        (None, Some(contact)) => (contact.values.email, contact.values.phone),
        (None, None) => (None, None),
    };
    let effective_at = act.at + kit.policy.phone_change.cooling_off;
    change.hold = Some(Hold { told_at: act.at, effective_at, reminded: false });
    (change.old_email, change.old_phone) = (email, phone);
    contact_changes::update(tx, ChangeState::Held, &change)?;
    if change.old_email.is_some() {
        contact_changes::set_stop_hash(tx, change.id, &kit.key.contact_token(change.id).hash())?;
    }
    let about =
        details([("effective_at", timestamp(effective_at).into()), ("told", change.old_email.is_some().into())]);
    let account = record(tx, act, "contact.hold_begun", &change, about)?;
    tell::old_address(tx, kit, act, (&change, account), Moment::Start)
}

fn remind(tx: &mut Tx<'_>, kit: &Kit, act: &Act, mut change: ContactChange) -> Result<(), StoreError> {
    if let Some(hold) = &mut change.hold {
        hold.reminded = true;
    }
    contact_changes::update(tx, ChangeState::Held, &change)?;
    let account = record(tx, act, "contact.halfway", &change, details([]))?;
    tell::old_address(tx, kit, act, (&change, account), Moment::HalfWay)
}

/// The contact, and what is of record of the mirrored account, become what the change says.
fn take_effect(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    defaults: &Defaults,
    change: ContactChange,
) -> Result<(), StoreError> {
    if is_taken(tx, &change)? {
        return stopped(tx, act, change, "address_taken");
    }
    let before = contacts::find(tx.connection, &change.directory, &change.login)?;
    let after = after(kit, act, before.as_ref(), &change);
    contacts::keep(tx, &after)?;
    put(tx, kit, act, defaults, (before.as_ref(), &after))?;
    name_administrators(tx, act, &after)?;
    let ended = ContactChange { state: ChangeState::Effective, ended_at: Some(act.at), ..change };
    contact_changes::update(tx, ChangeState::Held, &ended)?;
    let account = record(tx, act, "contact.effective", &ended, details([("contact", after.id.to_string().into())]))?;
    tell::old_address(tx, kit, act, (&ended, account), Moment::Effective)
}

fn after(kit: &Kit, act: &Act, before: Option<&Contact>, change: &ContactChange) -> Contact {
    let values = &change.values;
    let changed = |changes: bool, before: Option<_>| if changes { Some(act.at) } else { before };
    Contact {
        id: before.map_or_else(|| kit.id(ContactId::new, act.at), |contact| contact.id),
        directory: change.directory.clone(),
        login: change.login.clone(),
        values: before.map(|contact| contact.values.clone()).unwrap_or_default().with(values),
        since: before.map_or(act.at, |contact| contact.since),
        email_changed_at: changed(values.email.is_some(), before.and_then(|contact| contact.email_changed_at)),
        phone_changed_at: changed(values.phone.is_some(), before.and_then(|contact| contact.phone_changed_at)),
    }
}

/// Whether another login of the directory has come by the address since it was imported.
fn is_taken(tx: &mut Tx<'_>, change: &ContactChange) -> Result<bool, StoreError> {
    let Some(email) = &change.values.email else { return Ok(false) };
    let contact = contacts::find_by_email(tx.connection, &change.directory, email)?;
    let mirrored = mirror::find_by_email(tx.connection, &change.directory, email)?;
    let own = mirror::find_by_login(tx.connection, &change.directory, &change.login)?;
    Ok(contact.is_some_and(|contact| contact.login != change.login)
        || mirrored.is_some_and(|account| own != Some(account)))
}

/// What was proved with an address that is of record no more counts no more.
fn weigh_anew(tx: &mut Tx<'_>, kit: &Kit, act: &Act, open: &[Filed]) -> Result<(), StoreError> {
    for filed in open {
        let _ = command(tx, kit, act, filed, &Command::Tick)?;
    }
    Ok(())
}

impl Desk {
    /// The changes of contacts that time is to move now.
    pub(in crate::workflow) async fn due_contacts(&self, limit: i64) -> Result<Vec<ContactChangeId>, StoreError> {
        let now = self.now();
        self.store.read(move |connection| contact_changes::due(connection, now, limit)).await
    }
}
