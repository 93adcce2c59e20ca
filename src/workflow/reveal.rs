use super::Desk;
use super::act::{Act, Halt, held, refuse};
use super::limits::{Counted, spend};
use crate::domain::audit::details;
use crate::domain::case::Refused;
use crate::domain::limits::Limit;
use crate::domain::reference::CaseRef;
use crate::store::StoreError;

impl Desk {
    /// **Reveal**: records that an agent is shown unmasked addresses; without the record they are not shown.
    ///
    /// # Errors
    /// [`Halt`] when the role does not allow it; [`StoreError`] when the database fails.
    pub async fn reveal(&self, act: Act, reference: CaseRef) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        self.store
            .write(move |tx| {
                let filed = match held(tx, &act, &reference, None)? {
                    Ok(filed) => filed,
                    Err(halt) => return Ok(Err(halt)),
                };
                let allowed = act.actor.role().is_some_and(|role| role.works_cases());
                if !allowed {
                    return Ok(Err(refuse(tx, &act, &filed, "reveal", Refused::Role(act.actor.role()))));
                }
                let counted: Vec<Counted> = Counted::agent(Limit::Reveals, &act).into_iter().collect();
                if let Err(reached) = spend(tx, &kit, &act, &counted)? {
                    let about = details([("command", "reveal".into()), ("rule", "hourly_budget".into())]);
                    tx.record(act.case_entry("case.refused", &filed, about));
                    let words = "You have been shown as many full addresses as is allowed for now.";
                    return Ok(Err(Halt::DeskLimit(format!("{words} {}", reached.again()))));
                }
                tx.record(act.case_entry("case.revealed", &filed, details([])));
                Ok(Ok(()))
            })
            .await
    }
}
