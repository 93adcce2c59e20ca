//! Every route with who may call it: one table, which the guard obeys and a test walks.

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Handler, Responder, Route};

use super::api::Operation;
use super::guard::access::{Access, Need};
use super::{account, api, assets, customer, demo, desk, health, hooks, security};

/// What a posted body is, and by which limits it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Fields, small and quick.
    Form,
    /// Fields and a file, read only for the case's own browser.
    Upload,
    /// A mail, read by its handler.
    Mail,
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
    /// A second factor must have been given just now. Whoever has to give one first is led back to this page, which
    /// holds the form: its `{names}` are taken from the request's path and fields. Empty is the address itself.
    pub step_up: Option<&'static str>,
    /// What programs are told of it.
    pub api: Option<std::sync::Arc<Operation>>,
    route: std::sync::Arc<dyn Fn(Method) -> Route + Send + Sync>,
}

pub(super) fn spec<F, Args>(method: Method, path: &'static str, access: Access, handler: F) -> RouteSpec
where
    F: Handler<Args> + Clone + Send + Sync,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let route: std::sync::Arc<dyn Fn(Method) -> Route + Send + Sync> =
        std::sync::Arc::new(move |verb| web::method(verb).to(handler.clone()));
    RouteSpec { method, path, access, body: Body::Form, step_up: None, api: None, route }
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
    /// The methods that its path is offered by, as far as this route goes.
    pub fn allows(&self) -> &'static str {
        if self.method == Method::GET { "GET, HEAD" } else { "POST" }
    }

    /// The same route, for programs.
    pub(super) fn for_programs(self, operation: Operation) -> Self {
        Self { api: Some(std::sync::Arc::new(operation)), ..self }
    }

    /// The same route, taking a file.
    fn with_file(self) -> Self {
        Self { body: Body::Upload, ..self }
    }

    /// The same route, taking a mail.
    fn with_mail(self) -> Self {
        Self { body: Body::Mail, ..self }
    }

    /// The same page, shown to those who gave a second factor just now.
    fn stepped_up(self) -> Self {
        Self { step_up: Some(""), ..self }
    }

    /// The same form, taken from those who gave a second factor just now. It stands on `page`.
    fn stepped_up_on(self, page: &'static str) -> Self {
        Self { step_up: Some(page), ..self }
    }
}

