//! Faults injected between the program and a directory, for every connector that there is. Whatever goes wrong: a
//! deactivation is never reported that did not happen, never done twice and never lost.
//!
//! Each test prints a table: what went wrong, what the agent saw, how it ended.

#[cfg(feature = "aws")]
mod aws;
mod keycloak;
pub mod peer;
mod privacyidea;
mod webhook;

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt};

use self::peer::{Aim, PATIENCE_SECONDS, Peer};
use crate::support::proxy::{Break, Proxy};
use crate::support::world::{Setup, World};

struct Row {
    what: &'static str,
    aim: Aim,
    how: Break,
}

fn rows(peer: &impl Peer) -> Vec<Row> {
    let row = |what, aim, how| Row { what, aim, how };
    let (kind, body) = peer.nonsense();
    vec![
        row("cut before the order arrives", Aim::Act, Break::CutBefore),
        row("cut after the order arrived", Aim::Act, Break::CutAfter),
        row("half of the answer to the order", Aim::Act, Break::HalfAnswer),
        row("the answer comes after the time-out", Aim::Act, Break::LateAnswer(TOO_LATE)),
        row("the order arrives after the time-out", Aim::Act, Break::LateRequest(TOO_LATE)),
        row("500 instead of the order", Aim::Act, Break::Instead(500, kind, body)),
        row("500 after the order", Aim::Act, Break::After(500, kind, body)),
        row("429 instead of the order", Aim::Act, Break::Instead(429, kind, body)),
        row("401 instead of the order", Aim::Act, Break::Instead(401, kind, body)),
        row("nonsense instead of the order", Aim::Act, Break::Instead(200, kind, body)),
        row("nonsense after the order", Aim::Act, Break::After(200, kind, body)),
        row("the look before the order is cut", Aim::Look, Break::CutBefore),
        row("half of the answer to the look", Aim::Look, Break::HalfAnswer),
        row("500 to the look", Aim::Look, Break::Instead(500, kind, body)),
        row("429 to the look", Aim::Look, Break::Instead(429, kind, body)),
        row("401 to the look", Aim::Look, Break::Instead(401, kind, body)),
        row("nonsense to the look", Aim::Look, Break::Instead(200, kind, body)),
    ]
}

/// Nobody waits any more.
const TOO_LATE: Duration = Duration::from_millis(PATIENCE_SECONDS * 1_000 + 700);

/// Runs every fault against a connector and prints the table.
pub async fn no_fault_deceives(peer: &impl Peer) {
    let runs = rows(peer).into_iter().enumerate().map(|(number, row)| deceives_not(peer, number, row));
    let lines: Vec<String> = stream::iter(runs).buffered(4).collect().await;
    println!("\n| {}: fault | the agent sees | in the end |\n| --- | --- | --- |\n{}", peer.name(), lines.join("\n"));
}

async fn deceives_not(peer: &impl Peer, number: usize, Row { what, aim, how }: Row) -> String {
    let proxy = Proxy::before(&peer.upstream()).await;
    let toml = peer.toml(&proxy.url());
    let world = World::with(Setup { toml, seed: 100 + number as u64, ..Setup::default() }).await;
    let account = peer.add(&format!("fault{number}")).await;
    world.knows(&account).await;
    let (_, ana, reference) = world.ready(&account.email).await;

    let is_late = matches!(how, Break::LateAnswer(_) | Break::LateRequest(_));
    proxy.breaks(peer.aims(aim, &account.serial), how);
    let sees = sentence(&world.deactivates(&ana, &reference).await.text());
    if is_late {
        // It has arrived before the directory is asked again.
        tokio::time::sleep(TOO_LATE).await;
    }
    for _ in 0..8 {
        world.later(TimeDelta::minutes(1)).await;
    }
    let off = !peer.is_active(&account).await;
    let says = world.actions(&reference).await.iter().filter(|action| *action == "case.deactivated").count();
    assert_eq!(says, usize::from(off), "{}: {what}: the log says it exactly when it is so", peer.name());
    let ends = match off {
        true => "deactivated",
        false => {
            // Nothing is lost: the same press succeeds when nothing goes wrong any more.
            proxy.mended();
            world.later(TimeDelta::minutes(30)).await;
            let ana = world.agent("ana").await;
            world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
            assert!(!peer.is_active(&account).await, "{}: {what}", peer.name());
            "ready, nothing done; the next press deactivates"
        }
    };
    world.stop().await;
    format!("| {what} | {sees} | {ends} |")
}

/// What the answer to **Deactivate** says of it.
fn sentence(page: &str) -> String {
    let starts = ["Nothing was deactivated", "The directory confirmed it", "The directory has not answered yet"];
    let Some(at) = starts.iter().filter_map(|start| page.find(start)).min() else {
        panic!("the page does not say what became of it:\n{page}");
    };
    let said = page[at..].split(" Queue ").next().unwrap_or_default();
    said.split(" 1 directory does").next().unwrap_or_default().trim().to_owned()
}
