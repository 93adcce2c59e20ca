//! A real SMTP server without TLS for tests: it keeps what it is sent and fails where it is told to.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, TcpListener as StdListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

/// A message as the server took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The envelope's sender, empty for the null sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and body as transmitted, with the dots unstuffed.
    pub raw: String,
    /// The message's place among all that this server ever took, from 0; `clear` does not start it anew.
    pub at: u64,
}

/// Where in the dialogue a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Instead of the greeting.
    Connect,
    /// In answer to MAIL FROM.
    Mail,
    /// In answer to RCPT TO.
    Rcpt,
    /// In answer to DATA.
    Data,
    /// In answer to the dot that ends the message.
    AfterData,
}

/// What goes wrong there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This code and text instead of what the command asked for; 421 also closes the connection.
    Reply(u16, &'static str),
    /// The connection is cut.
    Drop,
    /// After the message: it is kept and the connection cut before the 250. Elsewhere the same as `Drop`.
    AcceptThenDrop,
}

/// The running server. It lives on a thread of its own, so that a test that blocks does not stop it, and ends with
/// this value.
pub struct SmtpServer {
    port: u16,
    shared: Arc<Shared>,
    down: watch::Sender<bool>,
    _stop: oneshot::Sender<()>,
}

#[derive(Default)]
struct Shared(Mutex<State>);

#[derive(Default)]
struct State {
    messages: Vec<Received>,
    taken: u64,
    faults: VecDeque<(Stage, Fault)>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_fault(&self, stage: Stage) -> Option<Fault> {
        let mut state = self.lock();
        let place = state.faults.iter().position(|(at, _)| *at == stage)?;
        state.faults.remove(place).map(|(_, fault)| fault)
    }

    fn keep(&self, from: String, to: Vec<String>, raw: String) {
        let mut state = self.lock();
        let at = state.taken;
        state.taken += 1;
        state.messages.push(Received { from, to, raw, at });
    }
}

