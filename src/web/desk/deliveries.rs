use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::event::{DeliveryState, SubscriberName};
use crate::domain::ids::OutboxId;
use crate::store::AnyConnection;
use crate::store::events::{self, Again, Delivery, Wanted};
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, moment, moment_if, see_other, show as show_page};

/// Rows of a page.
const PAGE: usize = 50;

/// What the address of the page says.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    to: String,
    state: String,
    before: String,
    again: String,
}

/// Which deliveries a page lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Dead,
    Waiting,
    Done,
}

impl View {
    const ALL: [Self; 3] = [Self::Dead, Self::Waiting, Self::Done];

    const fn code(self) -> &'static str {
        match self {
            Self::Dead => "dead",
            Self::Waiting => "waiting",
            Self::Done => "done",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Dead => "Given up",
            Self::Waiting => "Waiting",
            Self::Done => "Delivered",
        }
    }

    fn states(self) -> Vec<DeliveryState> {
        match self {
            Self::Dead => vec![DeliveryState::Dead],
            Self::Waiting => vec![DeliveryState::Waiting, DeliveryState::Leased],
            Self::Done => vec![DeliveryState::Done],
        }
    }
}

impl Asked {
    fn view(&self) -> View {
        View::ALL.into_iter().find(|view| view.code() == self.state).unwrap_or(View::Dead)
    }
}

/// The events that no subscriber took, or that are still to be sent.
pub async fn show(app: Data<App>, agent: SignedInAgent, asked: Query<Asked>) -> Result<HttpResponse, PageError> {
    let (view, to) = (asked.view(), asked.to.parse::<SubscriberName>().ok());
    let wanted = Wanted { subscriber: to.clone(), states: view.states(), before: asked.before.parse().ok() };
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let read = move |connection: &mut AnyConnection| {
        Ok((events::list(connection, &wanted, limit)?, events::dead(connection)?))
    };
    let (mut rows, dead) = app.desk.store.read_snapshot(read).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let older = rows.last().filter(|_| more).map(|row| {
        let to = to.as_ref().map_or("", SubscriberName::as_str);
        format!("/desk/deliveries?to={to}&state={}&before={}", view.code(), row.id)
    });
    let mut names: Vec<&SubscriberName> = app.desk.kit.listeners.iter().map(|listener| &listener.name).collect();
    // Of those that are not configured any more there may be some left.
    names.extend(dead.iter().map(|(name, _)| name));
    names.sort_unstable();
    names.dedup();
    let content = json!({
        "subscribers": names,
        "to": to,
        "view": view.code(),
        "views": View::ALL.map(|each| json!({ "code": each.code(), "label": each.label(), "current": each == view })),
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
        "dead": dead.iter().map(|(name, count)| json!({ "name": name, "count": count })).collect::<Vec<_>>(),
        "may_redeliver": agent.session.agent.role.supervises(),
        "older_url": older,
        "first": asked.before.is_empty(),
    });
    let mut head = Head::desk("Deliveries", &agent);
    head.flash = match asked.again.parse::<usize>() {
        Ok(0) => Some(Flash::Refused("There was nothing left to deliver again.".to_owned())),
        Ok(1) => Some(Flash::Done("1 event is delivered again.".to_owned())),
        Ok(count) => Some(Flash::Done(format!("{count} events are delivered again."))),
        Err(_) => None,
    };
    show_page(&app, &agent.caller, StatusCode::OK, "desk/deliveries.html", head, content)
}

fn row(delivery: &Delivery) -> Value {
    let event = delivery.event.as_ref().map(|errand| &errand.event);
    json!({
        "id": delivery.id,
        "subscriber": delivery.subscriber,
        "kind": event.map(|event| &event.kind),
        "reference": event.map(|event| &event.reference),
        "sequence": event.map(|event| event.sequence),
        "at": moment(delivery.created_at),
        "state": delivery.state.label(),
        "dead": delivery.state == DeliveryState::Dead,
        "waiting": delivery.state == DeliveryState::Waiting,
        "attempts": delivery.attempts,
        "next_at": moment(delivery.next_at),
        "done_at": moment_if(delivery.done_at),
        "error": delivery.error,
    })
}

/// **Redeliver**: one event that was given up.
pub async fn redeliver(app: Data<App>, agent: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let id: OutboxId = path.parse().map_err(|_| PageError::NotFound)?;
    again(&app, &agent, Again::One(id)).await
}

/// **Redeliver all**: every event to a subscriber that was given up.
pub async fn redeliver_all(app: Data<App>, agent: SignedInAgent, fields: Fields) -> Result<HttpResponse, PageError> {
    let subscriber: SubscriberName = fields.get("subscriber").parse().map_err(|_| PageError::NotFound)?;
    again(&app, &agent, Again::AllTo(subscriber)).await
}

async fn again(app: &App, agent: &SignedInAgent, which: Again) -> Result<HttpResponse, PageError> {
    let count = app.desk.redeliver(agent.act(app), which).await?;
    Ok(see_other(format!("/desk/deliveries?again={count}")))
}
