use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::clock::clocks;
use super::live::address;
use crate::domain::account::Tier;
use crate::domain::case::State;
use crate::domain::contact::EmailAddress;
use crate::domain::form::Language;
use crate::domain::ids::{AgentId, CaseId};
use crate::domain::queue::{Filter, HeldBy, Look, Sort, View};
use crate::domain::sla::Clocks;
use crate::store::agents::{self, Agent};
use crate::store::clocks as kept;
use crate::store::saved_views;
use crate::store::tags::{self, Tag};
use crate::store::views::queue::{self, Count, Line, Place, Turn};
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::SignedInAgent;
use crate::web::next_page::encoded;
use crate::web::page::{Head, moment, show as show_page, span};
use crate::workflow::{Beside, beside_in_list};

/// What the address of a queue page says.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    view: String,
    q: String,
    state: String,
    tier: String,
    tag: String,
    holder: String,
    language: String,
    sort: String,
    order: String,
    after: String,
    before: String,
}

const PAGE: usize = 50;
const REFRESH: u32 = 15;
const LONGEST_SEARCH: usize = 200;

/// The address at which somebody sees this.
fn url(look: &Look, search: &str, turn: Option<(&str, Place)>) -> String {
    let mut fields = look.fields();
    fields.extend(Some(("q", search.to_owned())).filter(|_| !search.is_empty()));
    fields.extend(turn.map(|(way, Place { at, n })| {
        (if way == "after" { "after" } else { "before" }, format!("{}_{n}", at.timestamp_micros()))
    }));
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    format!("/desk?{}", fields.join("&"))
}

/// A place in the list, as [`url`] writes it.
fn place(text: &str) -> Option<Place> {
    let (micros, n) = text.split_once('_')?;
    let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
    // Dates that no database can hold were not made by us.
    Some(Place { at, n: n.parse().ok()? }).filter(|_| (1970..=9999).contains(&at.year()))
}

impl Asked {
    fn look(&self) -> Look {
        Look::read(|field| match field {
            "view" => &self.view,
            "state" => &self.state,
            "tier" => &self.tier,
            "tag" => &self.tag,
            "holder" => &self.holder,
            "language" => &self.language,
            "sort" => &self.sort,
            _ => &self.order,
        })
    }

    fn turn(&self) -> Turn {
        match (place(&self.after), place(&self.before)) {
            (Some(place), _) => Turn::After(place),
            (None, Some(place)) => Turn::Before(place),
            (None, None) => Turn::First,
        }
    }
}

fn option(code: &str, label: &str, selected: bool) -> Value {
    json!({ "code": code, "label": label, "selected": selected })
}

