//! A stand-in for whoever takes syslog over TLS: it reads frames by their lengths, keeps them, and leaves when it is told.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, TcpListener as StdListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::tls::encrypts;

/// What it does on its next connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Play {
    /// Reads everything.
    Take,
    /// Reads so many bytes and is gone, as a process that is killed.
    Kill(usize),
    /// Reads so many bytes and ends the connection in an orderly way, although there is more.
    Leave(usize),
    /// Reads nothing, and stays.
    Hang,
}

pub struct SyslogPeer {
    pub port: u16,
    pub ca_file: PathBuf,
    shared: Arc<Shared>,
    _folder: tempfile::TempDir,
}

#[derive(Default)]
struct Shared {
    /// Every whole message, and how many connections there were.
    messages: Mutex<(Vec<String>, usize)>,
    plays: Mutex<VecDeque<Play>>,
}

impl SyslogPeer {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (acceptor, ca_file) = encrypts(folder.path());
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let mine = Arc::clone(&shared);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                while let Ok((stream, _)) = listener.accept().await {
                    // A caller that goes away in the middle is no fault of ours.
                    tokio::spawn(serve(acceptor.clone(), stream, Arc::clone(&mine)));
                }
            });
        });
        Self { port, ca_file, shared, _folder: folder }
    }

    /// The table that sends to it.
    pub fn table(&self, name: &str, more: &str) -> String {
        format!(
            "[[forwarders]]\nname = '{name}'\nca_file = '{}'\ntimeout_seconds = 2\n{more}\n\
             [forwarders.syslog]\nhost = '127.0.0.1'\nport = {}\n",
            self.ca_file.display(),
            self.port
        )
    }

    /// What it does on its next connections.
    pub fn plays(&self, plays: &[Play]) {
        self.shared.plays.lock().unwrap().extend(plays);
    }

    /// What is still to be played.
    pub fn left(&self) -> usize {
        self.shared.plays.lock().unwrap().len()
    }

    /// Every whole message that came, in the order in which it came.
    pub fn messages(&self) -> Vec<String> {
        self.shared.messages.lock().unwrap().0.clone()
    }

    /// How many connections were encrypted.
    pub fn connections(&self) -> usize {
        self.shared.messages.lock().unwrap().1
    }
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, shared: Arc<Shared>) -> std::io::Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    shared.messages.lock().unwrap().1 += 1;
    let play = shared.plays.lock().unwrap().pop_front().unwrap_or(Play::Take);
    let most = match play {
        Play::Take => usize::MAX,
        Play::Kill(most) | Play::Leave(most) => most,
        Play::Hang => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            return Ok(());
        }
    };
    let (mut waiting, mut read) = (Vec::new(), 0);
    loop {
        let mut buffer = [0; 1024];
        let room = (most - read).min(buffer.len());
        let count = if room == 0 { 0 } else { stream.read(&mut buffer[..room]).await? };
        read += count;
        waiting.extend_from_slice(&buffer[..count]);
        while let Some((message, rest)) = frame(&waiting) {
            shared.messages.lock().unwrap().0.push(message);
            waiting = rest;
        }
        if count == 0 {
            break;
        }
    }
    match play {
        Play::Kill(_) => {
            let (stream, _) = stream.into_inner();
            #[allow(deprecated)]
            stream.set_linger(Some(Duration::ZERO))?;
        }
        Play::Leave(_) => stream.shutdown().await?,
        Play::Take | Play::Hang => {
            assert!(waiting.is_empty(), "half a message is left: {}", String::from_utf8_lossy(&waiting));
            stream.shutdown().await?;
        }
    }
    Ok(())
}

/// The first message and what follows it (RFC 5425 §4.3), once all of it is there.
fn frame(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let space = bytes.iter().position(|byte| *byte == b' ')?;
    let length = std::str::from_utf8(&bytes[..space]).unwrap();
    assert!(!length.starts_with('0') && length.bytes().all(|byte| byte.is_ascii_digit()), "{length:?} is no length");
    let end = space + 1 + length.parse::<usize>().unwrap();
    if bytes.len() < end {
        return None;
    }
    Some((String::from_utf8(bytes[space + 1..end].to_vec()).unwrap(), bytes[end..].to_vec()))
}
