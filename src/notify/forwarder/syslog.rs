//! Batches of syslog messages over TLS (RFC 5425), each batch on a connection of its own.
//!
//! Syslog has no answers. What comes nearest to one is that the receiver ends its side of the connection after we ended
//! ours: then it has read all of it. Only then is a batch taken.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::NotTaken;
use crate::config::SyslogSettings;
use crate::domain::audit::Entry;
use crate::domain::audit_line::ascii;
use crate::domain::forward::FeedFormat;
use crate::domain::syslog::{Sender, framed, message};
use crate::tls_client;

/// How long the last bytes get to be refused by a receiver that had left already.
const GRACE: Duration = Duration::from_millis(100);

pub(super) struct SyslogTls {
    connector: TlsConnector,
    host: String,
    name: ServerName<'static>,
    port: u16,
    sender: Sender,
}

impl SyslogTls {
    pub(super) fn new(settings: &SyslogSettings, ca_file: Option<&Path>, host: &str) -> Result<Self, String> {
        let identity = settings.certificate_file.as_deref().zip(settings.key_file.as_deref());
        let name = ServerName::try_from(settings.host.clone()).map_err(|_| "has a host that is no name".to_owned())?;
        let app = settings.app_name.clone();
        Ok(Self {
            connector: tls_client::connector(ca_file, identity)?,
            host: settings.host.clone(),
            name,
            port: settings.port,
            sender: Sender { host: host.to_owned(), app, enterprise: settings.enterprise_number },
        })
    }

    pub(super) async fn send(&self, format: FeedFormat, entries: &[Entry]) -> Result<(), NotTaken> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(|error| NotTaken::because(format!("no connection: {}", error.kind())))?;
        let stream = self.connector.connect(self.name.clone(), stream).await;
        let mut stream =
            stream.map_err(|error| NotTaken::because(format!("TLS failed: {}", tls_client::why(&error))))?;
        let mut frames = String::new();
        for entry in entries {
            frames.push_str(&framed(&message(&self.sender, entry, &ascii(&format.line(entry)))));
        }
        let cut = |error: std::io::Error| match error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
            true => NotTaken::because(format!("TLS failed: {}", tls_client::why(&error))),
            false => NotTaken::because("the connection was cut"),
        };
        stream.write_all(frames.as_bytes()).await.map_err(cut)?;
        stream.flush().await.map_err(cut)?;
        // Whoever leaves before we do has not waited for the rest.
        if stream.read(&mut [0; 64]).now_or_never().is_some_and(|read| !matches!(read, Ok(1..))) {
            return Err(NotTaken::because("the receiver ended the connection early"));
        }
        stream.shutdown().await.map_err(cut)?;
        until_end(&mut stream).await.map_err(cut)
    }
}

/// Waits until the receiver has ended the connection too, in an orderly way.
async fn until_end(stream: &mut TlsStream<TcpStream>) -> std::io::Result<()> {
    loop {
        match stream.read(&mut [0; 256]).await {
            Ok(0) => break,
            // Whatever it says, it is not a part of syslog.
            Ok(_) => {}
            // Many receivers just close the connection, without a last word of TLS.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
    }
    // It may have left while the last bytes were under way: then they are answered with a reset.
    tokio::time::sleep(GRACE).await;
    match stream.get_ref().0.take_error()? {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
