//! Recomputing the chain of the log, at once or a piece at a time.

use super::Desk;
use super::act::Act;
use crate::domain::audit::{Details, Head, details};
use crate::store::audit::{Piece, Verdict, verify, verify_next};
use crate::store::{StoreError, Tx};

fn outcome(verdict: &Verdict) -> Details {
    match verdict {
        Verdict::Whole(head) => details([("outcome", "whole".into()), ("entries", head.seq.into())]),
        Verdict::Broken { seq, .. } => details([("outcome", "broken".into()), ("at", (*seq).into())]),
    }
}

impl Desk {
    /// Recomputes the chain.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub async fn verify_audit(&self) -> Result<Verdict, StoreError> {
        self.verify_audit_telling(|_, _| {}).await
    }

    /// The same, telling now and then which entry it came to, of how many.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub async fn verify_audit_telling(
        &self,
        tell: impl FnMut(i64, i64) + Send + 'static,
    ) -> Result<Verdict, StoreError> {
        self.store.read_snapshot(move |connection| verify(connection, tell)).await
    }

    /// Recomputes so many chunks of the chain, which is whole up to `from`. The log only grows, so that pieces looked at
    /// one after another are one consistent whole. What comes out at the end is an entry of the log.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read, or the outcome not be recorded.
    pub async fn verify_audit_from(&self, act: Act, from: Head, chunks: usize) -> Result<Piece, StoreError> {
        let look = move |connection: &mut crate::store::AnyConnection| {
            let mut piece = verify_next(connection, &from)?;
            for _ in 1..chunks {
                let Piece::Further { at, .. } = &piece else { break };
                piece = verify_next(connection, at)?;
            }
            Ok(piece)
        };
        let piece = self.store.read_snapshot(look).await?;
        if let Piece::End(verdict) = &piece {
            let found = outcome(verdict);
            let record = move |tx: &mut Tx<'_>| {
                tx.record(act.entry("audit.verified", None, None, found.clone()));
                Ok(())
            };
            match (self.store.write(record).await, verdict) {
                (Ok(()), _) => {}
                (Err(error), Verdict::Whole(_)) => return Err(error),
                // A log that is broken at its end may take no entry; that it is broken is to be known all the same.
                (Err(error), Verdict::Broken { .. }) => tracing::error!(%error, "a broken log could not be added to"),
            }
        }
        Ok(piece)
    }
}
