//! A running server: the pages and the worker over one database.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App as WebApp, HttpServer};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use url::Url;

use crate::clock::Clock;
use crate::config::Settings;
use crate::descriptors;
use crate::directory::{Directories, LocalDirectory, connect};
use crate::domain::token::ServerKey;
use crate::entropy::Entropy;
use crate::notify::forwarder::Forwarder;
use crate::notify::mail::{MailTemplates, Mailer};
use crate::notify::subscriber::Subscriber;
use crate::notify::voice::VoiceCaller;
use crate::sso::Provider;
use crate::store::{Store, StoreError};
use crate::web::error::PageError;
use crate::web::guard::{access, headers, trace};
use crate::web::{App, metrics, routes};
use crate::worker::Worker;
use crate::workflow::{Desk, Kit, Mailbox, PasswordHasher};

/// Why the program could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A part of the program is broken.
    #[error("{0}")]
    Broken(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why not.
        error: std::io::Error,
    },
}

impl From<PageError> for StartError {
    fn from(error: PageError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// What differs between the demo, production and tests.
pub struct Parts {
    /// Where customers reach us.
    pub base_url: Url,
    /// The server's key.
    pub key: ServerKey,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// How mails leave.
    pub mailer: Arc<dyn Mailer>,
    /// How calls leave.
    pub voice: Option<Arc<dyn VoiceCaller>>,
}

/// Opens the database and puts the program together, without serving anything yet.
///
/// # Errors
/// [`StartError`] when the database cannot be used or a part is broken.
pub fn assemble(settings: &Settings, parts: Parts) -> Result<Desk, StartError> {
    let store = Arc::new(Store::open(&settings.database, Arc::clone(&parts.entropy))?);
    let broken = |error: String| StartError::Broken(error);
    let passwords = Arc::new(PasswordHasher::new(1).map_err(|error| broken(error.to_string()))?);
    let offers_calls = parts.voice.is_some();
    let mut kit = Kit::new(settings, parts.base_url, parts.key, parts.clock, parts.entropy, offers_calls)
        .map_err(|bad| broken(bad.to_string()))?;
    let local =
        LocalDirectory::new(Arc::clone(&store), Arc::clone(&kit.sealing), Arc::clone(&passwords), kit.passkeys.clone());
    let others = connect(&settings.directories, &kit.clock, &kit.entropy).map_err(|error| broken(error.to_string()))?;
    let subscribers = settings.subscribers.iter().map(|each| Subscriber::new(each).map(Arc::new));
    let subscribers = subscribers.collect::<Result<_, _>>().map_err(broken)?;
    let host = kit.base_url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let forwarders = settings.forwarders.iter().map(|each| Forwarder::new(each, &host).map(Arc::new));
    let forwarders = forwarders.collect::<Result<_, _>>().map_err(broken)?;
    let sso = Provider::new(&settings.sso, &kit.base_url, Arc::clone(&kit.clock));
    kit.offers_texts = parts.voice.as_deref().is_some_and(|voice| voice.texts().is_some());
    Ok(Desk {
        kit: Arc::new(kit),
        store,
        directories: Arc::new(Directories::new(Arc::new(local), others)),
        mailer: parts.mailer,
        voice: parts.voice,
        subscribers,
        forwarders,
        templates: MailTemplates::embedded().map_err(|error| broken(error.to_string()))?,
        passwords,
        sso: sso.map_err(|error| broken(error.to_string()))?,
        mailbox: Mailbox::default(),
        errands: std::array::from_fn(|_| Notify::new()),
    })
}

/// A server that answers.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it tells Prometheus how it fares.
    pub metrics: Option<SocketAddr>,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
    worker: Worker,
    app: Data<App>,
    limit: std::time::Duration,
    watched: Option<(ServerHandle, JoinHandle<std::io::Result<()>>)>,
}

/// The listener for Prometheus. What it answers stands in no table of routes, and it answers nothing else.
fn listen_for_metrics(address: SocketAddr, app: Data<App>) -> Result<(SocketAddr, Server), StartError> {
    let last = Data::new(metrics::LastRead::default());
    let server = HttpServer::new(move || {
        WebApp::new()
            .app_data(app.clone())
            .app_data(last.clone())
            .app_data(web::PayloadConfig::new(0))
            .configure(metrics::configure)
    })
    .workers(1)
    .max_connections(32)
    .disable_signals()
    .client_request_timeout(std::time::Duration::from_secs(10))
    .bind(address)
    .map_err(|error| StartError::Listen { address, error })?;
    Ok((server.addrs().first().copied().unwrap_or(address), server.run()))
}

/// Connections of one of the threads that answer.
const MOST_OF_EACH: usize = 25_600;

/// Starts to answer on the configured address.
///
/// # Errors
/// [`StartError::Listen`] when the address is taken.
pub fn start(settings: &Settings, app: App) -> Result<Running, StartError> {
    let app = Data::new(app);
    let listen = |error| StartError::Listen { address: settings.server.listen, error };
    let of_each = descriptors::for_browsers() / u64::from(settings.server.workers);
    let of_each = usize::try_from(of_each).unwrap_or(MOST_OF_EACH).clamp(1, MOST_OF_EACH);
    let shared = app.clone();
    let server = HttpServer::new(move || {
        let routes = shared.routes.clone();
        WebApp::new()
            .app_data(shared.clone())
            // Fields are read by the guard, within its own limit; nothing else reads a body.
            .app_data(web::PayloadConfig::new(0))
            .app_data(web::QueryConfig::default().error_handler(|_, _| PageError::BadAddress.into()))
            .app_data(web::PathConfig::default().error_handler(|_, _| PageError::BadAddress.into()))
            .wrap(from_fn(access::access))
            .wrap(from_fn(trace::trace))
            .wrap(from_fn(headers::security_headers))
            .configure(move |config| routes::configure(&routes, config))
    })
    .workers(usize::from(settings.server.workers))
    .max_connections(of_each)
    .disable_signals()
    .shutdown_timeout(u64::from(settings.server.shutdown_seconds))
    .client_request_timeout(std::time::Duration::from_secs(10))
    .bind(settings.server.listen)
    .map_err(listen)?;
    let address = server.addrs().first().copied().unwrap_or(settings.server.listen);
    let watched = settings.metrics.listen.map(|address| listen_for_metrics(address, app.clone())).transpose()?;
    let (metrics, watched) =
        watched.map(|(address, server)| (address, (server.handle(), tokio::spawn(server)))).unzip();
    app.desk.store.metrics().started(app.now());
    let worker = Worker::start(&app.desk);
    let server = server.run();
    let handle = server.handle();
    let (server, limit) = (tokio::spawn(server), settings.server.shutdown());
    Ok(Running { address, metrics, handle, server, worker, app, limit, watched })
}

impl Running {
    /// Finishes the requests under way and what the worker holds, then ends.
    pub async fn stop(self) {
        self.app.streams.stop();
        self.handle.stop(true).await;
        if let Ok(Err(error)) = self.server.await {
            tracing::error!(%error, "the server failed");
        }
        self.worker.stop(self.limit).await;
        // Until the end it can be seen how far the stop has come.
        if let Some((handle, server)) = self.watched {
            handle.stop(false).await;
            if let Ok(Err(error)) = server.await {
                tracing::error!(%error, "the listener for metrics failed");
            }
        }
    }
}
