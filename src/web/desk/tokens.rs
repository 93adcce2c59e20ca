//! **Tokens for programs**: one's own, and, for supervisors, everybody's.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde_json::{Value, json};

use super::After;
use crate::domain::api_token::{Scope, Wish, shown};
use crate::store::agents::Agent;
use crate::web::App;
use crate::web::error::{PageError, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, moment, moment_if, see_other, show as show_page};
use crate::workflow::{Halt, Issued, ListedToken};

/// The days that the form proposes.
const PROPOSED_DAYS: u32 = 30;

/// What the page says beside the list.
#[derive(Default)]
struct Said<'a> {
    flash: Option<Flash>,
    issued: Option<Issued>,
    wrong: BTreeMap<&'static str, String>,
    typed: Option<&'a Fields>,
    status: Option<StatusCode>,
}

fn row(ListedToken { token, agent, dormant_since }: &ListedToken, me: &Agent) -> Value {
    json!({
        "id": token.id,
        "name": token.name,
        "of": agent.name,
        "own": agent.id == me.id,
        "scopes": token.scopes.iter().map(Scope::code).collect::<Vec<_>>().join(", "),
        "networks": token.networks.to_string(),
        "created": moment(token.created_at),
        "expires": moment(token.expires_at),
        "last_used": moment_if(token.last_used_at),
        "dormant": moment_if(*dormant_since),
    })
}

async fn page(app: &App, me: &SignedInAgent, said: Said<'_>) -> Result<HttpResponse, PageError> {
    let agent = &me.session.agent;
    let everybody = agent.role.supervises();
    let tokens = app.desk.tokens((!everybody).then_some(agent.id)).await?;
    let (own, others): (Vec<_>, Vec<_>) = tokens.iter().partition(|each| each.agent.id == agent.id);
    let rows = |tokens: Vec<&ListedToken>| tokens.into_iter().map(|each| row(each, agent)).collect::<Vec<_>>();
    let typed = |name: &str| said.typed.map(|fields| fields.get(name).to_owned());
    let ticked =
        |scope: &Scope| said.typed.is_some_and(|fields| fields.all_of("scope").any(|code| code == scope.code()));
    let most = app.desk.kit.api.token_days;
    let scopes = Scope::ALL.iter().filter(|scope| scope.is_of_use_to(agent.role));
    let content = json!({
        "own": rows(own),
        "others": rows(others),
        "everybody": everybody,
        "issued": said.issued.as_ref().map(|issued| json!({
            "secret": shown(&issued.secret),
            "name": issued.token.name,
            "expires": moment(issued.token.expires_at),
        })),
        "scopes": scopes.map(|scope| json!({
            "code": scope.code(),
            "label": scope.label(),
            "selected": ticked(scope),
        })).collect::<Vec<_>>(),
        "most_days": most,
        "dormant_after_days": app.desk.kit.api.dormant_after_days,
        "typed": {
            "name": typed("name").unwrap_or_default(),
            "days": typed("days").unwrap_or_else(|| PROPOSED_DAYS.min(most).to_string()),
            "networks": typed("networks").unwrap_or_default(),
        },
        "errors": said.wrong,
    });
    let mut head = Head::desk("Tokens for programs", me);
    head.flash = said.flash;
    let status = said.status.unwrap_or(StatusCode::OK);
    show_page(app, &me.caller, status, "desk/tokens.html", head, content)
}

/// The list, and the form for one more.
pub async fn list(app: Data<App>, me: SignedInAgent, after: Query<After>) -> Result<HttpResponse, PageError> {
    let flash = (after.done == "revoked").then(|| Flash::Done("The token is revoked.".to_owned()));
    page(&app, &me, Said { flash, ..Said::default() }).await
}

/// **Issue a token**: the page with it is the only one that ever shows it.
pub async fn issue(app: Data<App>, me: SignedInAgent, fields: Fields) -> Result<HttpResponse, PageError> {
    let agent = &me.session.agent;
    let typed = (fields.get("name"), fields.get("days"), fields.get("networks"));
    let wish = match Wish::read(typed, fields.all_of("scope"), agent.role, app.desk.kit.api.token_days) {
        Ok(wish) => wish,
        Err(wrong) => {
            let wrong = wrong.into_iter().map(|(field, bad)| (field, bad.to_string())).collect();
            let status = Some(StatusCode::UNPROCESSABLE_ENTITY);
            return page(&app, &me, Said { wrong, status, typed: Some(&fields), ..Said::default() }).await;
        }
    };
    let said = match app.desk.issue_token(me.act(&app), agent.id, wish).await? {
        Ok(issued) => Said { issued: Some(issued), ..Said::default() },
        Err(halt) => {
            let (status, flash) = (Some(status_of(&halt)), Some(Flash::Refused(halt.to_string())));
            Said { status, flash, typed: Some(&fields), ..Said::default() }
        }
    };
    page(&app, &me, said).await
}

/// **Revoke**.
pub async fn revoke(app: Data<App>, me: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let id = path.parse().map_err(|_| PageError::Halt(Halt::Gone))?;
    app.desk.revoke_token(me.act(&app), id).await??;
    Ok(see_other("/desk/tokens?done=revoked"))
}
