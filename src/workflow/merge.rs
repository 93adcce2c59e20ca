//! Two requests for one account: the desk ends all but one of them, and tells the customer which goes on.

use super::act::{Act, Halt, command_saying, held_to_end, known, refuse};
use super::{Desk, events};
use crate::domain::audit::details;
use crate::domain::case::{Command, apply};
use crate::domain::reference::CaseRef;
use crate::store::cases::Filed;
use crate::store::{StoreError, Tx, cases, kin};

/// A case and the version of it that was looked at.
pub type Seen = (CaseRef, Option<i64>);

impl Desk {
    /// Ends cases as duplicates of another, all of them or none. Nothing proved in them counts in the one that is kept,
    /// and nothing is deactivated. Answers how many.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it of one of them, or one has moved; [`StoreError`] when the database fails.
    pub async fn merge(
        &self,
        act: Act,
        (kept, version): Seen,
        duplicates: Vec<Seen>,
    ) -> Result<Result<usize, Halt>, StoreError> {
        let kit = self.kit.clone();
        let merge = move |tx: &mut Tx<'_>| {
            // Everyone takes cases in the same order, so that nobody waits in a circle.
            let mut wanted: Vec<&Seen> = duplicates.iter().collect();
            wanted.sort();
            wanted.dedup_by_key(|(reference, _)| reference);
            let all = wanted.iter().map(|(reference, version)| (reference, *version)).chain([(&kept, version)]);
            let mut all: Vec<(&CaseRef, Option<i64>)> = all.collect();
            all.sort();
            let mut held: Vec<Filed> = Vec::new();
            for (reference, version) in all {
                // Whoever merges has looked at each of them.
                if version.is_none() {
                    return Ok(Err(Halt::Unversioned));
                }
                match held_to_end(tx, &act, reference, version)? {
                    Ok(filed) => held.push(filed),
                    Err(halt) => return Ok(Err(halt)),
                }
            }
            let Some(at) = held.iter().position(|filed| filed.case.reference == kept) else {
                return Ok(Err(Halt::NoSuchCase));
            };
            let into = held.remove(at);
            let command = Command::Merge(into.case.kept());
            // What one rule forbids of one of them is not done to any.
            for filed in &held {
                let known = known(tx.connection, &kit, &filed.case)?;
                if let Err(refused) = apply(&filed.case, &command, &act.actor, act.at, &known.facts(&kit)) {
                    return Ok(Err(refuse(tx, &act, filed, command.code(), refused)));
                }
            }
            // Whoever is about to decide on it learns that it stands for more than it did.
            let mut after = into.clone();
            after.case.version += 1;
            after.filing.changed_by = act.doer();
            after.filing.changed_at = act.at;
            cases::update(tx, &into, &after)?;
            let into = after;
            let words = format!("Merged into {kept}");
            for filed in &held {
                if let Err(halt) = command_saying(tx, &kit, &act, filed, &command, Some(&words))? {
                    return Ok(Err(halt));
                }
                kin::merge(tx, filed.case.id, into.case.id, act.at)?;
                let about = details([("duplicate", filed.case.reference.to_string().into())]);
                events::record(tx, &kit, &act, &into, ("case.duplicate_merged", about))?;
            }
            Ok(Ok(held.len()))
        };
        let done = self.store.write(merge).await?;
        self.run_errands();
        Ok(done)
    }
}
