//! Views of the queue: those that everybody has, and those that people keep.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::Schema;

use super::body::Body;
use super::cases::{Answer, named};
use super::desk::done;
use super::operation::one_or_none;
use super::problem::{Kind, Problem};
use super::program::Program;
use super::query::Query;
use crate::domain::account::Tier;
use crate::domain::case::State;
use crate::domain::form::Language;
use crate::domain::ids::{SavedViewId, TagId};
use crate::domain::queue::{Filter, HeldBy, Look, Sort, View};
use crate::store::AnyConnection;
use crate::store::saved_views::{self, SavedView};
use crate::store::views::queue::{self, Count};
use crate::web::App;
use crate::workflow::{Halt, may_remove_view, may_share_views};

/// The parameters of the queue that a saved view stands for.
const LOOK: [&str; 8] = ["view", "state", "tier", "holder", "tag", "language", "sort", "order"];

/// Views of the queue.
#[derive(Serialize, ToSchema)]
pub struct ViewList {
    /// Those that everybody has.
    standing: Vec<StandingView>,
    /// Those that are kept: shared ones first, each by name.
    items: Vec<KeptView>,
}

/// A view that everybody has.
#[derive(Serialize, ToSchema)]
struct StandingView {
    /// What the queue's `view` takes.
    view: &'static str,
    label: &'static str,
    count: CasesOfView,
}

/// How many cases a view has.
#[derive(Serialize, ToSchema)]
struct CasesOfView {
    found: usize,
    /// The view has more cases than are looked at for a count; some of them may fit.
    more: bool,
}

/// A view that somebody keeps.
#[derive(Serialize, ToSchema)]
struct KeptView {
    /// What the queue's `saved` takes.
    id: String,
    name: String,
    /// Everybody has it.
    shared: bool,
    may_remove: bool,
    /// What it stands for, as parameters of the queue.
    query: String,
    count: CasesOfView,
}

fn counted(Count { found, more }: Count) -> CasesOfView {
    CasesOfView { found, more }
}

/// The views that one has, with how many cases each has.
pub async fn list(app: Data<App>, program: Program) -> Answer {
    let (me, role, now) = (program.agent(), program.entered.agent.role, app.now());
    let read = move |connection: &mut AnyConnection| {
        let mut list = ViewList { standing: Vec::new(), items: Vec::new() };
        for view in View::ALL {
            let count = counted(queue::count(connection, &Look::of(*view), me, now)?);
            list.standing.push(StandingView { view: view.code(), label: view.label(), count });
        }
        for view in saved_views::of_agent(connection, me)? {
            list.items.push(KeptView {
                id: view.id.to_string(),
                shared: view.shared,
                may_remove: may_remove_view(&view, me, role),
                query: view.look.address(),
                count: counted(queue::count(connection, &view.look, me, now)?),
                name: view.name,
            });
        }
        Ok(list)
    };
    Ok(HttpResponse::Ok().json(app.desk.store.read_snapshot(read).await?))
}

/// What the view with this identifier shows, if one has it.
///
/// # Errors
/// [`Problem`] when one has none, or the query asks for something else besides.
pub async fn saved(app: &App, program: &Program, id: &str) -> Result<Look, Problem> {
    let wrong = |words: &str| Problem::parameter(Kind::Invalid, "saved", words);
    if LOOK.iter().any(|name| program.query.get(name).is_some()) {
        return Err(wrong("A saved view says itself what is shown and how: leave out what stands beside it."));
    }
    let none = || wrong("You have no such view.");
    let (id, me): (SavedViewId, _) = (id.parse().map_err(|_| none())?, program.agent());
    let find = move |connection: &mut AnyConnection| saved_views::find(connection, id);
    let mine = |view: &SavedView| view.shared || view.owner == me;
    app.desk.store.read(find).await?.filter(mine).map(|view| view.look).ok_or_else(none)
}

fn views() -> Schema {
    one_or_none(View::ALL.iter().map(|each| each.code()))
}

fn states() -> Schema {
    one_or_none(State::ALL.iter().map(|each| each.code()))
}

fn tiers() -> Schema {
    one_or_none(Tier::ALL.iter().map(|each| each.code()))
}

fn languages() -> Schema {
    one_or_none(Language::ALL.iter().map(|each| each.code()))
}

fn sorts() -> Schema {
    one_or_none(Sort::ALL.iter().map(|each| each.code()))
}