impl SmtpServer {
    /// Start on a free port of 127.0.0.1.
    pub async fn start() -> Self {
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a listener for tokio");
        let port = listener.local_addr().expect("the port bound").port();
        let shared = Arc::new(Shared::default());
        let (down, watched) = watch::channel(false);
        let (stop, stopped) = oneshot::channel();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime for the mail server");
        let kept = Arc::clone(&shared);
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("a listener for tokio");
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, kept, watched) => {}
                }
            });
        });
        Self { port, shared, down, _stop: stop }
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What was taken since the start or the last `clear`, oldest first.
    pub fn messages(&self) -> Vec<Received> {
        self.shared.lock().messages.clone()
    }

    /// The messages from this place on among all that were ever taken and not cleared.
    pub fn since(&self, at: u64) -> Vec<Received> {
        let state = self.shared.lock();
        let first = state.messages.partition_point(|message| message.at < at);
        state.messages[first..].to_vec()
    }

    /// Wait until at least `n` messages are there and return all of them.
    ///
    /// # Panics
    /// When they are not there in time.
    pub async fn wait_for(&self, n: usize, timeout: Duration) -> Vec<Received> {
        let end = Instant::now() + timeout;
        loop {
            let messages = self.messages();
            if messages.len() >= n {
                return messages;
            }
            assert!(Instant::now() < end, "{} of {n} messages after {timeout:?}", messages.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Forget the messages taken and the faults not yet struck.
    pub fn clear(&self) {
        let mut state = self.shared.lock();
        state.messages.clear();
        state.faults.clear();
    }

    /// Let the dialogue that next reaches `stage` fail there; several calls queue up.
    pub fn fail_next(&self, stage: Stage, fault: Fault) {
        self.shared.lock().faults.push_back((stage, fault));
    }

    /// While down, open connections are cut and new ones closed at once.
    pub fn set_down(&self, down: bool) {
        self.down.send_replace(down);
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, down: watch::Receiver<bool>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (shared, mut down) = (Arc::clone(&shared), down.clone());
        tokio::spawn(async move {
            tokio::select! {
                biased;
                _ = down.wait_for(|down| *down) => {}
                _ = Session::new(stream, shared).run() => {}
            }
        });
    }
}

/// What a command leads to.
enum Next {
    Go,
    Refused,
    Close,
}

struct Session {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    shared: Arc<Shared>,
    from: Option<String>,
    to: Vec<String>,
}

impl Session {
    fn new(stream: TcpStream, shared: Arc<Shared>) -> Self {
        let (reader, writer) = stream.into_split();
        Self { reader: BufReader::new(reader), writer, shared, from: None, to: Vec::new() }
    }

    async fn run(mut self) -> io::Result<()> {
        // Whatever was sent instead of a greeting, no dialogue can follow.
        if !matches!(self.strike(Stage::Connect).await?, Next::Go) {
            return Ok(());
        }
        self.say("220 mail.test ESMTP").await?;
        loop {
            let line = self.line().await?;
            let Some(line) = line.strip_suffix(b"\r\n") else {
                if line.is_empty() {
                    return Ok(());
                }
                self.say("500 5.5.2 lines end with CRLF").await?;
                continue;
            };
            let line = String::from_utf8_lossy(line).into_owned();
            if let Next::Close = self.command(&line).await? {
                return Ok(());
            }
        }
    }

    async fn command(&mut self, line: &str) -> io::Result<Next> {
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.reset();
                self.say("250-mail.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING").await?;
            }
            "HELO" => {
                self.reset();
                self.say("250 mail.test").await?;
            }
            "MAIL" => return self.mail(line).await,
            "RCPT" => return self.rcpt(line).await,
            "DATA" => return self.data().await,
            "RSET" => {
                self.reset();
                self.say("250 2.0.0 forgotten").await?;
            }
            "NOOP" => self.say("250 2.0.0 still here").await?,
            "QUIT" => {
                self.say("221 2.0.0 goodbye").await?;
                return Ok(Next::Close);
            }
            _ => self.say("502 5.5.1 no such command").await?,
        }
        Ok(Next::Go)
    }

    async fn mail(&mut self, line: &str) -> io::Result<Next> {
        if self.from.is_some() {
            return self.refuse("503 5.5.1 one sender at a time").await;
        }
        let Some((from, options)) = path(line, "MAIL FROM:") else {
            return self.refuse("501 5.5.4 MAIL FROM:<address>").await;
        };
        if !from.is_ascii() && !options.to_ascii_uppercase().contains("SMTPUTF8") {
            return self.refuse("553 5.6.7 needs SMTPUTF8").await;
        }
        let next = self.strike(Stage::Mail).await?;
        if let Next::Go = next {
            self.from = Some(from);
            self.say("250 2.1.0 go on").await?;
        }
        Ok(next)
    }

    async fn rcpt(&mut self, line: &str) -> io::Result<Next> {
        if self.from.is_none() {
            return self.refuse("503 5.5.1 MAIL first").await;
        }
        let Some((to, _)) = path(line, "RCPT TO:").filter(|(to, _)| !to.is_empty()) else {
            return self.refuse("501 5.5.4 RCPT TO:<address>").await;
        };
        let next = self.strike(Stage::Rcpt).await?;
        if let Next::Go = next {
            self.to.push(to);
            self.say("250 2.1.5 go on").await?;
        }
        Ok(next)
    }

    async fn data(&mut self) -> io::Result<Next> {
        if self.to.is_empty() {
            return self.refuse("503 5.5.1 RCPT first").await;
        }
        let next = self.strike(Stage::Data).await?;
        let Next::Go = next else {
            return Ok(next);
        };
        self.say("354 end with a dot on a line of its own").await?;
        let Some(raw) = self.message().await? else {
            return Ok(Next::Close);
        };
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        match self.shared.take_fault(Stage::AfterData) {
            None => {
                self.shared.keep(from, to, raw);
                self.say("250 2.0.0 taken").await?;
                Ok(Next::Go)
            }
            Some(Fault::Reply(code, text)) => self.answer(code, text).await,
            Some(Fault::Drop) => Ok(Next::Close),
            Some(Fault::AcceptThenDrop) => {
                self.shared.keep(from, to, raw);
                Ok(Next::Close)
            }
        }
    }

    /// The message up to its final dot, or nothing where the connection ended before.
    async fn message(&mut self) -> io::Result<Option<String>> {
        let mut raw = Vec::new();
        // Only CRLF . CRLF ends a message; taking a bare LF for it is how mails are smuggled.
        let mut at_line_start = true;
        loop {
            let line = self.line().await?;
            if !line.ends_with(b"\n") {
                return Ok(None);
            }
            if at_line_start && line == b".\r\n" {
                return Ok(Some(String::from_utf8_lossy(&raw).into_owned()));
            }
            let unstuffed = at_line_start && line.starts_with(b".");
            at_line_start = line.ends_with(b"\r\n");
            raw.extend_from_slice(&line[usize::from(unstuffed)..]);
        }
    }

    /// Let a fault planned for this stage happen.
    async fn strike(&mut self, stage: Stage) -> io::Result<Next> {
        match self.shared.take_fault(stage) {
            None => Ok(Next::Go),
            Some(Fault::Reply(code, text)) => self.answer(code, text).await,
            Some(Fault::Drop | Fault::AcceptThenDrop) => Ok(Next::Close),
        }
    }

    async fn answer(&mut self, code: u16, text: &str) -> io::Result<Next> {
        self.say(&format!("{code} {text}")).await?;
        Ok(if code == 421 { Next::Close } else { Next::Refused })
    }

    async fn refuse(&mut self, reply: &str) -> io::Result<Next> {
        self.say(reply).await?;
        Ok(Next::Refused)
    }

    async fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.reader.read_until(b'\n', &mut line).await?;
        Ok(line)
    }

    async fn say(&mut self, reply: &str) -> io::Result<()> {
        self.writer.write_all(format!("{reply}\r\n").as_bytes()).await
    }

    fn reset(&mut self) {
        self.from = None;
        self.to.clear();
    }
}

/// The address in `MAIL FROM:<address> options`, and the options.
fn path(line: &str, command: &str) -> Option<(String, String)> {
    let start = line.get(..command.len())?;
    if !start.eq_ignore_ascii_case(command) {
        return None;
    }
    let (address, options) = line[command.len()..].trim_start().strip_prefix('<')?.split_once('>')?;
    Some((address.to_owned(), options.trim().to_owned()))
}
