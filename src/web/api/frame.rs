//! What every request of a program goes through: the token and what it may, the forms of question and answer, the code of
//! the person's authenticator, and the same request sent again.

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::body::Raw;
use super::headers::{self, IDEMPOTENCY_KEY, MFA_CODE, REPLAYED, accepts, tell_budget};
use super::operation::Operation;
use super::problem::{Kind, Problem};
use super::program::Program;
use super::query::Query;
use crate::domain::api_token::{Left, Scope, presented};
use crate::domain::authn::TotpCode;
use crate::domain::token::Purpose;
use crate::store::api_answers::{Answer, AnswerKey};
use crate::web::App;
use crate::web::error::{ErrorInfo, PageError};
use crate::web::guard::access::{Access, Need, SLOWEST_BODY, read_body};
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::content_type;
use crate::web::routes::RouteSpec;
use crate::workflow::{Begun, Entered, Shut};

/// How a request goes on.
enum Go {
    /// It is for everyone.
    Open,
    /// It is carried out, and its answer kept under a key if there is one.
    Act(Option<AnswerKey>),
    /// It was carried out before.
    Again(Answer),
}

/// Answers a request for anything below [`super::BASE`].
///
/// # Errors
/// None: what goes wrong is a [`Problem`].
pub async fn serve(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = match admit(&mut request).await {
        Err(problem) => request.into_response(problem.error_response()),
        Ok(Go::Again(answer)) => request.into_response(replay(&answer)),
        Ok(Go::Open) => with_problem(next.call(request).await?.map_into_boxed_body()),
        Ok(Go::Act(key)) => carry_out(request, next, key).await?,
    };
    let left = response.request().extensions().get::<Program>().map(|program| program.entered.left);
    if let Some(left) = left {
        tell_budget(response.headers_mut(), left);
    }
    Ok(response)
}

/// Carries a request out to its end, whether or not whoever sent it is still there: an act whose answer is kept must not
/// stop between the two.
async fn carry_out(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    key: Option<AnswerKey>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(key) = key else { return Ok(with_problem(next.call(request).await?.map_into_boxed_body())) };
    let acting = actix_web::rt::spawn(async move {
        let app = request.app_data::<Data<App>>().cloned();
        let response = with_problem(next.call(request).await?.map_into_boxed_body());
        let (request, response) = response.into_parts();
        let (response, body) = response.into_parts();
        let body = to_bytes(body).await.map_err(|_| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))?;
        if let Some(app) = app {
            let answer = kept(&response, &body);
            if let Err(error) = app.desk.finish_answer(key, answer).await {
                tracing::error!(%error, "an answer could not be kept");
            }
        }
        Ok::<_, Error>(ServiceResponse::new(request, response.set_body(body).map_into_boxed_body()))
    });
    acting.await.map_err(|_| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))?
}

/// What is kept of an answer. A fault is kept too: it may have come after the act.
fn kept(response: &HttpResponse<()>, body: &[u8]) -> Answer {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Answer {
        status: response.status().as_u16(),
        etag: header(header::ETAG),
        media_type: header(header::CONTENT_TYPE).unwrap_or_default(),
        body: String::from_utf8_lossy(body).into_owned(),
    }
}

fn replay(answer: &Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if let Some(etag) = &answer.etag {
        response.insert_header((header::ETAG, etag.as_str()));
    }
    response.insert_header((REPLAYED, "true"));
    response.content_type(answer.media_type.as_str()).body(answer.body.clone())
}

/// What answered with a page of an error answers programs with a problem.
fn with_problem(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let is_page = response.response().extensions().contains::<ErrorInfo>();
    let status = response.status();
    if is_page { response.into_response(Problem::of_status(status).error_response()) } else { response }
}

