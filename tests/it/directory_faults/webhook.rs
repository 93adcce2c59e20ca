use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::no_fault_deceives;
use super::peer::{Aim, Aimed, PATIENCE_SECONDS, Peer, There};
use crate::support::receiver::{Received, Receiver, Reply};

const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

#[derive(Default)]
struct Inside {
    /// Whether each login's authenticator is on.
    on: BTreeMap<String, bool>,
    done: HashSet<String>,
}

/// A stand-in that keeps to the document.
struct Webhook {
    inside: Arc<Mutex<Inside>>,
    receiver: Receiver,
}

fn answer(inside: &mut Inside, received: &Received) -> Reply {
    let data = received.json()["data"].clone();
    let login = data["login"].as_str().unwrap_or_default().to_owned();
    let Some(on) = inside.on.get(&login).copied() else {
        let mut none = data;
        none["outcome"] = json!("none");
        return Reply::json(404, &none);
    };
    let standing = if on { "active" } else { "deactivated" };
    let mut answer: Value = match received.kind().as_str() {
        "directory.find" => json!({ "outcome": "found", "account": { "login": login, "name": login, "active": true } }),
        "directory.authenticators" => json!({ "outcome": "listed", "authenticators": [
            { "serial": format!("{login}-app"), "kind": "virtual_totp", "label": "Phone", "state": standing },
        ] }),
        "directory.standing" => json!({ "outcome": "standing", "standing": standing }),
        "authenticator.deactivate" => {
            let fresh = inside.done.insert(received.id().to_owned());
            assert!(on || !fresh, "a second order for what is off already");
            inside.on.insert(login, false);
            json!({ "outcome": "done" })
        }
        other => panic!("{other}"),
    };
    for key in ["login", "serial"] {
        if let Some(asked) = data.get(key) {
            answer[key] = asked.clone();
        }
    }
    Reply::json(200, &answer)
}

impl Peer for Webhook {
    fn name(&self) -> &'static str {
        "webhook (stand-in)"
    }

    fn upstream(&self) -> String {
        self.receiver.url().trim_start_matches("http://").trim_end_matches('/').split('/').next().unwrap().to_owned()
    }

    fn toml(&self, url: &str) -> String {
        format!(
            "[[directories]]\nname = 'peer'\ndomains = ['peer.example']\ntimeout_seconds = {PATIENCE_SECONDS}\n\
             [directories.webhook]\nurl = '{url}/hook'\nsecret = '{SECRET}'\n"
        )
    }

    fn nonsense(&self) -> (&'static str, &'static str) {
        ("text/html", "<!doctype html><title>Welcome</title>")
    }

    fn aims(&self, aim: Aim, _serial: &str) -> Aimed {
        let wanted = match aim {
            Aim::Act => "\"authenticator.deactivate\"",
            Aim::Look => "\"directory.standing\"",
        };
        Box::new(move |request| request.contains(wanted))
    }

    async fn add(&self, name: &str) -> There {
        self.inside.lock().unwrap().on.insert(name.to_owned(), true);
        There { login: name.to_owned(), serial: format!("{name}-app"), email: format!("{name}@peer.example") }
    }

    async fn is_active(&self, account: &There) -> bool {
        self.inside.lock().unwrap().on[&account.login]
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_between_us_and_a_webhook_deceives() {
    let inside = Arc::new(Mutex::new(Inside::default()));
    let theirs = Arc::clone(&inside);
    let receiver = Receiver::start(move |received| answer(&mut theirs.lock().unwrap(), received));
    no_fault_deceives(&Webhook { inside, receiver }).await;
}
