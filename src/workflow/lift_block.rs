use super::Desk;
use super::act::{Act, Halt};
use super::guesses::row;
use crate::domain::audit::details;
use crate::domain::case::Refused;
use crate::domain::ids::{AccountId, BlockId};
use crate::domain::limits::Limit;
use crate::store::blocks::Block;
use crate::store::{StoreError, Tx, accounts, blocks, cases, guesses, throttle};

impl Desk {
    /// A supervisor lifts a block: what was counted is forgotten with it.
    ///
    /// # Errors
    /// [`Halt`] when it does not stand any more or the role does not allow it; [`StoreError`] when the database fails.
    pub async fn lift_block(&self, act: Act, id: BlockId, reason: String) -> Result<Result<(), Halt>, StoreError> {
        let lift = move |tx: &mut Tx<'_>| {
            if !act.actor.role().is_some_and(|role| role.supervises()) {
                let about = details([("block", id.to_string().into()), ("rule", "role".into())]);
                tx.record(act.entry("block.refused", None, None, about));
                return Ok(Err(Halt::Refused(Refused::Role(act.actor.role()))));
            }
            let Some(found) = blocks::standing(tx.connection, id, act.at)? else { return Ok(Err(Halt::Gone)) };
            throttle::serialise(tx, "block", &format!("{} {}", found.limit.code(), found.subject))?;
            // Someone else may have lifted it while we waited.
            let Some(block) = blocks::standing(tx.connection, id, act.at)? else { return Ok(Err(Halt::Gone)) };
            // Reveals, views, calls and sign-ins are counted to hold an agent; nobody holds themself.
            if act.actor.agent().is_some_and(|agent| agent.to_string() == block.subject) {
                let about = details([("block", id.to_string().into()), ("rule", Refused::OwnBlock.code().into())]);
                tx.record(act.entry("block.refused", None, None, about));
                return Ok(Err(Halt::Refused(Refused::OwnBlock)));
            }
            blocks::lift(tx, block.limit, &block.subject, act.actor.agent(), act.at, &reason)?;
            forget(tx, &block)?;
            let reference = block.case.map(|case| cases::reference_of(tx.connection, case)).transpose()?;
            let about = details([("block", id.to_string().into()), ("limit", block.limit.code().into())]);
            tx.record(act.entry("block.lifted", reference.as_ref(), block.account, about));
            Ok(Ok(()))
        };
        self.store.write(lift).await
    }
}

/// Forgets what led to a block.
fn forget(tx: &mut Tx<'_>, block: &Block) -> Result<(), StoreError> {
    throttle::forget_subject(tx, block.limit.code(), &block.subject)?;
    match block.limit {
        Limit::PhoneCodes | Limit::WrongCodes => {
            let Ok(account) = block.subject.parse::<AccountId>() else { return Ok(()) };
            throttle::forget_subject(tx, Limit::WrongCodes.code(), &block.subject)?;
            accounts::clear_code_failures(tx, account)
        }
        limit => guesses::forget(tx, &row(limit, &block.subject)),
    }
}
