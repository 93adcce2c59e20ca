//! Random interleavings of two agents, a supervisor, whoever asks, the true owner, an attacker and the clock, through
//! the program over a real database. An oracle that shares no code with the rules watches: *an authenticator is
//! deactivated only if one policy path was satisfied by valid evidence at that moment, approved by someone else, after
//! the full wait, undisputed*.
//!
//! `INTERLEAVINGS=1000` runs as many; each is a seed, which a failure names.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use mfa_desk::clock::{Clock, ManualClock};
use mfa_desk::config::Settings;
use mfa_desk::domain::account::*;
use mfa_desk::domain::actor::{Actor, Role};
use mfa_desk::domain::case::State;
use mfa_desk::domain::contact::{E164, EmailAddress};
use mfa_desk::domain::directory::Home;
use mfa_desk::domain::form::{AssistanceForm, DeviceKind, Language, Reason};
use mfa_desk::domain::ids::{AccountId, AgentId, AuthenticatorId, CallId};
use mfa_desk::domain::reference::CaseRef;
use mfa_desk::domain::token::{ServerKey, Token};
use mfa_desk::entropy::SeededEntropy;
use mfa_desk::notify::mail::{Mailer, OutgoingMail, SendError};
use mfa_desk::notify::voice::DemoKeypad;
use mfa_desk::server::{Parts, assemble};
use mfa_desk::store::audit::Verdict;
use mfa_desk::store::{StoreError, Tx, accounts, cases};
use mfa_desk::workflow::{Act, Attempted, Desk, Halt, NewAgent, Standing, Submission};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use secrecy::SecretString;

use crate::support::database::TestDatabase;

const WAIT: TimeDelta = TimeDelta::hours(24);
const COUNTS: TimeDelta = TimeDelta::hours(24);
const WINDOW: TimeDelta = TimeDelta::hours(72);
const STEPS: usize = 50;

/// Mailboxes: the newest link of each kind for each case.
#[derive(Default)]
struct Mailboxes(Mutex<BTreeMap<(String, &'static str), String>>);

#[async_trait]
impl Mailer for Mailboxes {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), SendError> {
        for kind in ["open", "object"] {
            let link = mail.rendered.text.split_whitespace().find(|word| word.contains(&format!("/{kind}?token=")));
            if let Some((_, token)) = link.and_then(|link| link.split_once("token=")) {
                self.0.lock().unwrap().insert((mail.case_ref.clone().unwrap_or_default(), kind), token.to_owned());
            }
        }
        Ok(())
    }
}

impl Mailboxes {
    fn token(&self, reference: &CaseRef, kind: &'static str) -> Option<Token> {
        Token::presented(self.0.lock().unwrap().get(&(reference.to_string(), kind))?)
    }
}

/// Something that was proved, as the outside saw it.
#[derive(Clone, Debug)]
struct Proof {
    at: DateTime<Utc>,
    /// The address it was about.
    of: String,
    by: Option<usize>,
}

/// What the outside saw of one case.
#[derive(Default)]
struct Seen {
    email: Vec<Proof>,
    phone: Vec<Proof>,
    approvals: Vec<(DateTime<Utc>, usize)>,
    /// From this moment on everything has to be given anew.
    anew: Option<DateTime<Utc>>,
    disputed: bool,
    /// Who asked for an approval or let the case go on after a dispute.
    barred: Vec<usize>,
    /// The order to switch the device off was given, and was right.
    off: bool,
}

struct Desks {
    desk: Arc<Desk>,
    clock: Arc<ManualClock>,
    mailboxes: Arc<Mailboxes>,
    agents: Vec<(AgentId, EmailAddress, Role)>,
    /// When each agent was last suspended, and whether they still are.
    suspended: Vec<(Option<DateTime<Utc>>, bool)>,
    _database: TestDatabase,
}

async fn desks() -> Desks {
    let database = TestDatabase::new();
    let mut settings = Settings::from_sources("", &BTreeMap::new()).unwrap();
    settings.database.url = database.url.clone();
    // One desk plays them all: what it may do in an hour is not what is tested here.
    settings.limits.forms_per_network_hour = 100_000;
    settings.limits.forms_per_network_day = 100_000;
    settings.limits.calls_per_agent_hour = 1000;
    settings.limits.views_per_hour = 10_000;
    let clock = Arc::new(ManualClock::new(DateTime::from_timestamp(1_795_500_000, 0).unwrap()));
    let mailboxes = Arc::new(Mailboxes::default());
    let parts = Parts {
        base_url: "http://desk.example.test".parse().unwrap(),
        key: ServerKey::new(SecretString::from("a key that only tests have, 32+ chars")),
        clock: clock.clone(),
        entropy: Arc::new(SeededEntropy::new(7)),
        mailer: mailboxes.clone(),
        voice: Some(Arc::new(DemoKeypad)),
    };
    let desk = Arc::new(assemble(&settings, parts).unwrap());
    let mut agents = Vec::new();
    for (name, role) in [("ana", Role::Agent), ("ben", Role::Agent), ("sam", Role::Supervisor)] {
        let email: EmailAddress = format!("{name}@desk.example.test").parse().unwrap();
        let password = SecretString::from("a long enough password");
        let new = NewAgent { email: email.clone(), name: name.to_owned(), role, password: Some(password), phone: None };
        let act = Act { actor: Actor::Operator, ip: String::new(), at: clock.now() };
        agents.push((desk.add_agent(act, new).await.unwrap(), email, role));
    }
    Desks { desk, clock, mailboxes, suspended: vec![(None, false); agents.len()], agents, _database: database }
}

/// One case and everyone around it.
struct Play<'d> {
    desks: &'d mut Desks,
    rng: StdRng,
    account: AccountId,
    device: AuthenticatorId,
    email: String,
    phone: String,
    ip: String,
    reference: CaseRef,
    cookie: Option<Token>,
    seen: Seen,
    log: String,
    number: u64,
}

