//! The program as people start it: the binary itself, its commands, its output, its exit codes and its end.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::browser::{Browser, Page};
use crate::support::mail_reader::parse;
use crate::support::smtp::SmtpServer;
use crate::support::world::{code_on, reference_on};

const KEY: &str = "kJ3v9Qw7Zp1Lx5Rt8Nb2Ym6Fc4Hd0Sg!";
const PASSWORD: &str = "a long enough password";
const COLUMNS: &str =
    "seq,at,actor_kind,actor,action,case_ref,account_id,ip,details,prev_hash,hash,form,salts,digests,erased_by";
const SOON: Duration = Duration::from_secs(20);

/// The binary, with nothing of this shell's environment that it would read.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mfa-desk"));
    command.env_clear().current_dir(folder).stdin(Stdio::null());
    command
}

pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder).args(arguments).output().unwrap()
}

pub fn fed(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = program(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that refuses before it reads closes its end.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
pub fn exits(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "stdout:\n{}\nstderr:\n{}", out(output), err(output));
}

/// A server process, killed when the test is over.
pub struct Served {
    child: Child,
    pub base: String,
    introduction: String,
    stderr: Arc<Mutex<String>>,
}

impl Served {
    /// Starts it and waits for the line that says where it listens.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = Arc::new(Mutex::new(String::new()));
        let (kept, pipe) = (stderr.clone(), child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line);
                kept.push('\n');
            }
        });
        let (lines, said): (_, Receiver<String>) = channel();
        let pipe = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let _ = lines.send(line);
            }
        });
        let mut served = Self { child, base: String::new(), introduction: String::new(), stderr };
        while served.base.is_empty() {
            match said.recv_timeout(SOON) {
                Ok(line) => match line.strip_prefix("listening on ") {
                    Some(base) => served.base = base.to_owned(),
                    None => {
                        served.introduction.push_str(&line);
                        served.introduction.push('\n');
                    }
                },
                Err(_) => panic!("it never listened:\n{}\n{}", served.introduction, served.stderr()),
            }
        }
        served
    }

    pub fn demo(data: &Path) -> Self {
        let mut command = program(data);
        command.args(["demo", "--listen", &free_address(), "--data"]).arg(data);
        Self::start(command)
    }

    pub fn serve(folder: &Path) -> Self {
        let mut command = program(folder);
        command.args(["serve", "--config", "desk.toml"]);
        Self::start(command)
    }

    /// Where the demo tells people that it is.
    fn by_name(&self) -> String {
        self.base.replace("127.0.0.1", "localhost")
    }

    pub fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Asks it to stop and answers with its exit code and how long it took.
    pub fn stop(&mut self) -> (Option<i32>, Duration) {
        let asked = Instant::now();
        self.signal("TERM");
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), asked.elapsed());
            }
            assert!(asked.elapsed() < Duration::from_secs(60), "it does not stop:\n{}", self.stderr());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

async fn json(browser: &Browser, path: &str) -> Vec<Value> {
    let page = browser.get(path).await;
    assert!(page.is(200).headers["content-type"].to_str().unwrap().starts_with("application/json"));
    serde_json::from_str(&page.html).unwrap()
}

/// Looks again and again until there is what is looked for.
async fn found<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let end = Instant::now() + SOON;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "{what} did not come");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is no text in {value}"))
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn asks(email: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("email", email),
        ("account_number", "1001-2001"),
        ("name", "Quirinius Testmann"),
        ("device_kind", "virtual_totp"),
        ("reason", "lost"),
        ("failed_step", "The xylophone page asks for a code."),
        ("phone", "+44 7911 123499"),
        ("language", "en"),
        ("callback_time", "Mornings"),
        ("message", "Please hurry, the walrus waits."),
    ]
}

/// Sends the form and answers with the reference.
async fn asks_for_help(browser: &Browser, email: &str) -> String {
    let page = browser.get("/assistance").await;
    reference_on(browser.send(&page, "/assistance", &asks(email)).await.is(200))
}

async fn demo_mail(browser: &Browser, reference: &str, subject: &str) -> Value {
    let about = |mail: &Value| text(mail, "subject").contains(reference) && text(mail, "subject").contains(subject);
    found(subject, async || json(browser, "/demo/mail.json").await.into_iter().rev().find(about)).await
}

fn link_from(body: &str, base: &str) -> String {
    let link = body.split_whitespace().find(|word| word.contains("/open?token=")).expect("no link");
    link.strip_prefix(base).unwrap_or_else(|| panic!("{link} does not lead to {base}")).to_owned()
}

async fn signs_in(browser: &Browser, email: &str, password: &str) -> Page {
    let page = browser.get("/desk/sign-in").await;
    browser.send(&page, "/desk/sign-in", &[("email", email), ("password", password)]).await
}

/// Both steps, the second with what the demo's device shows.
async fn signs_in_to_demo(browser: &Browser, email: &str, password: &str) -> Page {
    let page = signs_in(browser, email, password).await;
    let devices = json(browser, "/demo/devices.json").await;
    let device = devices.iter().find(|each| text(each, "email") == email).expect("no device");
    let code = device["devices"][0]["codes"][1].as_str().unwrap().to_owned();
    browser.send(page.is(200), "/desk/sign-in/device", &[("code", &code)]).await
}

/// The passwords that the demo's introduction prints beside the agents' addresses.
fn printed_sign_ins(introduction: &str) -> Vec<(String, String)> {
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let agent = |name: &str| ["agent", "agent2", "supervisor", "auditor", "admin"].contains(&name);
    let lines = introduction.lines().map(words).filter(|words| words.len() >= 2);
    lines
        .filter(|words| words[0].strip_suffix("@demo.example").is_some_and(agent))
        .map(|words| (words[0].clone(), words[1].clone()))
        .collect()
}

fn database(folder: &Path) -> SqliteConnection {
    SqliteConnection::establish(folder.join("mfa-desk.sqlite3").to_str().unwrap()).unwrap()
}

#[derive(QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    reference: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

