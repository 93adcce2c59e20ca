use super::act::Act;
use super::{Kit, letters};
use crate::domain::account::Account;
use crate::domain::ids::KnownDeviceId;
use crate::domain::letter::Letter;
use crate::domain::token::Token;
use crate::store::{StoreError, Tx, known_devices};

/// The cookie by which a browser is known: what it held, and what it holds from now on.
#[derive(Clone)]
pub(super) struct Browser {
    /// In a few words.
    pub device: String,
    before: Option<String>,
    after: String,
}

impl Browser {
    pub(super) fn new(device: String, before: Option<&Token>, after: &Token) -> Self {
        Self { device, before: before.map(Token::hash), after: after.hash() }
    }
}

/// Remembers the browser in which a sign-in was completed. The owner is told by mail of one that was not known.
pub(super) fn welcome(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    account: &Account,
    browser: &Browser,
) -> Result<(), StoreError> {
    if let Some(before) = &browser.before {
        known_devices::renew(tx, before, &browser.after)?;
    }
    if let Some(known) = known_devices::find(tx.connection, account.id, &browser.after, act.at)? {
        return known_devices::touch(tx, known, &browser.device, act.at);
    }
    let id = kit.id(KnownDeviceId::new, act.at);
    // One that was known too long ago is in the way of the same browser.
    known_devices::end_of_cookie(tx, account.id, &browser.after)?;
    known_devices::insert(tx, id, (account.id, &browser.after), &browser.device, act.at)?;
    let (device, ip, at) = (browser.device.clone(), act.ip.clone(), act.at);
    letters::queue(tx, kit, act, account, Letter::NewDevice { device, ip, at })
}
