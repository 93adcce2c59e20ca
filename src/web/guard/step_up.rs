//! Acts that need a fresh second factor, as the table of routes declares them.

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use chrono::{DateTime, Utc};

use super::access::{Access, SignedInAgent};
use super::account::SignedInAccount;
use super::fields::Fields;
use crate::domain::authn::{Assurance, Next, Stuck, fresh};
use crate::web::App;
use crate::web::error::PageError;
use crate::web::next_page::encoded;
use crate::web::routes::RouteSpec;

/// Whether a second factor that was given at `proved` still counts as given just now.
pub fn is_fresh(app: &App, proved: Option<DateTime<Utc>>) -> bool {
    fresh(proved, app.now(), app.desk.kit.sessions.step_up())
}

/// Leads whoever has to give a second factor first to the page where they do.
///
/// # Errors
/// [`PageError::StepUp`] when the route asks for a fresh one and the session has none.
pub(super) async fn check(request: &ServiceRequest, app: &App, route: &RouteSpec) -> Result<(), PageError> {
    let Some(page) = route.step_up else { return Ok(()) };
    let agent = request.extensions().get::<SignedInAgent>().map(|agent| agent.session.clone());
    let account = request.extensions().get::<SignedInAccount>().map(|account| account.session.clone());
    let (proved, next) = if let Some(session) = agent {
        (session.proved_at, app.desk.agent_next(session.agent.id).await?)
    } else if let Some(session) = account {
        if session.assurance == Assurance::Recovery {
            // Won with all that a recovery asks for, and good for nothing else.
            return Ok(());
        }
        (session.proved_at, app.desk.account_next(session.account.id).await?)
    } else {
        return Err(PageError::Forbidden);
    };
    // The first authenticator is set up without one.
    let sets_up = matches!(route.access, Access::DeskAuthenticators | Access::Authenticators);
    if is_fresh(app, proved) || sets_up && next == Next::Stuck(Stuck::NoDevice) {
        return Ok(());
    }
    Err(PageError::StepUp { next: page_of(request, page) })
}

/// The page that holds the form, with its names filled in.
fn page_of(request: &ServiceRequest, page: &str) -> String {
    if request.method() != Method::POST {
        return request.uri().to_string();
    }
    let extensions = request.extensions();
    let fields = extensions.get::<Fields>();
    let mut filled = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let typed = || fields.map(|fields| fields.get(name)).unwrap_or_default();
        filled.push_str(before);
        match request.match_info().get(name) {
            Some(value) => filled.push_str(value),
            None => filled.push_str(&encoded(typed())),
        }
        rest = after;
    }
    filled + rest
}
