//! Cases that belong together: duplicates of the account, which can be merged, and others that share something.

use actix_web::web::{Data, Path};
use serde_json::{Value, json};

use super::acts::{Answer, back, version};
use crate::domain::case::State;
use crate::domain::reference::CaseRef;
use crate::store::agents::Agent;
use crate::store::kin::Kin;
use crate::web::App;
use crate::web::error::reference;
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{moment, span};
use crate::workflow::{CaseFile, Halt, Relative, Seen};

/// Whether somebody may end `kin` as a duplicate of the case that they look at; the rules decide again.
pub fn may_merge(file: &CaseFile, who: &Agent, kin: &Kin) -> bool {
    let case = &file.filed.case;
    let still = |state: State| {
        !state.is_final() && !matches!(state, State::Disputed | State::Deactivating | State::Deactivated)
    };
    let goes_on = still(case.state) && !case.with_owner && !case.is_about(who.id);
    let may = who.role.supervises() || (who.role.works_cases() && kin.holder == Some(who.id));
    goes_on && may && still(kin.state) && !kin.with_owner
}

/// The panel: other open cases of the account, and what was merged.
pub(super) fn panel(app: &App, agent: &SignedInAgent, file: &CaseFile) -> Value {
    let now = app.now();
    let shown = |kin: &Kin| {
        json!({
            "reference": kin.reference,
            "state": { "code": kin.state.code(), "label": kin.state.label() },
            "submitted": moment(kin.submitted_at),
            "age": span(now - kin.submitted_at),
            "holder": kin.holder.map(|id| file.agent_name(id)),
            "value": may_merge(file, &agent.session.agent, kin).then(|| format!("{} {}", kin.reference, kin.version)),
        })
    };
    let open: Vec<Value> = file.of_account.iter().map(shown).collect();
    let relative = |relative: &Relative| {
        json!({
            "reference": relative.reference,
            "shares": relative.shares.join(", "),
            "state": { "code": relative.state.code(), "label": relative.state.label() },
        })
    };
    json!({
        "may_merge": open.iter().any(|kin| kin["value"].is_string()),
        "open": open,
        "merged_into": file.merged_into,
        "merged": file.merged,
        "relatives": file.relatives.iter().map(relative).collect::<Vec<_>>(),
    })
}

/// A ticked box: a case and the version of it that was looked at.
fn ticked(value: &str) -> Option<Seen> {
    let (reference, version) = value.split_once(' ')?;
    Some((reference.parse::<CaseRef>().ok()?, Some(version.parse().ok()?)))
}

/// **Merge**: the chosen cases end as duplicates of this one.
pub async fn merge(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let chosen: Option<Vec<Seen>> = fields.all_of("duplicate").map(ticked).collect();
    let done = match chosen.filter(|chosen| !chosen.is_empty()) {
        Some(duplicates) => {
            let kept = (reference(&path)?, version(&fields));
            app.desk.merge(agent.act(&app), kept, duplicates).await?
        }
        None => Err(Halt::BadText("Choose which cases are duplicates of this one.".to_owned())),
    };
    back(&app, &agent, &path, (&fields, &[]), done.map(|_| "merge")).await
}