pub fn references(folder: &Path) -> BTreeSet<String> {
    let rows: Vec<Reference> = sql_query("SELECT reference FROM cases").load(&mut database(folder)).unwrap();
    rows.into_iter().map(|row| row.reference).collect()
}

fn number(folder: &Path, query: &str) -> i64 {
    sql_query(query).get_result::<Number>(&mut database(folder)).unwrap().n
}

#[track_caller]
pub fn is_whole(folder: &Path) {
    let verified = run(folder, &["audit", "verify", "--data", "."]);
    exits(&verified, 0);
    assert!(out(&verified).starts_with("whole: "), "{}", out(&verified));
}

/// A configuration that is fit to serve, and its folder.
pub fn fit(smtp_port: u16, more: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let port = address.rsplit(':').next().unwrap();
    let config = format!(
        "database.url = \"sqlite:mfa-desk.sqlite3\"\nsecrets.key = \"{KEY}\"\nserver.listen = \"{address}\"\n\
         server.base_url = \"http://localhost:{port}\"\nmail.from = \"Desk <desk@desk.example>\"\n\
         mail.smtp.host = \"127.0.0.1\"\nmail.smtp.port = {smtp_port}\nmail.smtp.tls = \"none\"\n{more}\n"
    );
    let file = folder.path().join("desk.toml");
    std::fs::write(&file, config).unwrap();
    (folder, file)
}

const ACCOUNTS: &str = "email,account_number,name,kind,tier,phone,administrators,authenticators\n\
    olga@customers.example,2001,Olga Öwner,owner,standard,+44 7911 123456,,virtual_totp:Old phone;passkey:Blue key\n\
    root@customers.example,2002,\"Root, Rosa\",owner,privileged,,,hardware_totp\n\
    milan@customers.example,,Milan Member,member,standard,,olga@customers.example;root@customers.example,\n";