const PUBLIC: Access = Access::Public;
const CUSTOMER: Access = Access::Customer;
const SECOND_STEP: Access = Access::SecondStep;
const AUTHENTICATORS: Access = Access::Authenticators;
const ACCOUNT: Access = Access::Account;
const DESK_AUTHENTICATORS: Access = Access::DeskAuthenticators;
const DESK_SECOND_STEP: Access = Access::DeskSecondStep;
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
        get("/contacts/{change}/stop", PUBLIC, customer::contact::show),
        post("/contacts/{change}/stop", PUBLIC, customer::contact::press),
        post("/cases/{reference}/call", CUSTOMER, customer::status::call_me),
        post("/cases/{reference}/show-code", CUSTOMER, customer::status::show_code),
        post("/cases/{reference}/messages", CUSTOMER, customer::status::write),
        post("/cases/{reference}/ask-administrators", CUSTOMER, customer::ways::ask_administrators),
        post("/cases/{reference}/recovery-code", CUSTOMER, customer::ways::recovery_code),
        post("/cases/{reference}/resynchronise", CUSTOMER, customer::ways::resynchronise),
        post("/cases/{reference}/documents", CUSTOMER, customer::document::upload).with_file(),
        post("/cases/{reference}/authenticator", CUSTOMER, customer::fresh::set_up),
        post("/cases/{reference}/withdraw", CUSTOMER, customer::status::withdraw),
        get("/cases/{reference}/phone", PUBLIC, customer::phone::show),
        post("/cases/{reference}/phone", CUSTOMER, customer::phone::check),
        post("/cases/{reference}/phone/confirm", CUSTOMER, customer::phone::confirm),
        post("/cases/{reference}/phone/withdraw", CUSTOMER, customer::phone::withdraw),
        get("/account/sign-in", PUBLIC, account::sign_in::show),
        post("/account/sign-in", PUBLIC, account::sign_in::email),
        post("/account/sign-in/password", PUBLIC, account::sign_in::password),
        get("/account/sign-in/device", SECOND_STEP, account::sign_in::device),
        post("/account/sign-in/device", SECOND_STEP, account::sign_in::second_step),
        post("/account/sign-in/recovery-code", SECOND_STEP, account::sign_in::second_step),
        get("/account/sign-in/troubleshoot", SECOND_STEP, account::troubleshoot::show),
        post("/account/sign-in/troubleshoot", SECOND_STEP, account::troubleshoot::begin),
        post("/account/sign-in/resynchronise", SECOND_STEP, account::troubleshoot::resynchronise),
        get("/account/sign-in/alternative", SECOND_STEP, account::alternative::show),
        post("/account/sign-in/alternative/email", SECOND_STEP, account::alternative::send_mail),
        post("/account/sign-in/alternative/call", SECOND_STEP, account::alternative::call_me),
        post("/account/sign-in/alternative/sign-in", SECOND_STEP, account::alternative::sign_in),
        post("/account/sign-in/new-device", SECOND_STEP, account::new_device::activate),
        get("/account/sign-in/assistance", SECOND_STEP, account::assistance::show),
        post("/account/sign-in/assistance", SECOND_STEP, account::assistance::submit),
        post("/account/sign-in/passkey", SECOND_STEP, account::sign_in::second_step),
        get("/account/security/assistance", AUTHENTICATORS, account::assistance::show),
        post("/account/security/assistance", AUTHENTICATORS, account::assistance::submit),
        post("/account/sign-in/cancel", SECOND_STEP, account::sign_in::sign_out),
        post("/account/sign-out", AUTHENTICATORS, account::sign_in::sign_out),
        get("/account/step-up", ACCOUNT, account::step_up::show),
        post("/account/step-up", ACCOUNT, account::step_up::take),
        post("/account/step-up/recovery-code", ACCOUNT, account::step_up::take),
        post("/account/step-up/passkey", ACCOUNT, account::step_up::take),
        get("/account/sessions", ACCOUNT, account::sessions::show),
        post("/account/sessions/{session}/end", ACCOUNT, account::sessions::end),
        post("/account/sessions/end-all", ACCOUNT, account::sessions::end_all),
        get("/account", ACCOUNT, account::home::show),
        get("/cases/{reference}/administer", PUBLIC, account::link::show),
        get("/account/requests/{reference}", ACCOUNT, account::requests::show).stepped_up(),
        post("/account/requests/{reference}/approve", ACCOUNT, account::requests::approve)
            .stepped_up_on("/account/requests/{reference}"),
        post("/account/requests/{reference}/decline", ACCOUNT, account::requests::decline)
            .stepped_up_on("/account/requests/{reference}"),
        get("/account/contact", ACCOUNT, account::contact::show).stepped_up(),
        post("/account/contact", ACCOUNT, account::contact::check).stepped_up_on("/account/contact"),
        post("/account/contact/confirm", ACCOUNT, account::contact::confirm).stepped_up_on("/account/contact"),
        post("/account/contact/withdraw", ACCOUNT, account::contact::withdraw).stepped_up_on("/account/contact"),
        get("/desk/sign-in", PUBLIC, desk::sign_in::show),
        post("/desk/sign-in", PUBLIC, desk::sign_in::sign_in),
        post("/desk/sso", PUBLIC, desk::sso::begin),
        get("/desk/sso/callback", PUBLIC, desk::sso::callback),
        get("/desk/sign-in/device", DESK_SECOND_STEP, desk::device::show),
        post("/desk/sign-in/device", DESK_SECOND_STEP, desk::device::take),
        post("/desk/sign-in/recovery-code", DESK_SECOND_STEP, desk::device::take),
        post("/desk/sign-in/passkey", DESK_SECOND_STEP, desk::device::take),
        get("/desk/sign-in/lost", DESK_SECOND_STEP, desk::device::show_lost),
        post("/desk/sign-in/lost", DESK_SECOND_STEP, desk::device::open_case),
        post("/desk/sign-in/cancel", DESK_SECOND_STEP, desk::sign_in::sign_out),
        get("/desk/step-up", ANYONE, desk::step_up::show),
        post("/desk/step-up", ANYONE, desk::step_up::take),
        post("/desk/step-up/recovery-code", ANYONE, desk::step_up::take),
        post("/desk/step-up/passkey", ANYONE, desk::step_up::take),
        get("/desk/forgotten-password", PUBLIC, desk::password::forgotten),
        post("/desk/forgotten-password", PUBLIC, desk::password::send_link),
        get("/desk/set-password", PUBLIC, desk::password::show_link),
        post("/desk/set-password", PUBLIC, desk::password::set),
        get("/desk/password", ANYONE, desk::password::show).stepped_up(),
        post("/desk/password", ANYONE, desk::password::change).stepped_up_on("/desk/password"),
        get("/desk/sessions", ANYONE, desk::sessions::show),
        post("/desk/sessions/{session}/end", ANYONE, desk::sessions::end),
        post("/desk/sessions/end-all", ANYONE, desk::sessions::end_all),
        get("/desk/tokens", ANYONE, desk::tokens::list).stepped_up(),
        post("/desk/tokens", ANYONE, desk::tokens::issue).stepped_up_on("/desk/tokens"),
        post("/desk/tokens/{token}/revoke", ANYONE, desk::tokens::revoke),
        get("/desk/people", SUPERVISES, desk::people::list).stepped_up(),
        get("/desk/people/add", SUPERVISES, desk::people::show_add).stepped_up(),
        post("/desk/people/add", SUPERVISES, desk::people::add).stepped_up_on("/desk/people/add"),
        get("/desk/people/{agent}", SUPERVISES, desk::people::show).stepped_up(),
        post("/desk/people/{agent}/role", SUPERVISES, desk::people::change_role).stepped_up_on("/desk/people/{agent}"),
        post("/desk/people/{agent}/suspend", SUPERVISES, desk::people::suspend).stepped_up_on("/desk/people/{agent}"),
        post("/desk/people/{agent}/restore", SUPERVISES, desk::people::restore).stepped_up_on("/desk/people/{agent}"),
        post("/desk/people/{agent}/end-sessions", SUPERVISES, desk::people::end_sessions)
            .stepped_up_on("/desk/people/{agent}"),
        post("/desk/people/{agent}/invite", SUPERVISES, desk::people::invite_again)
            .stepped_up_on("/desk/people/{agent}"),
        post("/desk/sign-out", DESK_AUTHENTICATORS, desk::sign_in::sign_out),
        get("/desk", ANYONE, desk::queue::show),
        get(desk::live::EVENTS, ANYONE, desk::live::events),
        post("/desk/bulk", WORKS, desk::bulk::act),
        get("/desk/tags", ANYONE, desk::tags::list),
        post("/desk/tags/{tag}/remove", SUPERVISES, desk::tags::remove),
        get("/desk/views", ANYONE, desk::views::list),
        post("/desk/views", ANYONE, desk::views::save),
        post("/desk/views/{view}/remove", ANYONE, desk::views::remove),
        get("/desk/cases/{reference}", ANYONE, desk::case::show),
        post("/desk/cases/{reference}/tags", WORKS, desk::tags::put),
        post("/desk/cases/{reference}/tags/take-off", WORKS, desk::tags::take_off),
        post("/desk/cases/{reference}/claim", WORKS, desk::acts::claim),
        post("/desk/cases/{reference}/release", WORKS, desk::acts::release),
        post("/desk/cases/{reference}/directory", WORKS, desk::directory::read_again),
        post("/desk/cases/{reference}/reassign", SUPERVISES, desk::acts::reassign),
        post("/desk/cases/{reference}/notes", WORKS, desk::acts::note),
        post("/desk/cases/{reference}/messages", WORKS, desk::acts::message),
        post("/desk/cases/{reference}/draft", WORKS, desk::acts::draft),
        post("/desk/cases/{reference}/merge", WORKS, desk::kin::merge),
        get("/desk/cases/{reference}/print", ANYONE, desk::case::print),
        post("/desk/cases/{reference}/callback", WORKS, desk::acts::start_callback),
        post("/desk/cases/{reference}/callback/code", WORKS, desk::acts::enter_code),
        get("/desk/approvals", WORKS, desk::approvals::list),
        get("/desk/cases/{reference}/approve", WORKS, desk::approvals::show).stepped_up(),
        post("/desk/cases/{reference}/approve", WORKS, desk::approvals::approve)
            .stepped_up_on("/desk/cases/{reference}/approve"),
        post("/desk/cases/{reference}/refuse-approval", WORKS, desk::approvals::refuse),
        post("/desk/cases/{reference}/ask-approval", WORKS, desk::acts::ask_approval),
        post("/desk/cases/{reference}/reject", WORKS, desk::acts::reject),
        post("/desk/cases/{reference}/leave-rest", WORKS, desk::deactivate::leave_rest),
        get("/desk/cases/{reference}/documents/{document}", WORKS, desk::document::open),
        post("/desk/cases/{reference}/documents/{document}/examination", WORKS, desk::document::examine),
        post("/desk/cases/{reference}/in-person", WORKS, desk::document::record_meeting),
        get("/desk/cases/{reference}/deactivate", WORKS, desk::deactivate::confirm).stepped_up(),
        post("/desk/cases/{reference}/deactivate", WORKS, desk::deactivate::deactivate)
            .stepped_up_on("/desk/cases/{reference}/deactivate?authenticator={authenticator}"),
        post("/desk/cases/{reference}/phone-change", WORKS, desk::phone_change::ask),
        post("/desk/cases/{reference}/phone-change/confirm", WORKS, desk::phone_change::confirm),
        get("/desk/cases/{reference}/phone-change/approve", WORKS, desk::phone_change::decide).stepped_up(),
        post("/desk/cases/{reference}/phone-change/approve", WORKS, desk::phone_change::approve)
            .stepped_up_on("/desk/cases/{reference}/phone-change/approve"),
        post("/desk/cases/{reference}/phone-change/order", WORKS, desk::phone_change::order_again),
        post("/desk/cases/{reference}/phone-change/refuse", WORKS, desk::phone_change::refuse),
        post("/desk/cases/{reference}/end-dispute", SUPERVISES, desk::acts::end_dispute),
        post("/desk/cases/{reference}/reveal", WORKS, desk::acts::reveal).stepped_up_on("/desk/cases/{reference}"),
        post("/desk/cases/{reference}/mails/{mail}/retry", WORKS, desk::acts::send_mail_again),
        post("/desk/cases/{reference}/mails/{mail}/works-again", SUPERVISES, desk::mail::works_again),
        get("/desk/mail", WORKS, desk::mail::show),
        get("/desk/mail/{inbound}", WORKS, desk::mail::read),
        post("/desk/mail/{inbound}/attach", WORKS, desk::mail::attach),
        post("/desk/mail/{inbound}/discard", WORKS, desk::mail::discard),
        get("/desk/replies", SUPERVISES, desk::canned::list),
        get("/desk/replies/new", SUPERVISES, desk::canned::show_new),
        post("/desk/replies", SUPERVISES, desk::canned::add),
        get("/desk/replies/{reply}", SUPERVISES, desk::canned::show),
        post("/desk/replies/{reply}", SUPERVISES, desk::canned::change),
        post("/desk/replies/{reply}/remove", SUPERVISES, desk::canned::remove),
        get("/desk/alarms", SUPERVISES, desk::alarms::show),
        post("/desk/alarms/{alarm}/seen", SUPERVISES, desk::alarms::see),
        get("/desk/blocks", ANYONE, desk::blocks::show),
        post("/desk/blocks/{block}/lift", SUPERVISES, desk::blocks::lift),
        get("/desk/privacy", SUPERVISES, desk::privacy::ask).stepped_up(),
        post("/desk/privacy", SUPERVISES, desk::privacy::show).stepped_up_on("/desk/privacy"),
        post("/desk/privacy/export", SUPERVISES, desk::privacy::export).stepped_up_on("/desk/privacy"),
        post("/desk/privacy/erase", SUPERVISES, desk::privacy::erase).stepped_up_on("/desk/privacy"),
        post("/desk/privacy/hold", SUPERVISES, desk::privacy::hold).stepped_up_on("/desk/privacy"),
        post("/desk/privacy/holds/{hold}/lift", SUPERVISES, desk::privacy::lift).stepped_up_on("/desk/privacy"),
        get("/desk/reports", AUDITS, desk::reports::show),
        get("/desk/reports/{file}", AUDITS, desk::reports::export),
        get("/desk/deliveries", AUDITS, desk::deliveries::show),
        post("/desk/deliveries/redeliver-all", SUPERVISES, desk::deliveries::redeliver_all),
        post("/desk/deliveries/{event}/redeliver", SUPERVISES, desk::deliveries::redeliver),
        get("/desk/contacts", AUDITS, desk::contacts::show),
        post("/desk/contacts/{change}/stop", SUPERVISES, desk::contacts::stop),
        get("/desk/audit", AUDITS, desk::audit::show),
        get("/desk/audit.csv", AUDITS, desk::audit::csv).stepped_up(),
        get("/desk/audit.jsonl", AUDITS, desk::audit::json_lines).stepped_up(),
        get("/desk/audit.ocsf", AUDITS, desk::audit::ocsf).stepped_up(),
        get("/desk/audit.manifest", AUDITS, desk::audit::manifest).stepped_up(),
        get("/desk/audit/forwarding", AUDITS, desk::forwarding::show),
        get("/desk/audit/checkpoint", AUDITS, desk::audit::checkpoint),
        get("/desk/audit/verify", AUDITS, desk::verify::show),
        post("/hooks/mail", Access::Provider, hooks::mail::take).with_mail(),
        post("/hooks/voice/twilio/{call}/answer", Access::Provider, hooks::twilio::answer),
        post("/hooks/voice/twilio/{call}/digits", Access::Provider, hooks::twilio::digits),
        post("/hooks/voice/twilio/{call}/status", Access::Provider, hooks::twilio::status),
    ];
    routes.extend(security_credentials());
    routes.extend(api::routes());
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

