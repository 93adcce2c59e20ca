use chrono::{DateTime, Utc};

use super::{Holder, held, refuse};
use crate::domain::account::{Account, Authenticator, AuthenticatorKind, AuthenticatorState};
use crate::domain::audit::details;
use crate::domain::authn::{RECOVERY_CODES, RecoveryCode, may_make_codes};
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
    /// [`Halt`] when it is done too often, or there is no device; [`StoreError`] when the database fails.
    pub async fn make_recovery_codes(
        &self,
        act: Act,
        holder: Holder,
    ) -> Result<Result<Vec<RecoveryCode>, Halt>, StoreError> {
        let kit = self.kit.clone();
        let new = NewCodes::draw(&kit, act.at);
        let make = move |tx: &mut Tx<'_>| match held(tx, &kit, &act, &holder)? {
            Ok((account, all)) => match may_make_codes(&all) {
                Ok(()) => replace(tx, &kit, &act, &account, &new).map(Ok),
                Err(why) => Ok(Err(refuse(tx, &act, holder.account, why))),
            },
            Err(halt) => Ok(Err(halt)),
        };
        let done = self.store.write(make).await?;
        self.run_errands();
        Ok(done)
    }
}
