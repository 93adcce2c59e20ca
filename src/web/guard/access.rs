//! Who may call what: the one gate in front of every handler.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload};
use futures_util::StreamExt;
use futures_util::future::{Ready, ready};

use super::account::admit_account;
use super::caller::{Caller, is_below};
use super::fields::{content_type, decode};
use super::{step_up, upload};
use crate::domain::actor::{Actor, Role};
use crate::domain::api_token::Scope;
use crate::domain::authn::{Assurance, DeskStep};
use crate::domain::token::{Purpose, Token, same};
use crate::store::agents::{AgentSession, Waiting};
use crate::web::App;
use crate::web::api;
use crate::web::cookies;
use crate::web::desk::live::EVENTS;
use crate::web::error::PageError;
use crate::web::next_page::encoded;
use crate::web::routes::{Body, RouteSpec};
use crate::workflow::Act;

/// Which people at the desk a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Everyone who is signed in.
    Anyone,
    /// Those who work cases.
    WorksCases,
    /// Those who reassign and end disputes.
    Supervises,
    /// Those who read and export the log.
    Audits,
}

impl Need {
    /// Whether a role is enough.
    pub const fn is_met_by(self, role: Role) -> bool {
        match self {
            Self::Anyone => true,
            Self::WorksCases => role.works_cases(),
            Self::Supervises => role.supervises(),
            Self::Audits => role.audits(),
        }
    }
}

/// Who may call a route. Every route declares it; a request that no declaration covers is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everyone. Forms posted to it must come from our own pages.
    Public,
    /// A browser that confirmed the case's address; forms carry that browser's token.
    Customer,
    /// Somebody at the desk whose password was right and whose second step is still to come, and nobody else.
    DeskSecondStep,
    /// People at the desk, and those of them who gave their password and have no authenticator yet.
    DeskAuthenticators,
    /// People at the desk who are signed in; forms carry their session's token.
    Desk(Need),
    /// An account whose password was right and whose second step is still to come, and nobody else.
    SecondStep,
    /// An account that is signed in, or was let in by alternative factors to manage its authenticators.
    Authenticators,
    /// An account that is signed in; forms carry its session's token.
    Account,
    /// The telephone provider or a mail server, whose signature the handler checks.
    Provider,
    /// Programs with a token of this scope, or of any, whose person meets the need. Cookies are nothing to them.
    Api(Need, Option<Scope>),
}

/// An agent who is signed in, as handlers get them.
#[derive(Clone)]
pub struct SignedInAgent {
    /// The session and the agent.
    pub session: AgentSession,
    /// What waits for someone's attention.
    pub waiting: Waiting,
    /// The token that forms of this session carry.
    pub csrf: String,
    /// Where the request came from.
    pub caller: Caller,
    /// The moment before which nothing of the answer was read, as signals name it.
    pub seen: String,
}

impl SignedInAgent {
    /// The agent as one who acts now.
    pub fn act(&self, app: &App) -> Act {
        Act { actor: self.session.agent.actor(), ip: self.caller.ip.clone(), at: app.now() }
    }
}

impl FromRequest for SignedInAgent {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(PageError::Forbidden))
    }
}

impl FromRequest for Caller {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(PageError::NotFound))
    }
}

/// A customer at a public page, as one who acts now.
pub fn customer_act(app: &App, caller: &Caller) -> Act {
    Act { actor: Actor::Customer, ip: caller.ip.clone(), at: app.now() }
}

/// The token that forms of a session or a browser carry.
pub fn csrf_token(app: &App, of: &str) -> String {
    hex::encode(app.desk.kit.key.keyed_hash(Purpose::Csrf, &[of.as_bytes()]))
}

