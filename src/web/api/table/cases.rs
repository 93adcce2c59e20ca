//! A case: what is read of it, and what brings it forward.

use super::super::{canned, case_view, cases, decisions, notes, tags, work};
use super::{CASES, get, post, says};
use crate::domain::api_token::Scope;
use crate::web::guard::access::Need;
use crate::web::routes::RouteSpec;
use crate::workflow::Explanation;

/// What is read of a case, and what brings it forward.
pub fn routes() -> Vec<RouteSpec> {
    let reads = (Need::Anyone, Scope::CasesRead);
    let begins = (Need::WorksCases, Scope::CasesRead);
    let works = (Need::WorksCases, Scope::CasesWork);
    let act = |summary, path| says(CASES, summary).like("POST", path).gives::<cases::CaseState>();
    vec![
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
        get(
            "/api/v1/cases/{reference}/replies",
            begins,
            canned::offered,
            says(CASES, "List the replies that a message can begin from")
                .like("POST", "/desk/cases/{reference}/messages")
                .gives::<canned::OfferList>(),
        ),
        get(
            "/api/v1/cases/{reference}/replies/{reply}",
            begins,
            canned::filled,
            says(CASES, "Fill a reply in for a case")
                .like("POST", "/desk/cases/{reference}/messages")
                .gives::<canned::FilledReply>(),
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
            act("Write to the customer", "/desk/cases/{reference}/messages").takes::<notes::Answering>(),
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
        post(
            "/api/v1/cases/{reference}/tags",
            works,
            tags::put,
            act("Put a tag on a case", "/desk/cases/{reference}/tags").takes::<tags::Named>(),
        ),
        post(
            "/api/v1/cases/{reference}/tags/take-off",
            works,
            tags::take_off,
            act("Take a tag off a case", "/desk/cases/{reference}/tags/take-off").takes::<tags::Named>(),
        ),
    ]
}
