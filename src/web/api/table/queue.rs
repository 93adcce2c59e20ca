//! The queue, its views and tags, and several of its cases at once.

use super::super::{bulk, cases, desk, tags, views};
use super::{QUEUE, Values, get, post, says};
use crate::domain::account::Tier;
use crate::domain::api_token::Scope;
use crate::domain::case::State;
use crate::domain::form::Language;
use crate::domain::queue::{Sort, View};
use crate::web::guard::access::Need;
use crate::web::routes::RouteSpec;

/// What stands on the queue's page.
pub fn routes() -> Vec<RouteSpec> {
    let reads = (Need::Anyone, Scope::CasesRead);
    let keeps = (Need::Anyone, Scope::ViewsKeep);
    let codes = |codes: Vec<&'static str>| Values::OneOf(codes);
    vec![
        get(
            "/api/v1/cases",
            reads,
            cases::list,
            says(QUEUE, "List the queue")
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
                .param(
                    "saved",
                    Values::Text(64),
                    "The identifier of a saved view; nothing of the above stands beside it.",
                )
                .param("q", Values::Text(cases::LONGEST_SEARCH), "A reference, an e-mail address, or a part of a name.")
                .paged(cases::MOST)
                .gives::<cases::CaseList>(),
        ),
        post(
            "/api/v1/bulk",
            (Need::WorksCases, Scope::CasesWork),
            bulk::act,
            says(QUEUE, "Do the same to several cases")
                .like("POST", "/desk/bulk")
                .counts_each("cases")
                .takes::<bulk::Asked>()
                .gives::<bulk::Outcomes>(),
        ),
        get(
            "/api/v1/views",
            reads,
            views::list,
            says(QUEUE, "List views of the queue").like("GET", "/desk/views").gives::<views::ViewList>(),
        ),
        post(
            "/api/v1/views",
            keeps,
            views::save,
            says(QUEUE, "Save a view of the queue")
                .like("POST", "/desk/views")
                .takes::<views::NewView>()
                .gives::<views::Saved>(),
        ),
        post(
            "/api/v1/views/{view}/remove",
            keeps,
            views::remove,
            says(QUEUE, "Remove a saved view").like("POST", "/desk/views/{view}/remove").gives::<desk::Done>(),
        ),
        get(
            "/api/v1/tags",
            reads,
            tags::list,
            says(QUEUE, "List tags").like("GET", "/desk/tags").gives::<tags::TagList>(),
        ),
        post(
            "/api/v1/tags/{tag}/remove",
            (Need::Supervises, Scope::DeskManage),
            tags::remove,
            says(QUEUE, "Remove a tag from the desk").like("POST", "/desk/tags/{tag}/remove").gives::<desk::Done>(),
        ),
    ]
}
