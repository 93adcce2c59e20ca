//! Every operation: who may ask for it, what it is like at the desk, what it takes and gives.

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder};

use super::operation::{Answers, Operation, Values};
use super::{
    approvals, audit, case_view, cases, decisions, desk, docs, documents, mail, me, notes, openapi, people,
    phone_change, reports, tags, work,
};
use crate::domain::account::Tier;
use crate::domain::api_token::Scope;
use crate::domain::case::State;
use crate::domain::form::Language;
use crate::domain::queue::{Sort, View};
use crate::web::guard::access::{Access, Need};
use crate::web::routes::{RouteSpec, spec};
use crate::workflow::Explanation;

const CASES: &str = "Cases";
const DECISIONS: &str = "Decisions";
const DOCUMENTS: &str = "Documents";
const MAIL: &str = "Mail";
const PHONE: &str = "Phone changes";
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
    routes.extend(of_cases());
    routes.extend(of_decisions());
    routes.extend(of_documents());
    routes.extend(of_phone_changes());
    routes.extend(of_mail());
    routes.extend(of_tags());
    routes.extend(of_desk());
    routes.extend(of_people());
    routes.extend(of_audit());
    routes
}

fn of_cases() -> Vec<RouteSpec> {
    let reads = (Need::Anyone, Scope::CasesRead);
    let works = (Need::WorksCases, Scope::CasesWork);
    let codes = |codes: Vec<&'static str>| Values::OneOf(codes);
    let act = |summary, path| says(CASES, summary).like("POST", path).gives::<cases::CaseState>();
    vec![
        get(
            "/api/v1/cases",
            reads,
            cases::list,
            says(CASES, "List the queue")
                .like("GET", "/desk")
                .param(
                    "view",
                    codes(View::ALL.iter().map(|view| view.code()).collect()),
                    "A view of the queue; all open cases.",
                )
                .param("state", codes(State::ALL.iter().map(|state| state.code()).collect()), "Only this state.")
                .param("tier", codes(Tier::ALL.iter().map(|tier| tier.code()).collect()), "Only this tier.")
                .param("holder", Values::Text(64), "`none`, or the identifier of whoever holds them.")
                .param("tag", Values::Text(64), "The identifier of a tag.")
                .param(
                    "language",
                    codes(Language::ALL.iter().map(|each| each.code()).collect()),
                    "The form's language.",
                )
                .param("sort", codes(Sort::ALL.iter().map(|each| each.code()).collect()), "What comes first.")
                .param("order", codes(vec!["up", "down"]), "The least or the greatest first.")
                .param("q", Values::Text(cases::LONGEST_SEARCH), "A reference, an e-mail address, or a part of a name.")
                .paged(cases::MOST)
                .gives::<cases::CaseList>(),
        ),
        get(
            "/api/v1/cases/{reference}",
            reads,
            cases::get,
            says(CASES, "Read a case").like("GET", "/desk/cases/{reference}").gives::<case_view::CaseView>(),
        ),
        get(
            "/api/v1/cases/{reference}/policy",
            reads,
            cases::explain,
            says(CASES, "Explain what the policy says of a case")
                .like("GET", "/desk/cases/{reference}")
                .gives::<Explanation>(),
        ),
        post(
            "/api/v1/cases/{reference}/claim",
            works,
            work::claim,
            act("Claim a case", "/desk/cases/{reference}/claim").versioned(),
        ),
        post(
            "/api/v1/cases/{reference}/release",
            works,
            work::release,
            act("Release a case", "/desk/cases/{reference}/release").versioned(),
        ),
        post(
            "/api/v1/cases/{reference}/reassign",
            (Need::Supervises, Scope::CasesWork),
            work::reassign,
            act("Reassign a case", "/desk/cases/{reference}/reassign").versioned().takes::<work::Reassign>(),
        ),
        post(
            "/api/v1/cases/{reference}/notes",
            works,
            notes::note,
            act("Add a note", "/desk/cases/{reference}/notes").takes::<notes::Written>(),
        ),
        post(
            "/api/v1/cases/{reference}/messages",
            works,
            notes::message,
            act("Write to the customer", "/desk/cases/{reference}/messages").takes::<notes::Written>(),
        ),
        post(
            "/api/v1/cases/{reference}/callback",
            works,
            work::start_callback,
            act("Start a callback", "/desk/cases/{reference}/callback").versioned(),
        ),
        post(
            "/api/v1/cases/{reference}/callback/code",
            works,
            work::enter_code,
            act("Enter the code of a callback", "/desk/cases/{reference}/callback/code")
                .versioned()
                .takes::<work::CallbackCode>(),
        ),
        post(
            "/api/v1/cases/{reference}/ask-approval",
            works,
            work::ask_approval,
            act("Ask for the second approval", "/desk/cases/{reference}/ask-approval")
                .versioned()
                .takes::<work::AskApproval>(),
        ),
        post(
            "/api/v1/cases/{reference}/leave-rest",
            works,
            work::leave_rest,
            act("End a case with what was deactivated", "/desk/cases/{reference}/leave-rest").versioned(),
        ),
        post(
            "/api/v1/cases/{reference}/directory",
            works,
            work::read_directory,
            act("Read the directory again", "/desk/cases/{reference}/directory"),
        ),
        post(
            "/api/v1/cases/{reference}/mails/{mail}/retry",
            works,
            work::send_mail_again,
            act("Send a mail again", "/desk/cases/{reference}/mails/{mail}/retry"),
        ),
        post(
            "/api/v1/cases/{reference}/reveal",
            (Need::WorksCases, Scope::CasesReveal),
            decisions::reveal,
            says(CASES, "Reveal full addresses")
                .like("POST", "/desk/cases/{reference}/reveal")
                .with_code()
                .not_kept()
                .gives::<decisions::Revealed>(),
        ),
    ]
}

