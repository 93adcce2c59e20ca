use super::Desk;
use super::act::Act;
use crate::domain::actor::Actor;
use crate::domain::audit::{Details, ERASED, details};
use crate::domain::privacy::{Cause, Erased, Rest};
use crate::domain::reference::CaseRef;
use crate::store::cases::{self, Filed};
use crate::store::erasure::Due;
use crate::store::{StoreError, Tx, erasure, person, search};

/// Cases that are erased at a time.
const BATCH: i64 = 50;
/// Cases that one run erases, about; what is left is for the next, a minute later.
const MOST: usize = 1000;
/// Steps in which the index of words is rewritten at most, after each run.
const MOST_STEPS: usize = 10_000;

impl Desk {
    /// Erases the personal data of cases that ended long enough ago, and answers how many. Each is a transaction of its
    /// own; several instances may do so at once: each leaves out the cases that another holds.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what was not erased is due again.
    pub async fn erase_cases(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let rest = Rest { end: self.kit.retention.of_cases(), objection: self.kit.periods.dispute_link() };
        let (mut count, mut after) = (0, None);
        while count < MOST {
            let asked = Due { now, rest, after, limit: BATCH };
            let due = self.store.read(move |connection| erasure::due(connection, &asked)).await?;
            let Some((_, last)) = due.last() else { break };
            after = Some(last.clone());
            for (reference, _) in due {
                let act = Act { actor: Actor::System, ip: String::new(), at: now };
                let done = self.store.write(move |tx| erase_due(tx, &act, &reference, rest));
                // One case that fails must not keep the others.
                match done.await {
                    Ok(done) => count += usize::from(done),
                    Err(error) => tracing::error!(%error, "a case could not be erased"),
                }
            }
        }
        // The cases are erased, whatever becomes of this; the next run tries again.
        if let Err(error) = self.leave_no_trace().await {
            tracing::error!(%error, "what was erased could not be taken out of the database's free pages");
        }
        Ok(count)
    }

    /// Takes what was erased out of where the database still keeps it: words of the index, and the file beside its own.
    /// What is not done is still to be done, whichever process began it.
    pub(super) async fn leave_no_trace(&self) -> Result<(), StoreError> {
        let Some(last) = self.store.read(erasure::unfinished).await? else { return Ok(()) };
        for step in 0..MOST_STEPS {
            if !self.store.write(move |tx| search::rewrite(tx, step == 0)).await? {
                // Whoever reads for long keeps it from the file; the next run tries again.
                if self.store.read(search::into_the_file).await? {
                    self.store.write(move |tx| erasure::finished(tx, last)).await?;
                }
                return Ok(());
            }
        }
        Ok(())
    }
}

fn erase_due(tx: &mut Tx<'_>, act: &Act, reference: &CaseRef, rest: Rest) -> Result<bool, StoreError> {
    let Some(filed) = cases::claim(tx, reference)? else { return Ok(false) };
    if erasure::of_case(tx.connection, filed.case.id)?.is_some()
        || erasure::standing(tx.connection, &filed)?.obstacle(rest, act.at).is_some()
    {
        return Ok(false);
    }
    let by = erasure::begin(tx, Cause::Schedule, None, act.at)?;
    erase(tx, act, &filed, by)?;
    let fields = person::addresses_in_log(tx.connection, reference)?;
    if !fields.is_empty() {
        tx.record_erasure(act.entry(ERASED, Some(reference), None, order(by)), fields);
    }
    Ok(true)
}

/// What an entry says of an erasure.
pub(super) fn order(by: Erased) -> Details {
    details([("request", by.number.into()), ("cause", by.cause.code().into())])
}

/// Erases a case, which may be erased, and records it.
pub(super) fn erase(tx: &mut Tx<'_>, act: &Act, filed: &Filed, by: Erased) -> Result<(), StoreError> {
    erasure::empty_case(tx, filed.case.id, by)?;
    tx.record(act.entry("case.erased", Some(&filed.case.reference), None, order(by)));
    Ok(())
}
