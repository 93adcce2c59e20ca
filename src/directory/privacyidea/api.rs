//! The few requests that are made of privacyIDEA, each of which says exactly what it is about.
//!
//! Its filters are treacherous: an empty or unknown one lists everybody's tokens, an asterisk is a wildcard, a comma
//! makes a list, and orders that name a user mean all of their tokens. So nothing with such a character is ever sent,
//! orders name one serial and nothing else, and answers are compared with what was asked for.

use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::wire::{ATTRIBUTES, Made, No, Page, Token, User, read};
use crate::directory::{DirectoryError, Effect, Fresh, Http, Reply};
use crate::domain::directory::{Login, Serial};

const KEY_HEADER: HeaderName = HeaderName::from_static("pi-authorization");
const PAGE_SIZE: &str = "100";
/// Nobody has more tokens than fit on these pages.
const MOST_PAGES: u32 = 20;

pub(super) struct Api {
    http: Http,
    base: Url,
    key: HeaderValue,
    /// In lower case, as privacyIDEA keeps it.
    realm: String,
}

/// Whose a token is.
pub(super) enum Whose {
    /// The user's who was asked about.
    Theirs(Token),
    /// Nobody's: it was unassigned.
    Nobodys,
    /// It is not there, and the key would have been shown it.
    Gone,
}

impl Api {
    pub(super) fn new(http: Http, base: &Url, key: &SecretString, realm: &str) -> Result<Self, String> {
        let mut key = HeaderValue::from_str(key.expose_secret().trim())
            .map_err(|_| "has an API key that cannot be sent".to_owned())?;
        key.set_sensitive(true);
        Ok(Self { http, base: base.clone(), key, realm: realm.to_lowercase() })
    }