#[test]
fn without_a_command_the_help_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let bare = run(folder.path(), &[]);
    exits(&bare, 0);
    for command in ["demo", "serve", "config", "migrate", "agents", "accounts", "policy", "audit"] {
        assert!(out(&bare).contains(command), "{command} is not in:\n{}", out(&bare));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "help writes nothing");
    exits(&run(folder.path(), &["--version"]), 0);
    let wrong = run(folder.path(), &["frobnicate"]);
    exits(&wrong, 2);
    assert!(err(&wrong).contains("frobnicate"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tour_through_the_demo_by_plain_forms() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Served::demo(folder.path());
    assert!(folder.path().join("mfa-desk.sqlite3").is_file());
    let customer = demo.browser();

    // The sample accounts.
    let accounts = json(&customer, "/demo/accounts.json").await;
    let of = |kind: &str| accounts.iter().filter(|account| text(account, "kind") == kind).count();
    assert!(of("owner") >= 3 && of("member") == 2, "{accounts:?}");
    assert_eq!(accounts.iter().filter(|account| text(account, "tier") == "privileged").count(), 1);
    for account in &accounts {
        assert_eq!(keys(account), BTreeSet::from(["email", "kind", "tier", "password", "phone"]));
        assert!(text(account, "password").len() >= 8 && text(account, "phone").starts_with('+'));
        assert!(demo.introduction.contains(text(account, "email")), "{}", demo.introduction);
    }
    for page in ["/assistance", "/demo/mail", "/demo/phone", "/desk"] {
        assert!(demo.introduction.contains(&format!("{}{page}", demo.by_name())), "{}", demo.introduction);
        customer.get(page).await.is(200);
    }

    // The form, the mail, the link.
    let email = "olivia@demo.example";
    let reference = asks_for_help(&customer, email).await;
    let mail = demo_mail(&customer, &reference, "Email verification").await;
    assert_eq!(text(&mail, "to"), email);
    assert!(text(&mail, "html").contains("<p") && text(&mail, "at").ends_with('Z'), "{mail}");
    assert_eq!(json(&customer, "/demo/mail.json").await.last(), Some(&mail), "newest last");
    customer.get("/demo/mail").await.is(200).says(&reference);
    let link = link_from(text(&mail, "text"), &demo.by_name());
    let page = customer.get(&link).await;
    let page = customer.send(page.is(200), "/open", &[]).await;

    // The telephone.
    assert!(json(&customer, "/demo/phone.json").await.is_empty());
    let page = customer.send(page.is(200), "/call", &[]).await;
    let code = code_on(page.is(200));
    let ringing = found("the call", async || {
        let calls = json(&customer, "/demo/phone.json").await;
        calls.into_iter().next_back().filter(|call| text(call, "state") == "ringing")
    })
    .await;
    assert_eq!(keys(&ringing), BTreeSet::from(["call", "to", "state", "says"]));
    assert_eq!(text(&ringing, "to"), "+447911123456");
    let says = text(&ringing, "says");
    let words = says.split("The two words are: ").nth(1).unwrap().split('.').next().unwrap();
    customer.get(&format!("/cases/{reference}")).await.says(words);
    assert!(!says.contains(&code));
    let call = text(&ringing, "call");
    let page = customer.post("/demo/phone", &[("call", call), ("digits", "12")]).await;
    page.is(200).says("not the ones on your page");
    let page = customer.post("/demo/phone", &[("call", call), ("digits", &code)]).await;
    page.is(200).says("Your phone number is confirmed");
    customer.post("/demo/phone", &[("call", "nonsense"), ("digits", "1")]).await.is(404);
    customer.get(&format!("/cases/{reference}")).await.says("A second person is checking your request");

    // The desk, with the sign-ins that were printed.
    let sign_ins = printed_sign_ins(&demo.introduction);
    let names: Vec<&str> = sign_ins.iter().map(|(email, _)| email.as_str()).collect();
    for name in ["agent", "agent2", "supervisor", "auditor", "admin"] {
        assert!(names.contains(&format!("{name}@demo.example").as_str()), "{}", demo.introduction);
    }
    let mut browsers = Vec::new();
    for (email, password) in &sign_ins {
        let browser = demo.browser();
        signs_in_to_demo(&browser, email, password).await.is(200);
        browser.get("/desk").await.is(200).says(&reference);
        browsers.push(browser);
    }
    signs_in(&demo.browser(), "agent@demo.example", "not the password").await.is(401);
    let desk = format!("/desk/cases/{reference}");
    let (ana, ben) = (&browsers[0], &browsers[1]);
    let page = ana.get(&desk).await;
    ana.send(&page, "/claim", &[]).await.is(200).says("You hold this case now.");
    let page = ben.get(&format!("{desk}/approve")).await;
    let device = crate::support::world::authenticator_on(&page);
    ben.send(&page, "/approve", &[("authenticator", &device)]).await.is(200).says("You approved this case.");
    // Two minutes in the demo, so that the tour can be finished.
    let page = customer.get(&format!("/cases/{reference}")).await;
    page.says("Approved: a waiting time protects your account");
    assert_eq!(number(folder.path(), "SELECT COUNT(*) AS n FROM cases WHERE state = 'cooling_off'"), 1);
    demo_mail(&customer, &reference, "Waiting time started").await;

    // What was said on stderr names requests and no people.
    let (code_of_exit, _) = demo.stop();
    assert_eq!(code_of_exit, Some(0));
    // A moment's microseconds and a request's random number may look like part of a telephone number.
    let plain = |line: &str| {
        let line = line.split_once(' ').map_or(line, |(_, rest)| rest);
        match line.split_once("request{id=") {
            Some((before, rest)) => format!("{before}request{{{}\n", rest.get(16..).unwrap_or_default()),
            None => format!("{line}\n"),
        }
    };
    let log: String = demo.stderr().lines().map(plain).collect();
    assert!(log.contains("answered") && log.contains("/assistance") && log.contains("stopping"), "{log}");
    let token = link.split("token=").nth(1).unwrap();
    let mut secrets = vec![token, &code, call, "Quirinius", "Testmann", "walrus", "xylophone", "7911", words];
    secrets.extend(sign_ins.iter().map(|(_, password)| password.as_str()));
    secrets.extend(["olivia", "oskar", "Olivia", "Öztürk", "@demo.example", "demo-only-"]);
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    secrets.push(&spaced);
    for secret in secrets.iter().filter(|secret| **secret != call) {
        assert!(!log.contains(secret), "“{secret}” is in the log:\n{log}");
    }
    is_whole(folder.path());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_mailbox_has_the_fields_that_scripts_rely_on() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Served::demo(folder.path());
    // They leave after the server has begun to answer.
    let mailbox = async || Some(json(&demo.browser(), "/demo/mail.json").await).filter(|mails| !mails.is_empty());
    let mails = found("a mail of the sample cases", mailbox).await;
    for mail in &mails {
        assert_eq!(keys(mail), BTreeSet::from(["to", "subject", "text", "html", "at"]));
    }
    let times: Vec<&str> = mails.iter().map(|mail| text(mail, "at")).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_on_a_port_of_the_systems_choice_sends_links_that_lead_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    command.args(["demo", "--listen", "127.0.0.1:0", "--data", "."]);
    let demo = Served::start(command);
    assert!(!demo.base.ends_with(":0"), "{}", demo.base);
    let customer = demo.browser();
    customer.get("/healthz").await.is(200);
    assert!(demo.introduction.contains(&format!("{}/assistance", demo.by_name())), "{}", demo.introduction);
    let reference = asks_for_help(&customer, "olivia@demo.example").await;
    let mail = demo_mail(&customer, &reference, "Email verification").await;
    customer.get(&link_from(text(&mail, "text"), &demo.by_name())).await.is(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_can_be_stopped_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Served::demo(folder.path());
    let reference = asks_for_help(&demo.browser(), "olivia@demo.example").await;
    let mail = demo_mail(&demo.browser(), &reference, "Email verification").await;
    let link = link_from(text(&mail, "text"), &demo.by_name());
    let before = references(folder.path());
    assert_eq!(demo.stop().0, Some(0));
    let demo = Served::demo(folder.path());
    assert_eq!(references(folder.path()), before, "the samples are sown once");
    demo.browser().get(&link).await.is(200).says("Verify your email address");
    signs_in(&demo.browser(), "agent@demo.example", &printed_sign_ins(&demo.introduction)[0].1).await.is(200);
}

#[test]
fn two_programs_do_not_listen_on_one_address() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let demo = Served::demo(one.path());
    let address = demo.base.strip_prefix("http://").unwrap();
    let second = run(two.path(), &["demo", "--data", ".", "--listen", address]);
    exits(&second, 2);
    assert!(err(&second).contains(address), "{}", err(&second));
}

#[test]
fn serve_says_everything_that_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let needed = ["server.base_url", "secrets.key", "mail.from", "mail.smtp.host"];
    let bare = run(folder.path(), &["serve"]);
    exits(&bare, 2);
    for key in needed {
        assert!(err(&bare).contains(key), "{key} is not named in:\n{}", err(&bare));
        let variable = format!("MFA_DESK__{}", key.replace('.', "__").to_uppercase());
        assert!(err(&bare).contains(&variable), "{variable} is not named in:\n{}", err(&bare));
    }
    assert!(!folder.path().join("mfa-desk-data").exists(), "a server that does not start makes no database");

    // Each alone is named alone.
    let (fit_folder, file) = fit(2525, "");
    let fit_text = std::fs::read_to_string(&file).unwrap();
    for key in needed {
        let without: String =
            fit_text.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
        std::fs::write(&file, without).unwrap();
        let refused = run(fit_folder.path(), &["serve", "--config", "desk.toml"]);
        exits(&refused, 2);
        for other in needed {
            assert_eq!(err(&refused).contains(other), other == key, "{other} without {key}:\n{}", err(&refused));
        }
        let checked = run(fit_folder.path(), &["config", "check", "--config", "desk.toml"]);
        exits(&checked, 1);
        assert!(out(&checked).contains(key) && out(&checked).lines().count() == 1, "{}", out(&checked));
    }

    let key = format!("demo-only-{}", "0123456789abcdef".repeat(4));
    std::fs::write(&file, fit_text.replace(KEY, &key)).unwrap();
    let refused = run(fit_folder.path(), &["serve", "--config", "desk.toml"]);
    exits(&refused, 2);
    assert!(err(&refused).contains("secrets.key") && !err(&refused).contains(&key), "{}", err(&refused));
}