/// The queue, filtered by its address.
pub async fn show(app: Data<App>, agent: SignedInAgent, asked: Query<Asked>) -> Result<HttpResponse, PageError> {
    let (now, me) = (app.now(), agent.session.agent.id);
    let (look, turn) = (asked.look(), asked.turn());
    let search: String = asked.q.trim().chars().take(LONGEST_SEARCH).collect();
    let query = queue::Query { look: look.clone(), agent: me, search: search.clone(), turn, limit: PAGE, now };
    let (page, labels, counts, (all_tags, saved, saved_counts)) = app
        .desk
        .store
        .read_snapshot(move |connection| {
            let page = queue::page(connection, &query)?;
            let ids: Vec<_> = page.lines.iter().map(|line| line.id).collect();
            let staff = queue::about_staff(connection, &ids)?;
            let (tagged, all_tags) = (tags::of_cases(connection, &ids)?, tags::all(connection)?);
            let saved = saved_views::of_agent(connection, me)?;
            let saved_counts = saved.iter().map(|view| queue::count(connection, &view.look, me, now));
            let saved_counts = saved_counts.collect::<Result<Vec<Count>, _>>()?;
            let owed: BTreeMap<_, _> = kept::of_cases(connection, &ids)?.into_iter().collect();
            let count = |view: &View| queue::count(connection, &Look::of(*view), me, now);
            let counts = View::ALL.iter().map(count).collect::<Result<Vec<Count>, _>>()?;
            let beside = beside_in_list(connection, &ids, me, now)?;
            let labels = Labels { staff, owed, tagged, beside, agents: agents::all(connection)? };
            Ok((page, labels, counts, (all_tags, saved, saved_counts)))
        })
        .await?;
    let searching = !search.is_empty();
    let is_saved = saved.iter().any(|view| view.look == look);
    let counted = |Count { found, more }: Count| format!("{found}{}", if more { "+" } else { "" });
    let kept: Vec<Value> = saved
        .iter()
        .zip(saved_counts)
        .map(|(view, count)| {
            let current = !searching && view.look == look;
            json!({ "label": view.name, "count": counted(count), "url": url(&view.look, "", None), "current": current, "shared": view.shared })
        })
        .collect();
    let views: Vec<Value> = View::ALL
        .iter()
        .zip(counts)
        .map(|(each, count)| {
            let shown = counted(count);
            let current = !searching && !is_saved && *each == look.view;
            json!({ "code": each.code(), "label": each.label(), "count": shown, "url": url(&Look::of(*each), "", None), "current": current })
        })
        .collect();
    let filter = &look.filter;
    let state = |state: &State| option(state.code(), state.label(), filter.state == Some(*state));
    let tier = |tier: &Tier| option(tier.code(), tier.label(), filter.tier == Some(*tier));
    let language = |each: &Language| option(each.code(), each.label(), filter.language == Some(*each));
    let sort = |sort: &Sort| option(sort.code(), sort.label(), look.sort() == *sort);
    let holds = |agent: &&Agent| agent.role.works_cases() || filter.held_by == Some(HeldBy::Agent(agent.id));
    let holder =
        |agent: &Agent| option(&agent.id.to_string(), &agent.name, filter.held_by == Some(HeldBy::Agent(agent.id)));
    let no_one = option("none", "No one", filter.held_by == Some(HeldBy::NoOne));
    let filtered = searching || *filter != Filter::default();
    let folded = Filter { state: None, tier: None, ..filter.clone() };
    let ordinary = look.sort() == Look::of(look.view).sort() && !look.descending;
    let content = json!({
        "views": views,
        "saved": kept,
        "asked": look.address(),
        "may_save": !searching && !is_saved && look != Look::of(look.view),
        "here": url(&look, &search, None),
        "tag_options": all_tags.iter().map(|tag| option(&tag.id.to_string(), tag.name.as_str(), filter.tag == Some(tag.id))).collect::<Vec<_>>(),
        "view": look.view.code(),
        "view_label": look.view.label(),
        "q": search,
        "state_options": State::ALL.iter().map(state).collect::<Vec<_>>(),
        "tier_options": Tier::ALL.iter().map(tier).collect::<Vec<_>>(),
        "language_options": Language::ALL.iter().map(language).collect::<Vec<_>>(),
        "holder_options": std::iter::once(no_one).chain(labels.agents.iter().filter(holds).map(holder)).collect::<Vec<_>>(),
        "sort_options": Sort::ALL.iter().map(sort).collect::<Vec<_>>(),
        "descending": look.descending,
        "narrowed": folded != Filter::default() || !ordinary,
        "rows": page.lines.iter().map(|line| row(line, &labels, (me, now))).collect::<Vec<_>>(),
        "shown": page.lines.len(),
        "first_url": (turn != Turn::First).then(|| url(&look, &search, None)),
        "previous_url": page.before.map(|place| url(&look, &search, Some(("before", place)))),
        "next_url": page.after.map(|place| url(&look, &search, Some(("after", place)))),
        "clear_url": filtered.then(|| url(&Look::of(look.view), "", None)),
        "empty_text": match (page.after, filtered) {
            (Some(_), _) => "Nothing among the cases that were looked at for this page. Look further.",
            (None, true) => "No case matches this search.",
            (None, false) => "Nothing here. Well done.",
        },
    });
    let mut head = Head::desk("Queue", &agent);
    head.refresh = Some(REFRESH);
    head.events = Some(address(&agent, None));
    show_page(&app, &agent.caller, StatusCode::OK, "desk/queue.html", head, content)
}

/// What the lines of a page have beside what they are.
struct Labels {
    staff: BTreeSet<CaseId>,
    owed: BTreeMap<CaseId, Clocks>,
    tagged: Vec<(CaseId, Tag)>,
    beside: Vec<(CaseId, Beside)>,
    agents: Vec<Agent>,
}

impl Labels {
    /// Who else has a case before them.
    fn beside(&self, case: CaseId) -> Vec<Value> {
        let there = self.beside.iter().filter(|(of, _)| *of == case);
        there
            .filter_map(|(_, beside)| {
                let agent = self.agents.iter().find(|agent| agent.id == beside.agent)?;
                Some(json!({ "name": agent.name, "writes": beside.writes }))
            })
            .collect()
    }
}

fn row(line: &Line, labels: &Labels, (me, now): (AgentId, DateTime<Utc>)) -> Value {
    let tags = labels.tagged.iter().filter(|(case, _)| *case == line.id);
    json!({
        "reference": line.reference,
        "url": format!("/desk/cases/{}", line.reference),
        "name": line.name,
        "version": line.version,
        "colleague": labels.staff.contains(&line.id),
        "beside": labels.beside(line.id),
        "tags": tags.map(|(_, tag)| tag.name.as_str()).collect::<Vec<_>>(),
        "email_masked": line.email.parse::<EmailAddress>().map(|email| email.masked()).unwrap_or_default(),
        "state": line.state.code(),
        "state_label": line.state.label(),
        "tier": line.tier.map_or("", Tier::code),
        "tier_label": line.tier.map_or("", Tier::label),
        "device_label": line.device.label(),
        "reason_label": line.reason.label(),
        "submitted": moment(line.submitted_at),
        "age": span(now - line.submitted_at),
        "clocks": labels.owed.get(&line.id).map(|owed| clocks(owed, now)),
        "overdue": line.answer_by.is_some_and(|at| at < now),
        "wait": line.wait_ends_at.filter(|_| line.state == State::CoolingOff).map(|at| span(at - now)),
        "holder": line.holder.as_ref().map(|(_, name)| name),
        "mine": line.holder.as_ref().is_some_and(|(id, _)| *id == me),
    })
}
