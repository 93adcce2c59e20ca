//! Six-digit challenges and the automated calls made for them.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};

use super::schema::{calls, cases, challenges, phone_changes};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, parsed_if, stored};
use crate::domain::contact::E164;
use crate::domain::evidence::{CheckKind, Subject};
use crate::domain::ids::{AccountSessionId, AgentId, CallId, CaseId, ChallengeId, CustomerSessionId, PhoneChangeId};
use crate::domain::reference::CaseRef;

/// Where a challenge stands; its time can be over in any of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeState {
    /// An answer is awaited.
    Open,
    /// It was answered rightly.
    Passed,
    /// It was answered wrongly too often.
    Failed,
    /// A newer one took its place.
    Replaced,
}

impl ChallengeState {
    const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Replaced => "replaced",
        }
    }

    fn from_code(code: &str) -> Result<Self, StoreError> {
        [Self::Open, Self::Passed, Self::Failed, Self::Replaced]
            .into_iter()
            .find(|state| state.code() == code)
            .ok_or_else(|| corrupt("challenge", code))
    }
}

/// The browser that a code is shown in, and in no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownIn {
    /// One that opened the case's page.
    CasePage(CustomerSessionId),
    /// One in which an owner helps themself.
    SignIn(AccountSessionId),
}

impl ShownIn {
    fn columns(shown: Option<Self>) -> (Option<String>, Option<String>) {
        match shown {
            Some(Self::CasePage(session)) => (Some(session.to_string()), None),
            Some(Self::SignIn(session)) => (None, Some(session.to_string())),
            None => (None, None),
        }
    }
}

/// A six-digit code that is being asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Internal identifier.
    pub id: ChallengeId,
    /// The case it belongs to.
    pub case: CaseId,
    /// `phone_code` or `agent_callback`.
    pub kind: CheckKind,
    /// The browser that is shown the code; none until a callback's customer asks for it.
    pub browser: Option<ShownIn>,
    /// The agent who called back.
    pub agent: Option<AgentId>,
    /// Keyed hash of the code, once a browser is bound.
    pub code_hash: Option<String>,
    /// The number it is about.
    pub subject: Subject,
    /// Where it stands.
    pub state: ChallengeState,
    /// Wrong answers still allowed.
    pub tries_left: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it can be answered.
    pub expires_at: DateTime<Utc>,
}

impl Challenge {
    /// Whether an answer would still be looked at.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.state == ChallengeState::Open && now < self.expires_at && self.tries_left > 0
    }
}

#[derive(Queryable)]
struct ChallengeRow {
    id: String,
    case_id: String,
    kind: String,
    session_id: Option<String>,
    agent_id: Option<String>,
    code_hash: Option<String>,
    subject: String,
    state: String,
    tries_left: i32,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    account_session_id: Option<String>,
}

impl ChallengeRow {
    fn into_challenge(self) -> Result<Challenge, StoreError> {
        let page = parsed_if("session", self.session_id.as_deref())?.map(ShownIn::CasePage);
        let sign_in = parsed_if("session", self.account_session_id.as_deref())?.map(ShownIn::SignIn);
        Ok(Challenge {
            id: parsed("challenge", &self.id)?,
            case: parsed("case", &self.case_id)?,
            kind: CheckKind::from_code(&self.kind).ok_or_else(|| corrupt("check", &self.kind))?,
            browser: page.or(sign_in),
            agent: parsed_if("agent", self.agent_id.as_deref())?,
            code_hash: self.code_hash,
            subject: Subject(self.subject),
            state: ChallengeState::from_code(&self.state)?,
            tries_left: self.tries_left,
            created_at: self.created_at.and_utc(),
            expires_at: self.expires_at.and_utc(),
        })
    }
}

/// Makes a case's open challenges worthless.
pub fn void(tx: &mut Tx<'_>, case: CaseId) -> Result<(), StoreError> {
    diesel::update(challenges::table.filter(challenges::case_id.eq(case.to_string())))
        .filter(challenges::state.eq(ChallengeState::Open.code()))
        .set(challenges::state.eq(ChallengeState::Replaced.code()))
        .execute(tx.connection)?;
    Ok(())
}

