//! Requests to the admin REST interface as a service account.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use crate::clock::Clock;
use crate::config::KeycloakSettings;
use crate::directory::{DirectoryError, Effect, Http, Reply};

/// A token is not used any more this long before it ends, so that none ends on its way.
const MARGIN: TimeDelta = TimeDelta::seconds(20);
/// What lets the service account read and change every user of the realm.
const ROLE: &str = "manage-users";

/// The admin interface of one realm.
pub(super) struct Admin {
    http: Http,
    clock: Arc<dyn Clock>,
    settings: KeycloakSettings,
    secret: SecretString,
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: SecretString,
    until: DateTime<Utc>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: SecretString,
    expires_in: i64,
}

/// A request below the realm: `["users", "ID", "credentials"]`.
pub(super) struct Request<'a> {
    pub method: Method,
    pub path: &'a [&'a str],
    pub query: &'a [(&'a str, &'a str)],
    pub body: Option<&'a Value>,
    pub effect: Effect,
}

impl<'a> Request<'a> {
    /// One that only looks.
    pub fn look(path: &'a [&'a str], query: &'a [(&'a str, &'a str)]) -> Self {
        Self { method: Method::GET, path, query, body: None, effect: Effect::Looks }
    }

    /// One that may change something.
    pub fn act(method: Method, path: &'a [&'a str], body: Option<&'a Value>) -> Self {
        Self { method, path, query: &[], body, effect: Effect::Acts }
    }
}

impl Admin {
    pub(super) fn new(http: Http, clock: Arc<dyn Clock>, settings: KeycloakSettings, secret: SecretString) -> Self {
        Self { http, clock, settings, secret, token: Mutex::new(None) }
    }

    fn address(&self, path: &[&str]) -> Result<Url, DirectoryError> {
        let mut url = self.settings.url.clone();
        let unfit = |()| DirectoryError::Refused("its address cannot be extended".to_owned());
        url.path_segments_mut().map_err(unfit)?.pop_if_empty().extend(path);
        Ok(url)
    }

    /// Sends a request. A token that is not taken any more is replaced once: what was refused did not happen.
    ///
    /// # Errors
    /// As [`Http::send`], and [`DirectoryError::Denied`] for 403.
    pub(super) async fn send(&self, request: Request<'_>) -> Result<Reply, DirectoryError> {
        let token = self.token().await?;
        let mut reply = self.send_once(&request, &token).await?;
        if reply.status == 401 {
            self.forget(&token).await;
            reply = self.send_once(&request, &self.token().await?).await?;
        }
        let reply = reply.sorted()?;
        if reply.status == 403 {
            return Err(DirectoryError::Denied("the service account lacks a right (HTTP 403)".to_owned()));
        }
        Ok(reply)
    }

    async fn send_once(&self, request: &Request<'_>, token: &Token) -> Result<Reply, DirectoryError> {
        let mut url = self.address(&["admin", "realms", &self.settings.realm])?;
        let unfit = |()| DirectoryError::Refused("its address cannot be extended".to_owned());
        url.path_segments_mut().map_err(unfit)?.extend(request.path);
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(request.query);
        }
        let mut sent = self.http.client().request(request.method.clone(), url).bearer_auth(token.text.expose_secret());
        if let Some(body) = request.body {
            sent = sent.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        self.http.whole(sent, request.effect).await
    }

    /// Whether the token says that the service account may read and change every user of the realm. Without that,
    /// an empty answer may only mean that nothing may be seen.
    pub(super) async fn sees_everybody(&self) -> Result<bool, DirectoryError> {
        let token = self.token().await?;
        let claims = token.text.expose_secret().split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let claims: Value = claims.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        // The client that stands for the realm: in the realm itself, and as the master realm has it.
        let clients = ["realm-management".to_owned(), format!("{}-realm", self.settings.realm)];
        let named = |client: &String| {
            let roles = claims["resource_access"][client]["roles"].as_array();
            roles.is_some_and(|roles| roles.iter().any(|role| role == ROLE))
        };
        Ok(clients.iter().any(named))
    }

    /// The token in use, or a new one.
    async fn token(&self) -> Result<Token, DirectoryError> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.until > self.clock.now()) {
            return Ok(token.clone());
        }
        let token = self.new_token().await?;
        *kept = Some(token.clone());
        Ok(token)
    }

    async fn forget(&self, token: &Token) {
        let mut kept = self.token.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.text.expose_secret() == token.text.expose_secret()) {
            *kept = None;
        }
    }

    async fn new_token(&self) -> Result<Token, DirectoryError> {
        let realm = self.settings.client_realm.as_ref().unwrap_or(&self.settings.realm);
        let url = self.address(&["realms", realm, "protocol", "openid-connect", "token"])?;
        let asked = self.http.client().post(url).form(&[
            ("grant_type", "client_credentials"),
            ("client_id", &self.settings.client_id),
            ("client_secret", self.secret.expose_secret()),
        ]);
        let at = self.clock.now();
        let reply = self.http.send(asked, Effect::Looks).await?;
        match reply.status {
            200 => {
                let answer: TokenAnswer = reply.json()?;
                let lasts = TimeDelta::try_seconds(answer.expires_in).unwrap_or_default();
                Ok(Token { text: answer.access_token, until: at + lasts - MARGIN })
            }
            404 => Err(DirectoryError::Denied("there is no realm of this name for the client".to_owned())),
            status => Err(DirectoryError::Denied(format!("it gives the client no token (HTTP {status})"))),
        }
    }
}