    async fn send(
        &self,
        (method, effect): (Method, Effect),
        path: &[&str],
        given: &[(&str, &str)],
    ) -> Result<Reply, DirectoryError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| DirectoryError::Refused("the request cannot be made".to_owned()))?
            .pop_if_empty()
            .extend(path);
        let is_form = method == Method::POST;
        if !is_form && !given.is_empty() {
            url.query_pairs_mut().extend_pairs(given);
        }
        let mut request = self.http.client().request(method, url).header(KEY_HEADER, self.key.clone());
        if is_form {
            request = request.form(given);
        }
        self.http.send(request, effect).await
    }

    async fn look(&self, path: &[&str], given: &[(&str, &str)]) -> Result<Reply, DirectoryError> {
        self.send((Method::GET, Effect::Looks), path, given).await
    }

    /// Users of the realm, by one filter. Custom attributes are left out, since users may be allowed to set their own
    /// and these would take the place of what the store says.
    async fn users(&self, filters: &[(&str, &str)]) -> Result<Vec<User>, DirectoryError> {
        let mut given = filters.to_vec();
        given.extend([
            ("realm", self.realm.as_str()),
            ("include_custom_attributes", "false"),
            ("attributes", ATTRIBUTES),
        ]);
        let reply = self.look(&["user", ""], &given).await?;
        let answer = read::<Vec<User>>(&reply).map_err(No::unexpected)?;
        let skipped = answer.detail.get("skipped_resolvers").and_then(Value::as_array);
        if skipped.is_some_and(|skipped| !skipped.is_empty()) {
            return Err(reply.unclear("it could not look into all stores of users"));
        }
        Ok(answer.value)
    }

    /// The one user for whom `meant` holds among those that a filter finds. Nothing only when the realm is known.
    async fn user(&self, filter: (&str, &str), meant: impl Fn(&User) -> bool) -> Result<Option<User>, DirectoryError> {
        if !is_plain(filter.1) {
            return Ok(None);
        }
        let mut found = self.users(&[filter]).await?;
        found.retain(|user| self.is_realm(&user.realm) && meant(user));
        if found.len() > 1 {
            return Err(DirectoryError::Refused("several users fit".to_owned()));
        }
        if found.is_empty() && !self.knows_realm().await? {
            return Err(self.no_realm());
        }
        Ok(found.pop())
    }

    pub(super) async fn user_by_login(&self, login: &Login) -> Result<Option<User>, DirectoryError> {
        self.user(("username", login.as_str()), |user| user.username == login.as_str()).await
    }

    pub(super) async fn user_by_email(
        &self,
        email: &str,
        same: impl Fn(&str) -> bool,
    ) -> Result<Option<User>, DirectoryError> {
        self.user(("email", email), |user| user.email().is_some_and(&same)).await
    }

    fn is_realm(&self, named: &str) -> bool {
        named.to_lowercase() == self.realm
    }

    /// Whether the realm is there and the key may see it. A search in one that is not there finds nobody.
    pub(super) async fn knows_realm(&self) -> Result<bool, DirectoryError> {
        let reply = self.look(&["realm", ""], &[]).await?;
        let realms = read::<serde_json::Map<String, Value>>(&reply).map_err(No::unexpected)?.value;
        Ok(realms.keys().any(|realm| self.is_realm(realm)))
    }

    fn no_realm(&self) -> DirectoryError {
        DirectoryError::Denied("it has no such realm, or does not show it to the key".to_owned())
    }

    /// All tokens of a user, which are believed only if every one is theirs, and to be none only if the key may list.
    pub(super) async fn tokens_of(&self, login: &Login) -> Result<Vec<Token>, DirectoryError> {
        if !is_plain(login.as_str()) {
            return Err(DirectoryError::Refused("no such user".to_owned()));
        }
        let mut all = Vec::new();
        for page in 1..=MOST_PAGES {
            let number = page.to_string();
            let given = [("user", login.as_str()), ("realm", &self.realm), ("pagesize", PAGE_SIZE), ("page", &number)];
            let reply = self.look(&["token", ""], &given).await?;
            let Page { count, next, tokens } = match read::<Page>(&reply) {
                Ok(answer) => answer.value,
                Err(No::User) => return Err(self.no_user().await?),
                Err(no) => return Err(no.unexpected()),
            };
            all.extend(tokens);
            self.all_of(login, &all)?;
            match next {
                Some(next) if next == page + 1 && all.len() < count => {}
                None if all.len() == count && all.is_empty() => return self.prove_none(login).await.map(|()| all),
                None if all.len() == count => return Ok(all),
                _ => return Err(reply.unclear("the pages of its list do not fit together")),
            }
        }
        Err(DirectoryError::Refused("it lists more tokens than anybody has".to_owned()))
    }

    fn all_of(&self, login: &Login, tokens: &[Token]) -> Result<(), DirectoryError> {
        match tokens.iter().any(|token| !self.is_of(token, login)) {
            true => Err(DirectoryError::Refused("it answered with tokens of somebody else".to_owned())),
            false => Ok(()),
        }
    }

    fn is_of(&self, token: &Token, login: &Login) -> bool {
        token.username == login.as_str() && self.is_realm(&token.user_realm)
    }

    async fn no_user(&self) -> Result<DirectoryError, DirectoryError> {
        match self.knows_realm().await? {
            true => Ok(DirectoryError::Refused("no such user".to_owned())),
            false => Ok(self.no_realm()),
        }
    }

    /// A key without the right to list is shown an empty list. Which users have tokens it is told only with the right;
    /// both questions are asked, as versions before 3.14 and some stores pass over them.
    async fn prove_none(&self, login: &Login) -> Result<(), DirectoryError> {
        let is_theirs = |user: &User| self.is_realm(&user.realm) && user.username == login.as_str();
        let ask = async |having| {
            let users = self.users(&[("username", login.as_str()), ("has_tokens", having)]).await?;
            Ok::<bool, DirectoryError>(users.iter().any(is_theirs))
        };
        match (ask("true").await?, ask("false").await?) {
            (false, true) => Ok(()),
            _ => {
                let why = "it shows no token of this user, and does not say that there is none";
                Err(DirectoryError::Denied(why.to_owned()))
            }
        }
    }

    /// Whether the key may list the realm's tokens.
    pub(super) async fn may_list(&self, login: &str) -> Result<(), DirectoryError> {
        self.users(&[("username", login), ("has_tokens", "true")]).await.map(drop)
    }

    /// Whether the key may list the realm's users.
    pub(super) async fn may_list_users(&self, login: &str) -> Result<(), DirectoryError> {
        self.users(&[("username", login)]).await.map(drop)
    }

    /// The token with this serial and whose it is. Somebody else's is an error.
    pub(super) async fn token(&self, login: &Login, serial: &Serial) -> Result<Whose, DirectoryError> {
        let serial = one(serial)?;
        let reply = self.look(&["token", ""], &[("serial", serial), ("pagesize", PAGE_SIZE)]).await?;
        let page = read::<Page>(&reply).map_err(No::unexpected)?.value;
        if page.tokens.iter().any(|token| !token.serial.eq_ignore_ascii_case(serial)) {
            return Err(DirectoryError::Refused("it answered with other tokens than it was asked for".to_owned()));
        }
        match page.tokens.into_iter().find(|token| token.serial == serial) {
            Some(token) if self.is_of(&token, login) => Ok(Whose::Theirs(token)),
            Some(token) if token.username.is_empty() && token.user_realm.is_empty() => Ok(Whose::Nobodys),
            // Its store of users does not answer.
            Some(token) if token.username.is_empty() => Err(reply.unclear("it cannot tell whose the token is")),
            Some(_) => Err(DirectoryError::Refused("the token is somebody else's".to_owned())),
            None if self.tokens_of(login).await?.iter().any(|token| token.serial == serial) => {
                Err(reply.unclear("its answers do not agree"))
            }
            None => Ok(Whose::Gone),
        }
    }

    pub(super) async fn disable(&self, serial: &Serial) -> Result<(), No> {
        self.order(&["token", "disable"], serial).await
    }

    pub(super) async fn unassign(&self, serial: &Serial) -> Result<(), No> {
        self.order(&["token", "unassign"], serial).await
    }

    pub(super) async fn delete(&self, serial: &Serial) -> Result<(), No> {
        let reply = self.send((Method::DELETE, Effect::Acts), &["token", one(serial)?], &[]).await?;
        read::<Done>(&reply).map(drop)
    }

    /// Sets up a TOTP token. Nothing when the server wants more steps before the token counts.
    pub(super) async fn set_up(&self, login: &Login, serial: &Serial) -> Result<Option<Fresh>, No> {
        let serial = one(serial)?;
        let given = [
            ("type", "totp"),
            ("genkey", "1"),
            ("user", login.as_str()),
            ("realm", &self.realm),
            ("serial", serial),
            ("description", "mfa-desk"),
        ];
        let reply = self.send((Method::POST, Effect::Acts), &["token", "init"], &given).await?;
        let detail = read::<bool>(&reply)?.detail;
        let unclear = || reply.unclear("the answer is not what was expected");
        let made: Made = serde_json::from_value(detail).map_err(|_| unclear())?;
        if made.rollout_state != "enrolled" {
            return Ok(None);
        }
        if made.serial != serial || !made.googleurl.value.expose_secret().starts_with("otpauth://totp/") {
            return Err(unclear().into());
        }
        Ok(Some(Fresh { uri: made.googleurl.value, secret: made.otpkey.value_b32 }))
    }

    /// Whether the key may set up TOTP tokens.
    pub(super) async fn may_set_up(&self) -> Result<(), DirectoryError> {
        let reply = self.look(&["auth", "rights"], &[]).await?;
        let kinds = read::<serde_json::Map<String, Value>>(&reply).map_err(No::unexpected)?.value;
        match kinds.contains_key("totp") {
            true => Ok(()),
            false => Err(DirectoryError::Denied("it may not".to_owned())),
        }
    }

    /// With the serial alone: with a user beside it, it might mean all of their tokens.
    async fn order(&self, path: &[&str], serial: &Serial) -> Result<(), No> {
        let reply = self.send((Method::POST, Effect::Acts), path, &[("serial", one(serial)?)]).await?;
        read::<Done>(&reply).map(drop)
    }
}

/// How many tokens an order changed; one that was as it should be is none.
#[derive(Deserialize)]
#[serde(try_from = "u64")]
struct Done;

impl TryFrom<u64> for Done {
    type Error = &'static str;
    fn try_from(changed: u64) -> Result<Self, &'static str> {
        if changed <= 1 { Ok(Self) } else { Err("more than one token was changed") }
    }
}

/// Whether a filter with this text means this text.
fn is_plain(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(['*', ','])
}

/// A serial that can only mean one token.
fn one(serial: &Serial) -> Result<&str, DirectoryError> {
    let text = serial.as_str();
    match text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        true => Ok(text),
        false => Err(DirectoryError::Refused("the token's serial could mean several".to_owned())),
    }
}
