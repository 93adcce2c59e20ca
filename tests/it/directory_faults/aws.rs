use std::collections::HashMap;

use super::no_fault_deceives;
use super::peer::{Aim, Aimed, PATIENCE_SECONDS, Peer, There};
use crate::aws_iam::ACCOUNT;
use crate::aws_peer::{Whose, admin, ready, user_with_device};

struct Moto {
    env: HashMap<String, String>,
}

impl Peer for Moto {
    fn name(&self) -> &'static str {
        "AWS IAM (moto)"
    }

    fn upstream(&self) -> String {
        self.env["AWS_ENDPOINT_URL"].trim_start_matches("http://").trim_end_matches('/').to_owned()
    }

    fn toml(&self, url: &str) -> String {
        let (id, secret) = Whose::Desk.keys(&self.env);
        format!(
            "[[directories]]\nname = 'peer'\ndomains = ['peer.example']\ntimeout_seconds = {PATIENCE_SECONDS}\n\
             [directories.aws_iam]\nurl = '{url}'\nsts_url = '{url}'\naccess_key_id = '{id}'\n\
             secret_access_key = '{secret}'\n[[directories.aws_iam.accounts]]\nid = '{ACCOUNT}'\n"
        )
    }

    fn nonsense(&self) -> (&'static str, &'static str) {
        ("text/html", "<!doctype html><title>Welcome</title>")
    }

    fn aims(&self, aim: Aim, _serial: &str) -> Aimed {
        let wanted = match aim {
            Aim::Act => "Action=DeactivateMFADevice",
            Aim::Look => "Action=ListMFADevices",
        };
        Box::new(move |request| request.contains(wanted))
    }

    async fn add(&self, name: &str) -> There {
        let serial = user_with_device(&self.env, name).await;
        There { login: format!("{ACCOUNT}/{name}"), serial, email: format!("{name}@peer.example") }
    }

    async fn is_active(&self, account: &There) -> bool {
        let name = account.login.rsplit('/').next().unwrap_or_default();
        let (status, body) = admin(&self.env, &[("Action", "ListMFADevices"), ("UserName", name)]).await;
        assert_eq!(status, 200, "{body}");
        body.contains(&account.serial)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_between_us_and_aws_deceives() {
    let Some(env) = ready() else { return };
    no_fault_deceives(&Moto { env }).await;
}