/// Lets a request through to its handler when its route's declaration says so.
pub async fn access(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if is_below(request.path(), "/api") {
        return api::serve(request, next).await;
    }
    match admit(&mut request).await {
        Ok(renewed) => {
            let mut response = next.call(request).await?.map_into_boxed_body();
            let sets_own = response.headers().contains_key(header::SET_COOKIE);
            if let Some(cookie) = renewed.filter(|_| !sets_own)
                && let Ok(value) = HeaderValue::from_str(&cookie)
            {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
            Ok(response)
        }
        Err(error) => {
            let response = actix_web::ResponseError::error_response(&error);
            Ok(request.into_response(response))
        }
    }
}

async fn admit(request: &mut ServiceRequest) -> Result<Option<String>, PageError> {
    let app = request.app_data::<Data<App>>().cloned().ok_or(PageError::NotFound)?;
    let pattern = request.match_pattern().ok_or(PageError::NotFound)?;
    let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
    let declared = app.routes.iter().filter(|route| route.path == pattern);
    let Some(route) = declared.clone().find(|route| route.method == method) else {
        let allowed: Vec<&str> = declared.map(RouteSpec::allows).collect();
        return Err(if allowed.is_empty() {
            PageError::NotFound
        } else {
            PageError::MethodNotAllowed(allowed.join(", "))
        });
    };
    if !is_readable(request.query_string()) {
        return Err(PageError::BadAddress);
    }
    let posted = method == Method::POST;
    if !posted && !may_be_embedded(route.path) && !is_visit(request) {
        return Err(PageError::CrossSite);
    }
    if posted && route.body == Body::Upload && upload::is_multipart(request) {
        // Who may send a file is asked before it is read.
        if route.access != Access::Customer || !from_our_pages(request, &app) {
            return Err(PageError::CrossSite);
        }
        upload::admit(request, &app).await?;
        return Ok(None);
    }
    if posted && route.body != Body::Mail {
        let reading = read_body(request, app.desk.kit.limits.body_bytes());
        let body = tokio::time::timeout(SLOWEST_BODY, reading).await.map_err(|_| PageError::TooSlow)??;
        let fields = decode(content_type(request).as_deref(), &body)?;
        request.extensions_mut().insert(fields);
    }
    if posted && route.access != Access::Provider && !from_our_pages(request, &app) {
        return Err(PageError::CrossSite);
    }
    let renewed = admit_by(request, &app, route, posted).await?;
    step_up::check(request, &app, route)?;
    Ok(renewed)
}

async fn admit_by(
    request: &mut ServiceRequest,
    app: &Data<App>,
    route: &RouteSpec,
    posted: bool,
) -> Result<Option<String>, PageError> {
    match route.access {
        Access::Public | Access::Provider => Ok(None),
        // They are answered before this.
        Access::Api(..) => Err(PageError::Forbidden),
        Access::Customer => {
            // A page that shows more to its own browser checks the cookie itself; a form must carry its token.
            if posted {
                let reference = request.match_info().get("reference").or_else(|| request.path().split('/').nth(2));
                let cookie = cookies::customer(request.request(), app, reference.unwrap_or_default());
                check_csrf(request, cookie.map(|cookie| csrf_of_browser(app, &cookie)).as_deref())?;
            }
            Ok(None)
        }
        Access::DeskSecondStep => admit_agent(request, app, AtDesk::SecondStep, (route.path, posted)).await,
        Access::DeskAuthenticators => admit_agent(request, app, AtDesk::Authenticators, (route.path, posted)).await,
        Access::Desk(need) => admit_agent(request, app, AtDesk::Complete(need), (route.path, posted)).await,
        Access::SecondStep => admit_account(request, app, &[Assurance::Password], posted).await.map(|()| None),
        Access::Authenticators => {
            admit_account(request, app, &[Assurance::Recovery, Assurance::Complete], posted).await.map(|()| None)
        }
        Access::Account => admit_account(request, app, &[Assurance::Complete], posted).await.map(|()| None),
    }
}

/// A body is small; who takes longer to send it keeps a connection from others.
pub(in crate::web) const SLOWEST_BODY: std::time::Duration = std::time::Duration::from_secs(20);

/// Sent by pages that look again by themselves.
pub(super) const LIVE: &str = "x-mfa-desk-live";

/// The token that forms of a customer's browser carry.
pub fn csrf_of_browser(app: &App, cookie: &Token) -> String {
    csrf_token(app, cookie.expose())
}

/// How far a sign-in at the desk has to have come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AtDesk {
    SecondStep,
    Authenticators,
    Complete(Need),
}

/// Sends a sign-in that is at another step to the page that is its own.
async fn check_step(app: &App, session: &AgentSession, at: AtDesk, here: String) -> Result<(), PageError> {
    let first = session.assurance != Assurance::Complete;
    match at {
        AtDesk::SecondStep if !first => Err(PageError::AtDeskAlready),
        AtDesk::Complete(_) | AtDesk::Authenticators if !first => Ok(()),
        _ if app.desk.desk_step(session).await? == DeskStep::Enrol => match at {
            AtDesk::Authenticators => Ok(()),
            AtDesk::SecondStep | AtDesk::Complete(_) => Err(PageError::DeskEnrol),
        },
        AtDesk::SecondStep => Ok(()),
        AtDesk::Authenticators | AtDesk::Complete(_) => Err(PageError::DeskSecondStep { next: here }),
    }
}

