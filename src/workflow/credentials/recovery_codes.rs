use chrono::{DateTime, Utc};

use super::{Holder, held};
use crate::domain::account::{Account, AccountKind, Authenticator, AuthenticatorKind, AuthenticatorState};
use crate::domain::audit::details;
use crate::domain::authn::{RECOVERY_CODES, RecoveryCode, is_device};
use crate::domain::ids::{AuthenticatorId, RecoveryCodeId};
use crate::domain::letter::Letter;
use crate::store::{StoreError, Tx, accounts, credentials};
use crate::workflow::act::{Act, Halt};
use crate::workflow::{Desk, Kit, letters};

/// Ten codes that are made anew, and what they are stored as.
#[derive(Debug, Clone)]
pub(super) struct NewCodes {
    set: AuthenticatorId,
    codes: Vec<(RecoveryCodeId, RecoveryCode)>,
}

impl NewCodes {
    /// Draws codes, before the transaction that may run twice.
    pub(super) fn draw(kit: &Kit, at: DateTime<Utc>) -> Self {
        let code = |_| (kit.id(RecoveryCodeId::new, at), RecoveryCode::from_bytes(kit.entropy.bytes()));
        Self { set: kit.id(AuthenticatorId::new, at), codes: (0..RECOVERY_CODES).map(code).collect() }
    }
}

/// Puts new codes in the place of those that the account had.
pub(super) fn replace(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    account: &Account,
    new: &NewCodes,
) -> Result<Vec<RecoveryCode>, StoreError> {
    let (kind, state) = (AuthenticatorKind::RecoveryCodes, AuthenticatorState::Active);
    for old in accounts::authenticators(tx.connection, account.id)? {
        if old.kind == kind && old.state == state {
            accounts::deactivate(tx, old.id, act.at)?;
        }
    }
    let set = Authenticator { id: new.set, account: account.id, kind, label: kind.label().to_owned(), state };
    accounts::insert_authenticator(tx, &set, act.at)?;
    for (id, code) in &new.codes {
        credentials::insert_code(tx, *id, (account.id, new.set), &code.hash(), act.at)?;
    }
    let about = details([("authenticator", new.set.to_string().into()), ("count", new.codes.len().into())]);
    tx.record(act.entry("recovery_codes.made", None, Some(account.id), about));
    letters::queue(tx, kit, act, account, Letter::RecoveryCodesMade)?;
    Ok(new.codes.iter().map(|(_, code)| code.clone()).collect())
}

impl Desk {
    /// **Make new recovery codes**: ten, shown this once. Those of before are void.
    ///
    /// # Errors
    /// [`Halt`] when it is done too often, or at the desk without a device; [`StoreError`] when the database fails.
    pub async fn make_recovery_codes(
        &self,
        act: Act,
        holder: Holder,
    ) -> Result<Result<Vec<RecoveryCode>, Halt>, StoreError> {
        let kit = self.kit.clone();
        let new = NewCodes::draw(&kit, act.at);
        let make = move |tx: &mut Tx<'_>| match held(tx, &kit, &act, &holder)? {
            // Codes alone are no way to work at the desk: they are made with a device and beside it.
            Ok((account, all)) if account.kind == AccountKind::Staff && !all.iter().any(is_device) => {
                Ok(Err(Halt::Gone))
            }
            Ok((account, _)) => replace(tx, &kit, &act, &account, &new).map(Ok),
            Err(halt) => Ok(Err(halt)),
        };
        let done = self.store.write(make).await?;
        self.run_errands();
        Ok(done)
    }
}
