//! How an examination or a meeting went, beside the evidence it gave. Never changed.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::schema::evidence_notes;
use super::{AnyConnection, StoreError, Tx, parsed};
use crate::domain::ids::{CaseId, EvidenceId};

/// Keeps a note, which is JSON.
pub fn insert(tx: &mut Tx<'_>, case: CaseId, evidence: EvidenceId, body: &str) -> Result<(), StoreError> {
    diesel::insert_into(evidence_notes::table)
        .values((
            evidence_notes::evidence_id.eq(evidence.to_string()),
            evidence_notes::case_id.eq(case.to_string()),
            evidence_notes::body.eq(body),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The notes of a case, by the evidence they belong to.
pub fn of_case(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<(EvidenceId, String)>, StoreError> {
    let rows: Vec<(String, String)> = evidence_notes::table
        .filter(evidence_notes::case_id.eq(case.to_string()))
        .order(evidence_notes::evidence_id.asc())
        .select((evidence_notes::evidence_id, evidence_notes::body))
        .load(connection)?;
    rows.into_iter().map(|(evidence, body)| Ok((parsed("evidence", &evidence)?, body))).collect()
}
