//! What the desk keeps and watches beside its cases.

use super::super::{canned, cases, desk, events, mail};
use super::{DESK, MAIL, REPLIES, Values, get, post, says, yes_or_no};
use crate::domain::api_token::Scope;
use crate::web::guard::access::Need;
use crate::web::routes::RouteSpec;

/// Mails of no case, replies, alarms, blocks, deliveries, contacts and rules.
pub fn routes() -> Vec<RouteSpec> {
    let mut routes = of_mail();
    routes.extend(of_replies());
    routes.extend(of_desk());
    routes
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

fn of_replies() -> Vec<RouteSpec> {
    let reads = (Need::Supervises, Scope::DeskRead);
    let keeps = (Need::Supervises, Scope::RepliesKeep);
    vec![
        get(
            "/api/v1/replies",
            reads,
            canned::list,
            says(REPLIES, "List canned replies").like("GET", "/desk/replies").gives::<canned::ReplyList>(),
        ),
        get(
            "/api/v1/replies/{reply}",
            reads,
            canned::get,
            says(REPLIES, "Read a canned reply").like("GET", "/desk/replies/{reply}").gives::<canned::Reply>(),
        ),
        post(
            "/api/v1/replies",
            keeps,
            canned::add,
            says(REPLIES, "Add a canned reply")
                .like("POST", "/desk/replies")
                .with_code()
                .takes::<canned::WrittenReply>()
                .gives::<canned::Reply>(),
        ),
        post(
            "/api/v1/replies/{reply}",
            keeps,
            canned::change,
            says(REPLIES, "Change a canned reply")
                .like("POST", "/desk/replies/{reply}")
                .with_code()
                .takes::<canned::WrittenReply>()
                .gives::<canned::Reply>(),
        ),
        post(
            "/api/v1/replies/{reply}/remove",
            keeps,
            canned::remove,
            says(REPLIES, "Remove a canned reply")
                .like("POST", "/desk/replies/{reply}/remove")
                .with_code()
                .gives::<desk::Done>(),
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
            "/api/v1/events",
            (Need::Anyone, Scope::DeskRead),
            events::catalogue,
            says(DESK, "List the types of events").gives::<events::Catalogue>(),
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