#[test]
fn the_configuration_is_checked_key_by_key() {
    let (folder, file) = fit(2525, "");
    let check = |arguments: &[&str]| run(folder.path(), &[&["config", "check"], arguments].concat());
    let good = check(&["--config", "desk.toml"]);
    exits(&good, 0);
    assert!(!out(&good).contains(KEY));

    exits(&check(&["--config", "not-there.toml"]), 2);
    let fit_text = std::fs::read_to_string(&file).unwrap();
    for (line, named) in [
        ("mail.smtp.prot = 25", "mail.smtp.prot"),
        ("nonsense = 1", "nonsense"),
        ("mail.max_attempts = \"many\"", "mail.max_attempts"),
        ("log.format = \"xml\"", "log.format"),
        ("policy = 3", "policy"),
        ("policy.cooling_off_minutes = -1", "policy.cooling_off_minutes"),
    ] {
        std::fs::write(&file, format!("{fit_text}{line}\n")).unwrap();
        let refused = check(&["--config", "desk.toml"]);
        exits(&refused, 2);
        assert!(err(&refused).contains(named), "{line}: {}", err(&refused));
        assert!(!err(&refused).contains(KEY), "{line}: {}", err(&refused));
    }
    std::fs::write(&file, format!("{fit_text}policy.cooling_off_minutes = 5\n")).unwrap();
    let unfit = check(&["--config", "desk.toml"]);
    exits(&unfit, 1);
    assert!(out(&unfit).contains("policy.cooling_off_minutes"), "{}", out(&unfit));

    // The environment stands above the file, and is checked like it.
    std::fs::write(&file, &fit_text).unwrap();
    let with = |name: &str, value: &str| {
        program(folder.path()).args(["config", "check", "--config", "desk.toml"]).env(name, value).output().unwrap()
    };
    exits(&with("MFA_DESK__MAIL__MAX_ATTEMPTS", "0"), 1);
    let unknown = with("MFA_DESK__MAIL__MAX_ATEMPTS", "3");
    exits(&unknown, 2);
    assert!(err(&unknown).to_lowercase().contains("max_atempts"), "{}", err(&unknown));
    exits(&with("MFA_DESK__MAIL__MAX_ATTEMPTS", "3"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serve_refuses_the_demos_database() {
    let (folder, _) = fit(2525, "");
    let mut demo = Served::demo(folder.path());
    demo.stop();
    let refused = run(folder.path(), &["serve", "--config", "desk.toml"]);
    exits(&refused, 2);
    assert!(err(&refused).contains("demo") && err(&refused).contains("database.url"), "{}", err(&refused));
    assert!(!out(&refused).contains("listening"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serve_works_with_real_mail_and_has_no_demo_pages() {
    let smtp = SmtpServer::start().await;
    let (folder, _) = fit(smtp.port(), "");
    std::fs::write(folder.path().join("accounts.csv"), ACCOUNTS).unwrap();
    let config = ["--config", "desk.toml"];
    exits(&run(folder.path(), &[&["accounts", "import", "accounts.csv"], &config[..]].concat()), 0);
    let add = ["agents", "add", "--email", "ana@desk.example", "--name", "Ana Agent", "--role", "agent"];
    exits(&fed(folder.path(), &[&add, &config[..]].concat(), &format!("{PASSWORD}\n")), 0);

    let mut served = Served::serve(folder.path());
    let browser = served.browser();
    for page in ["mail", "mail.json", "phone", "phone.json", "accounts.json"] {
        browser.get(&format!("/demo/{page}")).await.is(404);
    }
    browser.post("/demo/phone", &[("call", "1"), ("digits", "1")]).await.is(404);
    browser.get("/healthz").await.is(200);
    browser.get("/readyz").await.is(200);

    let reference = asks_for_help(&browser, "olga@customers.example").await;
    let received = smtp.wait_for(1, SOON).await;
    let mail = parse(&received[0].raw);
    assert!(mail.header("Subject").unwrap().contains(&reference));
    assert_eq!(received[0].to, ["olga@customers.example"]);
    let port = served.base.rsplit(':').next().unwrap();
    let link = link_from(&mail.text, &format!("http://localhost:{port}"));
    browser.get(&link).await.is(200).says("Verify your email address");
    // Nobody works at the desk without a second factor: the first sign-in leads to where one is set up.
    let page = signs_in(&browser, "ana@desk.example", PASSWORD).await;
    assert!(page.url.ends_with("/desk/security"), "{}", page.url);
    assert!(browser.get("/desk").await.url.ends_with("/desk/security"));

    assert_eq!(served.stop().0, Some(0));
    let log = served.stderr();
    let token = link.split("token=").nth(1).unwrap();
    for secret in ["olga", "Olga", "Quirinius", "walrus", "7911", "ana@", PASSWORD, KEY, token] {
        assert!(!log.contains(secret), "“{secret}” is in the log:\n{log}");
    }
    is_whole(folder.path());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_as_json_are_one_object_a_line() {
    let (folder, _) = fit(2525, "log.format = \"json\"");
    let mut served = Served::serve(folder.path());
    served.browser().get("/assistance?email=olga@customers.example").await.is(200);
    served.stop();
    let log = served.stderr();
    assert!(!log.is_empty() && !log.contains("olga"), "{log}");
    for line in log.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object()), "{line}");
    }
}

#[test]
fn agents_are_added_with_a_password_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let add = |email: &str, role: &str, password: &str| {
        let arguments = ["agents", "add", "--email", email, "--name", "Zoë Agent", "--role", role, "--data", "."];
        fed(folder.path(), &arguments, password)
    };
    let added = add("zoe@desk.example", "supervisor", &format!("{PASSWORD}\n"));
    exits(&added, 0);
    assert!(out(&added).contains("zoe@desk.example") && !out(&added).contains(PASSWORD));

    for (email, role, password, why) in [
        ("short@desk.example", "agent", "fourteen chars\n", "15"),
        ("none@desk.example", "agent", "", "15"),
        ("zoe@desk.example", "agent", PASSWORD, "exists already"),
        ("ZOE@desk.example", "agent", PASSWORD, "exists already"),
        ("role@desk.example", "king", PASSWORD, "supervisor"),
        ("not an address", "agent", PASSWORD, "not an address"),
    ] {
        let refused = add(email, role, password);
        exits(&refused, 2);
        assert!(err(&refused).contains(why), "{email}: {}", err(&refused));
    }
    // Where only the database is named, no address is made up around the link.
    let arguments = ["agents", "break-glass", "zoe@desk.example", "--reason", "Lost.", "--data", "."];
    let broken = run(folder.path(), &arguments);
    exits(&broken, 0);
    let told = out(&broken);
    assert!(told.contains("\n/desk/sign-in?token=") && !told.contains("http"), "{told}");

    // Fifteen is enough, and characters are counted, not bytes.
    exits(&add("limit@desk.example", "agent", "fifteen chars!!"), 0);
    exits(&add("bytes@desk.example", "agent", "ßßßßßßßßßßßßßß"), 2);

    let listed = out(&run(folder.path(), &["agents", "list", "--data", "."]));
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(listed.contains("zoe@desk.example\tsupervisor\tactive\tZoë Agent"), "{listed}");
    assert!(!listed.contains("$argon2"), "{listed}");
    is_whole(folder.path());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_signs_in_until_suspended_and_again_when_restored() {
    let (folder, _) = fit(2525, "");
    let config = ["--config", "desk.toml"];
    let agents = |what: &[&str]| run(folder.path(), &[&["agents"], what, &config[..]].concat());
    let add = ["agents", "add", "--email", "ana@desk.example", "--name", "Ana", "--role", "agent"];
    exits(&fed(folder.path(), &[&add, &config[..]].concat(), &format!("{PASSWORD}\r\n")), 0);

    let served = Served::serve(folder.path());
    let signed_in = served.browser();
    assert!(signs_in(&signed_in, "Ana@desk.example", PASSWORD).await.url.ends_with("/desk/security"));

    // Suspension works at once, beside the running server.
    exits(&agents(&["suspend", "ana@desk.example"]), 0);
    assert!(signed_in.get("/desk").await.url.contains("/desk/sign-in"));
    signs_in(&served.browser(), "ana@desk.example", PASSWORD).await.is(401);
    assert!(out(&agents(&["list"])).contains("suspended"));
    exits(&agents(&["restore", "ana@desk.example"]), 0);
    assert!(signs_in(&served.browser(), "ana@desk.example", PASSWORD).await.url.ends_with("/desk/security"));

    let nobody = agents(&["suspend", "nobody@desk.example"]);
    exits(&nobody, 2);
    assert!(err(&nobody).contains("nobody@desk.example"));
    let log = out(&run(folder.path(), &["audit", "export", "--action", "agent.", "--data", "."]));
    let position = |action: &str| log.find(&format!(",{action},")).unwrap_or_else(|| panic!("no {action} in:\n{log}"));
    assert!(position("agent.added") < position("agent.password_accepted"));
    assert!(position("agent.suspended") < position("agent.sign_in_refused"));
    assert!(position("agent.sign_in_refused") < position("agent.restored"));
}

#[test]
fn accounts_are_imported_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("accounts.csv");
    let import = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        run(folder.path(), &["accounts", "import", "accounts.csv", "--data", "."])
    };
    let header = "email,account_number,name,kind,tier,phone,administrators,authenticators\n";
    let good = "good@customers.example,1,Good,owner,standard,,,\n";

    // Every kind of bad line, each in line 3 behind a good one.
    for (line, named) in [
        ("not-an-address,2,A,owner,standard,,,", "email"),
        ("a@customers.example,2,,owner,standard,,,", "name"),
        ("a@customers.example,2,A\u{202e}B,owner,standard,,,", "name"),
        ("a@customers.example,2,A,king,standard,,,", "kind"),
        ("a@customers.example,2,A,owner,golden,,,", "tier"),
        ("a@customers.example,2,A,owner,standard,07911 123456,,", "phone"),
        ("a@customers.example,2,A,member,standard,,not-an-address,", "administrators"),
        ("a@customers.example,2,A,member,standard,,stranger@customers.example,", "administrators"),
        ("a@customers.example,2,A,owner,standard,,a@customers.example,", "administrators"),
        // Secrets: too short, no base32, and a good one that no configured key could open again.
        ("a@customers.example,2,A,owner,standard,,,virtual_totp:Phone:GEZDGNBV", "authenticators"),
        ("a@customers.example,2,A,owner,standard,,,virtual_totp:Phone:not!base32", "authenticators"),
        ("a@customers.example,2,A,owner,standard,,,hardware_totp:T:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "authenticators"),
        ("a@customers.example,2,A,owner,standard,,,abacus:Old", "authenticators"),
        ("a@customers.example,1,A,owner,standard,,,", "account_number"),
        ("GOOD@customers.example,2,A,owner,standard,,,", "email"),
        ("a@customers.example,2,A,owner", "8"),
        ("a@customers.example,2,A,owner,standard,,,,,extra", "8"),
    ] {
        let refused = import(format!("{header}{good}{line}\n").as_bytes());
        exits(&refused, 1);
        let complaint = err(&refused);
        let first = complaint.lines().next().unwrap();
        assert!(first.starts_with("accounts.csv:3: ") && first.contains(named), "{line}: {complaint}");
        assert!(complaint.contains("nothing was imported"), "{complaint}");
    }
    let refused = import(format!("{header}{good}").replace("Good", "G\u{0}d").as_bytes());
    exits(&refused, 1);
    let refused =
        import(&[header.as_bytes(), good.as_bytes(), b"b@customers.example,3,\xff,owner,standard,,,\n"].concat());
    exits(&refused, 1);
    assert!(err(&refused).starts_with("accounts.csv:3: "), "{}", err(&refused));
    assert_eq!(number(folder.path(), "SELECT COUNT(*) AS n FROM accounts"), 0);
    assert_eq!(number(folder.path(), "SELECT COUNT(*) AS n FROM audit_entries"), 0);

    // All wrong lines are named at once, with the lines of the file: a quoted cell may hold several.
    let several = format!(
        "{header}x,1,A,owner,standard,,,\n\"c@customers.example\",2,\"two\nlines\",owner,standard,,,\n\
         {good}y,3,A,owner,standard,,,\n"
    );
    let refused = import(several.as_bytes());
    exits(&refused, 1);
    let lines: Vec<String> =
        err(&refused).lines().filter_map(|line| line.split(':').nth(1).map(str::to_owned)).collect();
    assert_eq!(lines, ["2", "3", "6"], "{}", err(&refused));

    for (wrong, named) in [
        ("name,kind,tier\n", "email"),
        ("", "email"),
        ("email,name,kind,tier,shoe_size\na@customers.example,A,owner,standard,44\n", "unknown columns"),
    ] {
        let refused = import(wrong.as_bytes());
        assert!(matches!(refused.status.code(), Some(1 | 2)), "{wrong}");
        assert!(err(&refused).contains(named), "{wrong}: {}", err(&refused));
    }
    exits(&run(folder.path(), &["accounts", "import", "not-there.csv", "--data", "."]), 2);
    assert_eq!(number(folder.path(), "SELECT COUNT(*) AS n FROM accounts"), 0);

    // A good file, as spreadsheets write it: with a byte order mark and CRLF.
    let spreadsheet = format!("\u{feff}{}", ACCOUNTS.replace('\n', "\r\n"));
    let imported = import(spreadsheet.as_bytes());
    exits(&imported, 0);
    assert_eq!(out(&imported), "imported accounts: 3, authenticators: 3\n");
    assert_eq!(number(folder.path(), "SELECT COUNT(*) AS n FROM account_administrators"), 2);
    assert_eq!(number(folder.path(), "SELECT COUNT(*) AS n FROM audit_entries WHERE action = 'account.imported'"), 3);

    // Twice is an error on every line, and changes nothing.
    let again = import(ACCOUNTS.as_bytes());
    exits(&again, 1);
    for line in ["accounts.csv:2: ", "accounts.csv:3: ", "accounts.csv:4: "] {
        assert!(err(&again).contains(line), "{}", err(&again));
    }
    assert_eq!(number(folder.path(), "SELECT COUNT(*) AS n FROM accounts"), 3);
    is_whole(folder.path());
}

#[test]
fn nobody_is_imported_as_their_own_administrator() {
    let folder = tempfile::tempdir().unwrap();
    let line = "m@customers.example,1,Mallory,member,standard,,m@customers.example,\n";
    let header = "email,account_number,name,kind,tier,phone,administrators,authenticators\n";
    std::fs::write(folder.path().join("accounts.csv"), format!("{header}{line}")).unwrap();
    let refused = run(folder.path(), &["accounts", "import", "accounts.csv", "--data", "."]);
    exits(&refused, 1);
    assert!(err(&refused).contains("accounts.csv:2: administrators"), "{}", err(&refused));
}

#[test]
fn migrating_twice_is_migrating_once() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path(), &["migrate", "--data", "."]);
    exits(&first, 0);
    assert!(out(&first).contains("migrated"), "{}", out(&first));
    let second = run(folder.path(), &["migrate", "--data", "."]);
    exits(&second, 0);
    assert_eq!(out(&second), "the tables are up to date\n");
    exits(&run(folder.path(), &["migrate", "--data", "not-there"]), 2);
    assert!(!folder.path().join("not-there").exists());
    is_whole(folder.path());
}

/// A folder with a short log.
pub fn with_a_log() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for n in 1..=5 {
        let email = format!("agent{n}@desk.example");
        let add = ["agents", "add", "--email", &email, "--name", "Agent", "--role", "agent", "--data", "."];
        exits(&fed(folder.path(), &add, PASSWORD), 0);
    }
    folder
}

