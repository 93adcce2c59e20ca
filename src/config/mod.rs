//! What an operator can set: defaults, then a TOML file, then the environment.
//!
//! A key `mail.smtp.port` is `port` in the file's section `[mail.smtp]` and
//! `MFA_DESK__MAIL__SMTP__PORT` in the environment. An empty variable counts as unset.
//! Reading ([`Settings::load`]) refuses what cannot be understood; whether a readable
//! configuration is fit for a purpose is answered by [`Settings::problems`].

mod api;
mod audit;
mod check;
mod database;
mod desk;
mod directories;
mod dkim;
mod documents;
mod error;
mod forwarders;
mod inbound;
mod limits;
mod load;
mod log;
mod mail;
mod mail_server;
mod metrics;
mod near;
mod origin;
mod paths;
mod policy;
mod proxies;
mod queues;
mod reference;
mod retention;
mod risk;
mod server;
mod sso;
mod subscribers;
mod value;
mod voice;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::net::SocketAddr;
use std::path::Path;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

pub use api::ApiSettings;
pub use audit::{AuditSettings, CHECKPOINT_TIMEOUT};
pub use check::Problem;
pub use database::{DatabaseSettings, DatabaseUrl};
pub use desk::{SecretSettings, SessionSettings};
pub use directories::{
    AfterDisabling, AwsAccountSettings, AwsIamSettings, Can, DirectorySettings, KeycloakSettings, PrivacyIdeaSettings,
    WebhookSettings, secret as directory_secret,
};
pub use dkim::DkimSettings;
pub use documents::DocumentSettings;
pub use error::{ConfigError, UnknownKey};
pub use forwarders::{ForwarderSettings, HttpFeedSettings, SyslogSettings};
pub use inbound::{ImapSettings, InboundSettings};
pub use limits::LimitSettings;
pub use log::{LogFormat, LogSettings};
pub use mail::{MailSettings, SmtpSettings};
pub use mail_server::MailTls;
pub use metrics::MetricsSettings;
pub use origin::{Origins, Source, variable_name};
pub use paths::{Alternatives, PathSettings, PhoneChangeSettings};
pub use policy::PolicySettings;
pub use proxies::{NotARange, ProxyRange};
pub use queues::QueueSettings;
pub use reference::{RANGES, REFERENCE, reference_table};
pub use retention::RetentionSettings;
pub use risk::RiskSettings;
pub use server::ServerSettings;
pub use sso::{SsoRoles, SsoSettings};
pub use subscribers::{EventSettings, SubscriberSettings};
pub use voice::{TwilioSettings, VoiceProvider, VoiceSettings};

use check::Checker;

use crate::domain::sla::Agreements;

/// What the program is about to do, which decides what the configuration must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A demonstration on one machine, with data that nobody depends on.
    Demo,
    /// The desk for real accounts.
    Serve,
    /// A command that only touches data: needs the database and nothing else.
    Tool,
}

/// Everything that can be configured; `Debug` shows no secret.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The HTTP server.
    pub server: ServerSettings,
    /// Where the data is kept.
    pub database: DatabaseSettings,
    /// Key material.
    pub secrets: SecretSettings,
    /// Outgoing mail.
    pub mail: MailSettings,
    /// Mail that comes in.
    pub inbound: InboundSettings,
    /// Automated calls.
    pub voice: VoiceSettings,
    /// Waits, expiries and budgets of a case.
    pub policy: PolicySettings,
    /// What makes a case need more.
    pub risk: RiskSettings,
    /// Single sign-on for people at the desk.
    pub sso: SsoSettings,
    /// Directories beside the embedded one.
    pub directories: Vec<DirectorySettings>,
    /// Programs that are told what happens to cases.
    pub subscribers: Vec<SubscriberSettings>,
    /// How they are told.
    pub events: EventSettings,
    /// Systems that the audit log is forwarded to.
    pub forwarders: Vec<ForwarderSettings>,
    /// The desk's hours and what it promises.
    pub queues: Vec<QueueSettings>,
    /// How long people stay signed in.
    pub sessions: SessionSettings,
    /// Bounds on what a stranger can make the desk do.
    pub limits: LimitSettings,
    /// Uploaded documents.
    pub documents: DocumentSettings,
    /// How long personal data is kept.
    pub retention: RetentionSettings,
    /// The interface for programs.
    pub api: ApiSettings,
    /// What the audit log signs of itself.
    pub audit: AuditSettings,
    /// What Prometheus can ask.
    pub metrics: MetricsSettings,
    /// What is written to standard error.
    pub log: LogSettings,
    /// Where each value that is not a default came from.
    #[serde(skip)]
    pub origins: Origins,
}

