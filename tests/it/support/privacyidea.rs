//! A privacyIDEA that we did not write, with users and tokens of a test's own: `TEST_PRIVACYIDEA_READY` names the
//! `ready.env` of a running `peers/privacyidea.sh`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use mfa_desk::config::{AfterDisabling, PrivacyIdeaSettings};
use mfa_desk::directory::{HttpSettings, PrivacyIdea};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::ready;

/// A realm of our own in the running server. Its users stand in a file of our own.
pub struct Peer {
    pub realm: String,
    url: String,
    key: String,
    admin: String,
    work: PathBuf,
    users: tempfile::TempDir,
    http: reqwest::Client,
}

const READY: &str = "TEST_PRIVACYIDEA_READY";

fn ready() -> Option<(HashMap<String, String>, PathBuf)> {
    let work = ready::file(READY)?.parent().unwrap().to_owned();
    Some((ready::values(READY)?, work))
}

impl Peer {
    /// Nothing where no server runs.
    pub async fn new() -> Option<Self> {
        static REALMS: AtomicU32 = AtomicU32::new(0);
        let (env, work) = ready()?;
        mfa_desk::notify::install_tls_provider();
        let realm = format!("r{}-{}", std::process::id(), REALMS.fetch_add(1, Ordering::Relaxed));
        let mut peer = Self {
            realm,
            url: env["PRIVACYIDEA_URL"].clone(),
            key: env["PRIVACYIDEA_API_KEY"].clone(),
            admin: String::new(),
            work,
            users: tempfile::tempdir().unwrap(),
            // It closes kept connections just when they are used again.
            http: reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap(),
        };
        peer.sql(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, email TEXT, phone TEXT, mobile TEXT,
             givenname TEXT, surname TEXT, password TEXT)",
        );
        let (name, password) = (&env["PRIVACYIDEA_ADMIN"], &env["PRIVACYIDEA_ADMIN_PASSWORD"]);
        let signed_in = peer.post("/auth", &[("username", name), ("password", password)]).await;
        peer.admin = signed_in["result"]["value"]["token"].as_str().unwrap().to_owned();
        let database = peer.users.path().join("users").display().to_string();
        let map = json!({
            "userid": "id", "username": "username", "email": "email", "phone": "phone", "mobile": "mobile",
            "givenname": "givenname", "surname": "surname", "password": "password",
        });
        let resolver = [
            ("type", "sqlresolver"),
            ("Driver", "sqlite"),
            ("Server", "/"),
            ("Database", &database),
            ("Table", "users"),
            ("Map", &map.to_string()),
            ("Limit", "500"),
        ];
        peer.post(&format!("/resolver/{}", peer.realm), &resolver).await;
        peer.configures(&format!("/realm/{}", peer.realm), &[("resolvers", &peer.realm)]).await;
        Some(peer)
    }

    /// Changes its configuration, twice: it tells changes apart by the second that they were made in, and in one second
    /// another test's may hide ours.
    async fn configures(&self, path: &str, form: &[(&str, &str)]) {
        self.post(path, form).await;
        tokio::time::sleep(Duration::from_millis(1100)).await;
        self.post(path, form).await;
    }

    fn sql(&self, statement: &str) {
        let file = self.users.path().join("users").display().to_string();
        SqliteConnection::establish(&file).unwrap().batch_execute(statement).unwrap();
    }

    /// A user with this name, `NAME@REALM.test` as their address, and these numbers.
    pub fn adds(&self, name: &str, (mobile, phone): (&str, &str)) {
        let email = self.email(name);
        self.sql(&format!(
            "INSERT INTO users (username, email, mobile, phone, givenname, surname)
             VALUES ('{name}', '{email}', '{mobile}', '{phone}', 'Given', 'Sur')"
        ));
    }

    pub fn removes(&self, name: &str) {
        self.sql(&format!("DELETE FROM users WHERE username = '{name}'"));
    }

    pub fn changes_email(&self, name: &str, email: &str) {
        self.sql(&format!("UPDATE users SET email = '{email}' WHERE username = '{name}'"));
    }

    pub fn email(&self, name: &str) -> String {
        format!("{name}@{}.test", self.realm)
    }

    /// What an administrator does there.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        self.post_as(&self.admin, path, form).await
    }

    pub async fn post_as(&self, key: &str, path: &str, form: &[(&str, &str)]) -> Value {
        let request = self.http.post(format!("{}{path}", self.url)).header("PI-Authorization", key).form(form);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["result"]["status"], true, "{path}: {answer}");
        answer
    }

    pub async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.url)).header("PI-Authorization", &self.admin);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// A token of a user, with a serial of its own that is returned.
    pub async fn token(&self, user: &str, name: &str, more: &[(&str, &str)]) -> String {
        let serial = self.serial(name);
        let mut form = vec![("user", user), ("realm", &self.realm), ("serial", &serial)];
        if !more.iter().any(|(key, _)| *key == "type") {
            form.extend([("type", "totp"), ("genkey", "1")]);
        }
        form.extend(more);
        self.post("/token/init", &form).await;
        serial
    }

    pub fn serial(&self, name: &str) -> String {
        format!("{}-{name}", self.realm)
    }

    /// The token as the administrator sees it, if it is there.
    pub async fn shown(&self, serial: &str) -> Option<Value> {
        let answer = self.get(&format!("/token/?serial={serial}")).await;
        answer["result"]["value"]["tokens"].as_array().unwrap().first().cloned()
    }

    /// Whether it takes the code of one of the user's tokens.
    pub async fn accepts(&self, user: &str, code: &str) -> bool {
        let form = [("user", user), ("realm", self.realm.as_str()), ("pass", code)];
        self.post("/validate/check", &form).await["result"]["value"] == true
    }

    pub async fn is_active(&self, serial: &str) -> bool {
        self.shown(serial).await.is_some_and(|token| token["active"] == true)
    }

    /// An API key that may do nothing yet, and its name.
    pub fn other_key(&self) -> (String, String) {
        let name = format!("key-{}", self.realm);
        let made = Command::new(self.work.join("venv/bin/pi-manage"))
            .env("PRIVACYIDEA_CONFIGFILE", self.work.join("state/pi.cfg"))
            .args(["api", "createtoken", "-r", "admin", "-R", "super", "-d", "1", "-u", &name])
            .output()
            .unwrap();
        let printed = String::from_utf8(made.stdout).unwrap();
        let key = printed.split_whitespace().find(|word| word.starts_with("eyJ")).expect("pi-manage prints a key");
        (key.to_owned(), name)
    }

    /// Lets the key of this name do exactly this.
    pub async fn lets(&self, name: &str, actions: &str) {
        let form =
            [("scope", "admin"), ("active", "true"), ("adminrealm", "super"), ("adminuser", name), ("action", actions)];
        self.configures(&format!("/policy/{name}"), &form).await;
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn settings(&self) -> PrivacyIdeaSettings {
        PrivacyIdeaSettings {
            url: self.url.parse().unwrap(),
            realm: self.realm.clone(),
            api_key: Some(SecretString::from(self.key.as_str())),
            api_key_file: None,
            after: AfterDisabling::default(),
            enrol: false,
        }
    }

    pub fn connector(&self, change: impl FnOnce(&mut PrivacyIdeaSettings)) -> PrivacyIdea {
        let mut settings = self.settings();
        change(&mut settings);
        PrivacyIdea::new(&settings, &HttpSettings { timeout: Duration::from_secs(15), ca_file: None }).unwrap()
    }
}
