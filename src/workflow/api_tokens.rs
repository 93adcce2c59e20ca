//! Tokens of programs: issued and revoked at the desk, and let in at every request.

use chrono::{DateTime, Utc};

use super::act::{Act, Halt};
use super::first_factor::Side;
use super::limits::{Counted, left, spend, spend_tries};
use super::{Desk, Kit, account_sign_in::unavailable};
use crate::domain::actor::Actor;
use crate::domain::api_token::{ApiToken, BadToken, Bearer, Left, MOST_TOKENS, Useless, Window, Wish};
use crate::domain::audit::{details, timestamp};
use crate::domain::authn::TotpCode;
use crate::domain::ids::{AgentId, ApiTokenId};
use crate::domain::limits::Limit;
use crate::domain::token::Token;
use crate::store::agents::{self, Agent};
use crate::store::{AnyConnection, StoreError, Tx, api_tokens, blocks, throttle};
use crate::workflow::SecondFactor;

/// A token that was just issued: its secret is in nobody's hands but these.
pub struct Issued {
    /// What is kept of it.
    pub token: ApiToken,
    /// The secret, to be shown once.
    pub secret: Token,
}

/// A token as lists show it.
pub struct ListedToken {
    /// What is kept of it.
    pub token: ApiToken,
    /// Whose it is.
    pub agent: Agent,
    /// Since when it sleeps, if it does.
    pub dormant_since: Option<DateTime<Utc>>,
}

/// A program that is let in.
#[derive(Debug, Clone)]
pub struct Entered {
    /// In whose name it acts, with the role they have now.
    pub agent: Agent,
    /// What it came with.
    pub token: ApiToken,
    /// What is left of its budget.
    pub left: Left,
}

/// A program that is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// What it came with is good for nothing.
    Useless,
    /// Its token sleeps until its person signs in.
    Dormant,
    /// So many useless tokens came from its network that they are not even looked at.
    TooMany,
}

/// Whether a program is let in.
pub type Let = Result<Entered, Shut>;