fn of_decisions() -> Vec<RouteSpec> {
    let decides = (Need::WorksCases, Scope::CasesDecide);
    let act = |summary, path| says(DECISIONS, summary).like("POST", path).versioned().gives::<cases::CaseState>();
    vec![
        get(
            "/api/v1/approvals",
            (Need::WorksCases, Scope::CasesRead),
            approvals::list,
            says(DECISIONS, "List what awaits a second person")
                .like("GET", "/desk/approvals")
                .gives::<approvals::ApprovalList>(),
        ),
        post(
            "/api/v1/cases/{reference}/approve",
            decides,
            decisions::approve,
            act("Approve a deactivation", "/desk/cases/{reference}/approve").with_code().takes::<decisions::Chosen>(),
        ),
        post(
            "/api/v1/cases/{reference}/refuse-approval",
            decides,
            decisions::refuse,
            act("Refuse an approval", "/desk/cases/{reference}/refuse-approval").takes::<decisions::Reason>(),
        ),
        post(
            "/api/v1/cases/{reference}/reject",
            decides,
            decisions::reject,
            act("Reject a case", "/desk/cases/{reference}/reject").takes::<decisions::Reason>(),
        ),
        post(
            "/api/v1/cases/{reference}/deactivate",
            decides,
            decisions::deactivate,
            act("Deactivate authenticators", "/desk/cases/{reference}/deactivate")
                .with_code()
                .takes::<decisions::Chosen>(),
        ),
        post(
            "/api/v1/cases/{reference}/end-dispute",
            (Need::Supervises, Scope::CasesDecide),
            decisions::end_dispute,
            act("End a dispute", "/desk/cases/{reference}/end-dispute").with_code().takes::<decisions::EndDispute>(),
        ),
    ]
}