/// Stores a new challenge and puts it in the place of the case's open ones.
pub fn insert_challenge(tx: &mut Tx<'_>, challenge: &Challenge) -> Result<(), StoreError> {
    void(tx, challenge.case)?;
    let (page, sign_in) = ShownIn::columns(challenge.browser);
    diesel::insert_into(challenges::table)
        .values((
            challenges::id.eq(challenge.id.to_string()),
            challenges::case_id.eq(challenge.case.to_string()),
            challenges::kind.eq(challenge.kind.code()),
            challenges::session_id.eq(page),
            challenges::account_session_id.eq(sign_in),
            challenges::agent_id.eq(challenge.agent.map(|id| id.to_string())),
            challenges::code_hash.eq(challenge.code_hash.as_deref()),
            challenges::subject.eq(&challenge.subject.0),
            challenges::state.eq(challenge.state.code()),
            challenges::tries_left.eq(challenge.tries_left),
            challenges::created_at.eq(stored(challenge.created_at)),
            challenges::expires_at.eq(stored(challenge.expires_at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Keeps what became of a challenge.
pub fn update_challenge(tx: &mut Tx<'_>, challenge: &Challenge) -> Result<(), StoreError> {
    let (page, sign_in) = ShownIn::columns(challenge.browser);
    diesel::update(challenges::table.find(challenge.id.to_string()))
        .set((
            challenges::session_id.eq(page),
            challenges::account_session_id.eq(sign_in),
            challenges::code_hash.eq(challenge.code_hash.as_deref()),
            challenges::state.eq(challenge.state.code()),
            challenges::tries_left.eq(challenge.tries_left),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The newest challenge of a case.
pub fn latest_challenge(connection: &mut AnyConnection, case: CaseId) -> Result<Option<Challenge>, StoreError> {
    let row: Option<ChallengeRow> = challenges::table
        .filter(challenges::case_id.eq(case.to_string()))
        .order((challenges::created_at.desc(), challenges::id.desc()))
        .first(connection)
        .optional()?;
    row.map(ChallengeRow::into_challenge).transpose()
}

/// Whether a code of this case was answered rightly since this moment while this browser showed it.
pub fn passed_in(
    connection: &mut AnyConnection,
    case: CaseId,
    session: CustomerSessionId,
    since: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let passed: i64 = challenges::table
        .filter(challenges::case_id.eq(case.to_string()))
        .filter(challenges::session_id.eq(session.to_string()))
        .filter(challenges::state.eq(ChallengeState::Passed.code()))
        .filter(challenges::created_at.ge(stored(since)))
        .count()
        .get_result(connection)?;
    Ok(passed > 0)
}

/// What an automated call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallAbout {
    /// It asks for a code.
    Challenge(ChallengeId),
    /// It tells the old number of a change, which a key stops.
    PhoneChange(PhoneChangeId),
}

/// One automated call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Internal identifier.
    pub id: CallId,
    /// What it is for.
    pub about: CallAbout,
    /// The number it goes to.
    pub phone: E164,
    /// `queued`, `placing`, `unknown`, `ringing`, `answered`, `completed`, `busy`, `no_answer` or `failed`.
    pub state: String,
    /// The last thing the voice said.
    pub says: String,
}

/// Stores a call that is to be placed.
pub fn insert_call(tx: &mut Tx<'_>, call: &Call, at: DateTime<Utc>) -> Result<(), StoreError> {
    let (challenge, change) = match call.about {
        CallAbout::Challenge(id) => (Some(id.to_string()), None),
        CallAbout::PhoneChange(id) => (None, Some(id.to_string())),
    };
    diesel::insert_into(calls::table)
        .values((
            calls::id.eq(call.id.to_string()),
            calls::challenge_id.eq(challenge),
            calls::phone_change_id.eq(change),
            calls::phone.eq(call.phone.as_str()),
            calls::state.eq(&call.state),
            calls::says.eq(&call.says),
            calls::created_at.eq(stored(at)),
            calls::updated_at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Keeps what became of a call.
pub fn update_call(
    tx: &mut Tx<'_>,
    id: CallId,
    state: &str,
    says: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = || calls::table.find(id.to_string());
    diesel::update(row()).set((calls::state.eq(state), calls::updated_at.eq(stored(at)))).execute(tx.connection)?;
    if let Some(says) = says {
        diesel::update(row()).set(calls::says.eq(says)).execute(tx.connection)?;
    }
    Ok(())
}

/// Keeps the provider's own identifier of a call.
pub fn set_provider_id(tx: &mut Tx<'_>, id: CallId, provider_id: &str) -> Result<(), StoreError> {
    diesel::update(calls::table.find(id.to_string())).set(calls::provider_id.eq(provider_id)).execute(tx.connection)?;
    Ok(())
}

type CallRow = (String, Option<String>, Option<String>, String, String, String);

const COLUMNS: (calls::id, calls::challenge_id, calls::phone_change_id, calls::phone, calls::state, calls::says) =
    (calls::id, calls::challenge_id, calls::phone_change_id, calls::phone, calls::state, calls::says);

fn call((id, challenge, change, phone, state, says): CallRow) -> Result<Call, StoreError> {
    let about = match (challenge, change) {
        (Some(id), None) => CallAbout::Challenge(parsed("challenge", &id)?),
        (None, Some(id)) => CallAbout::PhoneChange(parsed("phone change", &id)?),
        _ => return Err(corrupt("call", "neither a challenge nor a phone change")),
    };
    Ok(Call { id: parsed("call", &id)?, about, phone: parsed("call phone", &phone)?, state, says })
}

/// A call with the reference of its case.
pub fn find_call(connection: &mut AnyConnection, id: CallId) -> Result<Option<(Call, CaseRef)>, StoreError> {
    let row: Option<CallRow> = calls::table.find(id.to_string()).select(COLUMNS).first(connection).optional()?;
    let Some(found) = row.map(call).transpose()? else { return Ok(None) };
    let reference: String = match found.about {
        CallAbout::Challenge(id) => {
            let of_case = challenges::table.inner_join(cases::table).filter(challenges::id.eq(id.to_string()));
            of_case.select(cases::reference).first(connection)?
        }
        CallAbout::PhoneChange(id) => {
            let of_case = phone_changes::table.inner_join(cases::table).filter(phone_changes::id.eq(id.to_string()));
            of_case.select(cases::reference).first(connection)?
        }
    };
    Ok(Some((found, parsed("reference", &reference)?)))
}

/// The call made for a challenge.
pub fn call_of(connection: &mut AnyConnection, challenge: ChallengeId) -> Result<Option<Call>, StoreError> {
    let row: Option<CallRow> = calls::table
        .filter(calls::challenge_id.eq(challenge.to_string()))
        .select(COLUMNS)
        .first(connection)
        .optional()?;
    row.map(call).transpose()
}

/// The calls that told of a phone change, oldest first, each with the moment it was decided.
pub fn of_phone_change(
    connection: &mut AnyConnection,
    change: PhoneChangeId,
) -> Result<Vec<(Call, DateTime<Utc>)>, StoreError> {
    let rows: Vec<(CallRow, NaiveDateTime)> = calls::table
        .filter(calls::phone_change_id.eq(change.to_string()))
        .order((calls::created_at.asc(), calls::id.asc()))
        .select((COLUMNS, calls::created_at))
        .load(connection)?;
    rows.into_iter().map(|(row, at)| Ok((call(row)?, at.and_utc()))).collect()
}

/// The latest calls, newest last, for the demo's telephone.
pub fn recent_calls(connection: &mut AnyConnection, limit: i64) -> Result<Vec<Call>, StoreError> {
    let rows: Vec<CallRow> = calls::table
        .order((calls::created_at.desc(), calls::id.desc()))
        .select(COLUMNS)
        .limit(limit)
        .load(connection)?;
    rows.into_iter().rev().map(call).collect()
}
