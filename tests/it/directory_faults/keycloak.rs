use std::sync::{Arc, Mutex};

use serde_json::json;

use super::no_fault_deceives;
use super::peer::{Aim, Aimed, PATIENCE_SECONDS, Peer, There};
use crate::keycloak::{Realm, played};
use crate::support::http_peer::HttpPeer;

struct Keycloak {
    http: HttpPeer,
    realm: Arc<Mutex<Realm>>,
}

impl Peer for Keycloak {
    fn name(&self) -> &'static str {
        "Keycloak (stand-in)"
    }

    fn upstream(&self) -> String {
        self.http.base.trim_start_matches("http://").to_owned()
    }

    fn toml(&self, url: &str) -> String {
        format!(
            "[[directories]]\nname = 'peer'\ndomains = ['peer.example']\ntimeout_seconds = {PATIENCE_SECONDS}\n\
             [directories.keycloak]\nurl = '{url}/auth/'\nrealm = 'customers'\nclient_id = 'mfa-desk'\n\
             client_secret = 's3cret, of course'\n"
        )
    }

    fn nonsense(&self) -> (&'static str, &'static str) {
        ("text/html", "<!doctype html><title>Welcome</title>")
    }

    fn aims(&self, aim: Aim, _serial: &str) -> Aimed {
        match aim {
            Aim::Act => Box::new(|request| request.starts_with("DELETE ")),
            Aim::Look => Box::new(|request| request.starts_with("GET ") && request.contains("/credentials HTTP")),
        }
    }

    async fn add(&self, name: &str) -> There {
        let id: &'static str = format!("id-{name}").leak();
        let email = format!("{name}@peer.example");
        let mut realm = self.realm.lock().unwrap();
        realm.users.push(json!({ "id": id, "username": name, "email": email, "enabled": true, "requiredActions": [] }));
        realm.credentials.push((id, json!({ "id": "c-app", "type": "otp", "userLabel": "Phone" })));
        There { login: name.to_owned(), serial: format!("{id}/c-app"), email }
    }

    async fn is_active(&self, account: &There) -> bool {
        let realm = self.realm.lock().unwrap();
        realm.credentials.iter().any(|(of, _)| account.serial == format!("{of}/c-app"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_between_us_and_keycloak_deceives() {
    let (http, realm) = played(|realm| realm.any_token = true);
    no_fault_deceives(&Keycloak { http, realm }).await;
}
