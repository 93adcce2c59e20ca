use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::account::Tier;
use crate::domain::case::State;
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{AgentId, CaseId};
use crate::store::views::queue::{self, Line, MOST_COUNTED, View};
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::SignedInAgent;
use crate::web::page::{Head, moment, show as show_page, span};

/// What the address of a queue page says.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    view: String,
    q: String,
    state: String,
    tier: String,
    after: String,
}

const PAGE: usize = 50;
const REFRESH: u32 = 15;
const LONGEST_SEARCH: usize = 200;

fn encoded(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

impl Asked {
    fn url(&self, view: View, after: &str) -> String {
        let mut url = format!("/desk?view={}", view.code());
        for (name, value) in [("q", self.q.as_str()), ("state", &self.state), ("tier", &self.tier), ("after", after)] {
            if !value.is_empty() {
                url.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        url
    }

    /// A place in the list: the last row's time in microseconds and its identifier.
    fn place(&self) -> Option<(DateTime<Utc>, CaseId)> {
        let (micros, id) = self.after.split_once('_')?;
        let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
        // Dates that no database can hold were not made by us.
        Some((at, id.parse().ok()?)).filter(|_| (1970..=9999).contains(&at.year()))
    }
}

/// The queue, filtered by its address.
pub async fn show(app: Data<App>, agent: SignedInAgent, asked: Query<Asked>) -> Result<HttpResponse, PageError> {
    let (now, me) = (app.now(), agent.session.agent.id);
    let view = View::from_code(&asked.view);
    let query = queue::Query {
        view,
        agent: me,
        state: State::from_code(&asked.state),
        tier: Tier::from_code(&asked.tier),
        search: asked.q.chars().take(LONGEST_SEARCH).collect(),
        after: asked.place(),
        limit: i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
        now,
    };
    let (mut lines, staff, counts) = app
        .desk
        .store
        .read_snapshot(move |connection| {
            let lines = queue::page(connection, &query)?;
            let staff = queue::about_staff(connection, &lines.iter().map(|line| line.id).collect::<Vec<_>>())?;
            let counts: Result<Vec<i64>, _> =
                View::ALL.into_iter().map(|view| queue::count(connection, view, me, now)).collect();
            Ok((lines, staff, counts?))
        })
        .await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let last =
        lines.last().filter(|_| more).map(|line| format!("{}_{}", line.submitted_at.timestamp_micros(), line.id));
    let views: Vec<Value> = View::ALL
        .into_iter()
        .zip(counts)
        .map(|(each, count)| {
            let shown = if count > MOST_COUNTED { format!("{MOST_COUNTED}+") } else { count.to_string() };
            let url = format!("/desk?view={}", each.code());
            json!({ "code": each.code(), "label": each.label(), "count": shown, "url": url, "current": each == view })
        })
        .collect();
    let state = |state: &State| json!({ "code": state.code(), "label": state.label(), "selected": state.code() == asked.state });
    let tier =
        |tier: &Tier| json!({ "code": tier.code(), "label": tier.label(), "selected": tier.code() == asked.tier });
    let filtered = !(asked.q.is_empty() && asked.state.is_empty() && asked.tier.is_empty());
    let content = json!({
        "views": views,
        "view": view.code(),
        "view_label": view.label(),
        "q": asked.q,
        "state_options": State::ALL.iter().map(state).collect::<Vec<_>>(),
        "tier_options": Tier::ALL.iter().map(tier).collect::<Vec<_>>(),
        "rows": lines.iter().map(|line| row(line, staff.contains(&line.id), me, now)).collect::<Vec<_>>(),
        "shown": lines.len(),
        "first_url": (!asked.after.is_empty()).then(|| asked.url(view, "")),
        "next_url": last.map(|last| asked.url(view, &last)),
        "empty_text": if filtered { "No case matches this search." } else { "Nothing here. Well done." },
    });
    let mut head = Head::desk("Queue", &agent);
    head.refresh = Some(REFRESH);
    show_page(&app, &agent.caller, StatusCode::OK, "desk/queue.html", head, content)
}

/// When the desk owes an answer, in words.
pub fn due(answer_by: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Value {
    answer_by.map_or(Value::Null, |at| {
        let overdue = at < now;
        let text = if overdue { format!("{} overdue", span(now - at)) } else { format!("in {}", span(at - now)) };
        json!({ "time": moment(at), "overdue": overdue, "text": text })
    })
}

fn row(line: &Line, colleague: bool, me: AgentId, now: DateTime<Utc>) -> Value {
    json!({
        "reference": line.reference,
        "url": format!("/desk/cases/{}", line.reference),
        "name": line.name,
        "colleague": colleague,
        "email_masked": line.email.parse::<EmailAddress>().map(|email| email.masked()).unwrap_or_default(),
        "state": line.state.code(),
        "state_label": line.state.label(),
        "tier": line.tier.map_or("", Tier::code),
        "tier_label": line.tier.map_or("", Tier::label),
        "device_label": line.device.label(),
        "reason_label": line.reason.label(),
        "submitted": moment(line.submitted_at),
        "age": span(now - line.submitted_at),
        "due": due(line.answer_by, now),
        "wait": line.wait_ends_at.filter(|_| line.state == State::CoolingOff).map(|at| span(at - now)),
        "holder": line.holder.as_ref().map(|(_, name)| name),
        "mine": line.holder.as_ref().is_some_and(|(id, _)| *id == me),
    })
}
