//! A running server with everything around it: a database of its own, a mail server, a telephone and a clock.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use img_parts::Bytes;
use mfa_desk::clock::{Clock, ManualClock};
use mfa_desk::config::{MailTls, Settings, SsoRoles, SsoSettings};
use mfa_desk::directory::Directories;
use mfa_desk::domain::account::*;
use mfa_desk::domain::actor::Role;
use mfa_desk::domain::directory::Home;
use mfa_desk::domain::document::{Fit, Unfit, prepare};
use mfa_desk::domain::ids::{AccountId, AgentId, AuthenticatorId};
use mfa_desk::domain::token::ServerKey;
use mfa_desk::entropy::{Entropy, SeededEntropy};
use mfa_desk::notify::mail::{SmtpMailer, SmtpParts};
use mfa_desk::notify::voice::twilio::{TwilioCaller, TwilioSettings};
use mfa_desk::notify::voice::{DemoKeypad, VoiceCaller};
use mfa_desk::server::{Parts, Running, assemble, start};
use mfa_desk::store::agents::Agent;
use mfa_desk::store::{StoreError, Tx, accounts, agents};
use mfa_desk::web::App;
use mfa_desk::workflow::{Desk, PasswordHasher};
use secrecy::SecretString;

use super::browser::{Browser, Page, plain_http};
use super::database::TestDatabase;
use super::directory::Outside;
use super::mail_reader::{Mail, parse};
use super::oidc::{CLIENT, CLIENT_SECRET};
use super::smtp::SmtpServer;
use super::twilio::TwilioServer;

/// Where customers believe they are; tests reach the server elsewhere, so a link made from the Host header shows.
pub const PUBLIC: &str = "http://desk.example.test";
pub const PASSWORD: &str = "a long enough password";
pub const TWILIO_SID: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub const TWILIO_TOKEN: &str = "a token of the provider";
pub const OWNER: &str = "Olivia.Owner@customers.example";

/// How a world is to differ from the ordinary one.
#[derive(Clone)]
pub struct Setup {
    pub database: TestDatabase,
    pub twilio: bool,
    /// Customers can have themselves called.
    pub calls: bool,
    pub change: fn(&mut Settings),
    pub at: DateTime<Utc>,
    pub seed: u64,
    /// The single sign-on provider of the desk.
    pub issuer: Option<String>,
    /// The configuration file.
    pub toml: String,
    /// Directories beside the embedded one.
    pub outside: Vec<Outside>,
    /// Tables `[[subscribers]]`.
    pub subscribers: String,
    /// How files that come by mail are looked at.
    pub look_at: fn(Bytes) -> Result<Fit, Unfit>,
}

impl Default for Setup {
    fn default() -> Self {
        let at = DateTime::from_timestamp(1_795_500_000, 0).unwrap();
        Self {
            database: TestDatabase::new(),
            twilio: false,
            calls: true,
            change: |_| {},
            at,
            seed: 1,
            issuer: None,
            toml: String::new(),
            outside: Vec::new(),
            subscribers: String::new(),
            look_at: prepare,
        }
    }
}

pub struct World {
    pub base: String,
    pub clock: Arc<ManualClock>,
    pub desk: Arc<Desk>,
    pub smtp: SmtpServer,
    pub twilio: Option<TwilioServer>,
    pub database: TestDatabase,
    running: Option<Running>,
}

pub fn password_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    let make = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(PasswordHasher::new(1).unwrap().hash(SecretString::from(PASSWORD))).unwrap()
    };
    HASH.get_or_init(|| std::thread::spawn(make).join().unwrap()).clone()
}

fn single_sign_on(issuer: String) -> SsoSettings {
    let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    SsoSettings {
        issuer: Some(issuer),
        client_id: Some(CLIENT.to_owned()),
        client_secret: Some(SecretString::from(CLIENT_SECRET)),
        name: "Example Login".to_owned(),
        roles: SsoRoles {
            agent: values(&["agents"]),
            supervisor: values(&["leads"]),
            auditor: values(&["audit"]),
            admin: values(&["ops"]),
        },
        allow_insecure_loopback: true,
        ..SsoSettings::default()
    }
}

