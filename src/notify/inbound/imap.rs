//! Reading a mailbox over IMAP (RFC 3501, RFC 9051), with IDLE (RFC 2177) where the server has it.

use std::collections::HashSet;
use std::fmt::Debug;
use std::time::Duration;

use async_imap::error::Error as ProtocolError;
use async_imap::extensions::idle::IdleResponse;
use async_imap::imap_proto::{Response, Status};
use async_imap::{Client, Session};
use futures_util::TryStreamExt;
use rustls::pki_types::ServerName;
use secrecy::ExposeSecret;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::config::{ImapSettings, MailTls};
use crate::notify::install_tls_provider;
use crate::tls_client;

/// How long connecting and every command may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the largest mail may take.
const DOWNLOAD: Duration = Duration::from_secs(300);
/// Mails that are looked for at a time.
const BATCH: usize = 100;
/// What is asked for where one mail is fetched.
const A_MAIL: &str = "a mail";

trait Wire: AsyncRead + AsyncWrite + Unpin + Send + Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Debug> Wire for T {}

/// Why a mailbox cannot be read. The texts hold nothing of the server's own words, which often repeat names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImapError {
    /// It is not configured, or not usably.
    #[error("{0}")]
    Settings(String),
    /// Its name leads nowhere.
    #[error("the mail server's name `{0}` is not known: check inbound.imap.host, and this machine's name server")]
    Name(String),
    /// There is no connection.
    #[error("no connection to the mail server: {0}")]
    Connection(String),
    /// There is no encryption that can be trusted.
    #[error("TLS with the mail server failed: {0}")]
    Tls(String),
    /// User name and password are not taken.
    #[error("the mail server does not take the user name and the password")]
    SignIn,
    /// A folder is not there.
    #[error("the mail server has no folder `{0}` that can be opened")]
    Folder(String),
    /// The server answered something else than was asked.
    #[error("the mail server refused {0}")]
    Refused(&'static str),
    /// It did not answer in time.
    #[error("the mail server took too long over {0}")]
    TooSlow(&'static str),
}

impl ImapError {
    /// Whether it is about the one mail that was asked for, so that others may be to be had.
    pub fn is_about_a_mail(&self) -> bool {
        matches!(self, Self::Refused(A_MAIL) | Self::TooSlow(A_MAIL))
    }
}

/// What a look at a mailbox found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    /// Mails in the folder.
    pub mails: u32,
    /// Those of them that would be read.
    pub waiting: usize,
    /// The server tells of new mail by itself.
    pub tells: bool,
}

/// A mailbox that can be opened.
pub struct ImapMailbox {
    settings: ImapSettings,
    host: String,
    protection: Protection,
}