async fn admit(request: &mut ServiceRequest) -> Result<Go, Problem> {
    let app = request.app_data::<Data<App>>().cloned().ok_or(PageError::NotFound)?;
    let route = route_of(request, &app)?;
    let (Access::Api(need, scope), Some(operation)) = (route.access, route.api.as_deref()) else {
        return Ok(Go::Open);
    };
    let caller = request.extensions().get::<Caller>().cloned().ok_or(PageError::NotFound)?;
    let entered = enter(request, &app, &caller).await?;
    let mut program = Program { entered, caller, version: None, query: Query::default() };
    request.extensions_mut().insert(program.clone());
    let left = program.entered.left;
    if left.exceeded {
        return Err(too_many(left, ""));
    }
    authorise(&app, &program, (need, scope), route.path).await?;
    if !accepts(request, operation.answers) {
        let offered = format!("This is answered with {}.", operation.answers.media_type());
        return Err(Problem::new(Kind::NotAcceptable, offered));
    }
    program.query = Query::read(operation, request.query_string())?;
    if operation.versioned {
        program.version = Some(headers::version(request)?);
    }
    let body = body(request, &app, operation).await?;
    request.extensions_mut().insert(program.clone());
    let key = match begin(request, &app, &program, operation, &body).await? {
        Go::Act(key) => key,
        other => return Ok(other),
    };
    let admitted = match count_each(&app, &mut program, operation, &body).await {
        Ok(()) if operation.code => prove(request, &app, &program).await,
        counted => counted,
    };
    request.extensions_mut().insert(Raw(body));
    request.extensions_mut().insert(program);
    if let Err(problem) = admitted {
        // Nothing was done, so that the same request can be sent again, later or with another code.
        if let Some(key) = key {
            app.desk.free_key(key).await?;
        }
        return Err(problem);
    }
    Ok(Go::Act(key))
}

fn too_many(left: Left, besides: &str) -> Problem {
    let detail = format!("This token may ask {} times in a minute{besides}.", left.most);
    Problem::new(Kind::TooMany, detail).header(header::RETRY_AFTER, left.reset.to_string())
}

/// Counts what a request asks for beyond one thing: many acts in one request are as many as in many.
async fn count_each(app: &App, program: &mut Program, operation: &Operation, body: &[u8]) -> Result<(), Problem> {
    let Some(member) = operation.each else { return Ok(()) };
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let items = body.get(member).and_then(Value::as_array).map_or(0, Vec::len);
    let more = u32::try_from(items).unwrap_or(u32::MAX).saturating_sub(1);
    if more == 0 {
        return Ok(());
    }
    let left = app.desk.count_more(program.entered.token.id, more).await?;
    program.entered.left = left;
    if left.exceeded { Err(too_many(left, ", and each of several cases counts")) } else { Ok(()) }
}

fn route_of(request: &ServiceRequest, app: &App) -> Result<RouteSpec, Problem> {
    let pattern = request.match_pattern().ok_or(PageError::NotFound)?;
    let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
    let declared: Vec<&RouteSpec> = app.routes.iter().filter(|route| route.path == pattern).collect();
    if let Some(route) = declared.iter().find(|route| route.method == method) {
        return Ok((*route).clone());
    }
    let allowed: Vec<&str> = declared.iter().map(|route| route.allows()).collect();
    Err(if allowed.is_empty() { PageError::NotFound } else { PageError::MethodNotAllowed(allowed.join(", ")) }.into())
}

async fn enter(request: &ServiceRequest, app: &App, caller: &Caller) -> Result<Entered, Problem> {
    let given = headers::bearer(request);
    let challenge = |error: &str| format!("Bearer realm=\"mfa-desk\"{error}");
    let Some(given) = given else {
        let problem = Problem::new(Kind::Unauthorized, "Send a token: Authorization: Bearer mfad_…");
        return Err(problem.header(header::WWW_AUTHENTICATE, challenge("")));
    };
    match app.desk.let_in(presented(given), caller.ip.clone()).await? {
        Ok(entered) => Ok(entered),
        Err(Shut::Useless) => {
            let problem = Problem::new(Kind::Unauthorized, "This token is good for nothing.");
            Err(problem.header(header::WWW_AUTHENTICATE, challenge(", error=\"invalid_token\"")))
        }
        Err(Shut::Dormant) => {
            let words =
                "This token sleeps: its person has not signed in to the desk for long. It works again once they do.";
            let problem = Problem::new(Kind::Dormant, words).with("sign_in", app.desk.kit.url("/desk/sign-in"));
            Err(problem.header(header::WWW_AUTHENTICATE, challenge(", error=\"invalid_token\"")))
        }
        Err(Shut::TooMany) => {
            let problem = Problem::new(Kind::TooMany, "Too many useless tokens came from your network.");
            Err(problem.header(header::RETRY_AFTER, "900"))
        }
    }
}

