//! The program over a database, as the benches measure it: with a mail server that takes everything.

use std::collections::BTreeMap;
use std::sync::Arc;

use mfa_desk::clock::SystemClock;
use mfa_desk::config::{DatabaseUrl, Settings};
use mfa_desk::domain::token::ServerKey;
use mfa_desk::entropy::SystemEntropy;
use mfa_desk::notify::mail::{Mailer, OutgoingMail, SendError};
use mfa_desk::server::{Parts, assemble};
use mfa_desk::workflow::Desk;
use secrecy::SecretString;

struct NowhereMailer;

#[async_trait::async_trait]
impl Mailer for NowhereMailer {
    async fn send(&self, _: &OutgoingMail) -> Result<(), SendError> {
        Ok(())
    }
}

/// The defaults, over this database.
pub fn settings_over(url: &DatabaseUrl) -> Settings {
    let mut settings = Settings::from_sources("", &BTreeMap::new()).expect("the defaults are sound");
    settings.database.url = url.clone();
    settings
}

/// The program with these settings.
pub fn desk_with(settings: &Settings) -> Desk {
    let parts = Parts {
        base_url: "http://localhost".parse().expect("a URL"),
        key: ServerKey::new(SecretString::from("a key that only benches have, 32+ chars")),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        mailer: Arc::new(NowhereMailer),
        voice: None,
    };
    assemble(settings, parts).expect("the program starts")
}
