use super::act::{Act, Changed, Halt, command, held};
use super::{Desk, LEASE};
use crate::domain::actor::Actor;
use crate::domain::case::{AuthenticatorSet, Case, Command, Progress, State};
use crate::domain::ids::OutboxId;
use crate::domain::reference::CaseRef;
use crate::store::outbox::{self, Errand};
use crate::store::{StoreError, Tx, cases};

/// How far a deactivation has come when the agent's page is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempted {
    /// The directory confirmed everything that was ordered.
    Deactivated,
    /// The directory did some of it; the rest can be ordered again.
    Partly {
        /// How many it confirmed.
        done: usize,
        /// How many were ordered.
        of: usize,
    },
    /// The directory did nothing of it; the case is ready again.
    Failed(String),
    /// The directory has not answered yet; the worker goes on asking.
    UnderWay,
}

impl Desk {
    /// **Deactivate**: the rules weigh the evidence again, in the same transaction that orders the directory
    /// to act; the order is then carried out at once, or by the worker if this process dies.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn deactivate(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        set: AuthenticatorSet,
    ) -> Result<Result<Attempted, Halt>, StoreError> {
        self.order_deactivation(act, (reference, version), Command::Deactivate(set)).await
    }

    /// **The rest stays**: a case in which some of it was deactivated ends with that.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn leave_rest(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
    ) -> Result<Result<(), Halt>, StoreError> {
        self.simply(act, reference, version, Command::LeaveRest).await
    }

    /// Asks the rules whether the order may be given, gives it and carries it out.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub(super) async fn order_deactivation(
        &self,
        act: Act,
        (reference, version): (CaseRef, Option<i64>),
        order: Command,
    ) -> Result<Result<Attempted, Halt>, StoreError> {
        // What the account and its directory have become since is weighed too.
        if let Err(error) = self.read_account_of(&act, &reference).await? {
            return Ok(Err(Halt::Directory(format!("Nothing was deactivated: {error}"))));
        }
        let kit = self.kit.clone();
        let wanted = reference.clone();
        let decide = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &wanted, version)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            match command(tx, &kit, &act, &filed, &order)? {
                Ok(Changed { deactivate: Some(set), filed }) => {
                    let lease = |authenticator| {
                        let (id, order) = (kit.id(OutboxId::new, act.at), Errand::Directory { authenticator });
                        outbox::add_leased(tx, id, filed.case.id, &order, act.at, LEASE)
                    };
                    Ok(Ok(set.iter().map(lease).collect::<Result<Vec<_>, _>>()?))
                }
                Ok(_) => Ok(Err(Halt::Gone)),
                Err(halt) => {
                    // What made the rules refuse may also move the case, such as evidence that has expired.
                    let system = Act { actor: Actor::System, ip: String::new(), at: act.at };
                    let _ = command(tx, &kit, &system, &filed, &Command::Tick)?;
                    Ok(Err(halt))
                }
            }
        };
        let leased = match self.store.write(decide).await? {
            Ok(leased) => leased,
            Err(halt) => {
                self.run_errands();
                return Ok(Err(halt));
            }
        };
        self.run_in_turn(leased).await;
        let after = self.store.read(move |connection| cases::find(connection, &reference)).await?;
        let Some(filed) = after else { return Ok(Err(Halt::NoSuchCase)) };
        Ok(Ok(match filed.case.state {
            State::Deactivated => Attempted::Deactivated,
            State::Deactivating | State::Disputed => Attempted::UnderWay,
            _ => partly(&filed.case),
        }))
    }
}

/// What the latest order of a case led to, when not everything of it was done.
pub(super) fn partly(case: &Case) -> Attempted {
    let latest: Vec<_> = case.orders.values().filter(|order| order.nth == case.latest_order()).collect();
    let done = latest.iter().filter(|order| order.progress == Progress::Deactivated).count();
    if done > 0 {
        return Attempted::Partly { done, of: latest.len() };
    }
    let mut reasons: Vec<&str> = Vec::new();
    for order in latest {
        if let Progress::Failed(why) = &order.progress
            && !reasons.contains(&why.as_str())
        {
            reasons.push(why);
        }
    }
    Attempted::Failed(reasons.join("; "))
}
