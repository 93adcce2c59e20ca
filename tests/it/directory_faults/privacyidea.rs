use super::no_fault_deceives;
use super::peer::{Aim, Aimed, PATIENCE_SECONDS, Peer, There};
use crate::support::privacyidea::Peer as Server;

impl Peer for Server {
    fn name(&self) -> &'static str {
        "privacyIDEA"
    }

    fn upstream(&self) -> String {
        self.url().trim_start_matches("http://").trim_end_matches('/').to_owned()
    }

    fn toml(&self, url: &str) -> String {
        format!(
            "[[directories]]\nname = 'peer'\ndomains = ['{}.test']\ntimeout_seconds = {PATIENCE_SECONDS}\n\
             [directories.privacyidea]\nurl = '{url}'\nrealm = '{}'\napi_key = '{}'\n",
            self.realm,
            self.realm,
            self.key()
        )
    }

    fn nonsense(&self) -> (&'static str, &'static str) {
        ("application/json", r#"{"result":{"status":true,"value":"Hello"}}"#)
    }

    fn aims(&self, aim: Aim, _serial: &str) -> Aimed {
        match aim {
            Aim::Act => Box::new(|request| request.starts_with("POST /token/disable ")),
            Aim::Look => Box::new(|request| request.starts_with("GET /token/?")),
        }
    }

    async fn add(&self, name: &str) -> There {
        self.adds(name, ("+447911123456", ""));
        let serial = self.token(name, name, &[]).await;
        There { login: name.to_owned(), serial, email: self.email(name) }
    }

    async fn is_active(&self, account: &There) -> bool {
        Server::is_active(self, &account.serial).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_between_us_and_privacyidea_deceives() {
    let Some(server) = Server::new().await else { return };
    no_fault_deceives(&server).await;
}
