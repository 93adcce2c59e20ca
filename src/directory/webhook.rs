//! Any system behind one address that takes requests as signed webhooks (Standard Webhooks 1.0.0). What is asked and
//! what is answered stands in `docs/directories/webhook.md`.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::{Capabilities, Directory, DirectoryError, Effect, Http, HttpSettings, Order, Probe, Reply, Wanted};
use crate::clock::Clock;
use crate::config::{Can, DirectorySettings, WebhookSettings};
use crate::domain::account::{AccountStatus, AuthenticatorKind, AuthenticatorState};
use crate::domain::audit::{details, timestamp};
use crate::domain::contact::{E164, EmailAddress};
use crate::domain::directory::{Found, Listed, Login, Outcome, Serial, Standing};
use crate::domain::form::is_unprintable;
use crate::domain::ids::OutboxId;
use crate::entropy::Entropy;
use crate::signed_webhooks::{self as signed, Keys, Seal, Trusted};

/// The header of the IETF's draft of that name; it says what `webhook-id` says.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// What the identifier of an answer has before that of its request, so that no request passes for its own answer.
const ANSWER_TO: &str = "answer_";
/// No name or reason that is shown is longer.
const LONGEST_TEXT: usize = 200;
/// Digits in a row from which on a text could hold a telephone number or a code.
const TELLING_DIGITS: usize = 5;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Find,
    Authenticators,
    Standing,
    Deactivate,
    EndSessions,
    UpdatePhone,
    Check,
}

