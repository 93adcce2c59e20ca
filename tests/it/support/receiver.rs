//! A stand-in for whoever takes signed webhooks: it keeps what it received and answers as it is told, or not at all.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use mfa_desk::signed_webhooks::{NotGenuine, Seal, Trusted};
use serde_json::Value;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub head: String,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub fn seal(&self) -> Seal {
        let header = |name| self.header(name).to_owned();
        Seal {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
        }
    }

    pub fn verify(&self, trusted: &Trusted, now: DateTime<Utc>) -> Result<(), NotGenuine> {
        trusted.verify(&self.seal(), &self.body, now)
    }
}

/// What a request is answered with.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Status, headers and body.
    Whole(u16, Vec<(String, String)>, String),
    /// The same, cut off before its end.
    Half(u16, String),
    /// Nothing; the connection is closed.
    Cut,
    /// Nothing, and the connection stays open.
    Hang,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self::Whole(status, Vec::new(), String::new())
    }

    pub fn json(status: u16, body: &Value) -> Self {
        Self::Whole(status, Vec::new(), body.to_string())
    }

    pub fn with(self, name: &str, value: &str) -> Self {
        match self {
            Self::Whole(status, mut headers, body) => {
                headers.push((name.to_owned(), value.to_owned()));
                Self::Whole(status, headers, body)
            }
            other => other,
        }
    }
}

type Handler = Box<dyn Fn(&Received) -> Reply + Send + Sync>;

/// The running stand-in. It ends with this value.
pub struct Receiver {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    received: Mutex<Vec<Received>>,
    handler: Mutex<Arc<Handler>>,
    over: AtomicBool,
}

impl Receiver {
    pub fn start(handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            received: Mutex::new(Vec::new()),
            handler: Mutex::new(Arc::new(Box::new(handler) as Handler)),
            over: AtomicBool::new(false),
        });
        let mine = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if mine.over.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&mine);
                // A caller that goes away in the middle is no fault of ours.
                std::thread::spawn(move || stream.and_then(|stream| serve(stream, &shared)));
            }
        });
        Self { port, shared }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    pub fn answer(&self, handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) {
        *lock(&self.shared.handler) = Arc::new(Box::new(handler) as Handler);
    }

    /// Everything that came, oldest first.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.shared.received).clone()
    }

    /// Waits until this many requests came.
    pub async fn waits_for(&self, count: usize) -> Vec<Received> {
        for _ in 0..1000 {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} of {count} requests came", self.received().len());
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        // The listener looks at it when somebody comes.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    reader.read_line(&mut head)?;
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let received = Received { head: head.trim_end().to_owned(), headers, body };
    lock(&shared.received).push(received.clone());
    let handler = Arc::clone(&lock(&shared.handler));
    let (status, headers, body, cut) = match handler(&received) {
        Reply::Whole(status, headers, body) => (status, headers, body, false),
        Reply::Half(status, body) => (status, Vec::new(), body, true),
        Reply::Cut => return Ok(()),
        Reply::Hang => {
            while !shared.over.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(20));
            }
            return Ok(());
        }
    };
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{more}\r\n")?;
    stream.write_all(if cut { &body.as_bytes()[..length / 2] } else { body.as_bytes() })?;
    stream.flush()
}
