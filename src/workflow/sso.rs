//! Signing in to the desk by single sign-on. The provider's word counts as a password; where it says that a second
//! factor was given, as both.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::act::Act;
use super::known_browser::{Browser, welcome};
use super::limits::{network_of, take};
use super::sign_in::{How, begin};
use super::{Desk, Kit, enrolment};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::authn::Assurance;
use crate::domain::authn::sso::{Admitted, Claims, Here, Refusal, admit, recognise};
use crate::domain::ids::{AgentId, AgentSessionId};
use crate::domain::limits::Limit;
use crate::domain::sealed::{Sealed, Sealing};
use crate::domain::token::{Token, same};
use crate::sso::{Answered, Asked, Provider, ProviderError};
use crate::store::agents::{self, Agent};
use crate::store::{StoreError, Tx, accounts, sso};

/// How long somebody may take at the provider.
pub const AT_PROVIDER: TimeDelta = TimeDelta::minutes(10);

/// A sign-in that begins.
pub struct SsoAsked {
    /// From which network address.
    pub ip: String,
    /// The secret of the browser's cookie, where it began one already.
    pub browser: Option<Token>,
    /// The page to go to afterwards.
    pub next: String,
    /// The link that led here, of somebody whose devices were deactivated.
    pub link: Option<Token>,
    /// The person has to prove themself once more, although they are signed in at the provider.
    pub again: bool,
}

/// A sign-in that began.
pub struct SsoBegan {
    /// Where the browser goes.
    pub url: url::Url,
    /// The secret of the browser's cookie: the answer counts in this browser only.
    pub browser: Token,
}

/// What came back from the provider by way of the browser.
pub struct SsoAnswered {
    /// From which network address.
    pub ip: String,
    /// With which browser.
    pub device: String,
    /// The secret of the browser's cookie.
    pub browser: Option<Token>,
    /// Names the sign-in.
    pub state: Option<Token>,
    /// The code, or what the provider says instead.
    pub code: Result<SecretString, NoCode>,
    /// The provider's name, where it says it.
    pub issuer: Option<String>,
    /// The secret of the browser's cookie for those who signed in with it before.
    pub known: Option<Token>,
    /// The session that the browser held before; it ends.
    pub before: Option<AgentSessionId>,
}

/// What a provider says instead of a code (RFC 6749 §4.1.2.1). What it says in its own words is nowhere shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoCode {
    /// The person said no there.
    Denied,
    /// Anything else.
    Other,
}

/// A sign-in that is done.
pub struct SsoSignedIn {
    /// The session the cookie names.
    pub session: AgentSessionId,
    /// Whose.
    pub agent: AgentId,
    /// The secret of the cookie that the browser is known by, where the sign-in is complete.
    pub known: Option<Token>,
    /// The page to go to.
    pub next: String,
}

/// Why nobody was signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SsoHalt {
    /// There is no single sign-on here.
    Off,
    /// The provider cannot be reached.
    Unreachable,
    /// Too many sign-ins begin in one network.
    TooOften,
    /// The answer belongs to no sign-in that this browser began just now.
    Stale,
    /// The person said no at the provider.
    Denied,
    /// The provider did not say who it is, or is not to be believed.
    NotConfirmed,
    /// What it says is not enough here.
    Refused(Refusal),
}

/// What a sign-in began with.
#[derive(Serialize, Deserialize)]
struct UnderWay {
    nonce: String,
    verifier: String,
    /// The hash of the browser's cookie.
    browser: String,
    next: String,
    /// The hash of the link to set up a device.
    link: Option<String>,
    again_since: Option<DateTime<Utc>>,
}