/// What somebody at the desk signs in with.
pub fn address(name: &str) -> String {
    format!("{name}@desk.example.test")
}

pub fn people() -> Vec<(&'static str, Role)> {
    vec![
        ("ana", Role::Agent),
        ("ben", Role::Agent),
        ("sam", Role::Supervisor),
        ("aud", Role::Auditor),
        ("ada", Role::Admin),
    ]
}

impl World {
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Self {
        mfa_desk::notify::install_tls_provider();
        let smtp = SmtpServer::start().await;
        let mut settings = Settings::from_sources(&setup.toml, &BTreeMap::new()).unwrap();
        settings.database.url = setup.database.url.clone();
        settings.server.listen = "127.0.0.1:0".parse().unwrap();
        settings.server.workers = 1;
        settings.mail.first_retry_seconds = 30;
        if let Some(issuer) = setup.issuer {
            settings.sso = single_sign_on(issuer);
        }
        settings.subscribers = Settings::from_sources(&setup.subscribers, &BTreeMap::new()).unwrap().subscribers;
        (setup.change)(&mut settings);
        let twilio = match setup.twilio {
            true => Some(TwilioServer::start(TWILIO_SID, TWILIO_TOKEN, (PUBLIC, PUBLIC)).await),
            false => None,
        };
        let clock = Arc::new(ManualClock::new(setup.at));
        let mailer = SmtpMailer::new(SmtpParts {
            host: "127.0.0.1".to_owned(),
            port: smtp.port(),
            tls: MailTls::None,
            username: None,
            password: None,
            ca_file: None,
            timeout: Duration::from_secs(5),
            hand_over: Duration::from_secs(5),
            from: "Desk <desk@desk.example.test>".parse().unwrap(),
            reply_to: None,
            hello_name: None,
        })
        .unwrap();
        let voice: Arc<dyn VoiceCaller> = match &twilio {
            None => Arc::new(DemoKeypad),
            Some(twilio) => Arc::new(
                TwilioCaller::new(TwilioSettings {
                    api_base: twilio.api_base(),
                    account_sid: TWILIO_SID.to_owned(),
                    auth_token: SecretString::from(TWILIO_TOKEN),
                    from: "+15551230100".to_owned(),
                    public_base: PUBLIC.parse().unwrap(),
                    http: plain_http().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
                })
                .with_timeout(Duration::from_secs(2)),
            ),
        };
        let parts = Parts {
            base_url: PUBLIC.parse().unwrap(),
            key: ServerKey::new(SecretString::from("a key that only tests have, 32+ chars")),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(setup.seed)),
            mailer: Arc::new(mailer),
            voice: setup.calls.then_some(voice),
        };
        let mut desk = assemble(&settings, parts).unwrap();
        Arc::get_mut(&mut desk.kit).unwrap().look_at = setup.look_at;
        if !setup.outside.is_empty() {
            let clock: Arc<dyn Clock> = clock.clone();
            let others = setup.outside.into_iter().map(|each| each.configured(Arc::clone(&clock))).collect();
            desk.directories = Arc::new(Directories::new(Arc::clone(&desk.directories.local), others));
        }
        let desk = Arc::new(desk);
        sow(&desk).await;
        let secret = setup.twilio.then(|| SecretString::from(TWILIO_TOKEN));
        let mut app = App::new(desk.clone(), settings.server.trusted_proxies.clone(), secret, None).unwrap();
        app.verified_at_once = 1;
        let running = start(&settings, app).unwrap();
        let base = format!("http://{}", running.address);
        if let Some(twilio) = &twilio {
            twilio.set_actual_base(&base);
        }
        Self { base, clock, desk, smtp, twilio, database: setup.database, running: Some(running) }
    }

    /// Where Prometheus asks, if it can.
    pub fn metrics(&self) -> Option<String> {
        let listening = self.running.as_ref().and_then(|running| running.metrics);
        listening.map(|address| format!("http://{address}/metrics"))
    }

    pub async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    /// Someone at the desk, signed in with a browser that they used before.
    pub async fn agent(&self, name: &str) -> Browser {
        let email = address(name);
        let browser = self.known_browser(&email).await;
        let code = self.fresh_code(&email).await;
        let page = browser.get("/desk/sign-in").await;
        let page = browser.send(&page, "/desk/sign-in", &[("email", &email), ("password", PASSWORD)]).await;
        browser.send(page.is(200), "/desk/sign-in/device", &[("code", &code)]).await.is(200);
        browser
    }

    /// Someone at the desk gives a second factor again, on the page that they were led to.
    pub async fn steps_up(&self, browser: &Browser, name: &str, page: &Page) -> Page {
        let code = self.fresh_code(&address(name)).await;
        browser.send(page.says("Confirm that it is you"), "/desk/step-up", &[("code", &code)]).await
    }

    /// Lets time go by and everything happen that it brings.
    pub async fn later(&self, by: TimeDelta) {
        // What is due now is done now: a jump of the clock would end the leases of errands in hand. A row that
        // a dead instance holds stays held.
        for _ in 0..20 {
            self.desk.drain().await.unwrap();
            if self.left_to_do().await == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.clock.advance(by);
        self.settle().await;
    }

    /// Waits until nothing is left to do now, whoever does it: us or the worker beside us.
    pub async fn settle(&self) {
        for _ in 0..2_000 {
            let moved = self.desk.tick().await.unwrap();
            let ran = self.desk.drain().await.unwrap();
            if moved == 0 && ran == 0 {
                // What the worker beside us did since we looked may have made a timer due.
                if self.left_to_do().await == 0 && self.desk.tick().await.unwrap() == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        panic!("an errand is never done");
    }

    async fn left_to_do(&self) -> i64 {
        use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
        use mfa_desk::store::schema::outbox;
        let now = self.now().naive_utc();
        let left = move |connection: &mut mfa_desk::store::AnyConnection| {
            let due = outbox::state.eq("waiting").and(outbox::next_at.le(now));
            let left = outbox::table.filter(outbox::state.eq("leased").or(due));
            Ok::<i64, StoreError>(left.count().get_result(connection)?)
        };
        self.desk.store.read(left).await.unwrap()
    }

    /// Every mail that arrived, oldest first.
    pub async fn mails(&self) -> Vec<Mail> {
        self.settle().await;
        self.smtp.messages().iter().map(|message| parse(&message.raw)).collect()
    }

    /// The newest mail whose subject holds these words.
    pub async fn mail(&self, subject: &str) -> Mail {
        let mails = self.mails().await;
        let has = |mail: &&Mail| mail.header("Subject").is_some_and(|found| found.contains(subject));
        let subjects: Vec<_> = mails.iter().map(|mail| mail.header("Subject").unwrap_or_default().to_owned()).collect();
        let found = mails.iter().rev().find(has);
        parse_again(found.unwrap_or_else(|| panic!("no mail about “{subject}” among {subjects:?}")))
    }

    /// The log's actions of a case, oldest first.
    pub async fn actions(&self, reference: &str) -> Vec<String> {
        self.entries(reference).await.into_iter().map(|entry| entry.action).collect()
    }

    pub async fn entries(&self, reference: &str) -> Vec<mfa_desk::domain::audit::Entry> {
        let case_ref = Some(reference.to_owned()).filter(|reference| !reference.is_empty());
        let filter = mfa_desk::domain::audit_filter::Filter { case_ref, ..Default::default() };
        self.desk
            .store
            .read(move |connection| mfa_desk::store::audit::after(connection, &filter, 0, 10_000))
            .await
            .unwrap()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Asks for help as a customer and answers with the browser and the reference.
    pub async fn asks_for_help(&self, email: &str) -> (Browser, String) {
        let browser = self.browser();
        let page = browser.get("/assistance").await;
        let answer = browser.send(&page, "/assistance", &form(email)).await;
        answer.is(200);
        let reference = reference_on(&answer);
        (browser, reference)
    }

    /// A case of a form that asks for another language, with its e-mail address confirmed.
    pub async fn confirmed_in(&self, language: &str, email: &str) -> (Browser, String) {
        let browser = self.browser();
        let page = browser.get("/assistance").await;
        let mut fields = form(email);
        fields.retain(|(name, _)| *name != "language");
        fields.push(("language", language));
        let reference = reference_on(browser.send(&page, "/assistance", &fields).await.is(200));
        let page = browser.get(&link_in(&self.mail(&format!(" {reference}")).await, "open")).await;
        browser.send(&page, "/open", &[]).await.is(200);
        (browser, reference)
    }

    /// A case whose e-mail address is confirmed; the browser is on its page.
    pub async fn confirmed(&self, email: &str) -> (Browser, String) {
        let (browser, reference) = self.asks_for_help(email).await;
        let link = link_in(&self.mail(&format!("Email verification for case {reference}")).await, "open");
        let page = browser.get(&link).await;
        browser.send(&page, "/open", &[]).await.is(200);
        (browser, reference)
    }

    /// Asks for a call and types what the page shows.
    pub async fn passes_phone_check(&self, browser: &Browser, reference: &str) {
        let page = browser.get(&format!("/cases/{reference}")).await;
        let page = browser.send(&page, "/call", &[]).await;
        let code = code_on(&page);
        self.settle().await;
        let call = self.last_call().await;
        self.desk.answer_call(call.id, code).await.unwrap().unwrap();
    }

    pub async fn last_call(&self) -> mfa_desk::store::calls::Call {
        let calls =
            self.desk.store.read(|connection| mfa_desk::store::calls::recent_calls(connection, 1)).await.unwrap();
        calls.into_iter().next_back().expect("no call was placed")
    }

    /// An agent presses a button of a case's page.
    pub async fn presses(&self, agent: &Browser, reference: &str, button: &str, given: &[(&str, &str)]) -> Page {
        // What is approved stands on a page of its own.
        let its_own = if matches!(button, "approve" | "refuse-approval") { "/approve" } else { "" };
        let page = agent.get(&format!("/desk/cases/{reference}{its_own}")).await;
        agent.send(&page, &format!("/{button}"), given).await
    }

    /// A case that an agent may deactivate: `ana` holds it, `ben` approved it, the wait is over.
    pub async fn ready(&self, email: &str) -> (Browser, Browser, String) {
        let (customer, reference) = self.confirmed(email).await;
        self.passes_phone_check(&customer, &reference).await;
        let (ana, ben) = (self.agent("ana").await, self.agent("ben").await);
        self.presses(&ana, &reference, "claim", &[]).await.is(200);
        self.presses(&ben, &reference, "approve", &[]).await.is(200);
        self.later(TimeDelta::hours(24)).await;
        // Sessions are shorter than the wait.
        (customer, self.agent("ana").await, reference)
    }

    /// Presses **Deactivate** and its confirmation on the first active authenticator.
    pub async fn deactivates(&self, agent: &Browser, reference: &str) -> Page {
        let page = agent.get(&format!("/desk/cases/{reference}")).await;
        let id = authenticator_on(&page);
        let confirm = agent.get(&format!("/desk/cases/{reference}/deactivate?authenticator={id}")).await;
        agent.send(confirm.is(200), "/deactivate", &[]).await
    }
}

fn parse_again(mail: &Mail) -> Mail {
    Mail { headers: mail.headers.clone(), text: mail.text.clone(), html: mail.html.clone() }
}

/// The least a customer fills in, and a little more.
pub fn form(email: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("email", email),
        ("account_number", "1001"),
        ("name", "Olivia Öwner"),
        ("device_kind", "virtual_totp"),
        ("reason", "lost"),
        ("failed_step", "It asks for a code."),
        ("phone", "+44 7911 123456"),
        ("language", "en"),
        ("callback_time", "Mornings"),
        ("message", "Please help."),
    ]
}

pub fn reference_on(page: &Page) -> String {
    let text = page.text();
    let at = text.find("MFA-").unwrap_or_else(|| panic!("no reference on:\n{text}"));
    text[at..at + 13].to_owned()
}

/// The six digits on the customer's page.
pub fn code_on(page: &Page) -> String {
    let text = page.text();
    let words: Vec<&str> = text.split_whitespace().collect();
    let digits = |word: &str| word.len() == 3 && word.chars().all(|c| c.is_ascii_digit());
    let pair = words.windows(2).find(|pair| digits(pair[0]) && digits(pair[1]));
    pair.map(|pair| pair.concat()).unwrap_or_else(|| panic!("no code on:\n{text}"))
}

/// The first authenticator that an agent's page offers to deactivate.
pub fn authenticator_on(page: &Page) -> String {
    let at = page.html.find("name=\"authenticator\" value=\"").unwrap_or_else(|| panic!("none on:\n{}", page.text()));
    page.html[at + 28..at + 64].to_owned()
}

/// The token that the forms of a page carry.
pub fn csrf_on(page: &Page) -> String {
    let fields = page.forms().into_iter().flat_map(|form| form.fields);
    fields.into_iter().find(|(name, _)| name == "csrf").expect("no form carries a token").1
}

/// The path of a link in a mail: `open` or `object`.
pub fn link_in(mail: &Mail, page: &str) -> String {
    let word =
        mail.text.split_whitespace().find(|word| word.starts_with("http") && word.contains(&format!("/{page}?")));
    let link = word.unwrap_or_else(|| panic!("no {page} link in:\n{}", mail.text));
    link.strip_prefix(PUBLIC).unwrap_or_else(|| panic!("{link} does not begin with the base URL")).to_owned()
}

async fn sow(desk: &Desk) {
    let at = desk.kit.clock.now();
    let entropy: Arc<dyn Entropy> = desk.kit.entropy.clone();
    let hash = password_hash();
    let rows = move |tx: &mut Tx<'_>| {
        for (name, role) in people() {
            let email = format!("{name}@desk.example.test").parse().unwrap();
            if agents::find_by_email(tx.connection, &email)?.is_some() {
                return Ok(());
            }
            let agent = Agent {
                id: AgentId::new(at, entropy.bytes()),
                email,
                name: format!("{}{}", name[..1].to_uppercase(), &name[1..]),
                role,
                suspended_at: None,
                signed_in_at: None,
            };
            agents::insert(tx, &agent, (None, Some(&hash)), at)?;
        }
        for (email, name, kind, tier, number, phone) in [
            (OWNER, "Olivia Öwner", AccountKind::Owner, Tier::Standard, "1001", Some("+447911123456")),
            ("root@customers.example", "Rosa Root", AccountKind::Owner, Tier::Privileged, "1002", Some("+12015550123")),
            (
                "milan@customers.example",
                "Milan Member",
                AccountKind::Member,
                Tier::Standard,
                "1003",
                Some("+420601123456"),
            ),
            ("nophone@customers.example", "Nora Nophone", AccountKind::Owner, Tier::Standard, "1004", None),
        ] {
            let id = AccountId::new(at, entropy.bytes());
            let account = Account {
                home: Home::Local,
                id,
                email: email.parse().unwrap(),
                number: Some(number.to_owned()),
                name: name.to_owned(),
                kind,
                tier,
                phone: phone.map(|phone| phone.parse().unwrap()),
                status: AccountStatus::Active,
                background: Background::default(),
            };
            accounts::insert(tx, &account, None, at)?;
            let authenticator = Authenticator {
                id: AuthenticatorId::new(at, entropy.bytes()),
                account: id,
                kind: AuthenticatorKind::VirtualTotp,
                label: format!("{name}'s phone"),
                state: AuthenticatorState::Active,
            };
            accounts::insert_authenticator(tx, &authenticator, at)?;
        }
        Ok(())
    };
    desk.store.write(rows).await.unwrap();
}
