use super::{Holder, held, refuse};
use crate::domain::audit::details;
use crate::domain::authn::{DeviceName, is_device, may_rename};
use crate::domain::ids::AuthenticatorId;
use crate::store::{StoreError, Tx, accounts};
use crate::workflow::Desk;
use crate::workflow::act::{Act, Halt};

impl Desk {
    /// Calls an authenticator otherwise.
    ///
    /// # Errors
    /// [`Halt`] when it is not one of the account's active ones, or the name cannot be its; [`StoreError`] when the
    /// database fails.
    pub async fn rename_authenticator(
        &self,
        act: Act,
        holder: Holder,
        id: AuthenticatorId,
        name: &str,
    ) -> Result<Result<(), Halt>, StoreError> {
        let (kit, name) = (self.kit.clone(), DeviceName::typed(name));
        let rename = move |tx: &mut Tx<'_>| {
            let (_, all) = match held(tx, &kit, &act, &holder)? {
                Ok(held) => held,
                Err(halt) => return Ok(Err(halt)),
            };
            if !all.iter().any(|each| each.id == id && is_device(each)) {
                return Ok(Err(Halt::Gone));
            }
            let checked = name.clone().and_then(|name| may_rename(&all, Some(id), &name).map(|()| name));
            let name = match checked {
                Ok(name) => name,
                Err(why) => return Ok(Err(refuse(tx, &act, holder.account, why))),
            };
            accounts::rename(tx, id, name.as_str())?;
            let about = details([("authenticator", id.to_string().into())]);
            tx.record(act.entry("authenticator.renamed", None, Some(holder.account), about));
            Ok(Ok(()))
        };
        self.store.write(rename).await
    }
}