impl Desk {
    /// Begins a sign-in at the provider.
    ///
    /// # Errors
    /// [`SsoHalt`] when none can begin; [`StoreError`] when the database fails.
    pub async fn sso_begin(&self, asked: SsoAsked) -> Result<Result<SsoBegan, SsoHalt>, StoreError> {
        let Some(provider) = &self.sso else { return Ok(Err(SsoHalt::Off)) };
        let (kit, at) = (self.kit.clone(), self.now());
        let (state, nonce, verifier) = (kit.entropy.token(), kit.entropy.token(), kit.entropy.token());
        let to_provider = Asked { state: &state, nonce: &nonce, verifier: &verifier, again: asked.again };
        let Ok(url) = provider.authorization_url(&to_provider).await else { return Ok(Err(SsoHalt::Unreachable)) };
        let browser = asked.browser.unwrap_or_else(|| kit.entropy.token());
        let under_way = UnderWay {
            nonce: nonce.expose().to_owned(),
            verifier: verifier.expose().to_owned(),
            browser: browser.hash(),
            next: asked.next,
            link: asked.link.map(|link| link.hash()),
            again_since: asked.again.then_some(at),
        };
        let state_hash = state.hash();
        let plain = serde_json::to_vec(&under_way).map_err(|error| StoreError::Statement(error.to_string()))?;
        let sealed = kit.sealing.seal(Sealing::SignIn, &state_hash, kit.entropy.bytes(), &plain).to_text();
        let act = Act { actor: Actor::Customer, ip: asked.ip, at };
        let keep = move |tx: &mut Tx<'_>| {
            if !take(tx, &kit, &act, Limit::SsoSignIns, &network_of(&act.ip))? {
                return Ok(false);
            }
            sso::begin(tx, &state_hash, &sealed, at, at + AT_PROVIDER)?;
            Ok(true)
        };
        let kept = self.store.write(keep).await?;
        Ok(if kept { Ok(SsoBegan { url, browser }) } else { Err(SsoHalt::TooOften) })
    }

    /// Takes the provider's answer. Whatever it is, it counts once.
    ///
    /// # Errors
    /// [`SsoHalt`] when nobody is signed in; [`StoreError`] when the database fails.
    pub async fn sso_finish(&self, answered: SsoAnswered) -> Result<Result<SsoSignedIn, SsoHalt>, StoreError> {
        let Some(provider) = &self.sso else { return Ok(Err(SsoHalt::Off)) };
        let act = Act { actor: Actor::Customer, ip: answered.ip, at: self.now() };
        let Some(under_way) = self.sso_under_way(answered.state, answered.browser, act.at).await? else {
            return Ok(Err(SsoHalt::Stale));
        };
        let secrets = (Token::presented(&under_way.nonce), Token::presented(&under_way.verifier));
        let (Some(nonce), Some(verifier)) = secrets else { return Ok(Err(SsoHalt::Stale)) };
        let claims = match answered.code {
            Err(NoCode::Denied) => Err(SsoHalt::Denied),
            Err(NoCode::Other) => Err(SsoHalt::NotConfirmed),
            Ok(code) => {
                let again_since = under_way.again_since;
                let answer = Answered { code, issuer: answered.issuer, nonce, verifier, again_since };
                provider.redeem(answer).await.map_err(|error| match error {
                    ProviderError::Unreachable => SsoHalt::Unreachable,
                    ProviderError::NotBelieved => SsoHalt::NotConfirmed,
                })
            }
        };
        let (kit, settings) = (self.kit.clone(), provider.settings().clone());
        let known = self.kit.entropy.token();
        let browser = Browser::new(answered.device, answered.known.as_ref(), &known);
        let (next, before, link) = (under_way.next, answered.before, under_way.link);
        let decide = move |tx: &mut Tx<'_>| {
            let claims = match &claims {
                Ok(claims) => claims,
                Err(halt) => {
                    refuse(tx, &act, halt.code());
                    return Ok(Err(*halt));
                }
            };
            let admitted = admit(claims, &settings.rules(), act.at);
            let (agent, admitted) = match admitted {
                Ok(admitted) => match found(tx, &kit, &act, claims, &admitted, &settings)? {
                    Ok(agent) => (agent, admitted),
                    Err(refusal) => return Ok(refused(tx, &act, claims, refusal)),
                },
                Err(refusal) => {
                    if refusal == Refusal::NoRole {
                        shut_out(tx, &act, claims)?;
                    }
                    return Ok(refused(tx, &act, claims, refusal));
                }
            };
            let act = Act { actor: agent.actor(), ..act.clone() };
            if let Some(before) = before {
                agents::end_session(tx, before, act.at)?;
            }
            let complete = admitted.second_factor;
            let assurance = if complete { Assurance::Complete } else { Assurance::Password };
            let link = enrolment::claim(tx, agent.id.account(), link.as_deref(), act.at)?;
            let how = How { assurance, by: "sso", device: &browser.device, proved_at: admitted.proved_at, link };
            let Ok((session, _)) = begin(tx, &kit, &act, agent.id, how)? else {
                return Ok(Err(SsoHalt::Refused(Refusal::Suspended)));
            };
            if complete && let Some(account) = accounts::find(tx.connection, agent.id.account())? {
                welcome(tx, &kit, &act, &account, &browser)?;
            }
            let known = complete.then(|| known.clone());
            Ok(Ok(SsoSignedIn { session, agent: agent.id, known, next: next.clone() }))
        };
        match self.store.write(decide.clone()).await {
            // Another instance just added the same person: now they are known.
            Err(StoreError::Duplicate) => self.store.write(decide).await,
            decided => decided,
        }
    }

    /// What the sign-in of this state began with, if this browser began it. It is used up either way.
    async fn sso_under_way(
        &self,
        state: Option<Token>,
        browser: Option<Token>,
        at: DateTime<Utc>,
    ) -> Result<Option<UnderWay>, StoreError> {
        let (Some(state), Some(browser)) = (state, browser) else { return Ok(None) };
        let state_hash = state.hash();
        let hash = state_hash.clone();
        let sealed = self.store.write(move |tx| sso::use_up(tx, &hash, at)).await?;
        let opened = sealed.as_deref().and_then(Sealed::from_text).and_then(|sealed| {
            let plain = self.kit.sealing.open(Sealing::SignIn, &state_hash, &sealed).ok()?;
            serde_json::from_slice::<UnderWay>(&plain).ok()
        });
        Ok(opened.filter(|under_way| same(&under_way.browser, &browser.hash())))
    }

    /// Whether one can sign in to the desk with a password.
    pub fn takes_desk_passwords(&self) -> bool {
        self.sso.as_ref().is_none_or(|provider| provider.settings().password_sign_in)
    }

    /// The provider, where there is one.
    pub fn sso_provider(&self) -> Option<&Provider> {
        self.sso.as_ref()
    }
}