#[test]
fn a_log_that_was_tampered_with_is_found_broken_at_the_first_bad_entry() {
    for (tampering, seq) in [
        ("UPDATE audit_entries SET details = replace(details, 'agent2@', 'agent9@') WHERE seq = 2", 2),
        ("UPDATE audit_entries SET at = '2001-01-01T00:00:00.000000Z' WHERE seq = 3", 3),
        ("UPDATE audit_entries SET actor = 'ghost@desk.example' WHERE seq >= 4", 4),
        ("UPDATE audit_entries SET hash = iif(substr(hash, 1, 1) = '0', '1', '0') || substr(hash, 2) WHERE seq = 1", 1),
        ("DELETE FROM audit_entries WHERE seq = 3", 3),
        ("DELETE FROM audit_entries WHERE seq = 5", 5),
        ("DELETE FROM audit_entries WHERE seq = 1", 1),
        ("DELETE FROM audit_entries", 1),
        (
            "UPDATE audit_entries SET seq = -seq WHERE seq IN (2, 3); \
          UPDATE audit_entries SET seq = 5 + seq WHERE seq < 0",
            2,
        ),
    ] {
        let folder = with_a_log();
        is_whole(folder.path());
        let mut raw = database(folder.path());
        let refused = raw.batch_execute(tampering);
        assert!(refused.is_err(), "the trigger let it through: {tampering}");
        is_whole(folder.path());
        raw.batch_execute(
            "DROP TRIGGER audit_entries_only_erased; DROP TRIGGER audit_entries_no_delete; \
             DROP TRIGGER audit_entries_only_appended;",
        )
        .unwrap();
        raw.batch_execute("PRAGMA ignore_check_constraints = ON").unwrap();
        raw.batch_execute(tampering).unwrap();
        drop(raw);
        let verified = run(folder.path(), &["audit", "verify", "--data", "."]);
        exits(&verified, 1);
        assert!(out(&verified).contains(&format!("seq {seq}:")), "{tampering}: {}", out(&verified));
    }
}