async fn admit_agent(
    request: &mut ServiceRequest,
    app: &Data<App>,
    at: AtDesk,
    (route, posted): (&'static str, bool),
) -> Result<Option<String>, PageError> {
    let back = if posted { "/desk".to_owned() } else { request.uri().to_string() };
    let sign_in = || PageError::SignIn { next: back.clone() };
    let now = app.now();
    let cookie = cookies::agent(request.request(), app).ok_or_else(sign_in)?;
    let id = app.tokens.read(&cookie, now).ok_or_else(sign_in)?;
    // A page that looks again by itself is no sign that anyone sits in front of it.
    let by_hand = !request.headers().contains_key(LIVE) && route != EVENTS;
    let (session, waiting) = app.desk.agent_session(id, by_hand).await?.ok_or_else(sign_in)?;
    check_step(app, &session, at, back).await?;
    let csrf = csrf_token(app, &id.to_string());
    if posted {
        check_csrf(request, Some(&csrf))?;
    }
    let renewed = app.tokens.issue(id, session.agent.id, now).ok().filter(|_| by_hand);
    let renewed = renewed.map(|token| cookies::set_agent(app, &token));
    let caller = request.extensions().get::<Caller>().cloned().ok_or(PageError::NotFound)?;
    let agent = SignedInAgent { session, waiting, csrf, caller, seen: app.desk.store.signals().mark() };
    if let AtDesk::Complete(need) = at
        && !need.is_met_by(agent.session.agent.role)
    {
        app.desk.refuse_access(agent.act(app), route).await?;
        return Err(PageError::Forbidden);
    }
    request.extensions_mut().insert(agent);
    Ok(renewed)
}

pub(super) fn check_csrf(request: &ServiceRequest, expected: Option<&str>) -> Result<(), PageError> {
    let extensions = request.extensions();
    let given = extensions.get::<super::fields::Fields>().map(|fields| fields.get("csrf")).unwrap_or_default();
    match expected {
        Some(expected) if same(expected, given) => Ok(()),
        _ => Err(PageError::StaleForm),
    }
}

pub(in crate::web) async fn read_body(request: &mut ServiceRequest, most: usize) -> Result<Bytes, PageError> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > most) {
        return Err(PageError::TooLarge);
    }
    let mut payload = request.take_payload();
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| PageError::NotAForm)?;
        if body.len() + chunk.len() > most {
            return Err(PageError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

/// What no database can store is refused before anything looks for it.
fn is_readable(query: &str) -> bool {
    percent_encoding::percent_decode_str(query).all(|byte| byte != 0)
}

/// Browsers say where a form came from (Fetch Metadata, or the Origin header); a form from elsewhere is
/// refused. Programs that are no browsers say nothing and have no cookies to abuse.
fn from_our_pages(request: &ServiceRequest, app: &App) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (header("sec-fetch-site"), header("origin")) {
        (Some("same-origin" | "none"), _) => true,
        (Some(_), _) => false,
        (None, None) => true,
        // A page whose address holds a secret sends no referrer, and browsers without Fetch Metadata then do not say where
        // its form comes from. The secret is in the form, and no other site knows it.
        (None, Some("null")) => carries_link(request),
        (None, Some(origin)) => {
            let host = header("host").unwrap_or_default();
            origin == app.origin || origin == format!("http://{host}") || origin == format!("https://{host}")
        }
    }
}

fn carries_link(request: &ServiceRequest) -> bool {
    let extensions = request.extensions();
    let Some(fields) = extensions.get::<super::fields::Fields>() else { return false };
    let path = request.path();
    // Whoever signs somebody else's browser in would do it with a link of their own.
    let signs_in = path.starts_with("/desk/sign-in") || path.starts_with("/account/sign-in/");
    // The first step of an account's sign-in carries its link further, and signs nobody in.
    let name = if path == "/account/sign-in" { "link" } else { "token" };
    !signs_in && Token::presented(fields.get(name)).is_some()
}

/// What other sites may put into their pages: nothing of it is about anyone.
fn may_be_embedded(path: &str) -> bool {
    matches!(path, "/static/{name}" | "/healthz" | "/readyz")
}

/// Whether somebody comes to look at a page: from our own pages, by hand, or by a link from anywhere. Another site's
/// images, frames and scripts are no visits (Fetch Metadata).
fn is_visit(request: &ServiceRequest) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match header("sec-fetch-site") {
        None | Some("same-origin" | "none") => true,
        Some(_) => {
            header("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
                && header("sec-fetch-dest").is_none_or(|dest| dest == "document")
        }
    }
}

/// What answers a request for a page that needs a sign-in: the page where one signs in, and where to go afterwards.
pub fn to_sign_in(page: &str, next: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, format!("{page}?next={}", encoded(next)))).finish()
}