impl Desk {
    /// Issues a token to somebody at the desk.
    ///
    /// # Errors
    /// [`Halt`] when they have too many, or may not act any more; [`StoreError`] when the database fails.
    pub async fn issue_token(&self, act: Act, agent: AgentId, wish: Wish) -> Result<Result<Issued, Halt>, StoreError> {
        let (kit, secret) = (self.kit.clone(), self.kit.entropy.token());
        let hash = secret.hash();
        let issue = move |tx: &mut Tx<'_>| {
            throttle::serialise(tx, "tokens", &agent.to_string())?;
            let live = agents::find(tx.connection, agent)?.is_some_and(|agent| agent.suspended_at.is_none());
            if !live {
                return Ok(Err(Halt::Gone));
            }
            if api_tokens::live(tx.connection, Some(agent), act.at)?.len() >= MOST_TOKENS {
                return Ok(Err(Halt::BadText(BadToken::TooMany.to_string())));
            }
            let token = ApiToken {
                id: kit.id(ApiTokenId::new, act.at),
                agent,
                name: wish.name.clone(),
                scopes: wish.scopes.clone(),
                networks: wish.networks.clone(),
                created_at: act.at,
                expires_at: act.at + wish.lasts,
                last_used_at: None,
                revoked_at: None,
                window: Window { from: act.at, used: 0 },
            };
            api_tokens::insert(tx, &token, &hash)?;
            let about = details([
                ("token", token.id.to_string().into()),
                ("scopes", token.scopes.to_string().into()),
                ("networks", token.networks.to_string().into()),
                ("until", timestamp(token.expires_at).into()),
            ]);
            tx.record(act.entry("token.issued", None, None, about));
            Ok(Ok(token))
        };
        let issued = self.store.write(issue).await?;
        Ok(issued.map(|token| Issued { token, secret }))
    }

    /// The tokens that are not over: one's own, and everybody's for those who manage people.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn tokens(&self, of: Option<AgentId>) -> Result<Vec<ListedToken>, StoreError> {
        let (now, after) = (self.now(), self.kit.api.dormant_after());
        let list = move |connection: &mut AnyConnection| {
            let mut found = Vec::new();
            for token in api_tokens::live(connection, of, now)? {
                if let Some(agent) = agents::find(connection, token.agent)? {
                    let from = token.dormant_from(agent.signed_in_at, after);
                    found.push(ListedToken { dormant_since: Some(from).filter(|from| now >= *from), token, agent });
                }
            }
            Ok(found)
        };
        self.store.read(list).await
    }

    /// Revokes a token at once: its person, a supervisor, or whoever has the server.
    ///
    /// # Errors
    /// [`Halt::Gone`] when it is not theirs to revoke, or was revoked; [`StoreError`] when the database fails.
    pub async fn revoke_token(&self, act: Act, id: ApiTokenId) -> Result<Result<(), Halt>, StoreError> {
        let revoke = move |tx: &mut Tx<'_>| {
            let Some(token) = api_tokens::find(tx.connection, id)? else { return Ok(Err(Halt::Gone)) };
            let may = match &act.actor {
                Actor::Operator => true,
                Actor::Agent { id, role, .. } => *id == token.agent || role.supervises(),
                _ => false,
            };
            if !may || !api_tokens::revoke(tx, id, act.at)? {
                return Ok(Err(Halt::Gone));
            }
            let of = agents::find(tx.connection, token.agent)?;
            let about = details([
                ("token", id.to_string().into()),
                ("of", of.map(|agent| agent.email.to_string()).unwrap_or_default().into()),
            ]);
            tx.record(act.entry("token.revoked", None, None, about));
            Ok(Ok(()))
        };
        self.store.write(revoke).await
    }

    /// Lets a program in that presents a token from somewhere, or keeps it out; counts the request either way, as long as
    /// there is something left to count.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn let_in(&self, presented: Option<Token>, ip: String) -> Result<Let, StoreError> {
        let (kit, now) = (self.kit.clone(), self.now());
        let hash = presented.map(|token| token.hash());
        let (looking, kept, from) = (kit.clone(), hash.clone(), ip.clone());
        let look = move |connection: &mut AnyConnection| look(connection, &looking, kept.as_deref(), (&from, now));
        if let Some(settled) = self.store.read_snapshot(look).await? {
            return Ok(settled);
        }
        let enter = move |tx: &mut Tx<'_>| {
            let Some((token, agent)) = found(tx.connection, hash.as_deref())? else {
                let act = Act { actor: Actor::Customer, ip: ip.clone(), at: now };
                let told = |tx: &mut Tx<'_>| {
                    tx.record(act.entry("token.refused", None, None, details([("why", "too_often".into())])));
                };
                let counted = [Counted::network(Limit::UselessTokens, &ip)];
                let spent = spend_tries(tx, &kit, &act, &counted, told)?;
                return Ok(Err(if spent.is_err() { Shut::TooMany } else { Shut::Useless }));
            };
            if let Err(why) = is_good(&kit, &token, &agent, (&ip, now)) {
                let act = Act { actor: named(&agent, &token), ip: ip.clone(), at: now };
                return keep_out(tx, &kit, &act, &token, why);
            }
            // Counted one after another, over all instances.
            throttle::serialise(tx, "token", &token.id.to_string())?;
            let counted = api_tokens::find(tx.connection, token.id)?.map_or(token.window, |token| token.window);
            let (window, left) = counted.count(now, kit.api.requests_per_minute);
            api_tokens::note_use(tx, token.id, token.noted_use(now), window)?;
            Ok(Ok(Entered { agent, token, left }))
        };
        self.store.write(enter).await
    }

    /// Takes so many more requests from the budget of a token that was let in, as far as all of them fit.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, or the token was forgotten meanwhile.
    pub async fn count_more(&self, id: ApiTokenId, more: u32) -> Result<Left, StoreError> {
        let (most, now) = (self.kit.api.requests_per_minute, self.now());
        let count = move |tx: &mut Tx<'_>| {
            throttle::serialise(tx, "token", &id.to_string())?;
            let token = api_tokens::find(tx.connection, id)?.ok_or(StoreError::Conflict)?;
            let (window, left) = token.window.count_more(now, most, more);
            api_tokens::note_use(tx, id, token.noted_use(now), window)?;
            Ok(left)
        };
        self.store.write(count).await
    }

    /// A program gives the code that its person's authenticator shows at this moment, which is taken once.
    ///
    /// # Errors
    /// [`Halt`] when it does not hold, has to wait, or the person has no authenticator that shows codes;
    /// [`StoreError`] when the database fails.
    pub async fn prove_by_code(&self, act: Act, agent: &Agent, code: TotpCode) -> Result<Result<(), Halt>, StoreError> {
        let account = agent.id.account();
        let who = (account, &agent.email);
        let factor = SecondFactor::Code(code);
        let weighed = match self.weigh(&act, Side::Desk, who, ("", None), factor).await? {
            Ok(weighed) => weighed,
            Err(halt) => return Ok(Err(halt)),
        };
        let prove = move |tx: &mut Tx<'_>| {
            if !weighed.settle(tx, &act)? {
                return Ok(Err(Halt::NotVerified));
            }
            tx.record(act.entry("agent.stepped_up", None, None, details([("by", weighed.by.into())])));
            Ok(Ok(()))
        };
        self.store.write(prove).await
    }

    /// Whether somebody at the desk has an authenticator that shows codes.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn has_codes(&self, agent: AgentId) -> Result<bool, StoreError> {
        Ok(self.directories.local.means(agent.account()).await.map_err(unavailable)?.codes)
    }
}

