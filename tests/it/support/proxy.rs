//! A TCP proxy in front of a directory that makes chosen requests go wrong.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of a request that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub enum Break {
    /// The connection is cut before the directory hears of it.
    CutBefore,
    /// The directory hears of it, and the connection is cut before it answers.
    CutAfter,
    /// The directory hears of it, and half of its answer arrives.
    HalfAnswer,
    /// The directory hears of it, and its answer arrives when nobody waits any more.
    LateAnswer(Duration),
    /// It hears of it when nobody waits for its answer any more.
    LateRequest(Duration),
    /// Somebody in between answers for it, and it hears nothing.
    Instead(u16, &'static str, &'static str),
    /// It hears of it, and somebody in between answers something else.
    After(u16, &'static str, &'static str),
}

type Chosen = dyn Fn(&str) -> bool + Send + Sync;

#[derive(Default)]
struct Rules {
    rules: Vec<(Arc<Chosen>, Break)>,
    heard: Vec<String>,
}

/// The proxy; it ends with the test.
pub struct Proxy {
    address: SocketAddr,
    rules: Arc<Mutex<Rules>>,
}

impl Proxy {
    pub async fn before(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let rules = Arc::new(Mutex::new(Rules::default()));
        let (upstream, kept) = (upstream.to_owned(), Arc::clone(&rules));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (upstream, rules) = (upstream.clone(), Arc::clone(&kept));
                tokio::spawn(async move { serve(client, &upstream, &rules).await });
            }
        });
        Self { address, rules }
    }

    /// Where to send what would go to the directory.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// The next request that `chosen` says yes to, by its head and body, goes wrong. Called again, the one after.
    pub fn breaks(&self, chosen: impl Fn(&str) -> bool + Send + Sync + 'static, how: Break) {
        self.rules.lock().unwrap().rules.push((Arc::new(chosen), how));
    }

    pub fn mended(&self) {
        self.rules.lock().unwrap().rules.clear();
    }

    /// How many requests that `chosen` says yes to the directory heard of.
    pub fn heard(&self, chosen: impl Fn(&str) -> bool) -> usize {
        self.rules.lock().unwrap().heard.iter().filter(|request| chosen(request)).count()
    }
}

async fn serve(mut client: TcpStream, upstream: &str, rules: &Mutex<Rules>) {
    let Some(request) = message(&mut client).await else { return };
    let text = String::from_utf8_lossy(&request).into_owned();
    let how = {
        let mut rules = rules.lock().unwrap();
        let found = rules.rules.iter().position(|(chosen, _)| chosen(&text));
        found.map(|found| rules.rules.remove(found).1)
    };
    let forward = async || {
        rules.lock().unwrap().heard.push(text.clone());
        let mut server = TcpStream::connect(upstream).await.unwrap();
        server.write_all(&alone(&request)).await.unwrap();
        let mut answer = Vec::new();
        // A server that closes after its answer ends it; one that does not has told its length.
        match message(&mut server).await {
            Some(whole) => answer = whole,
            None => drop(server.read_to_end(&mut answer).await),
        }
        answer
    };
    let answer = match how {
        None => forward().await,
        Some(Break::CutBefore) => return,
        Some(Break::CutAfter) => {
            forward().await;
            return;
        }
        Some(Break::HalfAnswer) => {
            let answer = forward().await;
            answer[..answer.len() / 2].to_vec()
        }
        Some(Break::LateAnswer(by)) => {
            let answer = forward().await;
            tokio::time::sleep(by).await;
            answer
        }
        Some(Break::LateRequest(by)) => {
            tokio::time::sleep(by).await;
            forward().await
        }
        Some(Break::Instead(status, kind, body)) => made_up(status, kind, body),
        Some(Break::After(status, kind, body)) => {
            forward().await;
            made_up(status, kind, body)
        }
    };
    // Whoever does not wait any more hears nothing.
    let _ = client.write_all(&answer).await;
    let _ = client.shutdown().await;
}

fn made_up(status: u16, kind: &str, body: &str) -> Vec<u8> {
    let patience = if status == 429 { "Retry-After: 30\r\n" } else { "" };
    let length = body.len();
    format!("HTTP/1.1 {status} Made up\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{patience}Connection: close\r\n\r\n{body}")
        .into_bytes()
}

/// The same request, with the wish that the connection ends after its answer. Its host stays as it was signed.
fn alone(request: &[u8]) -> Vec<u8> {
    let end = request.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&request[..end]);
    let kept = head.split("\r\n").filter(|line| !line.to_lowercase().starts_with("connection:"));
    let head: Vec<&str> = kept.chain(["Connection: close"]).collect();
    [head.join("\r\n").as_bytes(), &request[end..]].concat()
}

/// A whole message: its head, and a body of the length or in the chunks that the head tells.
async fn message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunk = [0_u8; 8192];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            let chunked = head.contains("transfer-encoding: chunked");
            let whole = match length {
                _ if chunked => bytes.ends_with(b"0\r\n\r\n"),
                Some(length) => bytes.len() >= end + 4 + length,
                // A request without a length has no body; an answer without one ends with its connection.
                None => !head.starts_with("http/"),
            };
            if whole {
                return Some(bytes);
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) => return (!bytes.is_empty()).then_some(bytes),
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
            Err(_) => return None,
        }
    }
}
