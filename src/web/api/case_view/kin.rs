//! Cases that belong together.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Who, who};
use crate::store::agents::Agent;
use crate::store::kin::Kin;
use crate::web::desk::kin::may_merge;
use crate::workflow::{CaseFile, Relative};

/// Another open case of the account.
#[derive(Serialize, ToSchema)]
pub struct KinOfCase {
    reference: String,
    /// What a merge names of it.
    version: i64,
    state: &'static str,
    submitted_at: DateTime<Utc>,
    holder: Option<Who>,
    /// One may end it as a duplicate of this one.
    may_merge: bool,
}

/// A case that shares something with this one.
#[derive(Serialize, ToSchema)]
pub struct RelativeOfCase {
    reference: String,
    state: &'static str,
    /// What they share, in words.
    shares: Vec<&'static str>,
}

/// Other open cases of the account.
pub fn of_account(file: &CaseFile, agent: &Agent) -> Vec<KinOfCase> {
    let shown = |kin: &Kin| KinOfCase {
        reference: kin.reference.to_string(),
        version: kin.version,
        state: kin.state.code(),
        submitted_at: kin.submitted_at,
        holder: kin.holder.map(|id| who(file, id)),
        may_merge: may_merge(file, agent, kin),
    };
    file.of_account.iter().map(shown).collect()
}

/// Cases that share something with this one.
pub fn relatives(file: &CaseFile) -> Vec<RelativeOfCase> {
    let shown = |relative: &Relative| RelativeOfCase {
        reference: relative.reference.to_string(),
        state: relative.state.code(),
        shares: relative.shares.clone(),
    };
    file.relatives.iter().map(shown).collect()
}