#[test]
fn verifying_what_is_not_there_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    exits(&run(folder.path(), &["audit", "verify", "--data", "not-there"]), 2);
    exits(&run(folder.path(), &["audit", "verify", "--config", "not-there.toml"]), 2);
    std::fs::write(folder.path().join("mfa-desk.sqlite3"), "this is not a database, however long it is ".repeat(99))
        .unwrap();
    let verified = run(folder.path(), &["audit", "verify", "--data", "."]);
    exits(&verified, 2);
    assert!(!out(&verified).contains("whole"));
}

#[test]
fn a_log_that_was_deleted_is_not_whole() {
    let folder = tempfile::tempdir().unwrap();
    // The folder is there and the database is gone: whoever removed it must not be told that all is well.
    let verified = run(folder.path(), &["audit", "verify", "--data", "."]);
    assert!(!out(&verified).contains("whole"), "{}", out(&verified));
    exits(&verified, 2);
    assert!(!folder.path().join("mfa-desk.sqlite3").exists(), "looking makes no database");
}

#[test]
fn the_log_is_exported_with_filters() {
    let folder = with_a_log();
    let export = |arguments: &[&str]| {
        let output = run(folder.path(), &[&["audit", "export", "--data", "."], arguments].concat());
        exits(&output, 0);
        out(&output)
    };
    let rows = |csv: &str| csv.lines().count() - 1;
    let all = export(&[]);
    assert!(all.starts_with(&format!("{COLUMNS}\r\n")) && all.ends_with("\r\n"), "{all}");
    // Exporting is an entry itself; the export holds what was there before or with it.
    assert_eq!(number(folder.path(), "SELECT COUNT(*) AS n FROM audit_entries WHERE action = 'audit.exported'"), 1);
    assert_eq!(rows(&export(&["--action", "agent.added"])), 5);
    assert_eq!(rows(&export(&["--action", "agent."])), 5);
    assert_eq!(rows(&export(&["--action", "agent"])), 0, "without a dot it is the whole word");
    assert_eq!(rows(&export(&["--actor", "operator", "--action", "agent.added"])), 5);
    assert_eq!(rows(&export(&["--actor", "customer"])), 0);
    assert_eq!(rows(&export(&["--from", "2199-01-01"])), 0);
    assert_eq!(rows(&export(&["--to", "2001-01-01"])), 0);
    assert_eq!(rows(&export(&["--from", "2001-01-01", "--to", "2199-12-31", "--action", "agent.added"])), 5);
    let other: &dyn mfa_desk::entropy::Entropy = &mfa_desk::entropy::SystemEntropy;
    assert_eq!(rows(&export(&["--case", &other.reference().to_string()])), 0);

    let written = run(folder.path(), &["audit", "export", "--data", ".", "--action", "agent.", "--out", "log.csv"]);
    exits(&written, 0);
    assert!(written.stdout.is_empty());
    assert_eq!(std::fs::read_to_string(folder.path().join("log.csv")).unwrap(), export(&["--action", "agent."]));
    exits(&run(folder.path(), &["audit", "export", "--data", ".", "--out", "no/such/folder.csv"]), 2);
    for (flag, value) in [("--from", "yesterday"), ("--to", "2026-02-31"), ("--case", "MFA-1")] {
        let refused = run(folder.path(), &["audit", "export", "--data", ".", flag, value]);
        exits(&refused, 2);
        assert!(err(&refused).contains(flag), "{}", err(&refused));
    }
    is_whole(folder.path());
}