impl SsoHalt {
    /// The word that the log and the sign-in page's address have for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Unreachable => "unreachable",
            Self::TooOften => "too_often",
            Self::Stale => "stale",
            Self::Denied => "denied",
            Self::NotConfirmed => "not_confirmed",
            Self::Refused(refusal) => refusal.code(),
        }
    }
}

fn refuse(tx: &mut Tx<'_>, act: &Act, why: &str) {
    tx.record(act.entry("agent.sign_in_refused", None, None, details([("why", why.into()), ("by", "sso".into())])));
}

fn refused<T>(tx: &mut Tx<'_>, act: &Act, claims: &Claims, refusal: Refusal) -> Result<T, SsoHalt> {
    let email = claims.email.as_ref().map(|email| email.masked()).unwrap_or_default();
    let about = details([("why", refusal.code().into()), ("by", "sso".into()), ("email", email.into())]);
    tx.record(act.entry("agent.sign_in_refused", None, None, about));
    Err(SsoHalt::Refused(refusal))
}

/// Takes what they are signed in with from somebody whom the provider gives no role any more, their tokens too.
fn shut_out(tx: &mut Tx<'_>, act: &Act, claims: &Claims) -> Result<(), StoreError> {
    let Some(agent) = sso::agent_of(tx.connection, &claims.subject)? else { return Ok(()) };
    let ended = agents::end_sessions(tx, agent.id, None, act.at)?;
    if ended > 0 {
        let about = named(&agent, [("sessions", ended.into()), ("by", "sso".into())]);
        tx.record(act.entry("agent.sessions_ended", None, None, about));
    }
    Ok(())
}

/// Who it is here, as they are from now on: bound, added, and with the role that the provider names.
fn found(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    claims: &Claims,
    admitted: &Admitted,
    settings: &crate::config::SsoSettings,
) -> Result<Result<Agent, Refusal>, StoreError> {
    let by_subject = sso::agent_of(tx.connection, &claims.subject)?;
    let by_email = match &by_subject {
        Some(_) => None,
        None => sso::agent_at(tx.connection, &admitted.email)?,
    };
    let known = recognise(by_subject, by_email, (settings.link_by_email, settings.provision));
    let mut agent = match known {
        Err(refusal) => return Ok(Err(refusal)),
        Ok(Here::BySubject(agent)) => agent,
        Ok(Here::ToLink(agent)) if agent.suspended_at.is_some() => agent,
        Ok(Here::ToLink(agent)) => {
            if !sso::bind(tx, agent.id, &claims.subject)? {
                return Ok(Err(Refusal::AddressTaken));
            }
            tx.record(act.entry("agent.sso_linked", None, None, named(&agent, [])));
            agent
        }
        Ok(Here::ToAdd) => {
            let id = kit.id(AgentId::new, act.at);
            let (email, name) = (admitted.email.clone(), admitted.name.clone());
            let agent = Agent { id, email, name, role: admitted.role, suspended_at: None, signed_in_at: None };
            agents::insert(tx, &agent, (None, None), act.at)?;
            sso::bind(tx, id, &claims.subject)?;
            let about = named(&agent, [("role", agent.role.code().into()), ("by", "sso".into())]);
            tx.record(act.entry("agent.added", None, None, about));
            agent
        }
    };
    if agent.suspended_at.is_some() {
        return Ok(Err(Refusal::Suspended));
    }
    if agent.role != admitted.role {
        agents::set_role(tx, agent.id, admitted.role)?;
        let roles = [("from", agent.role.code().into()), ("to", admitted.role.code().into()), ("by", "sso".into())];
        tx.record(act.entry("agent.role_changed", None, None, named(&agent, roles)));
        agent.role = admitted.role;
    }
    Ok(Ok(agent))
}

fn named<const N: usize>(agent: &Agent, more: [(&'static str, serde_json::Value); N]) -> crate::domain::audit::Details {
    let mut about = details(more);
    about.insert("agent".to_owned(), agent.email.as_str().into());
    about
}