impl Settings {
    /// Reads the defaults, then `file` (or `./mfa-desk.toml` if there is one), then the
    /// process environment.
    ///
    /// # Errors
    /// The file named is missing or unreadable, or a key or value cannot be understood.
    pub fn load(file: Option<&Path>) -> Result<Settings, ConfigError> {
        load::from_process(file)
    }

    /// Reads the defaults, then the TOML text, then the variables given.
    ///
    /// # Errors
    /// A key or value cannot be understood.
    pub fn from_sources(toml: &str, env: &std::collections::BTreeMap<String, String>) -> Result<Settings, ConfigError> {
        load::from_text(toml, Path::new(load::DEFAULT_FILE), env)
    }

    /// The settings of a demonstration that keeps its data in `data_dir`.
    #[must_use]
    pub fn demo(data_dir: &Path, listen: SocketAddr, key: SecretString) -> Settings {
        // A browser cannot be sent to the unspecified address, although a server can listen on it. Passkeys are bound to
        // a name, and browsers take this one without TLS.
        let here = listen.ip().is_loopback() || listen.ip().is_unspecified();
        let host = if here { format!("localhost:{}", listen.port()) } else { listen.to_string() };
        let mut demo = Settings::default();
        demo.server.listen = listen;
        demo.server.base_url = Url::parse(&format!("http://{host}")).ok();
        demo.database.url = DatabaseUrl::Sqlite(data_dir.join("mfa-desk.sqlite3"));
        demo.secrets.key = Some(key);
        demo.mail.from = "mfa-desk demo <desk@demo.example>".parse().ok();
        demo.policy.cooling_off_minutes = 2;
        // Whatever port it listens on, the commands over its folder speak of the same log.
        demo.audit.origin = Some("localhost/audit".to_owned());
        demo.risk.shorten_waits(2);
        // Everyone in a demonstration sits behind one address.
        demo.limits.forms_per_network_hour = 100_000;
        demo.limits.forms_per_network_day = 100_000;
        demo.api.requests_per_minute = 100_000;
        demo
    }

    /// What the desk promises.
    #[must_use]
    pub fn agreements(&self) -> Agreements {
        queues::agreements(&self.queues, &self.policy)
    }

    /// Everything that makes these settings unfit for `mode`, not just the first thing.
    #[must_use]
    pub fn problems(&self, mode: Mode) -> Vec<Problem> {
        let mut checker = Checker::new(&self.origins, mode);
        self.database.check(&mut checker);
        self.log.check(&mut checker);
        if mode != Mode::Tool {
            self.server.check(&mut checker);
            self.secrets.check(&mut checker);
            self.mail.check(&mut checker);
            self.inbound.check(&mut checker);
            self.voice.check(&mut checker);
            self.policy.check(&mut checker);
            self.check_policy(&mut checker);
            self.risk.check(&mut checker);
            self.sso.check(self.server.base_url.as_ref(), &mut checker);
            directories::check(&self.directories, &mut checker);
            subscribers::check(&self.subscribers, &mut checker);
            self.events.check(&mut checker);
            forwarders::check(&self.forwarders, &mut checker);
            queues::check(&self.queues, &mut checker);
            self.sessions.check(&mut checker);
            self.limits.check(&mut checker);
            self.documents.check(&mut checker);
            self.retention.check(&self.policy, &mut checker);
            self.api.check(&mut checker);
            self.audit.check(&mut checker);
            self.metrics.check(self.server.listen, &mut checker);
        }
        checker.finish()
    }
}
