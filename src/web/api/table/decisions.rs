//! What decides about a case: evidence that people give, changes of a phone number, and its end.

use super::super::operation::Answers;
use super::super::{approvals, cases, decisions, documents, phone_change};
use super::{DECISIONS, DOCUMENTS, PHONE, get, post, says};
use crate::domain::api_token::Scope;
use crate::web::guard::access::Need;
use crate::web::routes::RouteSpec;

/// Decisions, with what they rest on.
pub fn routes() -> Vec<RouteSpec> {
    let mut routes = of_decisions();
    routes.extend(of_documents());
    routes.extend(of_phone_changes());
    routes
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
        post(
            "/api/v1/cases/{reference}/merge",
            decides,
            decisions::merge,
            act("Merge duplicates into a case", "/desk/cases/{reference}/merge").takes::<decisions::Duplicates>(),
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
