//! The program as it is released: a server that is asked over HTTP, and its commands. What they take of time and memory.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use mfa_desk::config::DatabaseUrl;
use mfa_desk::domain::actor::Role;
use mfa_desk::domain::authn::Assurance;
use mfa_desk::domain::ids::{AgentId, AgentSessionId};
use mfa_desk::domain::token::ServerKey;
use mfa_desk::entropy::{Entropy, SystemEntropy};
use mfa_desk::store::account_sessions::SessionOrigin;
use mfa_desk::store::agents::{self, Agent, NewAgentSession};
use mfa_desk::web::guard::session_token::SessionTokens;
use mfa_desk::workflow::Desk;
use secrecy::{ExposeSecret, SecretString};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mfa-desk");
/// The key of the server and of whoever makes its cookies.
const KEY: &str = "a key that only benches have, 32+ chars";
/// What a pipe or a socket gives at a time.
const PIECE: usize = 64 * 1024;

/// What something took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    pub time: Duration,
    /// Bytes that came.
    pub bytes: u64,
    /// The most that was resident, in KiB.
    pub peak: u64,
}

/// A line of `/proc/PID/status`, in KiB; 0 once the process is gone.
fn memory(pid: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let found = status.lines().find_map(|each| each.strip_prefix(line)?.strip_prefix(':'));
    found.and_then(|value| value.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or_default()
}

/// Writes a configuration, and answers where it is.
pub fn configuration(folder: &Path, url: &DatabaseUrl) -> String {
    let database = match url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(url) => url.expose_secret().to_owned(),
    };
    let file = folder.join("mfa-desk.toml");
    let text = format!(
        "database.url = '{database}'\nsecrets.key = '{KEY}'\nserver.base_url = 'http://localhost'\n\
         server.listen = '127.0.0.1:0'\nmail.smtp.host = 'localhost'\nmail.smtp.tls = 'none'\n\
         mail.from = 'desk@desk.example.org'\n"
    );
    std::fs::write(&file, text).expect("the configuration is written");
    file.to_string_lossy().into_owned()
}

/// Runs a command to its end, reading what it writes.
pub fn command(program: &str, args: &[String]) -> Took {
    let began = Instant::now();
    let mut child =
        Command::new(program).args(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect(program);
    let (pid, mut out) = (child.id(), child.stdout.take().expect("a pipe"));
    let watched = std::thread::spawn(move || {
        let mut peak = 0;
        loop {
            match memory(pid, "VmHWM") {
                0 => return peak,
                now => peak = now,
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let (mut piece, mut bytes) = (vec![0; PIECE], 0);
    while let Ok(count @ 1..) = out.read(&mut piece) {
        bytes += count as u64;
    }
    let status = child.wait().expect("it ends");
    assert!(status.success(), "{program} {args:?}: {status}");
    Took { time: began.elapsed(), bytes, peak: watched.join().expect("the watcher") }
}

/// Runs one of the program's commands.
pub fn own_command(args: &[&str]) -> Took {
    command(PROGRAM, &args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
}

/// The server, and somebody who is signed in to it.
pub struct Server {
    child: Child,
    address: String,
    cookie: String,
}

impl Server {
    /// Starts it over a database in which this desk lets somebody in.
    pub async fn start(desk: &Desk, configuration: &str) -> Self {
        let cookie = sign_in(desk).await;
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--config", configuration])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("it says where it listens");
        let address = line.trim().strip_prefix("listening on http://").expect("an address").to_owned();
        Self { child, address, cookie }
    }

    /// What is resident now, in KiB.
    pub fn resident(&self) -> u64 {
        memory(self.child.id(), "VmRSS")
    }

    /// Fetches a page and throws it away.
    pub fn get(&self, path: &str) -> Took {
        // The most that was resident is counted anew.
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").expect("the peak is forgotten");
        let began = Instant::now();
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: mfa-desk={}\r\n\r\n",
            self.cookie
        );
        stream.write_all(request.as_bytes()).expect("it is asked");
        let (mut piece, mut bytes, mut start, mut end) = (vec![0; PIECE], 0, Vec::new(), Vec::new());
        while let count @ 1.. = stream.read(&mut piece).expect("it answers") {
            bytes += count as u64;
            if start.len() < 12 {
                start.extend_from_slice(&piece[..count.min(12)]);
            }
            end.extend_from_slice(&piece[count.saturating_sub(5)..count]);
            end.drain(..end.len().saturating_sub(5));
        }
        assert!(start.starts_with(b"HTTP/1.1 200"), "{path}: {}", String::from_utf8_lossy(&start));
        assert!(end == b"0\r\n\r\n", "{path}: the answer was cut off");
        Took { time: began.elapsed(), bytes, peak: memory(self.child.id(), "VmHWM") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The cookie of an auditor who has just given both factors.
async fn sign_in(desk: &Desk) -> String {
    let now = Utc::now();
    let entropy: &dyn Entropy = &SystemEntropy;
    let agent = Agent {
        id: AgentId::new(now, entropy.bytes()),
        email: format!("auditor{}@desk.example.org", now.timestamp_micros()).parse().expect("an address"),
        name: "An Auditor".to_owned(),
        role: Role::Auditor,
        suspended_at: None,
        signed_in_at: None,
    };
    let (id, expires_at) = (agent.id, now + TimeDelta::hours(8));
    let session = NewAgentSession {
        id: AgentSessionId::new(now, entropy.bytes()),
        agent: id,
        assurance: Assurance::Complete,
        origin: SessionOrigin {
            method: "totp".to_owned(),
            proved_at: Some(now),
            ip: "127.0.0.1".to_owned(),
            device: "a bench".to_owned(),
        },
        enrol_link: None,
        expires_at,
    };
    let key = ServerKey::new(SecretString::from(KEY));
    let cookie = SessionTokens::new(&key, TimeDelta::hours(8)).issue(session.id, id, now).expect("a token");
    let rows = move |tx: &mut mfa_desk::store::Tx<'_>| {
        agents::insert(tx, &agent, (None, None), now)?;
        agents::begin_session(tx, &session, now)
    };
    desk.store.write(rows).await.expect("it is stored");
    cookie
}
