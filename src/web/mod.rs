//! The web faces: customers, the desk, the telephone provider and, in the demo, a mailbox and a telephone.

pub mod account;
pub mod api;
mod assets;
mod audit_file;
pub mod cookies;
pub mod customer;
pub mod demo;
pub mod desk;
pub mod error;
mod factor;
pub mod guard;
mod health;
pub mod hooks;
pub mod metrics;
pub mod new_number;
pub mod next_page;
pub mod page;
pub mod routes;
mod security;
mod words;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use tera::Tera;

use crate::config::ProxyRange;
use crate::notify::mail::DemoMailbox;
use crate::workflow::Desk;
use demo::DemoAccount;
use desk::live::Streams;
use error::PageError;
use guard::session_token::SessionTokens;
use guard::upload::Uploads;
use routes::RouteSpec;

/// What only the demo has.
pub struct Demo {
    /// Where its mails are kept.
    pub mailbox: Arc<DemoMailbox>,
    /// Its sample accounts.
    pub accounts: Vec<DemoAccount>,
}

/// Everything the handlers share.
pub struct App {
    /// The program behind the pages.
    pub desk: Arc<Desk>,
    /// The pages' templates.
    pub templates: Tera,
    /// Session cookies.
    pub tokens: SessionTokens,
    /// Served under TLS: cookies are marked so.
    pub secure: bool,
    /// Scheme, host and port of the base URL.
    pub origin: String,
    /// Proxies whose word about the client's address is taken.
    pub trusted_proxies: Vec<ProxyRange>,
    /// Signs the telephone provider's requests.
    pub voice_secret: Option<SecretString>,
    /// Only in the demo.
    pub demo: Option<Demo>,
    /// Who is sending a file now.
    pub uploads: Uploads,
    /// Open pages that listen for changes.
    pub streams: Arc<Streams>,
    /// Places for mail servers that hand a mail over.
    pub mail_posts: hooks::mail::Places,
    /// Every route with who may call it.
    pub routes: Vec<RouteSpec>,
    /// Names the static files of this build.
    pub assets_version: String,
    /// Chunks of the log that one answer recomputes: about a second of work.
    pub verified_at_once: usize,
}

impl App {
    /// The handlers' shared state.
    ///
    /// # Errors
    /// When a template is broken.
    pub fn new(
        desk: Arc<Desk>,
        trusted_proxies: Vec<ProxyRange>,
        voice_secret: Option<SecretString>,
        demo: Option<Demo>,
    ) -> Result<Self, PageError> {
        let base_url = &desk.kit.base_url;
        Ok(Self {
            templates: page::templates()?,
            tokens: SessionTokens::new(&desk.kit.key, desk.kit.sessions.idle()),
            secure: base_url.scheme() == "https",
            origin: base_url.origin().ascii_serialization(),
            trusted_proxies,
            voice_secret,
            uploads: Uploads::default(),
            streams: Arc::default(),
            mail_posts: hooks::mail::Places::default(),
            routes: routes::all(demo.is_some()),
            demo,
            assets_version: assets::version(),
            verified_at_once: desk::verify::AT_ONCE,
            desk,
        })
    }

    /// Now.
    pub fn now(&self) -> DateTime<Utc> {
        self.desk.kit.clock.now()
    }
}