impl<'d> Play<'d> {
    async fn begin(desks: &'d mut Desks, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let now = desks.clock.now();
        let (account, device) =
            (AccountId::new(now, rng.random::<[u8; 10]>()), AuthenticatorId::new(now, rng.random::<[u8; 10]>()));
        let email = format!("owner{seed}@p{seed}.example");
        let phone = format!("+4479111{:05}", seed % 100_000);
        let row = Account {
            home: Home::Local,
            id: account,
            email: email.parse().unwrap(),
            number: None,
            name: "Owner".to_owned(),
            kind: AccountKind::Owner,
            tier: Tier::Standard,
            phone: Some(phone.parse::<E164>().unwrap()),
            status: AccountStatus::Active,
            background: Background::default(),
        };
        let authenticator = Authenticator {
            id: device,
            account,
            kind: AuthenticatorKind::VirtualTotp,
            label: "Phone".to_owned(),
            state: AuthenticatorState::Active,
        };
        let insert = move |tx: &mut Tx<'_>| {
            accounts::insert(tx, &row, None, now)?;
            accounts::insert_authenticator(tx, &authenticator, now)
        };
        desks.desk.store.write(insert).await.unwrap();
        let ip = format!("10.{}.{}.{}", seed / 65_536 % 256, seed / 256 % 256, seed % 256);
        let form = AssistanceForm {
            email: email.parse().unwrap(),
            account_number: None,
            name: "Someone".to_owned(),
            device_kind: DeviceKind::VirtualTotp,
            reason: Reason::Lost,
            failed_step: String::new(),
            phone: None,
            language: Language::English,
            callback_time: String::new(),
            message: String::new(),
        };
        let submission = Submission { form, key: Some(format!("key {seed}")), ip: ip.clone(), country: None };
        let reference = desks.desk.submit_case(submission).await.unwrap().unwrap();
        let (seen, log) = (Seen::default(), String::new());
        let mut play =
            Self { desks, rng, account, device, email, phone, ip, reference, cookie: None, seen, log, number: seed };
        play.settle().await;
        play
    }

    fn now(&self) -> DateTime<Utc> {
        self.desks.clock.now()
    }

    fn desk(&self) -> Arc<Desk> {
        self.desks.desk.clone()
    }

    fn note(&mut self, what: &str) {
        let _ = writeln!(self.log, "{} {what}", self.now());
    }

    fn outsider(&self) -> Act {
        Act { actor: Actor::Customer, ip: self.ip.clone(), at: self.now() }
    }

    fn agent(&self, n: usize) -> Act {
        let (id, email, role) = self.desks.agents[n].clone();
        Act { actor: Actor::Agent { id, email, role, via: None }, ip: "192.0.2.1".to_owned(), at: self.now() }
    }

    async fn settle(&mut self) {
        let desk = self.desk();
        while desk.tick().await.unwrap() + desk.drain().await.unwrap() > 0 {}
    }

    async fn filed(&self) -> cases::Filed {
        let reference = self.reference.clone();
        self.desks.desk.store.read(move |c| cases::find(c, &reference)).await.unwrap().unwrap()
    }

    async fn state(&self) -> (State, Option<AgentId>) {
        let filed = self.filed().await;
        (filed.case.state, filed.case.holder)
    }

    async fn step(&mut self) {
        let n = self.rng.random_range(0..3_usize);
        let desk = self.desk();
        let reference = self.reference.clone();
        match self.rng.random_range(0..100) {
            0..12 => self.presses_the_link().await,
            12..24 => self.answers_a_call().await,
            24..32 => self.is_called_back(n).await,
            32..42 => {
                let done = desk.claim(self.agent(n), reference, None).await.unwrap();
                self.note(&format!("{n} claims: {}", done.is_ok()));
            }
            42..44 => {
                let _ = desk.release(self.agent(n), reference, None).await.unwrap();
                self.note(&format!("{n} releases"));
            }
            44..46 => {
                let to = self.desks.agents[self.rng.random_range(0..3_usize)].0;
                let _ = desk.reassign(self.agent(n), reference, None, to).await.unwrap();
                self.note(&format!("{n} reassigns"));
            }
            46..60 => {
                let version = self.filed().await.case.version;
                let done = desk.approve(self.agent(n), reference, Some(version), self.device.into()).await.unwrap();
                self.note(&format!("{n} approves: {}", done.is_ok()));
                if done.is_ok() {
                    self.seen.approvals.push((self.now(), n));
                }
            }
            60..74 => self.orders_the_deactivation(n).await,
            74..76 => self.objects().await,
            76..79 => self.ends_the_dispute(n).await,
            79..82 => self.guesses().await,
            82..85 => self.moves_the_addresses().await,
            85 => self.suspends_or_restores(n).await,
            86 => {
                let version = self.filed().await.case.version;
                let (act, reason) = (self.agent(n), "odd".to_owned());
                if desk.refuse_approval(act, reference, Some(version), reason).await.unwrap().is_ok() {
                    self.seen.anew = Some(self.now());
                    self.note(&format!("{n} refuses to approve"));
                }
            }
            87 => {
                if desk.ask_approval(self.agent(n), reference, None, None).await.unwrap().is_ok() {
                    self.seen.barred.push(n);
                    self.note(&format!("{n} asks for approval"));
                }
            }
            88 if self.rng.random_bool(0.1) => {
                let done = desk.withdraw(self.outsider(), reference).await.unwrap();
                self.note(&format!("withdraws: {}", done.is_ok()));
            }
            _ => {
                let choices = [1_i64, 30, 60, 300, 720, 1_440, 1_500, 2_900];
                let minutes = *choices.choose(&mut self.rng).unwrap();
                self.desks.clock.advance(TimeDelta::minutes(minutes));
                self.note(&format!("{minutes} minutes go by"));
            }
        }
        self.settle().await;
        self.a_device_that_is_off_was_ordered_off().await;
    }

    /// Whoever has the mailbox presses the newest link, twice at once.
    async fn presses_the_link(&mut self) {
        let desk = self.desk();
        if self.rng.random_bool(0.5) {
            desk.send_link(self.reference.clone(), self.ip.clone()).await.unwrap();
            self.settle().await;
        }
        let Some(token) = self.desks.mailboxes.token(&self.reference, "open") else { return };
        let press = || desk.confirm_email(self.reference.clone(), Some(token.clone()), self.ip.clone());
        let (first, second) = tokio::join!(press(), press());
        let (first, second) = (first.unwrap(), second.unwrap());
        assert!(first.is_err() || second.is_err(), "one link was used twice\n{}", self.log);
        if let Ok(confirmed) = first.or(second) {
            self.cookie = Some(confirmed.session.expect("the browser is let in"));
            if self.state().await.0 != State::Disputed {
                self.seen.email.push(Proof { at: self.now(), of: self.email.clone(), by: None });
            }
            self.note("e-mail confirmed");
        }
    }

    /// Whoever holds the phone types what the page shows, or something else.
    async fn answers_a_call(&mut self) {
        let Some(cookie) = self.cookie.clone() else { return };
        let desk = self.desk();
        let Some(session) = desk.customer_session(self.reference.clone(), &cookie).await.unwrap() else { return };
        let asked = desk.start_call(self.outsider(), self.reference.clone(), session, cookie.clone()).await.unwrap();
        if asked.is_err() {
            return;
        }
        self.settle().await;
        let file = desk.view_own_case(self.reference.clone(), cookie).await.unwrap().unwrap();
        let shown = file.challenge.unwrap();
        let (Some(code), Some(call)) = (shown.code, shown.call) else { return };
        assert_eq!(call.phone.as_str(), self.phone, "a call to another number than the one of record");
        if self.rng.random_bool(0.2) {
            let _ = desk.answer_call(call.id, "000000".to_owned()).await.unwrap();
        }
        let spoken = desk.answer_call(call.id, code.shown()).await.unwrap().unwrap();
        if spoken.says.contains("Thank you") {
            self.seen.phone.push(Proof { at: self.now(), of: self.phone.clone(), by: None });
            self.note("phone confirmed by call");
        }
    }

    async fn is_called_back(&mut self, n: usize) {
        let Some(cookie) = self.cookie.clone() else { return };
        let desk = self.desk();
        let reference = self.reference.clone();
        if desk.start_callback(self.agent(n), reference.clone(), None).await.unwrap().is_err() {
            return;
        }
        let Some(session) = desk.customer_session(reference.clone(), &cookie).await.unwrap() else { return };
        if desk.show_code(self.outsider(), reference.clone(), session, cookie.clone()).await.unwrap().is_err() {
            return;
        }
        let file = desk.view_own_case(reference.clone(), cookie).await.unwrap().unwrap();
        let Some(code) = file.challenge.unwrap().code else { return };
        let done = desk.enter_callback_code(self.agent(n), reference, None, code.shown()).await.unwrap();
        if done.is_ok() {
            self.seen.phone.push(Proof { at: self.now(), of: self.phone.clone(), by: Some(n) });
            self.note(&format!("phone confirmed by {n}'s callback"));
        }
    }

    async fn orders_the_deactivation(&mut self, n: usize) {
        let desk = self.desk();
        let (_, holder) = self.state().await;
        let other = (n + 1) % 3;
        let order = |n: usize| desk.deactivate(self.agent(n), self.reference.clone(), None, self.device.into());
        let (first, again, second) = tokio::join!(order(n), order(n), order(other));
        let outcomes = [(n, first.unwrap()), (n, again.unwrap()), (other, second.unwrap())];
        let done = |outcome: &Result<Attempted, Halt>| matches!(outcome, Ok(Attempted::Deactivated));
        assert!(outcomes.iter().filter(|(_, outcome)| done(outcome)).count() <= 1, "deactivated twice\n{}", self.log);
        for (who, outcome) in &outcomes {
            let who = *who;
            if done(outcome) {
                self.note(&format!("{who} deactivates"));
                assert_eq!(holder, Some(self.desks.agents[who].0), "not the holder\n{}", self.log);
                self.may_be_off(who, holder);
                self.seen.off = true;
            }
        }
    }

    /// The property, restated from what was seen.
    fn may_be_off(&self, presser: usize, holder: Option<AgentId>) {
        let (now, seen) = (self.now(), &self.seen);
        let gave = |agent: usize| seen.phone.iter().any(|proof| proof.by == Some(agent));
        let stands = |agent: usize, at: DateTime<Utc>| {
            let (last, still) = self.desks.suspended[agent];
            !still && last.is_none_or(|last| at > last)
        };
        let fresh = |at: DateTime<Utc>| seen.anew.is_none_or(|anew| at > anew);
        let emails: Vec<_> = seen.email.iter().filter(|p| p.of == self.email && fresh(p.at)).map(|p| p.at).collect();
        let phones: Vec<_> = seen
            .phone
            .iter()
            .filter(|p| p.of == self.phone && fresh(p.at) && p.by.is_none_or(|agent| stands(agent, p.at)))
            .map(|p| p.at)
            .collect();
        let approvals: Vec<_> = seen
            .approvals
            .iter()
            .filter(|(at, agent)| fresh(*at) && stands(*agent, *at) && *agent != presser && !gave(*agent))
            .filter(|(_, agent)| holder != Some(self.desks.agents[*agent].0) && !seen.barred.contains(agent))
            .map(|(at, _)| *at)
            .collect();
        let permitted = emails.iter().any(|email| {
            phones.iter().any(|phone| {
                approvals.iter().any(|approval| {
                    // The approver saw all of it before it lapsed, and the whole wait came after.
                    let lapses = *email.min(phone) + COUNTS;
                    let saw = approval >= email && approval >= phone && *approval < lapses;
                    saw && now - *approval >= WAIT && now < lapses + WAIT + WINDOW
                })
            })
        });
        assert!(permitted && !seen.disputed && !seen.off, "it must not have been deactivated:\n{}", self.log);
        assert!(stands(presser, now), "a suspended agent deactivated\n{}", self.log);
    }

    async fn a_device_that_is_off_was_ordered_off(&self) {
        let device = self.device;
        let found = self.desks.desk.store.read(move |c| accounts::authenticator(c, device)).await.unwrap().unwrap();
        if found.state == AuthenticatorState::Deactivated {
            assert!(self.seen.off, "off without an order\n{}", self.log);
        }
    }

    async fn objects(&mut self) {
        let Some(token) = self.desks.mailboxes.token(&self.reference, "object") else { return };
        let done = self.desks.desk.dispute(self.reference.clone(), Some(token), self.ip.clone()).await.unwrap();
        self.seen.disputed |= done.is_ok() && !self.state().await.0.is_final();
        self.note(&format!("objects: {}", done.is_ok()));
    }

    async fn ends_the_dispute(&mut self, n: usize) {
        let resume = self.rng.random_bool(0.7);
        let (act, reason) = (self.agent(n), "looked at it".to_owned());
        let done = self.desks.desk.end_dispute(act, self.reference.clone(), None, resume, reason).await.unwrap();
        if done.is_ok() {
            assert_eq!(self.desks.agents[n].2, Role::Supervisor, "only a supervisor ends a dispute\n{}", self.log);
            self.seen.disputed = false;
            self.seen.anew = Some(self.now());
            if resume {
                self.seen.barred.push(n);
            }
            self.note(&format!("{n} ends the dispute, resume: {resume}"));
        }
    }

    /// An attacker who knows the reference and nothing else.
    async fn guesses(&mut self) {
        let desk = self.desk();
        let token = Token::from_bytes(self.rng.random());
        let pressed = desk.confirm_email(self.reference.clone(), Some(token.clone()), "198.51.100.9".to_owned()).await;
        assert!(pressed.unwrap().is_err());
        assert!(
            desk.dispute(self.reference.clone(), Some(token.clone()), "198.51.100.9".to_owned())
                .await
                .unwrap()
                .is_err()
        );
        assert!(desk.view_own_case(self.reference.clone(), token).await.unwrap().is_none());
        let call = CallId::new(self.now(), self.rng.random());
        assert!(desk.answer_call(call, "123456".to_owned()).await.unwrap().is_none());
        self.note("someone guesses");
    }

    async fn moves_the_addresses(&mut self) {
        use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
        use mfa_desk::store::schema::accounts;
        let id = self.account.to_string();
        self.number += 1;
        if self.rng.random_bool(0.3) {
            self.email = format!("owner{}.{}@p.example", self.reference.as_str().to_lowercase(), self.number);
        } else {
            self.phone = format!("+4479112{:05}", self.number % 100_000);
        }
        let (email, phone) = (self.email.clone(), self.phone.clone());
        let set = move |tx: &mut Tx<'_>| {
            let addresses =
                (accounts::email.eq(&email), accounts::email_key.eq(email.to_lowercase()), accounts::phone.eq(&phone));
            diesel::update(accounts::table.find(&id)).set(addresses).execute(tx.connection)?;
            Ok::<_, StoreError>(())
        };
        self.desks.desk.store.write(set).await.unwrap();
        self.note("an address of record changes");
    }

    /// The ordinary way up to the cooling-off, so that what follows has something to break.
    async fn comes_as_far_as_the_wait(&mut self) {
        for _ in 0..20 {
            if self.cookie.is_none() {
                self.presses_the_link().await;
            } else if self.seen.phone.is_empty() {
                self.answers_a_call().await;
            } else {
                break;
            }
            self.settle().await;
        }
        let desk = self.desk();
        let _ = desk.claim(self.agent(0), self.reference.clone(), None).await.unwrap();
        let version = self.filed().await.case.version;
        let done =
            desk.approve(self.agent(1), self.reference.clone(), Some(version), self.device.into()).await.unwrap();
        if done.is_ok() {
            let now = self.now();
            self.seen.approvals.push((now, 1));
            self.note("1 approves");
        }
        self.settle().await;
    }

    async fn suspends_or_restores(&mut self, n: usize) {
        let (email, now) = (self.desks.agents[n].1.clone(), self.now());
        let still = self.desks.suspended[n].1;
        let standing = if still { Standing::Restored } else { Standing::Suspended };
        let act = Act { actor: Actor::Operator, ip: String::new(), at: now };
        assert!(self.desks.desk.set_standing(act, email, standing).await.unwrap());
        self.desks.suspended[n] = (if still { self.desks.suspended[n].0 } else { Some(now) }, !still);
        self.note(&format!("{n} is {standing:?}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_in_whatever_order_only_what_was_proved_approved_and_waited_for_is_deactivated() {
    let count: u64 = std::env::var("INTERLEAVINGS").map_or(60, |count| count.parse().unwrap());
    let started = std::time::Instant::now();
    let mut desks = desks().await;
    let mut deactivated = 0;
    for seed in 0..count {
        let mut play = Play::begin(&mut desks, seed).await;
        if seed % 2 == 1 {
            play.comes_as_far_as_the_wait().await;
        }
        for _ in 0..STEPS {
            play.step().await;
        }
        deactivated += u64::from(play.seen.off);
        // The next one begins with everybody at work.
        for n in 0..3 {
            if play.desks.suspended[n].1 {
                play.suspends_or_restores(n).await;
            }
        }
    }
    println!("{count} interleavings, {deactivated} deactivations, {:?}", started.elapsed());
    assert!(deactivated * 20 >= count, "hardly anything was ever deactivated: the test proves little");
    assert!(matches!(desks.desk.verify_audit().await.unwrap(), Verdict::Whole(_)));
}