impl Ask {
    const fn word(self) -> &'static str {
        match self {
            Self::Find => "directory.find",
            Self::Authenticators => "directory.authenticators",
            Self::Standing => "directory.standing",
            Self::Deactivate => "authenticator.deactivate",
            Self::EndSessions => "sessions.end",
            Self::UpdatePhone => "phone.update",
            Self::Check => "directory.check",
        }
    }

    const fn effect(self) -> Effect {
        match self {
            Self::Find | Self::Authenticators | Self::Standing | Self::Check => Effect::Looks,
            Self::Deactivate | Self::EndSessions | Self::UpdatePhone => Effect::Acts,
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    timestamp: String,
    data: &'a Map<String, Value>,
}

/// A request that is ready to be sent, again and again.
struct Request {
    ask: Ask,
    id: String,
    data: Map<String, Value>,
    body: Vec<u8>,
}

/// An answer of the documented form.
enum Answer<T> {
    /// What was asked for.
    Given(T),
    /// What was asked about is not there.
    None,
}

#[derive(Deserialize)]
struct Word {
    outcome: String,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct FoundAnswer {
    account: FoundAccount,
}

#[derive(Deserialize)]
struct FoundAccount {
    login: Login,
    name: Option<String>,
    email: Option<EmailAddress>,
    phone: Option<E164>,
    active: bool,
}

#[derive(Deserialize)]
struct ListedAnswer {
    authenticators: Vec<ListedOne>,
}

#[derive(Deserialize)]
struct ListedOne {
    serial: Serial,
    kind: AuthenticatorKind,
    label: String,
    state: AuthenticatorState,
}

#[derive(Deserialize)]
struct StandingAnswer {
    standing: StandingWord,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StandingWord {
    Active,
    Unfinished,
    Deactivated,
}

#[derive(Deserialize)]
struct DoneAnswer {
    left: Option<String>,
}

#[derive(Deserialize)]
struct CheckAnswer {
    types: Vec<String>,
}

/// The connector.
pub struct WebhookDirectory {
    http: Http,
    url: Url,
    keys: Keys,
    trusted: Option<Trusted>,
    can: Vec<Can>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl WebhookDirectory {
    /// The connector of a directory that the settings describe.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn new(
        directory: &DirectorySettings,
        settings: &WebhookSettings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, String> {
        let http = Http::new(&HttpSettings { timeout: directory.timeout(), ca_file: directory.ca_file.clone() })?;
        let keys = settings.keys().map_err(|why| format!("has a secret that {why}"))?;
        let trusted = settings.trusted()?;
        if settings.verify_answers && trusted.is_none() {
            return Err("has nothing to verify answers with".to_owned());
        }
        Ok(Self { http, url: settings.url.clone(), keys, trusted, can: settings.can.clone(), clock, entropy })
    }

    fn can(&self, what: Can) -> bool {
        self.can.contains(&what)
    }

    /// A request that only looks, under an identifier of its own.
    fn look(&self, ask: Ask, data: Map<String, Value>) -> Request {
        let id = format!("look_{}", hex::encode(self.entropy.bytes::<16>()));
        Request::new(ask, id, self.clock.now(), data)
    }

    async fn send(&self, request: &Request, keys: &Keys) -> Result<Reply, DirectoryError> {
        let seal = keys.seal(&request.id, self.clock.now(), &request.body);
        let built = self
            .http
            .client()
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(IDEMPOTENCY_KEY, &seal.id)
            .header(signed::ID, &seal.id)
            .header(signed::TIMESTAMP, &seal.timestamp)
            .header(signed::SIGNATURE, &seal.signature)
            .body(request.body.clone());
        self.http.send(built, request.ask.effect()).await
    }

    /// Asks, and believes only an answer that says the documented words about what was asked.
    async fn ask<T: DeserializeOwned>(&self, request: &Request, word: &str) -> Result<Answer<T>, DirectoryError> {
        let reply = self.send(request, &self.keys).await?;
        self.genuine(request, &reply)?;
        if reply.status == 403 {
            return Err(DirectoryError::Denied("it does not let the desk do this (HTTP 403)".to_owned()));
        }
        if !matches!(reply.status, 200 | 202 | 404 | 409) {
            return Err(reply.unclear(&format!("HTTP {}", reply.status)));
        }
        let answer: Value = reply.json()?;
        let repeats = |key: &&str| request.data.get(*key).is_none_or(|asked| answer.get(*key) == Some(asked));
        if !["login", "serial", "email", "phone"].iter().all(repeats) {
            return Err(reply.unclear("the answer is not about what was asked"));
        }
        let said: Word = reply.json()?;
        match (reply.status, said.outcome.as_str()) {
            (404, "none") => Ok(Answer::None),
            (409, "refused") => Err(DirectoryError::Refused(shown(said.reason.as_deref()))),
            (200 | 202, "pending") => Err(reply.unclear("it has not finished")),
            (200, given) if given == word => reply.json().map(Answer::Given),
            (status, _) => Err(reply.unclear(&format!("the answer is not what was expected (HTTP {status})"))),
        }
    }

    /// Whoever stands between cannot say "done" where answers are signed.
    fn genuine(&self, request: &Request, reply: &Reply) -> Result<(), DirectoryError> {
        let Some(trusted) = &self.trusted else { return Ok(()) };
        let header =
            |name| reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let seal =
            Seal { id: header(signed::ID), timestamp: header(signed::TIMESTAMP), signature: header(signed::SIGNATURE) };
        if seal.id != format!("{ANSWER_TO}{}", request.id) {
            return Err(reply.unclear("the answer is not signed as one to this request"));
        }
        let verified = trusted.verify(&seal, &reply.body, self.clock.now());
        verified.map_err(|why| reply.unclear(&format!("the answer cannot be believed: {why}")))
    }

    /// Carries out an order that tells nothing but that it was done.
    async fn order(&self, request: &Request) -> Result<DoneAnswer, DirectoryError> {
        match self.ask(request, "done").await? {
            Answer::Given(done) => Ok(done),
            Answer::None => Err(DirectoryError::Refused("it knows of nothing of that name".to_owned())),
        }
    }

    /// Whether a request that somebody else signed is turned away.
    async fn refuses_strangers(&self) -> Probe {
        use base64::Engine as _;
        let made_up = base64::engine::general_purpose::STANDARD.encode(self.entropy.bytes::<32>());
        let wrong = match Keys::read(&format!("whsec_{made_up}").into()) {
            Ok(keys) => match self.send(&self.look(Ask::Check, Map::new()), &keys).await {
                Err(DirectoryError::Denied(_)) => None,
                Ok(Reply { status: 403, .. }) => None,
                Ok(_) => Some("it takes requests that the desk did not sign".to_owned()),
                Err(error) => Some(format!("it does not answer them with HTTP 401: {error}")),
            },
            Err(bad) => Some(bad.to_string()),
        };
        Probe { what: "refuses requests with another's signature".to_owned(), wrong }
    }

    /// The requests that it has to serve for what it is said to be able to do.
    fn needed(&self) -> Vec<Ask> {
        let mut needed = vec![Ask::Find, Ask::Authenticators, Ask::Standing, Ask::Deactivate];
        needed.extend(self.can(Can::UpdatePhone).then_some(Ask::UpdatePhone));
        needed.extend(self.can(Can::EndSessions).then_some(Ask::EndSessions));
        needed
    }
}

impl Request {
    /// The body is the same, byte by byte, whenever the request is sent.
    fn new(ask: Ask, id: String, at: DateTime<Utc>, data: Map<String, Value>) -> Self {
        let body = Body { r#type: ask.word(), timestamp: timestamp(at), data: &data };
        // Text and a map of text always have a form in JSON.
        let body = serde_json::to_vec(&body).unwrap_or_default();
        Self { ask, id, data, body }
    }

    /// An order of a decision: what is asked again because of the same decision has the same identifier.
    fn order(ask: Ask, key: OutboxId, data: Map<String, Value>) -> Self {
        let decision = json!([ask.word(), key, data]).to_string();
        let id = format!("order_{}", hex::encode(&Sha256::digest(decision)[..16]));
        Self::new(ask, id, key.made_at(), data)
    }
}

/// A text of the other side as the desk shows and records it: nothing that could be an address, a number or a code.
fn shown(text: Option<&str>) -> String {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return "it gave no reason".to_owned();
    };
    let digits = text.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or_default();
    if text.contains('@')
        || digits >= TELLING_DIGITS
        || text.chars().count() > LONGEST_TEXT
        || text.chars().any(is_unprintable)
    {
        return "it gave a reason that is not shown here".to_owned();
    }
    text.to_owned()
}

/// A name as people read it, or nothing where it is none.
fn is_name(text: &str) -> bool {
    text.chars().count() <= LONGEST_TEXT && !text.chars().any(is_unprintable)
}

fn misunderstood() -> DirectoryError {
    DirectoryError::Unavailable("the answer is not what was expected".to_owned())
}

#[async_trait]
impl Directory for WebhookDirectory {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            finds_by_email: self.can(Can::FindByEmail),
            emails: self.can(Can::Emails),
            phones: self.can(Can::Phones),
            update_phone: self.can(Can::UpdatePhone),
            end_sessions: self.can(Can::EndSessions),
            ..Capabilities::default()
        }
    }

    async fn find(&self, wanted: Wanted<'_>) -> Result<Option<Found>, DirectoryError> {
        let asked = match wanted {
            Wanted::Login(login) => details([("login", login.as_str().into())]),
            Wanted::Email(_) if !self.can(Can::FindByEmail) => {
                return Err(DirectoryError::Refused("it finds nobody by an e-mail address".to_owned()));
            }
            Wanted::Email(email) => details([("email", email.as_str().into())]),
        };
        let account = match self.ask::<FoundAnswer>(&self.look(Ask::Find, asked), "found").await? {
            Answer::Given(found) => found.account,
            Answer::None => return Ok(None),
        };
        let right = match wanted {
            Wanted::Login(login) => account.login == *login,
            Wanted::Email(email) => account.email.as_ref().is_some_and(|found| found.key() == email.key()),
        };
        if !right || !account.name.as_deref().is_none_or(is_name) {
            return Err(misunderstood());
        }
        Ok(Some(Found {
            login: account.login,
            name: account.name,
            email: account.email.filter(|_| self.can(Can::Emails)),
            phone: account.phone.filter(|_| self.can(Can::Phones)),
            status: if account.active { AccountStatus::Active } else { AccountStatus::Suspended },
        }))
    }

    async fn authenticators(&self, login: &Login) -> Result<Vec<Listed>, DirectoryError> {
        let request = self.look(Ask::Authenticators, details([("login", login.as_str().into())]));
        let listed = match self.ask::<ListedAnswer>(&request, "listed").await? {
            Answer::Given(listed) => listed.authenticators,
            Answer::None => return Err(DirectoryError::Refused("it has no such account".to_owned())),
        };
        let serials: BTreeSet<&Serial> = listed.iter().map(|one| &one.serial).collect();
        if serials.len() != listed.len() || !listed.iter().all(|one| is_name(&one.label)) {
            return Err(misunderstood());
        }
        let read = |one: ListedOne| Listed { serial: one.serial, kind: one.kind, label: one.label, state: one.state };
        Ok(listed.into_iter().map(read).collect())
    }

    async fn standing(&self, login: &Login, serial: &Serial) -> Result<Standing, DirectoryError> {
        let asked = details([("login", login.as_str().into()), ("serial", serial.as_str().into())]);
        match self.ask::<StandingAnswer>(&self.look(Ask::Standing, asked), "standing").await? {
            Answer::Given(answer) => Ok(match answer.standing {
                StandingWord::Active => Standing::Active,
                StandingWord::Unfinished => Standing::Unfinished,
                StandingWord::Deactivated => Standing::Deactivated,
            }),
            Answer::None => Err(DirectoryError::Refused("the account has no such authenticator".to_owned())),
        }
    }

    async fn deactivate(&self, order: &Order) -> Result<Outcome, DirectoryError> {
        let about = details([
            ("login", order.login.as_str().into()),
            ("serial", order.serial.as_str().into()),
            ("kind", order.kind.code().into()),
        ]);
        let done = self.order(&Request::order(Ask::Deactivate, order.key, about)).await?;
        Ok(match done.left {
            Some(left) => Outcome::Partly(shown(Some(&left))),
            None => Outcome::Complete,
        })
    }

    async fn end_sessions(&self, login: &Login, key: OutboxId) -> Result<(), DirectoryError> {
        if !self.can(Can::EndSessions) {
            return Err(DirectoryError::Refused("it cannot end sign-ins".to_owned()));
        }
        let about = details([("login", login.as_str().into())]);
        self.order(&Request::order(Ask::EndSessions, key, about)).await.map(|_| ())
    }

    async fn update_phone(&self, login: &Login, phone: &E164, key: OutboxId) -> Result<(), DirectoryError> {
        if !self.can(Can::UpdatePhone) {
            return Err(DirectoryError::Refused("it cannot change telephone numbers".to_owned()));
        }
        let about = details([("login", login.as_str().into()), ("phone", phone.as_str().into())]);
        self.order(&Request::order(Ask::UpdatePhone, key, about)).await.map(|_| ())
    }

    async fn check(&self, sample: Option<&Login>) -> Vec<Probe> {
        let probe = |what: &str, wrong: Option<String>| Probe { what: what.to_owned(), wrong };
        let known = match self.ask::<CheckAnswer>(&self.look(Ask::Check, Map::new()), "checked").await {
            Ok(Answer::Given(answer)) => answer.types,
            Ok(Answer::None) => return vec![probe("takes signed requests", Some(misunderstood().to_string()))],
            Err(error) => return vec![probe("takes signed requests", Some(error.to_string()))],
        };
        let mut probes = vec![probe("takes signed requests", None), self.refuses_strangers().await];
        for ask in self.needed() {
            let serves = known.iter().any(|known| known == ask.word());
            let wrong = (!serves).then(|| "it does not say so in the answer to directory.check".to_owned());
            probes.push(probe(&format!("serves {}", ask.word()), wrong));
        }
        if let Some(sample) = sample {
            let wrong = match self.find(Wanted::Login(sample)).await {
                Ok(found) => found.is_none().then(|| "it has no such account".to_owned()),
                Err(error) => Some(error.to_string()),
            };
            probes.push(probe("finds the account", wrong));
            let listed = self.authenticators(sample).await;
            probes.push(probe("lists the account's authenticators", listed.err().map(|error| error.to_string())));
        }
        probes
    }
}
