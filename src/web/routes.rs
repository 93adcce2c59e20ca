//! Every route with who may call it: one table, which the guard obeys and a test walks.

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Handler, Responder, Route};

use super::guard::access::{Access, Need};
use super::{account, assets, customer, demo, desk, health, hooks};

/// What a posted body is, and by which limits it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Fields, small and quick.
    Form,
    /// Fields and a file, read only for the case's own browser.
    Upload,
}

/// One route.
#[derive(Clone)]
pub struct RouteSpec {
    /// GET or POST; HEAD is answered like GET.
    pub method: Method,
    /// The path with its parameters.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What a posted body is.
    pub body: Body,
    route: std::sync::Arc<dyn Fn(Method) -> Route + Send + Sync>,
}

fn spec<F, Args>(method: Method, path: &'static str, access: Access, handler: F) -> RouteSpec
where
    F: Handler<Args> + Clone + Send + Sync,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let route: std::sync::Arc<dyn Fn(Method) -> Route + Send + Sync> =
        std::sync::Arc::new(move |verb| web::method(verb).to(handler.clone()));
    RouteSpec { method, path, access, body: Body::Form, route }
}

fn get<F, Args>(path: &'static str, access: Access, handler: F) -> RouteSpec
where
    F: Handler<Args> + Clone + Send + Sync,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    spec(Method::GET, path, access, handler)
}

fn post<F, Args>(path: &'static str, access: Access, handler: F) -> RouteSpec
where
    F: Handler<Args> + Clone + Send + Sync,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    spec(Method::POST, path, access, handler)
}

impl RouteSpec {
    /// The same route, taking a file.
    fn with_file(self) -> Self {
        Self { body: Body::Upload, ..self }
    }
}

const PUBLIC: Access = Access::Public;
const CUSTOMER: Access = Access::Customer;
const SECOND_STEP: Access = Access::SecondStep;
const ACCOUNT: Access = Access::Account;
const ANYONE: Access = Access::Desk(Need::Anyone);
const WORKS: Access = Access::Desk(Need::WorksCases);
const SUPERVISES: Access = Access::Desk(Need::Supervises);
const AUDITS: Access = Access::Desk(Need::Audits);