async fn authorise(
    app: &App,
    program: &Program,
    (need, scope): (Need, Option<Scope>),
    route: &'static str,
) -> Result<(), Problem> {
    if let Some(scope) = scope.filter(|scope| !program.entered.token.scopes.contains(*scope)) {
        let challenge = format!("Bearer realm=\"mfa-desk\", error=\"insufficient_scope\", scope=\"{}\"", scope.code());
        let problem = Problem::new(Kind::InsufficientScope, format!("This needs the scope {}.", scope.code()));
        return Err(problem.with("scope", scope.code()).header(header::WWW_AUTHENTICATE, challenge));
    }
    if need.is_met_by(program.entered.agent.role) {
        return Ok(());
    }
    app.desk.refuse_access(program.act(app), route).await?;
    Err(Problem::new(Kind::Forbidden, "Your role does not allow this."))
}

async fn body(
    request: &mut ServiceRequest,
    app: &App,
    operation: &Operation,
) -> Result<actix_web::web::Bytes, Problem> {
    let reading = read_body(request, app.desk.kit.limits.body_bytes());
    let body = tokio::time::timeout(SLOWEST_BODY, reading).await.map_err(|_| PageError::TooSlow)??;
    if operation.body.is_none() {
        let refused = Problem::new(Kind::Malformed, "This takes no body.");
        return if body.is_empty() { Ok(body) } else { Err(refused) };
    }
    let kind = content_type(request).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/json" {
        let problem = Problem::new(Kind::NotJson, "Send JSON, with Content-Type: application/json.");
        return Err(problem.header(header::ACCEPT, "application/json"));
    }
    Ok(body)
}

/// Looks whether the same request was sent before.
async fn begin(
    request: &ServiceRequest,
    app: &App,
    program: &Program,
    operation: &Operation,
    body: &[u8],
) -> Result<Go, Problem> {
    if request.method() != Method::POST || !operation.keeps_answer {
        return Ok(Go::Act(None));
    }
    let Some(key) = headers::key(request)? else { return Ok(Go::Act(None)) };
    let key = AnswerKey { token: program.entered.token.id, key_hash: hex::encode(Sha256::digest(key.as_bytes())) };
    let version = program.version.map(|version| version.to_string()).unwrap_or_default();
    let (path, query) = (request.path().as_bytes(), request.query_string().as_bytes());
    // Whoever could read the table could guess a code or a note from a hash without the server's key.
    let hash = app.desk.kit.key.keyed_hash(Purpose::Request, &[path, query, version.as_bytes(), body]);
    match app.desk.begin_answer(key.clone(), hex::encode(hash)).await? {
        Begun::New => Ok(Go::Act(Some(key))),
        Begun::Answered(answer) => Ok(Go::Again(answer)),
        Begun::UnderWay => {
            let problem = Problem::new(Kind::UnderWay, "Wait for its answer, or send it again in a moment.");
            Err(problem.header(header::RETRY_AFTER, "5"))
        }
        Begun::Unknown => {
            let look = "It may have been carried out. Look at the case before you send it again, with a new key.";
            Err(Problem::new(Kind::OutcomeUnknown, look))
        }
        Begun::Another => {
            let wrong = "This key was used for a request with another address, version or body.";
            Err(Problem::parameter(Kind::KeyReused, IDEMPOTENCY_KEY, wrong))
        }
    }
}

/// Takes the code of the person's authenticator, which is used up by that.
async fn prove(request: &ServiceRequest, app: &App, program: &Program) -> Result<(), Problem> {
    let agent = &program.entered.agent;
    if !app.desk.has_codes(agent.id).await? {
        let why = "Only an authenticator app's codes can be sent here. Act at the desk's pages, or activate an app.";
        return Err(Problem::new(Kind::CodeUnavailable, why));
    }
    let Some(typed) = headers::code(request)? else {
        let why = "Send the code that your authenticator shows now: Mfa-Code: 123456. Each is taken once.";
        return Err(Problem::parameter(Kind::CodeRequired, MFA_CODE, why));
    };
    let unreadable = || Problem::parameter(Kind::CodeRefused, MFA_CODE, "A code has six digits.");
    let code = TotpCode::typed(typed).ok_or_else(unreadable)?;
    app.desk.prove_by_code(program.act(app), agent, code).await??;
    Ok(())
}
