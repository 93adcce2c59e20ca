//! Mails over SMTP.
//!
//! lettre's own pooled transport is not used: it cannot tell a refusal at sign-in from one of the mail itself when both
//! are answered alike, it has no limit on how long an answer may take, and a send that is given up half-way would go
//! back into its pool with an answer outstanding. Its connections are used one by one instead.

use std::error::Error as _;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::{ClientId, Extension};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout};

use super::{Mailer, OutgoingMail, SendError, build};
use crate::config::MailTls;
use crate::dkim::DkimKey;
use crate::notify::install_tls_provider;

/// A server may take this long over the end of a mail (RFC 5321 §4.5.3.2.6); whoever gives up earlier sends
/// the mail twice.
pub const HAND_OVER: Duration = Duration::from_secs(600);

const MOST_CONNECTIONS: usize = 4;
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// Answers within a dialogue that speak of us and not of the mail: sign-in is required, too weak or wrong.
const ABOUT_SIGN_IN: [u16; 4] = [530, 534, 535, 538];

/// What is needed to send by SMTP.
#[derive(Debug, Clone)]
pub struct SmtpParts {
    /// The server's name, which its certificate has to carry.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// Signs in with this name, together with `password`.
    pub username: Option<String>,
    /// The password.
    pub password: Option<SecretString>,
    /// A PEM file of authorities to trust beside the public ones.
    pub ca_file: Option<PathBuf>,
    /// How long connecting with sign-in may take, and how long handing over a mail.
    pub timeout: Duration,
    /// How long handing a mail over may take; [`HAND_OVER`] unless a test has less patience.
    pub hand_over: Duration,
    /// Who writes.
    pub from: Mailbox,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// What the program calls itself to the server; the machine's host name where not given.
    pub hello_name: Option<String>,
}

/// Settings that no mail can be sent with.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    /// One of name and password without the other.
    #[error("the SMTP user name and password must be given together")]
    HalfCredentials,
    /// A sender or reply address whose name cannot be written in a header.
    #[error("the {0} mailbox cannot be written in a mail's header; simplify its name")]
    Mailbox(&'static str),
    /// A name for EHLO that would break the dialogue.
    #[error("the SMTP hello name must be a host name")]
    HelloName,
    /// The file of authorities cannot be read.
    #[error("the certificate file {path} cannot be read: {source}")]
    CaFile {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It holds no certificate.
    #[error("the certificate file {0} holds no usable PEM certificate")]
    NoCertificate(PathBuf),
    /// TLS cannot be used with these settings.
    #[error("TLS to the mail server cannot be set up: {0}")]
    Tls(String),
}

/// Sends mails by SMTP over at most four connections, kept open for a short while.
pub struct SmtpMailer {
    hand_over: Duration,
    server: Server,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    dkim: Option<DkimKey>,
    permits: Semaphore,
    /// For what may not wait behind mails that hang.
    reserved: Semaphore,
    idle: Arc<Idle>,
}

impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpMailer")
            .field("host", &self.server.host)
            .field("port", &self.server.port)
            .finish_non_exhaustive()
    }
}

struct Server {
    host: String,
    port: u16,
    tls: Protection,
    credentials: Option<Credentials>,
    hello: ClientId,
    timeout: Duration,
}

enum Protection {
    None,
    Starttls(TlsParameters),
    Tls(TlsParameters),
}

impl SmtpMailer {
    /// Check the settings; nothing is connected yet.
    pub fn new(parts: SmtpParts) -> Result<Self, SmtpSetupError> {
        install_tls_provider();
        let credentials = match (&parts.username, &parts.password) {
            (Some(name), Some(password)) => Some(Credentials::new(name.clone(), password.expose_secret().to_owned())),
            (None, None) => None,
            _ => return Err(SmtpSetupError::HalfCredentials),
        };
        for (what, mailbox) in [("sender", Some(&parts.from)), ("reply", parts.reply_to.as_ref())] {
            // lettre reads its own headers back while it builds a message; what it cannot read, it drops.
            if mailbox.is_some_and(|mailbox| mailbox.to_string().parse::<Mailbox>().is_err()) {
                return Err(SmtpSetupError::Mailbox(what));
            }
        }
        let hello = match &parts.hello_name {
            Some(name) if name.is_empty() || !name.chars().all(|c| c.is_ascii_graphic()) => {
                return Err(SmtpSetupError::HelloName);
            }
            Some(name) => ClientId::Domain(name.clone()),
            None => ClientId::default(),
        };
        let tls = match parts.tls {
            MailTls::None => Protection::None,
            MailTls::Starttls => Protection::Starttls(tls_parameters(&parts)?),
            MailTls::Tls => Protection::Tls(tls_parameters(&parts)?),
        };
        Ok(Self {
            server: Server { host: parts.host, port: parts.port, tls, credentials, hello, timeout: parts.timeout },
            hand_over: parts.hand_over,
            from: parts.from,
            reply_to: parts.reply_to,
            dkim: None,
            permits: Semaphore::new(MOST_CONNECTIONS),
            reserved: Semaphore::new(1),
            idle: Arc::new(Idle::default()),
        })
    }

