//! What directories answer: the input is sent, byte by byte, as the HTTP answer to whatever the connector asks, with a
//! line of four hyphens between the answers to several requests. The first byte chooses the connector and the question.
#![no_main]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use mfa_desk::clock::{Clock, ManualClock};
use mfa_desk::config::Settings;
use mfa_desk::directory::{
    Directory, DirectoryError, HttpSettings, Keycloak, Order, PrivacyIdea, Wanted, WebhookDirectory,
};
use mfa_desk::domain::account::AuthenticatorKind;
use mfa_desk::domain::contact::EmailAddress;
use mfa_desk::domain::directory::{Login, Outcome, Serial};
use mfa_desk::domain::ids::OutboxId;
use mfa_desk::entropy::{Entropy, SeededEntropy};
use mfa_desk_fuzz::{is_line, now, wait};

const BETWEEN: &[u8] = b"\n----\n";
const TOKEN: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\n{\"access_token\":\"aaaaaaa\",\"expires_in\":9}";

/// What is still to be answered.
static ANSWERS: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// The next answer; what stands last is the answer to everything that follows.
fn next_answer() -> Vec<u8> {
    let Ok(mut answers) = ANSWERS.lock() else { return Vec::new() };
    match answers.windows(BETWEEN.len()).position(|part| part == BETWEEN) {
        Some(end) => {
            let next = answers[..end].to_vec();
            answers.drain(..end + BETWEEN.len());
            next
        }
        None => answers.clone(),
    }
}

/// A server that answers with [`ANSWERS`], and gives whoever asks for one a token.
fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(stream);
        }
    });
    address
}

/// Reads the whole request, so that the answer is not lost by closing too early.
fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let (mut asked, mut buffer) = (Vec::new(), [0; 8 * 1024]);
    loop {
        let head = asked.windows(4).position(|end| end == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&asked[..head]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if asked.len() >= head + 4 + length.unwrap_or(0) {
                break;
            }
        }
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        asked.extend_from_slice(&buffer[..count]);
    }
    let asks_for_token = asked.windows(21).take(200).any(|part| part == b"/openid-connect/token");
    stream.write_all(&if asks_for_token { TOKEN.to_vec() } else { next_answer() })
}

static DIRECTORIES: LazyLock<Vec<Box<dyn Directory>>> = LazyLock::new(|| {
    mfa_desk::notify::install_tls_provider();
    let address = serve();
    let settings = format!(
        r#"
[[directories]]
name = "webhook"
timeout_seconds = 2
[directories.webhook]
url = "http://{address}/"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
can = ["find_by_email", "emails", "phones", "end_sessions"]
[[directories]]
name = "privacyidea"
timeout_seconds = 2
[directories.privacyidea]
url = "http://{address}/"
api_key = "eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJJW8opsbCGfG_HACGpVUMN_a9IV7pAx_Zmeo"
realm = "people"
[[directories]]
name = "keycloak"
timeout_seconds = 2
[directories.keycloak]
url = "http://{address}/"
realm = "people"
client_id = "mfa-desk"
client_secret = "secret"
"#
    );
    let settings = Settings::from_sources(&settings, &BTreeMap::new()).expect("settings").directories;
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(now()));
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
    let http = HttpSettings { timeout: Duration::from_secs(2), ca_file: None };
    // The connectors themselves: what stands in front of them stops asking after some failures.
    let webhook = settings[0].webhook.as_ref().expect("a section");
    let privacyidea = settings[1].privacyidea.as_ref().expect("a section");
    let keycloak = settings[2].keycloak.as_ref().expect("a section");
    vec![
        Box::new(WebhookDirectory::new(&settings[0], webhook, clock.clone(), entropy).expect("a connector")),
        Box::new(PrivacyIdea::new(privacyidea, &http).expect("a connector")),
        Box::new(Keycloak::new(keycloak, &http, clock).expect("a connector")),
    ]
});

fuzz_target!(|data: &[u8]| {
    let Some((which, answer)) = data.split_first() else { return };
    *ANSWERS.lock().expect("answers") = answer.to_vec();
    let directory: &dyn Directory = &*DIRECTORIES[usize::from(*which) % DIRECTORIES.len()];
    let login: Login = "ana".parse().expect("a login");
    let serial: Serial = "TOTP0001".parse().expect("a serial");
    let email: EmailAddress = "ana@example.org".parse().expect("an address");
    let key = OutboxId::new(now(), [1; 10]);
    let failed = match which / 16 {
        0..=3 => {
            let wanted = if which & 8 == 0 { Wanted::Login(&login) } else { Wanted::Email(&email) };
            wait(directory.find(wanted)).map(|found| {
                let Some(found) = found else { return };
                match wanted {
                    Wanted::Login(_) => assert!(found.login.as_str().eq_ignore_ascii_case(login.as_str())),
                    Wanted::Email(_) => assert_eq!(found.email.map(|found| found.key()), Some(email.key())),
                }
                is_line(found.name.as_deref().unwrap_or_default(), 1000);
            })
        }
        4..=7 => wait(directory.authenticators(&login)).map(|listed| {
            for one in listed {
                is_line(&one.label, 1000);
            }
        }),
        8..=10 => wait(directory.standing(&login, &serial)).map(drop),
        11..=13 => {
            let order = Order { login: login.clone(), serial, kind: AuthenticatorKind::VirtualTotp, key, at: now() };
            wait(directory.deactivate(&order)).map(|outcome| {
                if let Outcome::Partly(left) = outcome {
                    is_line(&left, 1000);
                }
            })
        }
        _ => wait(directory.end_sessions(&login, key)),
    };
    if let Err(DirectoryError::Refused(why) | DirectoryError::Denied(why) | DirectoryError::Unknown(why)) = failed {
        is_line(&why, 2000);
    }
});