fn of_documents() -> Vec<RouteSpec> {
    let needs = (Need::WorksCases, Scope::CasesDocuments);
    let act = |summary, path| says(DOCUMENTS, summary).like("POST", path).versioned().gives::<cases::CaseState>();
    vec![
        get(
            "/api/v1/cases/{reference}/documents/{document}",
            needs,
            documents::open,
            says(DOCUMENTS, "Open a document")
                .like("GET", "/desk/cases/{reference}/documents/{document}")
                .in_form(Answers::File),
        ),
        post(
            "/api/v1/cases/{reference}/documents/{document}/examination",
            needs,
            documents::examine,
            act("Examine a document", "/desk/cases/{reference}/documents/{document}/examination")
                .with_code()
                .takes::<documents::Examined>(),
        ),
        post(
            "/api/v1/cases/{reference}/in-person",
            needs,
            documents::record_meeting,
            act("Record a meeting in person", "/desk/cases/{reference}/in-person")
                .with_code()
                .takes::<documents::Met>(),
        ),
    ]
}

fn of_phone_changes() -> Vec<RouteSpec> {
    let works = (Need::WorksCases, Scope::CasesWork);
    let decides = (Need::WorksCases, Scope::CasesDecide);
    let act = |summary, path| says(PHONE, summary).like("POST", path).gives::<cases::CaseState>();
    vec![
        post(
            "/api/v1/cases/{reference}/phone-change",
            works,
            phone_change::ask,
            act("Ask for a new phone number", "/desk/cases/{reference}/phone-change/confirm")
                .versioned()
                .takes::<phone_change::NewNumber>(),
        ),
        post(
            "/api/v1/cases/{reference}/phone-change/reveal",
            decides,
            phone_change::reveal,
            says(PHONE, "Show the new phone number in full")
                .like("GET", "/desk/cases/{reference}/phone-change/approve")
                .with_code()
                .not_kept()
                .gives::<phone_change::RevealedNumber>(),
        ),
        post(
            "/api/v1/cases/{reference}/phone-change/approve",
            decides,
            phone_change::approve,
            act("Approve a new phone number", "/desk/cases/{reference}/phone-change/approve")
                .versioned()
                .with_code()
                .takes::<phone_change::ChangeVersion>(),
        ),
        post(
            "/api/v1/cases/{reference}/phone-change/refuse",
            decides,
            phone_change::refuse,
            act("Refuse a new phone number", "/desk/cases/{reference}/phone-change/refuse")
                .takes::<phone_change::RefuseChange>(),
        ),
        post(
            "/api/v1/cases/{reference}/phone-change/order",
            works,
            phone_change::order_again,
            act("Give the directory a new phone number again", "/desk/cases/{reference}/phone-change/order")
                .takes::<phone_change::ChangeVersion>(),
        ),
    ]
}

fn of_tags() -> Vec<RouteSpec> {
    let works = (Need::WorksCases, Scope::CasesWork);
    let act =
        |summary, path| says(CASES, summary).like("POST", path).takes::<tags::Named>().gives::<cases::CaseState>();
    vec![
        get(
            "/api/v1/tags",
            (Need::Anyone, Scope::CasesRead),
            tags::list,
            says(CASES, "List tags").like("GET", "/desk/tags").gives::<tags::TagList>(),
        ),
        post(
            "/api/v1/cases/{reference}/tags",
            works,
            tags::put,
            act("Put a tag on a case", "/desk/cases/{reference}/tags"),
        ),
        post(
            "/api/v1/cases/{reference}/tags/take-off",
            works,
            tags::take_off,
            act("Take a tag off a case", "/desk/cases/{reference}/tags/take-off"),
        ),
        post(
            "/api/v1/tags/{tag}/remove",
            (Need::Supervises, Scope::DeskManage),
            tags::remove,
            says(CASES, "Remove a tag from the desk").like("POST", "/desk/tags/{tag}/remove").gives::<desk::Done>(),
        ),
    ]
}

