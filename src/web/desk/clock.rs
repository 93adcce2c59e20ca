//! The two clocks of a case, in words.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::domain::sla::{Clock, Clocks, FirstReply};
use crate::web::page::{moment, span};

fn clock(label: &str, clock: Clock, now: DateTime<Utc>) -> Value {
    let overdue = clock.due < now;
    let soon = !overdue && clock.warn_at <= now;
    let text = match overdue {
        true => format!("{} overdue", span(now - clock.due)),
        false => format!("in {}", span(clock.due - now)),
    };
    json!({ "label": label, "time": moment(clock.due), "overdue": overdue, "soon": soon, "text": text })
}

/// What the desk owes a case, the most urgent first, and whether the first reply stands still.
pub fn clocks(clocks: &Clocks, now: DateTime<Utc>) -> Value {
    let reply = clocks.reply_clock().map(|running| ("First reply", running));
    let step = clocks.next_step.map(|next| (next.step.label(), next.clock));
    let mut owed: Vec<(&str, Clock)> = reply.into_iter().chain(step).collect();
    owed.sort_by_key(|(_, running)| running.due);
    json!({
        "queue": clocks.queue,
        "owed": owed.into_iter().map(|(label, running)| clock(label, running, now)).collect::<Vec<_>>(),
        "stands_still": matches!(clocks.first_reply, FirstReply::Waiting { .. }),
        "replied": match clocks.first_reply {
            FirstReply::Given { at } => moment(at),
            _ => Value::Null,
        },
    })
}
