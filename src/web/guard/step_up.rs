//! Acts that need a fresh second factor, as the table of routes declares them.

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use chrono::{DateTime, Utc};

use super::access::SignedInAgent;
use super::account::SignedInAccount;
use super::fields::Fields;
use crate::domain::authn::fresh;
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
pub(super) fn check(request: &ServiceRequest, app: &App, route: &RouteSpec) -> Result<(), PageError> {
    let Some(page) = route.step_up else { return Ok(()) };
    let agent = request.extensions().get::<SignedInAgent>().map(|agent| agent.session.proved_at);
    let account = request.extensions().get::<SignedInAccount>().map(|account| account.session.proved_at);
    let proved = agent.or(account).ok_or(PageError::Forbidden)?;
    if is_fresh(app, proved) {
        return Ok(());
    }
    Err(PageError::StepUp { next: page_of(request, route, page) })
}

/// The page that holds the form, with its names filled in.
fn page_of(request: &ServiceRequest, route: &RouteSpec, page: &str) -> String {
    if request.method() != Method::POST {
        return request.uri().to_string();
    }
    let extensions = request.extensions();
    let fields = extensions.get::<Fields>();
    let mut filled = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(before);
        match in_path(route.path, request.path(), name) {
            Some(value) => filled.push_str(value),
            None => {
                // Several ticked boxes are several values of one name.
                let typed: Vec<String> = fields.iter().flat_map(|fields| fields.all_of(name)).map(encoded).collect();
                filled.push_str(&typed.join(&format!("&{name}=")));
            }
        }
        rest = after;
    }
    filled + rest
}

/// The part of a path that a pattern names. The guard stands before the router, which would know.
fn in_path<'a>(pattern: &str, path: &'a str, name: &str) -> Option<&'a str> {
    let named = |part: &str| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) == Some(name);
    let at = pattern.split('/').position(named)?;
    path.split('/').nth(at)
}