/// How the connection is encrypted.
enum Protection {
    None,
    Tls(TlsConnector, ServerName<'static>),
    Starttls(TlsConnector, ServerName<'static>),
}

/// A mailbox that is open.
pub struct OpenMailbox {
    session: Session<Box<dyn Wire>>,
    done_folder: Option<String>,
    tells: bool,
    moves: bool,
    expunges: bool,
    mails: u32,
    validity: Option<u32>,
}

impl ImapMailbox {
    /// Checks the settings; nothing is connected yet. None where no mailbox is configured.
    ///
    /// # Errors
    /// [`ImapError::Settings`] when they cannot be used.
    pub fn new(settings: &ImapSettings) -> Result<Option<Self>, ImapError> {
        install_tls_provider();
        let Some(host) = settings.host.clone() else { return Ok(None) };
        let protection = match settings.tls {
            MailTls::None => Protection::None,
            MailTls::Tls => {
                let (connector, name) = trusting(settings, &host)?;
                Protection::Tls(connector, name)
            }
            MailTls::Starttls => {
                let (connector, name) = trusting(settings, &host)?;
                Protection::Starttls(connector, name)
            }
        };
        Ok(Some(Self { settings: settings.clone(), host, protection }))
    }

    /// Looks whether the mailbox can be read, and changes nothing.
    ///
    /// # Errors
    /// [`ImapError`] says why not.
    pub async fn look(&self) -> Result<Looked, ImapError> {
        let mut open = self.connect(true).await?;
        if let Some(folder) = &open.done_folder {
            let folder = folder.clone();
            let found = within("looking for a folder", open.session.status(&folder, "(MESSAGES)")).await?;
            found.map_err(|error| about_folder(&folder, &error))?;
        }
        let waiting = open.search().await?.len();
        let looked = Looked { mails: open.mails, waiting, tells: open.tells };
        open.close().await;
        Ok(looked)
    }

    /// Opens the folder that is read.
    ///
    /// # Errors
    /// [`ImapError`] says why it cannot be.
    pub async fn open(&self) -> Result<OpenMailbox, ImapError> {
        self.connect(false).await
    }

    /// A connection that is encrypted as it has to be, on which nobody has signed in yet.
    async fn greeted(&self) -> Result<Client<Box<dyn Wire>>, ImapError> {
        let port = self.settings.port();
        let found = within("connecting", lookup_host((self.host.as_str(), port))).await?;
        let addresses: Vec<_> = found.map_err(|_| ImapError::Name(self.host.clone()))?.collect();
        let stream = within("connecting", TcpStream::connect(addresses.as_slice())).await?;
        let stream = stream.map_err(|error| ImapError::Connection(error.kind().to_string()))?;
        Ok(match &self.protection {
            Protection::None => {
                let mut client = Client::new(Box::new(stream) as Box<dyn Wire>);
                greeting(&mut client).await?;
                client
            }
            Protection::Tls(connector, name) => {
                let mut client = Client::new(secured(connector, name, stream).await?);
                greeting(&mut client).await?;
                client
            }
            Protection::Starttls(connector, name) => {
                let mut client = Client::new(stream);
                greeting(&mut client).await?;
                let upgraded = within("STARTTLS", client.run_command_and_check_ok("STARTTLS", None)).await?;
                upgraded.map_err(|error| refused("STARTTLS", &error))?;
                // Whatever came before in plain text goes with the old client: none of it is believed (RFC 9051 §6.2.1).
                Client::new(secured(connector, name, client.into_inner()).await?)
            }
        })
    }

    async fn connect(&self, only_look: bool) -> Result<OpenMailbox, ImapError> {
        let client = self.greeted().await?;
        let user = self.settings.username.as_deref().unwrap_or_default();
        let password = self.settings.password.as_ref().map(|p| p.expose_secret().to_owned()).unwrap_or_default();
        let mut session =
            within("signing in", client.login(user, &password)).await?.map_err(|(error, _)| match error {
                ProtocolError::No(_) | ProtocolError::Bad(_) | ProtocolError::Validate(_) => ImapError::SignIn,
                other => refused("signing in", &other),
            })?;
        let can = within("its capabilities", session.capabilities()).await?;
        let can = can.map_err(|error| refused("its capabilities", &error))?;
        let (tells, moves, expunges) = (can.has_str("IDLE"), can.has_str("MOVE"), can.has_str("UIDPLUS"));
        let folder = &self.settings.folder;
        let opened = match only_look {
            true => within("opening a folder", session.examine(folder)).await?,
            false => within("opening a folder", session.select(folder)).await?,
        };
        let opened = opened.map_err(|error| about_folder(folder, &error))?;
        let (mails, validity) = (opened.exists, opened.uid_validity);
        let done_folder = self.settings.done_folder.clone();
        Ok(OpenMailbox { session, done_folder, tells, moves, expunges, mails, validity })
    }
}

impl OpenMailbox {
    /// What the server counts its numbers of mails by (RFC 3501 §2.3.1.1): they are of no meaning under another one.
    pub fn validity(&self) -> Option<u32> {
        self.validity
    }

    async fn search(&mut self) -> Result<Vec<u32>, ImapError> {
        let wanted = if self.done_folder.is_some() { "UNDELETED" } else { "UNSEEN UNDELETED" };
        let found = within("searching", self.session.uid_search(wanted)).await?;
        let mut found: Vec<u32> = found.map_err(|error| refused("searching", &error))?.into_iter().collect();
        found.sort_unstable();
        Ok(found)
    }

    /// The mails that are still to be read but those `without` which it goes on, the oldest first, with their sizes; some
    /// of them, where there are many.
    ///
    /// # Errors
    /// [`ImapError`] when the connection is of no more use.
    pub async fn waiting(&mut self, without: &HashSet<u32>) -> Result<Vec<(u32, usize)>, ImapError> {
        let found = self.search().await?;
        let wanted = found.iter().filter(|uid| !without.contains(uid));
        let some: Vec<String> = wanted.take(BATCH).map(u32::to_string).collect();
        if some.is_empty() {
            return Ok(Vec::new());
        }
        let reading = async {
            let fetched = self.session.uid_fetch(some.join(","), "(UID RFC822.SIZE)").await?;
            fetched.try_collect::<Vec<_>>().await
        };
        let fetched = within("telling sizes", reading).await?.map_err(|error| refused("telling sizes", &error))?;
        let size = |size: u32| usize::try_from(size).unwrap_or(usize::MAX);
        let mut sized: Vec<(u32, usize)> =
            fetched.iter().filter_map(|mail| Some((mail.uid?, size(mail.size?)))).collect();
        sized.sort_unstable();
        Ok(sized)
    }

    /// A mail as it is; none where somebody else took it away.
    ///
    /// # Errors
    /// [`ImapError`] when the connection is of no more use.
    pub async fn fetch(&mut self, uid: u32) -> Result<Option<Vec<u8>>, ImapError> {
        self.part(uid, "(UID BODY.PEEK[])", |mail| mail.body().map(<[u8]>::to_vec)).await
    }

    /// The head of a mail.
    ///
    /// # Errors
    /// [`ImapError`] when the connection is of no more use.
    pub async fn head(&mut self, uid: u32) -> Result<Option<Vec<u8>>, ImapError> {
        self.part(uid, "(UID BODY.PEEK[HEADER])", |mail| mail.header().map(<[u8]>::to_vec)).await
    }

    async fn part(
        &mut self,
        uid: u32,
        query: &str,
        of: fn(&async_imap::types::Fetch) -> Option<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, ImapError> {
        let reading = async {
            let fetched = self.session.uid_fetch(uid.to_string(), query).await?;
            fetched.try_collect::<Vec<_>>().await
        };
        let fetched = timeout(DOWNLOAD, reading).await.map_err(|_| ImapError::TooSlow(A_MAIL))?;
        let fetched = fetched.map_err(|error| refused(A_MAIL, &error))?;
        Ok(fetched.iter().filter(|mail| mail.uid == Some(uid)).find_map(of))
    }

    /// Marks a mail as read, or moves it to where such mails go. Only for a mail that is stored.
    ///
    /// # Errors
    /// [`ImapError`] when it could not be; the mail may then come again.
    pub async fn done(&mut self, uid: u32) -> Result<(), ImapError> {
        let set = uid.to_string();
        match self.done_folder.clone() {
            None => self.flag(&set, "+FLAGS.SILENT (\\Seen)").await,
            Some(folder) if self.moves => {
                let moved = within("moving a mail", self.session.uid_mv(&set, &folder)).await?;
                moved.map_err(|error| about_folder(&folder, &error))
            }
            Some(folder) => {
                let copied = within("copying a mail", self.session.uid_copy(&set, &folder)).await?;
                copied.map_err(|error| about_folder(&folder, &error))?;
                self.flag(&set, "+FLAGS.SILENT (\\Seen \\Deleted)").await?;
                if self.expunges {
                    let expunging = async { self.session.uid_expunge(&set).await?.try_collect::<Vec<_>>().await };
                    within("removing a mail", expunging).await?.map_err(|error| refused("removing a mail", &error))?;
                }
                Ok(())
            }
        }
    }

    async fn flag(&mut self, set: &str, flags: &str) -> Result<(), ImapError> {
        let marking = async { self.session.uid_store(set, flags).await?.try_collect::<Vec<_>>().await };
        within("marking a mail", marking).await?.map_err(|error| refused("marking a mail", &error))?;
        Ok(())
    }

    /// Waits until the server tells of something, or the time is over, or `stop` comes.
    ///
    /// # Errors
    /// [`ImapError`] when the connection is of no more use.
    pub async fn wait(mut self, longest: Duration, stop: impl Future<Output = ()>) -> Result<Self, ImapError> {
        if !self.tells {
            tokio::select! {
                () = tokio::time::sleep(longest) => {}
                () = stop => {}
            }
            let alive = within("answering", self.session.noop()).await?;
            alive.map_err(|error| refused("answering", &error))?;
            return Ok(self);
        }
        let Self { session, done_folder, tells, moves, expunges, mails, validity } = self;
        let mut idle = session.idle();
        within("waiting", idle.init()).await?.map_err(|error| refused("waiting", &error))?;
        {
            let (told, _interrupt) = idle.wait_with_timeout(longest);
            tokio::select! {
                told = told => match told {
                    Ok(IdleResponse::NewData(_) | IdleResponse::Timeout) => {}
                    Ok(IdleResponse::ManualInterrupt) => {
                        return Err(ImapError::Connection("it was closed".to_owned()));
                    }
                    Err(error) => return Err(refused("waiting", &error)),
                },
                () = stop => {}
            }
        }
        let session = within("waiting", idle.done()).await?.map_err(|error| refused("waiting", &error))?;
        Ok(Self { session, done_folder, tells, moves, expunges, mails, validity })
    }

    /// Says good-bye.
    pub async fn close(mut self) {
        // Whoever leaves does not mind whether it was heard.
        let _ = within("signing out", self.session.logout()).await;
    }
}

/// What a TLS connection is checked with.
fn trusting(settings: &ImapSettings, host: &str) -> Result<(TlsConnector, ServerName<'static>), ImapError> {
    let bad = |why: &str| ImapError::Settings(format!("inbound.imap: {why}"));
    let name = ServerName::try_from(host.to_owned()).map_err(|_| bad("the host is no name"))?;
    let connector = tls_client::connector(settings.ca_file.as_deref(), None).map_err(|why| bad(&why))?;
    Ok((connector, name))
}

async fn secured(
    connector: &TlsConnector,
    name: &ServerName<'static>,
    stream: TcpStream,
) -> Result<Box<dyn Wire>, ImapError> {
    let secured = within("TLS", connector.connect(name.clone(), stream)).await?;
    Ok(Box::new(secured.map_err(|error| tls_failed(&error))?))
}

/// The server speaks first. One that says somebody is signed in already leaves no room for STARTTLS nor for a password,
/// and whoever says so on the way keeps the connection unencrypted.
async fn greeting<W: Wire>(client: &mut Client<W>) -> Result<(), ImapError> {
    match within("its greeting", client.read_response()).await? {
        Ok(Some(said)) => match said.parsed() {
            Response::Data { status: Status::Ok, .. } => Ok(()),
            _ => Err(ImapError::Refused("the connection")),
        },
        _ => Err(ImapError::Connection("it was closed before a greeting".to_owned())),
    }
}

async fn within<T>(what: &'static str, work: impl Future<Output = T>) -> Result<T, ImapError> {
    timeout(PATIENCE, work).await.map_err(|_| ImapError::TooSlow(what))
}

fn tls_failed(error: &std::io::Error) -> ImapError {
    ImapError::Tls(tls_client::why(error))
}

fn refused(what: &'static str, error: &ProtocolError) -> ImapError {
    match error {
        ProtocolError::Io(io) => ImapError::Connection(io.kind().to_string()),
        ProtocolError::ConnectionLost => ImapError::Connection("it was closed".to_owned()),
        _ => ImapError::Refused(what),
    }
}

fn about_folder(folder: &str, error: &ProtocolError) -> ImapError {
    match error {
        ProtocolError::No(_) | ProtocolError::Bad(_) | ProtocolError::Validate(_) => {
            ImapError::Folder(folder.to_owned())
        }
        other => refused("a folder", other),
    }
}