    /// The same, signing every mail.
    #[must_use]
    pub fn signing(self, key: Option<DkimKey>) -> Self {
        Self { dkim: key, ..self }
    }
}

fn tls_parameters(parts: &SmtpParts) -> Result<TlsParameters, SmtpSetupError> {
    let mut builder = TlsParameters::builder(parts.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
    if let Some(path) = &parts.ca_file {
        let pem = std::fs::read(path).map_err(|source| SmtpSetupError::CaFile { path: path.clone(), source })?;
        // lettre takes a file without any certificate for an empty list of them.
        let marked = String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----");
        let certificate = Certificate::from_pem(&pem).ok().filter(|_| marked);
        builder = builder.add_root_certificate(certificate.ok_or_else(|| SmtpSetupError::NoCertificate(path.clone()))?);
    }
    builder.build().map_err(|error| SmtpSetupError::Tls(describe(&error)))
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), SendError> {
        self.hand(mail, &self.permits).await
    }

    async fn send_first(&self, mail: &OutgoingMail) -> Result<(), SendError> {
        self.hand(mail, &self.reserved).await
    }
}

impl SmtpMailer {
    async fn hand(&self, mail: &OutgoingMail, permits: &Semaphore) -> Result<(), SendError> {
        let message = build(mail, &self.from, self.reply_to.as_ref())?;
        let raw = match &self.dkim {
            Some(key) => {
                key.sign(&message.formatted(), mail.at).map_err(|error| SendError::Temporary(error.to_string()))?
            }
            None => message.formatted(),
        };
        let too_late = |what: &str| SendError::Temporary(format!("{what} took too long"));
        let _permit =
            permits.acquire().await.map_err(|_| SendError::Temporary("mail is being shut down".to_owned()))?;
        let limit = self.server.timeout;
        // Whatever fails up to here concerns the way and not the mail, also when the server says "never".
        let mut connection = timeout(limit, self.connection())
            .await
            .map_err(|_| too_late("connecting to the mail server"))?
            .map_err(|error| SendError::Temporary(describe(&error)))?;
        let international = |address: &lettre::Address| !address.to_string().is_ascii();
        if message.envelope().to().iter().any(international)
            && !connection.server_info().supports_feature(Extension::SmtpUtfEight)
        {
            self.idle.park(connection);
            return Err(SendError::Permanent("the mail server does not take international addresses".to_owned()));
        }
        timeout(self.hand_over, connection.send(message.envelope(), &raw))
            .await
            .map_err(|_| too_late("handing the mail over"))?
            .map_err(|error| refusal(&error))?;
        self.idle.park(connection);
        Ok(())
    }

    async fn connection(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        while let Some(mut connection) = self.idle.take() {
            if connection.test_connected().await {
                return Ok(connection);
            }
        }
        self.server.connect().await
    }
}

impl Server {
    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let wrapped = match &self.tls {
            Protection::Tls(parameters) => Some(parameters.clone()),
            Protection::Starttls(_) | Protection::None => None,
        };
        let address = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(self.timeout), &self.hello, wrapped, None).await?;
        if let Protection::Starttls(parameters) = &self.tls {
            connection.starttls(parameters.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

fn refusal(error: &SmtpError) -> SendError {
    let code = error.status().map(u16::from);
    if error.is_permanent() && !code.is_some_and(|code| ABOUT_SIGN_IN.contains(&code)) {
        SendError::Permanent(describe(error))
    } else {
        SendError::Temporary(describe(error))
    }
}

/// What happened, without the server's own words: they often repeat the address.
fn describe(error: &SmtpError) -> String {
    if let Some(code) = error.status() {
        let said = error.source().map(ToString::to_string).unwrap_or_default();
        return match enhanced(&said) {
            Some(enhanced) => format!("the mail server answered {code} {enhanced}"),
            None => format!("the mail server answered {code}"),
        };
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return format!("TLS with the mail server failed: {tls}");
        }
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            // An I/O error from rustls hides the cause that an operator needs to know.
            if let Some(tls) = io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                return format!("TLS with the mail server failed: {tls}");
            }
            return format!("no connection to the mail server: {}", io.kind());
        }
        cause = error.source();
    }
    if error.is_client() {
        // These are lettre's own words, such as that the server lacks STARTTLS.
        return error.to_string();
    }
    if error.is_tls() { "TLS with the mail server failed" } else { "the connection to the mail server broke" }
        .to_owned()
}

