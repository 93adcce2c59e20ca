use super::Desk;
use super::act::{Act, Halt, command, held, refuse};
use crate::domain::case::{Command, Refused};
use crate::domain::ids::AgentId;
use crate::domain::reference::CaseRef;
use crate::store::{StoreError, Tx, agents};

impl Desk {
    /// An agent takes a case that nobody holds.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn claim(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
    ) -> Result<Result<(), Halt>, StoreError> {
        self.simply(act, reference, version, Command::Claim).await
    }

    /// Its holder gives a case back.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn release(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
    ) -> Result<Result<(), Halt>, StoreError> {
        self.simply(act, reference, version, Command::Release).await
    }

    /// A supervisor hands a case to an agent who works cases and is not suspended.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn reassign(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        to: AgentId,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let reassign = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &reference, version)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let able = |agent: &agents::Agent| agent.role.works_cases() && agent.suspended_at.is_none();
            let Some(agent) = agents::find(tx.connection, to)?.filter(able) else {
                return Ok(Err(refuse(tx, &act, &filed, "reassign", Refused::UnfitHolder)));
            };
            Ok(command(tx, &kit, &act, &filed, &Command::Reassign(agent.id))?.map(|_| ()))
        };
        let done = self.store.write(reassign).await?;
        self.run_errands();
        Ok(done)
    }

    /// A command that needs nothing beside the case.
    pub(super) async fn simply(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        wanted: Command,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let done = self
            .store
            .write(move |tx| {
                Ok(match held(tx, &act, &reference, version)? {
                    Ok(filed) => command(tx, &kit, &act, &filed, &wanted)?.map(|_| ()),
                    Err(halt) => Err(halt),
                })
            })
            .await?;
        self.run_errands();
        Ok(done)
    }
}