fn of_mail() -> Vec<RouteSpec> {
    let works = (Need::WorksCases, Scope::CasesWork);
    let act = |summary, path| says(MAIL, summary).like("POST", path);
    vec![
        get(
            "/api/v1/mail",
            (Need::WorksCases, Scope::CasesRead),
            mail::list,
            says(MAIL, "List mails that belong to no case").like("GET", "/desk/mail").gives::<mail::InboundList>(),
        ),
        get(
            "/api/v1/mail/{inbound}",
            works,
            mail::read,
            says(MAIL, "Read a mail").like("GET", "/desk/mail/{inbound}").gives::<mail::InboundRead>(),
        ),
        post(
            "/api/v1/mail/{inbound}/attach",
            works,
            mail::attach,
            act("Attach a mail to a case", "/desk/mail/{inbound}/attach")
                .takes::<mail::Attach>()
                .gives::<cases::CaseState>(),
        ),
        post(
            "/api/v1/mail/{inbound}/discard",
            works,
            mail::discard,
            act("Discard a mail", "/desk/mail/{inbound}/discard").gives::<desk::Done>(),
        ),
        post(
            "/api/v1/cases/{reference}/mails/{mail}/works-again",
            (Need::Supervises, Scope::CasesWork),
            mail::works_again,
            act("Say that an address takes mail again", "/desk/cases/{reference}/mails/{mail}/works-again")
                .gives::<cases::CaseState>(),
        ),
    ]
}

fn of_desk() -> Vec<RouteSpec> {
    let manages = (Need::Supervises, Scope::DeskManage);
    let lists = |summary, path| says(DESK, summary).like("GET", path);
    let act = |summary, path| says(DESK, summary).like("POST", path);
    vec![
        get(
            "/api/v1/alarms",
            (Need::Supervises, Scope::DeskRead),
            desk::alarms,
            lists("List alarms", "/desk/alarms")
                .param("seen", yes_or_no(), "Those that were seen, instead of those that ring.")
                .gives::<desk::AlarmList>(),
        ),
        post(
            "/api/v1/alarms/{alarm}/seen",
            manages,
            desk::see_alarm,
            act("Mark an alarm as seen", "/desk/alarms/{alarm}/seen").gives::<desk::Done>(),
        ),
        get(
            "/api/v1/blocks",
            (Need::Anyone, Scope::DeskRead),
            desk::blocks,
            lists("List blocks", "/desk/blocks")
                .param("over", yes_or_no(), "Those that are over, instead of those that stand.")
                .gives::<desk::BlockList>(),
        ),
        post(
            "/api/v1/blocks/{block}/lift",
            manages,
            desk::lift_block,
            act("Lift a block", "/desk/blocks/{block}/lift").with_code().takes::<desk::Lift>().gives::<desk::Done>(),
        ),
        get(
            "/api/v1/deliveries",
            (Need::Audits, Scope::DeskRead),
            desk::deliveries,
            lists("List deliveries", "/desk/deliveries")
                .param(
                    "state",
                    Values::OneOf(vec!["dead", "waiting", "done"]),
                    "Those that were given up, unless said.",
                )
                .param("subscriber", Values::Text(32), "Only to this subscriber.")
                .paged(cases::MOST)
                .gives::<desk::DeliveryList>(),
        ),
        post(
            "/api/v1/deliveries/redeliver-all",
            manages,
            desk::redeliver_all,
            act("Redeliver everything to a subscriber", "/desk/deliveries/redeliver-all")
                .takes::<desk::RedeliverAll>()
                .gives::<desk::Redelivered>(),
        ),
        post(
            "/api/v1/deliveries/{event}/redeliver",
            manages,
            desk::redeliver,
            act("Redeliver an event", "/desk/deliveries/{event}/redeliver").gives::<desk::Redelivered>(),
        ),
        get(
            "/api/v1/contacts",
            (Need::Audits, Scope::DeskRead),
            desk::contacts,
            lists("List changes of contacts", "/desk/contacts")
                .param("over", yes_or_no(), "Those that are over, instead of those that are held.")
                .gives::<desk::ContactList>(),
        ),
        post(
            "/api/v1/contacts/{change}/stop",
            manages,
            desk::stop_contact,
            act("Stop a change of a contact", "/desk/contacts/{change}/stop").gives::<desk::Done>(),
        ),
        get(
            "/api/v1/policy",
            (Need::Anyone, Scope::DeskRead),
            desk::policy,
            says(DESK, "Read the policy").gives::<desk::Policy>(),
        ),
    ]
}

