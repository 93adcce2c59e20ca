//! The log and the reports.

use super::super::operation::{Answers, Operation};
use super::super::{audit, reports};
use super::{AUDIT, Values, get, says};
use crate::domain::api_token::Scope;
use crate::web::guard::access::Need;
use crate::web::routes::RouteSpec;

/// The log and the reports.
pub fn routes() -> Vec<RouteSpec> {
    let audits = (Need::Audits, Scope::AuditRead);
    let filtered = |operation: Operation| {
        operation
            .param("from", Values::Text(40), "Not before this day or moment.")
            .param("to", Values::Text(40), "Before this moment, or up to the end of this day.")
            .param("case", Values::Text(40), "Of this case.")
            .param("actor", Values::Text(254), "By this address, or this kind of actor.")
            .param("action", Values::Text(80), "This action, or all below it where it ends in a dot.")
    };
    let up_to = |operation: Operation| {
        operation.param("end", Values::Number(0, i64::MAX), "Up to this entry; up to the last one.")
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
            "/api/v1/audit/forwarding",
            audits,
            audit::forwarding,
            says(AUDIT, "See how far the log was forwarded")
                .like("GET", "/desk/audit/forwarding")
                .gives::<audit::ForwardingList>(),
        ),
        get(
            "/api/v1/audit.csv",
            audits,
            audit::csv,
            up_to(filtered(says(AUDIT, "Export the log").like("GET", "/desk/audit.csv")))
                .with_code()
                .in_form(Answers::Csv),
        ),
        get(
            "/api/v1/audit.jsonl",
            audits,
            audit::json_lines,
            up_to(filtered(says(AUDIT, "Export the log as JSON Lines").like("GET", "/desk/audit.jsonl")))
                .with_code()
                .in_form(Answers::JsonLines),
        ),
        get(
            "/api/v1/audit.manifest",
            audits,
            audit::manifest,
            up_to(filtered(says(AUDIT, "Get what proves an export").like("GET", "/desk/audit.manifest")))
                .param("format", Values::OneOf(vec!["csv", "jsonl"]), "Of which file.")
                .with_code()
                .in_form(Answers::Text),
        ),
        get(
            "/api/v1/audit.ocsf",
            audits,
            audit::ocsf,
            up_to(filtered(says(AUDIT, "Export the log as OCSF events").like("GET", "/desk/audit.ocsf")))
                .with_code()
                .in_form(Answers::JsonLines),
        ),
    ]
}