fn orders() -> Schema {
    one_or_none(["up", "down"].into_iter())
}

/// A view to be kept: what it shows is said as it is to the queue.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "German", "language": "de", "sort": "submitted" })))]
pub struct NewView {
    /// What it is called.
    #[schema(min_length = 1, max_length = 40)]
    name: String,
    /// Everybody is to have it, which supervisors can say.
    #[serde(default)]
    #[schema(required = false)]
    shared: bool,
    /// The view that it starts from; all open cases.
    #[serde(default)]
    #[schema(required = false, schema_with = views)]
    view: Option<View>,
    /// Only this state.
    #[serde(default)]
    #[schema(required = false, schema_with = states)]
    state: Option<State>,
    /// Only this tier.
    #[serde(default)]
    #[schema(required = false, schema_with = tiers)]
    tier: Option<Tier>,
    /// `none`, or the identifier of whoever holds them.
    #[serde(default)]
    #[schema(required = false, max_length = 64)]
    holder: Option<String>,
    /// The identifier of a tag.
    #[serde(default)]
    #[schema(required = false, max_length = 64)]
    tag: Option<String>,
    /// The form's language.
    #[serde(default)]
    #[schema(required = false, schema_with = languages)]
    language: Option<Language>,
    /// What comes first.
    #[serde(default)]
    #[schema(required = false, schema_with = sorts)]
    sort: Option<Sort>,
    /// The least or the greatest first.
    #[serde(default)]
    #[schema(required = false, schema_with = orders)]
    order: Option<Order>,
}

/// Which comes first.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    Up,
    Down,
}

fn holder(text: &str) -> Result<HeldBy, &'static str> {
    match text {
        "none" => Ok(HeldBy::NoOne),
        agent => agent.parse().map(HeldBy::Agent).map_err(|_| "This is no identifier of a person."),
    }
}

fn tag(text: &str) -> Result<TagId, &'static str> {
    text.parse().map_err(|_| "This is no identifier of a tag.")
}

/// What a query asks the queue for by itself.
///
/// # Errors
/// [`Problem`] when it names a holder or a tag by what is no identifier: that must not look like a list without a filter.
pub fn asked(query: &Query) -> Result<Look, Problem> {
    let wrong = |name: &'static str| move |why| Problem::parameter(Kind::Invalid, name, why);
    query.get("holder").map(holder).transpose().map_err(wrong("holder"))?;
    query.get("tag").map(tag).transpose().map_err(wrong("tag"))?;
    Ok(Look::read(|field| query.get(field).unwrap_or_default()))
}

fn look(body: &NewView) -> Result<Look, Problem> {
    let wrong = |pointer: &'static str| move |why| Problem::field(pointer, why);
    let mut look = Look::of(body.view.unwrap_or(View::Open));
    look.filter = Filter {
        state: body.state,
        tier: body.tier,
        tag: body.tag.as_deref().map(tag).transpose().map_err(wrong("/tag"))?,
        held_by: body.holder.as_deref().map(holder).transpose().map_err(wrong("/holder"))?,
        language: body.language,
    };
    if let Some(sort) = body.sort {
        (look.sort, look.descending) = (sort, false);
    }
    if let Some(order) = body.order {
        look.descending = order == Order::Down;
    }
    Ok(look)
}

/// A view that was kept.
#[derive(Serialize, ToSchema)]
#[schema(as = SavedView)]
pub struct Saved {
    /// What the queue's `saved` takes.
    id: String,
    /// What it stands for, as parameters of the queue.
    query: String,
}

/// Keeps a view.
pub async fn save(app: Data<App>, program: Program, body: Body<NewView>) -> Answer {
    if body.0.shared && !may_share_views(program.entered.agent.role) {
        return Err(Problem::new(Kind::Forbidden, "Only supervisors share views."));
    }
    let look = look(&body.0)?;
    let query = look.address();
    match app.desk.save_view(program.act(&app), &body.0.name, look, body.0.shared).await? {
        Ok(id) => Ok(HttpResponse::Ok().json(Saved { id: id.to_string(), query })),
        Err(Halt::BadText(why)) => Err(Problem::field("/name", why)),
        Err(halt) => Err(halt.into()),
    }
}

/// Removes a view: one's own, or a shared one as a supervisor.
pub async fn remove(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    app.desk.remove_view(program.act(&app), named(&path)?).await??;
    Ok(done())
}
