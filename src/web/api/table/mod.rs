//! Every operation: who may ask for it, what it is like at the desk, what it takes and gives. A file for each resource.

mod audit;
mod cases;
mod decisions;
mod desk;
mod people;
mod queue;

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder};

use super::operation::{Operation, Values};
use super::{docs, me, openapi};
use crate::domain::api_token::Scope;
use crate::web::guard::access::{Access, Need};
use crate::web::routes::{RouteSpec, spec};

const CASES: &str = "Cases";
const QUEUE: &str = "Queue";
const DECISIONS: &str = "Decisions";
const DOCUMENTS: &str = "Documents";
const MAIL: &str = "Mail";
const PHONE: &str = "Phone changes";
const REPLIES: &str = "Replies";
const DESK: &str = "Desk";
const PEOPLE: &str = "People";
const AUDIT: &str = "Audit and reports";
const ME: &str = "Token";

fn get<F, Args>(path: &'static str, needs: (Need, Scope), handler: F, operation: Operation) -> RouteSpec
where
    F: Handler<Args> + Clone + Send + Sync,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    spec(Method::GET, path, Access::Api(needs.0, Some(needs.1)), handler).for_programs(operation)
}

fn post<F, Args>(path: &'static str, needs: (Need, Scope), handler: F, operation: Operation) -> RouteSpec
where
    F: Handler<Args> + Clone + Send + Sync,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    spec(Method::POST, path, Access::Api(needs.0, Some(needs.1)), handler).for_programs(operation)
}

fn says(tag: &'static str, summary: &'static str) -> Operation {
    Operation::new(tag, summary)
}

fn yes_or_no() -> Values {
    Values::OneOf(vec!["true", "false"])
}

/// Every route for programs, and the two that tell of them.
pub fn routes() -> Vec<RouteSpec> {
    let mut routes = vec![
        spec(Method::GET, "/api/v1/openapi.json", Access::Public, openapi::document),
        spec(Method::GET, "/api/v1/docs", Access::Public, docs::show),
        spec(Method::GET, "/api/v1/me", Access::Api(Need::Anyone, None), me::show)
            .for_programs(says(ME, "Show this token and its person").gives::<me::Me>()),
    ];
    routes.extend(queue::routes());
    routes.extend(cases::routes());
    routes.extend(decisions::routes());
    routes.extend(desk::routes());
    routes.extend(people::routes());
    routes.extend(audit::routes());
    routes
}