/// The agent, as one in whose name a token acts.
pub(super) fn named(agent: &Agent, token: &ApiToken) -> Actor {
    Actor::Agent { id: agent.id, email: agent.email.clone(), role: agent.role, via: Some(token.id) }
}

fn found(connection: &mut AnyConnection, hash: Option<&str>) -> Result<Option<(ApiToken, Agent)>, StoreError> {
    hash.map_or(Ok(None), |hash| api_tokens::find_by_hash(connection, hash))
}

/// What is answered without a count, since none is left and the log and the desk know that: floods must not take the
/// turns of those who have something to write.
fn look(
    connection: &mut AnyConnection,
    kit: &Kit,
    hash: Option<&str>,
    (ip, now): (&str, DateTime<Utc>),
) -> Result<Option<Let>, StoreError> {
    let Some((token, agent)) = found(connection, hash)? else {
        let Counted { limit, subject, .. } = Counted::network(Limit::UselessTokens, ip);
        let shown = blocks::of_subject(connection, limit, &subject, now)?.is_some();
        let spent = shown && left(connection, kit, limit, &subject, now)? == 0;
        return Ok(spent.then_some(Err(Shut::TooMany)));
    };
    if let Err(why) = is_good(kit, &token, &agent, (ip, now)) {
        let told = left(connection, kit, told_by(why), &refusals(&token), now)? == 0;
        return Ok(told.then_some(Err(shut(why))));
    }
    let (_, left) = token.window.count(now, kit.api.requests_per_minute);
    Ok(left.exceeded.then_some(Ok(Entered { agent, token, left })))
}

/// What counts entries of the log about a useless token.
fn refusals(token: &ApiToken) -> String {
    format!("token {}", token.id)
}

/// How often the log is told. Programs go on asking with a token that sleeps, for as long as nobody notices.
const fn told_by(why: Useless) -> Limit {
    match why {
        Useless::Dormant => Limit::DormantTokens,
        Useless::Revoked | Useless::Expired | Useless::Network | Useless::Suspended => Limit::SignInRefusals,
    }
}

/// Records that a token is good for nothing any more, as often as the log is told.
fn keep_out(tx: &mut Tx<'_>, kit: &Kit, act: &Act, token: &ApiToken, why: Useless) -> Result<Let, StoreError> {
    let once = Counted::new(told_by(why), refusals(token), "");
    if spend(tx, kit, act, &[once])?.is_ok() {
        tx.record(act.entry("token.refused", None, None, details([("why", why.code().into())])));
    }
    Ok(Err(shut(why)))
}

fn is_good(kit: &Kit, token: &ApiToken, agent: &Agent, (ip, now): (&str, DateTime<Utc>)) -> Result<(), Useless> {
    let bearer = Bearer { suspended: agent.suspended_at.is_some(), signed_in_at: agent.signed_in_at };
    token.is_good(ip, now, bearer, kit.api.dormant_after())
}

/// What of it is told to whoever presents the token.
const fn shut(why: Useless) -> Shut {
    match why {
        Useless::Dormant => Shut::Dormant,
        Useless::Revoked | Useless::Expired | Useless::Network | Useless::Suspended => Shut::Useless,
    }
}

impl Entered {
    /// The program's person, as one who acts from somewhere at some moment.
    pub fn act(&self, ip: String, at: DateTime<Utc>) -> Act {
        Act { actor: named(&self.agent, &self.token), ip, at }
    }
}
