use crate::domain::actor::Actor;
use crate::domain::case::{Command, State};
use crate::domain::ids::AccountId;
use crate::store::{StoreError, Tx, cases};
use crate::workflow::Kit;
use crate::workflow::act::{Act, command};

/// The account has a new authenticator: the cases that only waited for one close.
pub(in crate::workflow) fn see_new_device(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    account: AccountId,
) -> Result<(), StoreError> {
    let system = Act { actor: Actor::System, ip: String::new(), at: act.at };
    for reference in cases::deactivated(tx.connection, account)? {
        if let Some(filed) = cases::lock(tx, &reference)?.filter(|filed| filed.case.state == State::Deactivated) {
            let _ = command(tx, kit, &system, &filed, &Command::SeeNewDevice)?;
        }
    }
    Ok(())
}