#[test]
fn an_export_whose_reader_has_seen_enough_ends_quietly() {
    let folder = with_a_log();
    let mut command = program(folder.path());
    command.args(["audit", "export", "--data", "."]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let mut complaint = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{complaint}");
    assert!(!complaint.contains("panicked"), "{complaint}");
}

#[test]
fn a_command_whose_reader_has_gone_ends_quietly_and_not_as_if_all_were_well() {
    let folder = with_a_log();
    for arguments in [&["audit", "verify", "--data", "."][..], &["agents", "list", "--data", "."], &["config", "check"]]
    {
        let mut command = program(folder.path());
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut complaint = String::new();
        child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(141), "{arguments:?}: {complaint}");
        assert_eq!(complaint, "", "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_it_finishes_what_is_in_hand() {
    for signal in ["TERM", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let mut demo = Served::demo(folder.path());
        let browser = demo.browser();
        let mut sent = Vec::new();
        for _ in 0..3 {
            sent.push(asks_for_help(&browser, "olivia@demo.example").await);
        }
        if signal == "INT" {
            demo.signal("INT");
        }
        let (code, took) = demo.stop();
        assert_eq!(code, Some(0), "{}", demo.stderr());
        assert!(took < Duration::from_secs(5), "{took:?}");
        let stored = references(folder.path());
        assert!(sent.iter().all(|reference| stored.contains(reference)));
        assert_eq!(number(folder.path(), "SELECT COUNT(*) AS n FROM outbox WHERE state = 'leased'"), 0);
        is_whole(folder.path());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_with_a_mail_in_hand_it_keeps_the_mail() {
    // A mail server that takes the connection and never says a word.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let quick = "mail.smtp.timeout_seconds = 2\nmail.first_retry_seconds = 1";
    let (folder, file) = fit(mute.local_addr().unwrap().port(), quick);
    std::fs::write(folder.path().join("accounts.csv"), ACCOUNTS).unwrap();
    exits(&run(folder.path(), &["accounts", "import", "accounts.csv", "--config", "desk.toml"]), 0);
    let mut served = Served::serve(folder.path());
    let reference = asks_for_help(&served.browser(), "olga@customers.example").await;
    let held = tokio::task::spawn_blocking(move || mute.accept().unwrap()).await.unwrap();
    let (code, took) = served.stop();
    assert_eq!(code, Some(0), "{}", served.stderr());
    assert!(took < Duration::from_secs(8), "{took:?}");
    drop(held);

    let smtp = SmtpServer::start().await;
    let config = std::fs::read_to_string(&file).unwrap();
    let changed: String = config
        .lines()
        .map(|line| match line.starts_with("mail.smtp.port") {
            true => format!("mail.smtp.port = {}\n", smtp.port()),
            false => format!("{line}\n"),
        })
        .collect();
    std::fs::write(&file, changed).unwrap();
    let mut served = Served::serve(folder.path());
    let received = smtp.wait_for(1, SOON).await;
    assert!(parse(&received[0].raw).header("Subject").unwrap().contains(&reference));
    assert_eq!(served.stop().0, Some(0));
    assert_eq!(smtp.messages().len(), 1);
    is_whole(folder.path());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_was_answered_survives_kill_nine() {
    mfa_desk::notify::install_tls_provider();
    let folder = tempfile::tempdir().unwrap();
    let mut promised = BTreeSet::new();
    for round in 0..3 {
        let mut demo = Served::demo(folder.path());
        let answered = Arc::new(Mutex::new(BTreeSet::new()));
        let senders: Vec<_> = (0..8)
            .map(|sender| {
                let (base, answered) = (demo.base.clone(), answered.clone());
                tokio::spawn(async move {
                    let http = reqwest::Client::new();
                    // Until the server dies under it.
                    for n in 0.. {
                        let email = format!("burst-{round}-{sender}-{n}@customers.example");
                        let post = http.post(format!("{base}/assistance")).form(&asks(&email));
                        let Ok(answer) = post.send().await else { return };
                        let status = answer.status().as_u16();
                        let Ok(html) = answer.text().await else { return };
                        assert_eq!(status, 200);
                        let at = html.find("MFA-").unwrap();
                        answered.lock().unwrap().insert(html[at..at + 13].to_owned());
                    }
                })
            })
            .collect();
        found("the burst", async || (answered.lock().unwrap().len() >= 60 + 37 * round).then_some(())).await;
        demo.kill();
        for sender in senders {
            sender.await.unwrap();
        }
        promised.append(&mut answered.lock().unwrap());
        is_whole(folder.path());
        let stored = references(folder.path());
        let lost: Vec<_> = promised.difference(&stored).collect();
        assert!(lost.is_empty(), "answered 200 and not there: {lost:?}");
    }
    // What was stored is complete: each case has its form, its errand and its entry.
    let cases = number(folder.path(), "SELECT COUNT(*) AS n FROM cases");
    for query in [
        "SELECT COUNT(*) AS n FROM case_forms",
        "SELECT COUNT(*) AS n FROM outbox WHERE kind = 'intake'",
        "SELECT COUNT(*) AS n FROM audit_entries WHERE action = 'case.submitted'",
    ] {
        assert_eq!(number(folder.path(), query), cases, "{query}");
    }
    let mut demo = Served::demo(folder.path());
    demo.browser().get("/readyz").await.is(200);
    asks_for_help(&demo.browser(), "olivia@demo.example").await;
    // What the killed process held is run by the next one, without a wait for its leases.
    let left = "SELECT COUNT(*) AS n FROM outbox WHERE state <> 'done'";
    found("the end of the errands", async || (number(folder.path(), left) == 0).then_some(())).await;
    assert_eq!(demo.stop().0, Some(0));
    is_whole(folder.path());
}

#[test]
fn a_database_that_cannot_be_reached_is_told_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let config = "database.url = \"postgres://desk:s3cretpass@127.0.0.1:1/desk\"\n";
    std::fs::write(folder.path().join("desk.toml"), config).unwrap();
    for command in [&["migrate"][..], &["audit", "verify"], &["agents", "list"]] {
        let refused = run(folder.path(), &[command, &["--config", "desk.toml"]].concat());
        exits(&refused, 2);
        assert!(err(&refused).starts_with("mfa-desk: "), "{}", err(&refused));
        assert!(!err(&refused).contains("s3cretpass"), "{}", err(&refused));
    }
}

#[cfg(feature = "postgres")]
#[test]
fn the_commands_work_on_postgresql() {
    use crate::support::database::TestDatabase;

    if std::env::var("TEST_POSTGRES_URL").unwrap_or_default().is_empty() {
        return;
    }
    let database = TestDatabase::new();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("desk.toml"), format!("database.url = \"{}\"\n", database.configured())).unwrap();
    std::fs::write(folder.path().join("accounts.csv"), ACCOUNTS).unwrap();
    let config = ["--config", "desk.toml"];
    let command = |arguments: &[&str]| run(folder.path(), &[arguments, &config[..]].concat());
    exits(&command(&["migrate"]), 0);
    assert_eq!(out(&command(&["migrate"])), "the tables are up to date\n");
    let add = ["agents", "add", "--email", "ana@desk.example", "--name", "Ana", "--role", "admin"];
    exits(&fed(folder.path(), &[&add, &config[..]].concat(), PASSWORD), 0);
    exits(&fed(folder.path(), &[&add, &config[..]].concat(), PASSWORD), 2);
    exits(&command(&["agents", "suspend", "ana@desk.example"]), 0);
    exits(&command(&["accounts", "import", "accounts.csv"]), 0);
    exits(&command(&["accounts", "import", "accounts.csv"]), 1);
    let log = out(&command(&["audit", "export"]));
    assert!(log.starts_with(COLUMNS) && log.contains(",agent.suspended,"), "{log}");
    let verified = command(&["audit", "verify"]);
    exits(&verified, 0);
    assert!(out(&verified).starts_with("whole: "), "{}", out(&verified));
}
