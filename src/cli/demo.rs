use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use secrecy::SecretString;

use super::say::say;
use super::seed::{self, AGENTS};
use super::serve::until_stopped;
use super::{Failure, runtime, start_log};
use crate::clock::SystemClock;
use crate::config::{Mode, Settings};
use crate::domain::token::ServerKey;
use crate::entropy::{Entropy, SystemEntropy};
use crate::notify::mail::DemoMailbox;
use crate::notify::voice::DemoKeypad;
use crate::private_files::{create_private_folder, write_private_file};
use crate::server::{Parts, assemble, start};
use crate::web::{App, Demo};

pub(super) fn run(listen: SocketAddr, data: &Path) -> Result<ExitCode, Failure> {
    let listen = with_a_port(listen)?;
    create_private_folder(data).map_err(|error| Failure(format!("{}: {error}", data.display())))?;
    let key = demo_key(data)?;
    let settings = Settings::demo(data, listen, key.clone());
    let problems = settings.problems(Mode::Demo);
    if !problems.is_empty() {
        return Err(super::listed(&problems));
    }
    start_log(&settings.log);
    let base_url = settings.server.base_url.clone().map_or_else(super::local_url, Ok)?;
    let mailbox = Arc::new(DemoMailbox::open(data.join("demo-mailbox.jsonl")).map_err(Failure::new)?);
    runtime()?.block_on(async {
        let parts = Parts {
            base_url: base_url.clone(),
            key: ServerKey::new(key),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            mailer: mailbox.clone(),
            voice: Some(Arc::new(DemoKeypad)),
        };
        let desk = Arc::new(assemble(&settings, parts).map_err(Failure::new)?);
        desk.take_back_errands().await.map_err(Failure::new)?;
        let accounts = seed::sow(&desk).await?;
        let demo = Demo { mailbox, accounts: accounts.clone() };
        let app = App::new(desk, Vec::new(), None, Some(demo)).map_err(Failure::new)?;
        let running = start(&settings, app).map_err(Failure::new)?;
        introduce(base_url.as_str().trim_end_matches('/'), &accounts);
        until_stopped(running).await
    })
}

/// Links hold the port, so the one that 0 stands for is chosen before they are made.
fn with_a_port(listen: SocketAddr) -> Result<SocketAddr, Failure> {
    if listen.port() != 0 {
        return Ok(listen);
    }
    let probe = std::net::TcpListener::bind(listen).map_err(|error| Failure(format!("{listen}: {error}")))?;
    probe.local_addr().map_err(Failure::new)
}

/// The settings of the demo that keeps its data in `data`, if one does.
pub(super) fn settings_of_demo(data: &Path) -> Option<Settings> {
    let key = std::fs::read_to_string(data.join(KEY_FILE)).ok()?;
    Some(Settings::demo(data, SocketAddr::from(([127, 0, 0, 1], 8080)), SecretString::from(key)))
}

const KEY_FILE: &str = "demo-key";

/// The demo's key is made once, so that links and sign-ins outlive a restart. `serve` refuses keys that
/// begin like this.
fn demo_key(data: &Path) -> Result<SecretString, Failure> {
    let file = data.join(KEY_FILE);
    if let Ok(key) = std::fs::read_to_string(&file)
        && key.len() > 32
    {
        return Ok(SecretString::from(key));
    }
    let entropy: &dyn Entropy = &SystemEntropy;
    let key = format!("demo-only-{}", hex::encode(entropy.bytes::<32>()));
    write_private_file(&file, &key).map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    Ok(SecretString::from(key))
}

fn introduce(base: &str, accounts: &[crate::web::demo::DemoAccount]) {
    say!("This is a demo: sample people, a mailbox page instead of mail, a telephone page instead of calls.\n");
    say!("  {base}/assistance    the customer's form");
    say!("  {base}/demo/mail     the mails it sends");
    say!("  {base}/demo/phone    the telephone it calls");
    say!("  {base}/demo/devices  the codes that everybody's devices show, the desk's too");
    say!("  {base}/desk          the desk\n");
    say!("Sign in to the desk with one of these (password after the address):");
    for (email, _, role, password) in AGENTS {
        say!("  {email:<28} {password}   ({})", role.label().to_lowercase());
    }
    say!("\nSample accounts, to ask for help as:");
    for account in accounts.iter().filter(|account| !account.is_at_desk()) {
        say!("  {:<28} {} {}, phone {}", account.email, account.tier, account.kind, account.phone);
    }
    say!("");
}
