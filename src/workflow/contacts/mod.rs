//! Contacts of directories that do not tell every address of record: how they are imported, held, told of, stopped and
//! made effective.

mod import;
mod mirror;
mod stop;
mod tell;
mod time;

use super::act::Act;
use crate::domain::audit::{Details, details};
use crate::domain::contact_record::ContactChange;
use crate::domain::ids::AccountId;
use crate::store::{StoreError, Tx, mirror as mirrored};

pub use import::{ContactsImported, Resume};
pub(super) use mirror::name_administrators;
pub use stop::StopPage;
pub(super) use time::tick;

/// Records what happened to a change: what it is about, never the values.
fn record(
    tx: &mut Tx<'_>,
    act: &Act,
    action: &str,
    change: &ContactChange,
    more: Details,
) -> Result<Option<AccountId>, StoreError> {
    let account = mirrored::find_by_login(tx.connection, &change.directory, &change.login)?;
    let mut about = details([
        ("directory", change.directory.as_str().into()),
        ("contact_change", change.id.to_string().into()),
        ("fields", change.values.fields().into()),
    ]);
    about.extend(more);
    tx.record(act.entry(action, None, account, about));
    Ok(account)
}