/// The enhanced status code (RFC 3463) that an answer's text starts with.
fn enhanced(said: &str) -> Option<&str> {
    let code = said.split_whitespace().next()?;
    let numbers: Vec<&str> = code.split('.').collect();
    let number = |n: &&str| (1..=3).contains(&n.len()) && n.bytes().all(|byte| byte.is_ascii_digit());
    (numbers.len() == 3 && numbers.iter().all(number)).then_some(code)
}

/// Connections that wait for the next mail.
#[derive(Default)]
struct Idle(Mutex<Parked>);

#[derive(Default)]
struct Parked {
    connections: Vec<(AsyncSmtpConnection, Instant)>,
    watched: bool,
}

impl Idle {
    fn lock(&self) -> MutexGuard<'_, Parked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        self.lock().connections.pop().map(|(connection, _)| connection)
    }

    fn park(self: &Arc<Self>, connection: AsyncSmtpConnection) {
        let mut parked = self.lock();
        parked.connections.push((connection, Instant::now()));
        if !parked.watched {
            parked.watched = true;
            tokio::spawn(close_when_idle(Arc::downgrade(self)));
        }
    }

    /// Takes out what has waited too long, and says when to look again; without it, the watch is over.
    fn expire(&self, now: Instant) -> (Vec<AsyncSmtpConnection>, Option<Instant>) {
        let mut parked = self.lock();
        let (old, young) = std::mem::take(&mut parked.connections)
            .into_iter()
            .partition::<Vec<_>, _>(|(_, since)| now.duration_since(*since) >= LONGEST_IDLE);
        parked.connections = young;
        let next = parked.connections.iter().map(|(_, since)| *since + LONGEST_IDLE).min();
        parked.watched = next.is_some();
        (old.into_iter().map(|(connection, _)| connection).collect(), next)
    }
}

async fn close_when_idle(idle: Weak<Idle>) {
    let mut next = Some(Instant::now() + LONGEST_IDLE);
    while let Some(at) = next {
        sleep_until(at).await;
        let Some(idle) = idle.upgrade() else {
            return;
        };
        let (old, again) = idle.expire(Instant::now());
        drop(idle);
        for mut connection in old {
            // A server that does not answer the farewell is left without one.
            let _ = timeout(Duration::from_secs(5), connection.quit()).await;
        }
        next = again;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> SmtpParts {
        SmtpParts {
            host: "localhost".to_owned(),
            port: 1,
            tls: MailTls::Starttls,
            username: None,
            password: None,
            ca_file: None,
            timeout: Duration::from_secs(1),
            hand_over: Duration::from_secs(1),
            from: "Desk <desk@example.com>".parse().expect("a mailbox"),
            reply_to: None,
            hello_name: None,
        }
    }

    #[test]
    fn settings_that_cannot_work_are_refused_at_once() {
        assert!(SmtpMailer::new(parts()).is_ok());
        let half = SmtpParts { username: Some("desk".to_owned()), ..parts() };
        assert!(matches!(SmtpMailer::new(half), Err(SmtpSetupError::HalfCredentials)));
        let hello = SmtpParts { hello_name: Some("a\r\nMAIL FROM:<>".to_owned()), ..parts() };
        assert!(matches!(SmtpMailer::new(hello), Err(SmtpSetupError::HelloName)));
        let missing = SmtpParts { ca_file: Some("/nowhere/ca.pem".into()), ..parts() };
        assert!(matches!(SmtpMailer::new(missing), Err(SmtpSetupError::CaFile { .. })));
        let file = tempfile::NamedTempFile::new().expect("a file");
        for text in ["", "hello", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
            std::fs::write(file.path(), text).expect("written");
            let empty = SmtpParts { ca_file: Some(file.path().to_owned()), ..parts() };
            assert!(SmtpMailer::new(empty).is_err(), "{text}");
        }
    }

    #[test]
    fn senders_of_any_language_can_be_used() {
        for name in ["Desk", "Müller & Söhne, Support", "日本語サポート", "A \"B\" C", "a.b", "Q&A (help)"] {
            let from = Mailbox::new(Some(name.to_owned()), "desk@example.com".parse().expect("an address"));
            assert!(SmtpMailer::new(SmtpParts { from, ..parts() }).is_ok(), "{name}");
        }
    }

    #[test]
    fn the_password_is_not_in_the_debug_output() {
        let parts = SmtpParts { password: Some("hunter2".into()), username: Some("desk".to_owned()), ..parts() };
        let shown = format!("{parts:?} {:?}", SmtpMailer::new(parts.clone()));
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn only_a_code_is_read_from_what_the_server_said() {
        assert_eq!(enhanced("5.7.1 <anna@example.com> refused"), Some("5.7.1"));
        for said in ["", "anna@example.com", "5.7", "5.7.1.2 x", "5.a.1 x", "1234.1.1"] {
            assert_eq!(enhanced(said), None, "{said}");
        }
    }
}