/// Every route of the program; `demo` adds the mailbox and the telephone.
pub fn all(demo: bool) -> Vec<RouteSpec> {
    let mut routes = vec![
        get("/", PUBLIC, customer::home::home),
        get("/static/{name}", PUBLIC, assets::file),
        get("/healthz", PUBLIC, health::healthz),
        get("/readyz", PUBLIC, health::readyz),
        post("/language", PUBLIC, customer::language::choose),
        get("/assistance", PUBLIC, customer::form::show),
        post("/assistance", PUBLIC, customer::form::submit),
        get("/cases", PUBLIC, customer::home::find),
        get("/cases/{reference}", PUBLIC, customer::status::show),
        post("/cases/{reference}/link", PUBLIC, customer::link::send_again),
        get("/cases/{reference}/open", PUBLIC, customer::link::show_open),
        post("/cases/{reference}/open", PUBLIC, customer::link::press_open),
        get("/cases/{reference}/object", PUBLIC, customer::link::show_object),
        post("/cases/{reference}/object", PUBLIC, customer::link::press_object),
        post("/cases/{reference}/call", CUSTOMER, customer::status::call_me),
        post("/cases/{reference}/show-code", CUSTOMER, customer::status::show_code),
        post("/cases/{reference}/messages", CUSTOMER, customer::status::write),
        post("/cases/{reference}/ask-administrators", CUSTOMER, customer::ways::ask_administrators),
        post("/cases/{reference}/recovery-code", CUSTOMER, customer::ways::recovery_code),
        post("/cases/{reference}/resynchronise", CUSTOMER, customer::ways::resynchronise),
        post("/cases/{reference}/documents", CUSTOMER, customer::document::upload).with_file(),
        post("/cases/{reference}/withdraw", CUSTOMER, customer::status::withdraw),
        get("/cases/{reference}/phone", PUBLIC, customer::phone::show),
        post("/cases/{reference}/phone", CUSTOMER, customer::phone::check),
        post("/cases/{reference}/phone/confirm", CUSTOMER, customer::phone::confirm),
        post("/cases/{reference}/phone/withdraw", CUSTOMER, customer::phone::withdraw),
        get("/account/sign-in", PUBLIC, account::sign_in::show),
        post("/account/sign-in", PUBLIC, account::sign_in::email),
        post("/account/sign-in/password", PUBLIC, account::sign_in::password),
        get("/account/sign-in/device", SECOND_STEP, account::sign_in::device),
        post("/account/sign-in/device", SECOND_STEP, account::sign_in::code),
        post("/account/sign-in/recovery-code", SECOND_STEP, account::sign_in::recovery_code),
        post("/account/sign-out", ACCOUNT, account::sign_in::sign_out),
        get("/account", ACCOUNT, account::home::show),
        get("/cases/{reference}/administer", PUBLIC, account::link::show),
        get("/account/requests/{reference}", ACCOUNT, account::requests::show),
        post("/account/requests/{reference}/approve", ACCOUNT, account::requests::approve),
        post("/account/requests/{reference}/decline", ACCOUNT, account::requests::decline),
        get("/account/contact", ACCOUNT, account::contact::show),
        post("/account/contact", ACCOUNT, account::contact::check),
        post("/account/contact/confirm", ACCOUNT, account::contact::confirm),
        post("/account/contact/withdraw", ACCOUNT, account::contact::withdraw),
        get("/desk/sign-in", PUBLIC, desk::sign_in::show),
        post("/desk/sign-in", PUBLIC, desk::sign_in::sign_in),
        post("/desk/sso", PUBLIC, desk::sso::begin),
        get("/desk/sso/callback", PUBLIC, desk::sso::callback),
        post("/desk/sign-out", ANYONE, desk::sign_in::sign_out),
        get("/desk", ANYONE, desk::queue::show),
        get("/desk/cases/{reference}", ANYONE, desk::case::show),
        post("/desk/cases/{reference}/claim", WORKS, desk::acts::claim),
        post("/desk/cases/{reference}/release", WORKS, desk::acts::release),
        post("/desk/cases/{reference}/reassign", SUPERVISES, desk::acts::reassign),
        post("/desk/cases/{reference}/notes", WORKS, desk::acts::note),
        post("/desk/cases/{reference}/messages", WORKS, desk::acts::message),
        post("/desk/cases/{reference}/callback", WORKS, desk::acts::start_callback),
        post("/desk/cases/{reference}/callback/code", WORKS, desk::acts::enter_code),
        get("/desk/approvals", WORKS, desk::approvals::list),
        get("/desk/cases/{reference}/approve", WORKS, desk::approvals::show),
        post("/desk/cases/{reference}/approve", WORKS, desk::approvals::approve),
        post("/desk/cases/{reference}/refuse-approval", WORKS, desk::approvals::refuse),
        post("/desk/cases/{reference}/ask-approval", WORKS, desk::acts::ask_approval),
        post("/desk/cases/{reference}/reject", WORKS, desk::acts::reject),
        get("/desk/cases/{reference}/documents/{document}", WORKS, desk::document::open),
        post("/desk/cases/{reference}/documents/{document}/examination", WORKS, desk::document::examine),
        post("/desk/cases/{reference}/in-person", WORKS, desk::document::record_meeting),
        get("/desk/cases/{reference}/deactivate", WORKS, desk::deactivate::confirm),
        post("/desk/cases/{reference}/deactivate", WORKS, desk::deactivate::deactivate),
        post("/desk/cases/{reference}/phone-change", WORKS, desk::phone_change::ask),
        post("/desk/cases/{reference}/phone-change/confirm", WORKS, desk::phone_change::confirm),
        get("/desk/cases/{reference}/phone-change/approve", WORKS, desk::phone_change::decide),
        post("/desk/cases/{reference}/phone-change/approve", WORKS, desk::phone_change::approve),
        post("/desk/cases/{reference}/phone-change/refuse", WORKS, desk::phone_change::refuse),
        post("/desk/cases/{reference}/end-dispute", SUPERVISES, desk::acts::end_dispute),
        post("/desk/cases/{reference}/reveal", WORKS, desk::acts::reveal),
        post("/desk/cases/{reference}/mails/{mail}/retry", WORKS, desk::acts::send_mail_again),
        get("/desk/alarms", SUPERVISES, desk::alarms::show),
        post("/desk/alarms/{alarm}/seen", SUPERVISES, desk::alarms::see),
        get("/desk/blocks", ANYONE, desk::blocks::show),
        post("/desk/blocks/{block}/lift", SUPERVISES, desk::blocks::lift),
        get("/desk/audit", AUDITS, desk::audit::show),
        get("/desk/audit.csv", AUDITS, desk::audit::export),
        post("/hooks/voice/twilio/{call}/answer", Access::Provider, hooks::twilio::answer),
        post("/hooks/voice/twilio/{call}/digits", Access::Provider, hooks::twilio::digits),
        post("/hooks/voice/twilio/{call}/status", Access::Provider, hooks::twilio::status),
    ];
    if demo {
        routes.extend([
            get("/demo/mail", PUBLIC, demo::mail_page),
            get("/demo/mail.json", PUBLIC, demo::mail_json),
            get("/demo/phone", PUBLIC, demo::phone_page),
            post("/demo/phone", PUBLIC, demo::type_digits),
            get("/demo/phone.json", PUBLIC, demo::phone_json),
            get("/demo/devices", PUBLIC, demo::devices_page),
            get("/demo/devices.json", PUBLIC, demo::devices_json),
            get("/demo/accounts.json", PUBLIC, demo::accounts_json),
        ]);
    }
    routes
}

/// Puts the table's routes into the server.
pub fn configure(routes: &[RouteSpec], config: &mut ServiceConfig) {
    let mut paths: Vec<&'static str> = routes.iter().map(|route| route.path).collect();
    paths.dedup();
    for path in paths {
        let mut resource = web::resource(path);
        for route in routes.iter().filter(|route| route.path == path) {
            resource = resource.route((route.route)(route.method.clone()));
            if route.method == Method::GET {
                resource = resource.route((route.route)(Method::HEAD));
            }
        }
        config.service(resource);
    }
}