/// **Security credentials**, the same pages for both sides.
fn security_credentials() -> Vec<RouteSpec> {
    let mut routes = Vec::new();
    macro_rules! side {
        ($base:literal, $access:expr) => {
            routes.extend([
                get(concat!($base, "/security"), $access, security::list::show),
                get(concat!($base, "/security/activate"), $access, security::activate::show),
                post(concat!($base, "/security/activate"), $access, security::activate::begin),
                get(concat!($base, "/security/activate/device/{ceremony}"), $access, security::activate::device),
                post(concat!($base, "/security/activate/device/{ceremony}"), $access, security::activate::codes),
                get(concat!($base, "/security/activate/passkey/{ceremony}"), $access, security::activate::passkey),
                post(concat!($base, "/security/activate/passkey/{ceremony}"), $access, security::activate::answer),
                post(concat!($base, "/security/recovery-codes"), $access, security::recovery_codes::make),
                get(concat!($base, "/security/devices/{device}/rename"), $access, security::rename::show),
                post(concat!($base, "/security/devices/{device}/rename"), $access, security::rename::rename),
                get(concat!($base, "/security/devices/{device}/deactivate"), $access, security::deactivate::confirm),
                post(
                    concat!($base, "/security/devices/{device}/deactivate"),
                    $access,
                    security::deactivate::deactivate,
                ),
            ]);
        };
    }
    side!("/account", AUTHENTICATORS);
    side!("/desk", DESK_AUTHENTICATORS);
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
