use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use super::say::say;
use super::{Failure, listed, runtime, start_log};
use crate::clock::SystemClock;
use crate::config::{DatabaseUrl, Mode, Settings, VoiceProvider};
use crate::domain::token::ServerKey;
use crate::entropy::SystemEntropy;
use crate::notify::mail::{HAND_OVER, SmtpMailer, SmtpParts};
use crate::notify::voice::VoiceCaller;
use crate::notify::voice::twilio::{TwilioCaller, TwilioSettings, default_api_base};
use crate::server::{Parts, Running, assemble, start};
use crate::store::accounts;
use crate::web::App;
use crate::workflow::Desk;

/// Sample data is made under this domain; production refuses a database that holds it.
pub(super) const DEMO_DOMAIN: &str = "demo.example";

pub(super) fn check(config: Option<&Path>) -> Result<ExitCode, Failure> {
    let settings = Settings::load(config).map_err(Failure::new)?;
    let problems = settings.problems(Mode::Serve);
    if problems.is_empty() {
        say!("the configuration is fit to serve");
        return Ok(ExitCode::SUCCESS);
    }
    for problem in &problems {
        say!("{problem}");
    }
    Ok(ExitCode::FAILURE)
}

pub(super) fn run(config: Option<&Path>) -> Result<ExitCode, Failure> {
    let settings = Settings::load(config).map_err(Failure::new)?;
    let problems = settings.problems(Mode::Serve);
    if !problems.is_empty() {
        return Err(listed(&problems));
    }
    start_log(&settings.log);
    crate::store::refuse_pooler(&settings.database).map_err(Failure::new)?;
    runtime()?.block_on(async {
        let desk = Arc::new(assemble(&settings, parts(&settings)?).map_err(Failure::new)?);
        refuse_demo_data(&desk).await?;
        if matches!(settings.database.url, DatabaseUrl::Sqlite(_)) {
            desk.take_back_errands().await.map_err(Failure::new)?;
        }
        let voice_secret = settings.voice.twilio.auth_token.clone();
        let app = App::new(desk, settings.server.trusted_proxies.clone(), voice_secret, None).map_err(Failure::new)?;
        let running = start(&settings, app).map_err(Failure::new)?;
        until_stopped(running).await
    })
}

fn missing(key: &str) -> Failure {
    Failure(format!("{key} is not set"))
}

fn parts(settings: &Settings) -> Result<Parts, Failure> {
    let base_url = settings.server.base_url.clone().ok_or_else(|| missing("server.base_url"))?;
    let key = settings.secrets.key.clone().ok_or_else(|| missing("secrets.key"))?;
    let smtp = &settings.mail.smtp;
    let mailer = SmtpMailer::new(SmtpParts {
        host: smtp.host.clone().ok_or_else(|| missing("mail.smtp.host"))?,
        port: smtp.port(),
        tls: smtp.tls,
        username: smtp.username.clone(),
        password: smtp.password.clone(),
        ca_file: smtp.ca_file.clone(),
        timeout: smtp.timeout(),
        hand_over: HAND_OVER,
        from: settings.mail.from.clone().ok_or_else(|| missing("mail.from"))?,
        reply_to: settings.mail.reply_to.clone(),
        hello_name: base_url.domain().map(str::to_owned),
    })
    .map_err(Failure::new)?
    .signing(settings.mail.dkim.key().map_err(|(key, wrong)| Failure(format!("{key}: {wrong}")))?);
    let voice: Option<Arc<dyn VoiceCaller>> = match settings.voice.provider {
        VoiceProvider::None => None,
        VoiceProvider::Twilio => Some(Arc::new(twilio(settings, &base_url)?)),
    };
    Ok(Parts {
        base_url,
        key: ServerKey::new(key),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        mailer: Arc::new(mailer),
        voice,
    })
}

fn twilio(settings: &Settings, base_url: &url::Url) -> Result<TwilioCaller, Failure> {
    let twilio = &settings.voice.twilio;
    // A redirect could carry a customer's number to another host.
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .build()
        .map_err(Failure::new)?;
    Ok(TwilioCaller::new(TwilioSettings {
        api_base: twilio.api_base.clone().unwrap_or_else(default_api_base),
        account_sid: twilio.account_sid.clone().ok_or_else(|| missing("voice.twilio.account_sid"))?,
        auth_token: twilio.auth_token.clone().ok_or_else(|| missing("voice.twilio.auth_token"))?,
        from: twilio.from.clone().ok_or_else(|| missing("voice.twilio.from"))?,
        public_base: base_url.clone(),
        http,
    }))
}

/// Everyone knows the demo's passwords: its database must not be put before real customers.
async fn refuse_demo_data(desk: &Desk) -> Result<(), Failure> {
    let holds_demo = desk
        .store
        .read(|connection| {
            let agents = crate::store::agents::all(connection)?;
            let demo_agent = agents.iter().any(|agent| agent.email.key().ends_with(&format!("@{DEMO_DOMAIN}")));
            Ok(demo_agent || accounts::count_below(connection, DEMO_DOMAIN)? > 0)
        })
        .await
        .map_err(Failure::new)?;
    if holds_demo {
        return Err(Failure(
            "this database holds the demo's agents and accounts, whose passwords everyone knows; \
             set database.url to another one"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Serves until the process is told to stop, then finishes what is in hand.
pub(super) async fn until_stopped(running: Running) -> Result<ExitCode, Failure> {
    // A server goes on where nobody reads what it says.
    let _ = writeln!(std::io::stdout(), "listening on http://{}", running.address);
    let mut terminated =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(Failure::new)?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Failure::new)?,
        _ = terminated.recv() => {}
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}