fn of_people() -> Vec<RouteSpec> {
    let manages = (Need::Supervises, Scope::PeopleManage);
    let act = |summary, path| says(PEOPLE, summary).like("POST", path).with_code().gives::<people::Person>();
    vec![
        get(
            "/api/v1/people",
            (Need::Supervises, Scope::PeopleRead),
            people::list,
            says(PEOPLE, "List people").like("GET", "/desk/people").with_code().gives::<people::PersonList>(),
        ),
        post(
            "/api/v1/people",
            manages,
            people::add,
            act("Add a person", "/desk/people/add").takes::<people::NewPerson>(),
        ),
        post(
            "/api/v1/people/{agent}/role",
            manages,
            people::change_role,
            act("Change a role", "/desk/people/{agent}/role").takes::<people::NewRole>(),
        ),
        post(
            "/api/v1/people/{agent}/suspend",
            manages,
            people::suspend,
            act("Suspend a person", "/desk/people/{agent}/suspend"),
        ),
        post(
            "/api/v1/people/{agent}/restore",
            manages,
            people::restore,
            act("Restore a person", "/desk/people/{agent}/restore"),
        ),
        post(
            "/api/v1/people/{agent}/end-sessions",
            manages,
            people::end_sessions,
            act("Sign a person out everywhere", "/desk/people/{agent}/end-sessions"),
        ),
        post(
            "/api/v1/people/{agent}/invite",
            manages,
            people::invite,
            act("Mail a person a link to set a password", "/desk/people/{agent}/invite"),
        ),
    ]
}

fn of_audit() -> Vec<RouteSpec> {
    let audits = (Need::Audits, Scope::AuditRead);
    let filtered = |operation: Operation| {
        operation
            .param("from", Values::Text(40), "Not before this day or moment.")
            .param("to", Values::Text(40), "Before this moment, or up to the end of this day.")
            .param("case", Values::Text(40), "Of this case.")
            .param("actor", Values::Text(254), "By this address, or this kind of actor.")
            .param("action", Values::Text(80), "This action, or all below it where it ends in a dot.")
    };
    let period = |operation: Operation| {
        operation.param("from", Values::Text(10), "The first day; thirty days before the last one.").param(
            "to",
            Values::Text(10),
            "The last day; today.",
        )
    };
    let reads = (Need::Audits, Scope::DeskRead);
    vec![
        get(
            "/api/v1/reports",
            reads,
            reports::list,
            period(says(AUDIT, "Read the reports").like("GET", "/desk/reports")).gives::<reports::ReportList>(),
        ),
        get(
            "/api/v1/reports/{file}",
            reads,
            reports::export,
            period(says(AUDIT, "Export a report").like("GET", "/desk/reports/{file}")).in_form(Answers::Csv),
        ),
        get(
            "/api/v1/audit",
            audits,
            audit::list,
            filtered(says(AUDIT, "Read the log").like("GET", "/desk/audit"))
                .paged(audit::MOST)
                .gives::<audit::AuditPage>(),
        ),
        get(
            "/api/v1/audit.csv",
            audits,
            audit::export,
            filtered(says(AUDIT, "Export the log").like("GET", "/desk/audit.csv")).with_code().in_form(Answers::Csv),
        ),
    ]
}
