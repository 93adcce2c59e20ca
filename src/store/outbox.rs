//! What must leave the process: written in the transaction that decides it, carried out by the worker.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};
use serde::{Deserialize, Deserializer, Serialize};

use super::clocks::DeadlineErrand;
use super::schema::{cases, outbox};
use super::{AnyConnection, StoreError, Tx, dialect, parsed, parsed_if, stored};
use crate::domain::account::AuthenticatorKind;
use crate::domain::contact::{E164, EmailAddress};
use crate::domain::directory::{DirectoryName, Login, Serial};
use crate::domain::event::CaseEvent;
use crate::domain::form::Language;
use crate::domain::ids::{
    AccountId, AgentId, AlarmId, AuthenticatorId, CallId, CaseId, LinkId, OutboxId, PhoneChangeId,
};
use crate::domain::letter::Letter;
use crate::domain::need::Need;
use crate::domain::notice::Notice;
use crate::domain::phone_change::Moment;
use crate::domain::reference::CaseRef;

/// What is to be done outside the transaction. It holds no secret: tokens are made again when a mail is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Errand {
    /// Find the account a form speaks of; not done while the customer waits, so that the answer takes the
    /// same time whether or not there is one.
    Intake,
    /// Decide whether a fresh link is mailed; not done while someone waits, for the same reason.
    Link,
    /// Write to the administrators of a member's account, if there are any; not done while the member waits, for the
    /// same reason.
    Administrators {
        /// When they were asked for.
        asked_at: DateTime<Utc>,
        /// The network address that they were asked for from.
        network: String,
    },
    /// Send a mail.
    Mail(MailErrand),
    /// Place an automated call.
    Call {
        /// Which.
        call: CallId,
    },
    /// Send a text message to a number that is to be replaced.
    Text(TextErrand),
    /// Tell a supervisor of an alarm.
    Alarm {
        /// Which.
        alarm: AlarmId,
        /// Whom.
        agent: AgentId,
    },
    /// Tell somebody at the desk of a deadline.
    Deadline(DeadlineErrand),
    /// Tell somebody by mail about how they sign in; belongs to no case.
    Letter(LetterErrand),
    /// Mail a link that sets a password, if somebody at the desk has this address; not done while whoever asked waits,
    /// so that the answer takes the same time whether or not there is one.
    PasswordLink {
        /// The address that was typed.
        email: EmailAddress,
    },
    /// Look for a form's account in a directory other than the embedded one.
    Lookup {
        /// Which directory.
        directory: DirectoryName,
        /// The login that the form names, if it does.
        login: Option<Login>,
    },
    /// Switch off a fresh authenticator that the case set up before somebody stopped it.
    TakeBack {
        /// Which.
        serial: Serial,
    },
    /// End the old sign-ins of the case's account in its directory.
    Sessions,
    /// Give a new telephone number to whoever keeps it.
    Phone {
        /// The change.
        change: PhoneChangeId,
    },
    /// Tell a subscriber what happened to a case.
    Event(EventErrand),
    /// Switch an authenticator off in the directory.
    Directory {
        /// Which.
        authenticator: AuthenticatorId,
    },
}

/// An event for a subscriber, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventErrand {
    /// What happened.
    pub event: CaseEvent,
    /// When it is given up.
    pub give_up_at: DateTime<Utc>,
}

/// A mail, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailErrand {
    /// What happened.
    pub notice: Notice,
    /// The language of the case's form.
    #[serde(default)]
    pub language: Language,
    /// The address of record at that moment.
    pub to: EmailAddress,
    /// The account's name.
    pub name: String,
    /// The link that opens the case's page.
    pub open: Option<LinkId>,
    /// The "this wasn't me" link.
    pub object: Option<LinkId>,
    /// The link that leads an administrator to a member's request.
    #[serde(default)]
    pub administer: Option<LinkId>,
    /// An agent's words: a message or a reason.
    pub words: Option<String>,
    /// The devices that it is about.
    #[serde(default)]
    pub devices: Vec<NamedDevice>,
    /// The devices that could not be deactivated.
    #[serde(default)]
    pub left: Vec<NamedDevice>,
    /// What kind of device it is about, in rows that older versions wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_kind: Option<AuthenticatorKind>,
    /// What that device is called; with its kind where that is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The number of record, masked.
    pub phone_masked: Option<String>,
    /// What is still needed from the customer.
    #[serde(deserialize_with = "needs")]
    pub needs: Vec<Need>,
}

/// A device as a mail names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedDevice {
    /// What it is.
    pub kind: AuthenticatorKind,
    /// What it is called.
    pub name: String,
}

/// A mail about signing in, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterErrand {
    /// What happened.
    pub letter: Letter,
    /// The language it is written in.
    pub language: Language,
    /// The address of record at that moment.
    pub to: EmailAddress,
    /// The account's name.
    pub name: String,
    /// Written to somebody at the desk.
    pub staff: bool,
}

/// Rows that older versions wrote hold the sentences.
fn needs<'de, D: Deserializer<'de>>(given: D) -> Result<Vec<Need>, D::Error> {
    let words = Vec::<String>::deserialize(given)?;
    let of = |word: &String| Need::ALL.iter().copied().find(|need| need.code() == word || need.label() == word);
    Ok(words.iter().filter_map(of).collect())
}

/// A text message, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextErrand {
    /// The change it tells of.
    pub change: PhoneChangeId,
    /// What happened to it.
    pub moment: Moment,
    /// The old number.
    pub to: E164,
    /// The "this wasn't me" link.
    pub object: LinkId,
    /// The provider was asked and has not said that nothing was sent: it is not asked again.
    pub tried: bool,
}

impl Errand {
    /// The stable word that is stored and logged.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Intake => "intake",
            // Both decide to whom a link is mailed.
            Self::Link | Self::Administrators { .. } => "link",
            Self::Mail(_) => "mail",
            Self::Call { .. } => "call",
            Self::Text(_) => "text",
            Self::Alarm { .. } | Self::Deadline(_) => "alarm",
            Self::Phone { .. } => "phone",
            Self::Event(_) => super::events::EVENT,
            Self::Lookup { .. } | Self::Directory { .. } | Self::TakeBack { .. } => "directory",
            Self::Sessions => "sessions",
            Self::Letter(_) | Self::PasswordLink { .. } => LETTER,
        }
    }
}

/// The word for mails that belong to no case.
pub const LETTER: &str = "letter";

/// A row of the outbox that this instance holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// Internal identifier; a mail's Message-ID is made from it.
    pub id: OutboxId,
    /// The case it belongs to.
    pub case: CaseId,
    /// The case's reference.
    pub reference: CaseRef,
    /// The account of the case, once matched.
    pub account: Option<AccountId>,
    /// What is to be done.
    pub errand: Errand,
    /// How often it was tried, this time included.
    pub attempts: i32,
}

/// Adds an errand, to be run from `at` on.
pub fn add(tx: &mut Tx<'_>, id: OutboxId, case: CaseId, errand: &Errand, at: DateTime<Utc>) -> Result<(), StoreError> {
    let payload = serde_json::to_string(errand).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(id.to_string()),
            outbox::kind.eq(errand.kind()),
            outbox::case_id.eq(Some(case.to_string())),
            outbox::payload.eq(payload),
            outbox::state.eq("waiting"),
            outbox::attempts.eq(0),
            outbox::next_at.eq(stored(at)),
            outbox::created_at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

fn leased(connection: &mut AnyConnection, id: &str) -> Result<Leased, StoreError> {
    type Row = (Option<String>, String, Option<String>, String, i32);
    let (case, reference, account, payload, attempts): Row = outbox::table
        .inner_join(cases::table)
        .filter(outbox::id.eq(id))
        .select((outbox::case_id, cases::reference, cases::account_id, outbox::payload, outbox::attempts))
        .first(connection)?;
    Ok(Leased {
        id: parsed("outbox", id)?,
        case: parsed("case", case.as_deref().unwrap_or_default())?,
        reference: parsed("reference", &reference)?,
        account: parsed_if("account", account.as_deref())?,
        errand: serde_json::from_str(&payload).map_err(|_| StoreError::Corrupt("outbox payload".to_owned()))?,
        attempts,
    })
}

pub(super) fn take(tx: &mut Tx<'_>, id: &str, now: DateTime<Utc>, lease: TimeDelta) -> Result<(), StoreError> {
    // A leased row becomes due again when its lease is over: whoever held it is taken for dead.
    diesel::update(outbox::table.find(id))
        .set((
            outbox::state.eq("leased"),
            outbox::attempts.eq(outbox::attempts + 1),
            outbox::next_at.eq(stored(now + lease)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Takes rows that are due; nobody else gets them until the lease is over.
pub fn lease_due(
    tx: &mut Tx<'_>,
    kinds: &[&str],
    now: DateTime<Utc>,
    lease: TimeDelta,
    limit: i64,
) -> Result<Vec<Leased>, StoreError> {
    let ids = dialect::claim_due(tx.connection, kinds, stored(now), limit)?;
    let mut held = Vec::with_capacity(ids.len());
    for id in ids {
        take(tx, &id, now, lease)?;
        match leased(tx.connection, &id) {
            Ok(errand) => held.push(errand),
            // One row that this version cannot read must not stop the others.
            Err(StoreError::Corrupt(what)) => bury(tx, parsed("outbox", &id)?, now, &what)?,
            Err(error) => return Err(error),
        }
    }
    Ok(held)
}

/// Adds an errand that this instance holds from the start, because someone waits for its outcome.
pub fn add_leased(
    tx: &mut Tx<'_>,
    id: OutboxId,
    case: CaseId,
    errand: &Errand,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Leased, StoreError> {
    add(tx, id, case, errand, now)?;
    take(tx, &id.to_string(), now, lease)?;
    leased(tx.connection, &id.to_string())
}

/// Keeps hold of a row that takes long. False when it is not ours any more.
pub fn renew(tx: &mut Tx<'_>, leased: &Leased, now: DateTime<Utc>, lease: TimeDelta) -> Result<bool, StoreError> {
    let ours = diesel::update(outbox::table.find(leased.id.to_string()))
        .filter(outbox::state.eq("leased"))
        .filter(outbox::attempts.eq(leased.attempts))
        .set(outbox::next_at.eq(stored(now + lease)))
        .execute(tx.connection)?;
    Ok(ours == 1)
}

/// Lets go of every row, because no other process can hold one: an SQLite database has one server.
pub fn release_all(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::update(outbox::table.filter(outbox::state.eq("leased")))
        .set((outbox::state.eq("waiting"), outbox::next_at.eq(stored(now))))
        .execute(tx.connection)?)
}

/// The errand was run.
pub fn done(tx: &mut Tx<'_>, id: OutboxId, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(outbox::table.find(id.to_string()))
        .set((outbox::state.eq("done"), outbox::done_at.eq(stored(at)), outbox::last_error.eq(None::<String>)))
        .execute(tx.connection)?;
    Ok(())
}

/// The errand failed and is tried again at `next_at`.
pub fn retry_at(tx: &mut Tx<'_>, id: OutboxId, next_at: DateTime<Utc>, error: &str) -> Result<(), StoreError> {
    diesel::update(outbox::table.find(id.to_string()))
        .set((outbox::state.eq("waiting"), outbox::next_at.eq(stored(next_at)), outbox::last_error.eq(error)))
        .execute(tx.connection)?;
    Ok(())
}

/// Keeps what is known of an errand while it is being run.
pub fn rewrite(tx: &mut Tx<'_>, id: OutboxId, errand: &Errand) -> Result<(), StoreError> {
    let payload = serde_json::to_string(errand).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    diesel::update(outbox::table.find(id.to_string())).set(outbox::payload.eq(payload)).execute(tx.connection)?;
    Ok(())
}

/// The errand failed for good; the desk shows it.
pub fn bury(tx: &mut Tx<'_>, id: OutboxId, at: DateTime<Utc>, error: &str) -> Result<(), StoreError> {
    diesel::update(outbox::table.find(id.to_string()))
        .set((outbox::state.eq("dead"), outbox::done_at.eq(stored(at)), outbox::last_error.eq(error)))
        .execute(tx.connection)?;
    Ok(())
}

/// Brings a dead mail of a case back to be tried from `at` on. False when there is none.
pub fn revive(tx: &mut Tx<'_>, id: OutboxId, case: CaseId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(outbox::table.find(id.to_string()))
        .filter(outbox::case_id.eq(case.to_string()))
        .filter(outbox::kind.eq("mail"))
        .filter(outbox::state.eq("dead"))
        .set((outbox::state.eq("waiting"), outbox::attempts.eq(0), outbox::next_at.eq(stored(at))))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Identifiers of the mails of a case that were decided before this one and went to the same address, oldest first:
/// nobody learns from a mail's references whom else we wrote to.
pub fn mails_before(
    connection: &mut AnyConnection,
    case: CaseId,
    id: OutboxId,
    to: &EmailAddress,
) -> Result<Vec<OutboxId>, StoreError> {
    let rows: Vec<(String, String)> = outbox::table
        .filter(outbox::case_id.eq(case.to_string()))
        .filter(outbox::kind.eq("mail"))
        .filter(outbox::id.lt(id.to_string()))
        .order(outbox::id.asc())
        .select((outbox::id, outbox::payload))
        .load(connection)?;
    let to_them =
        |payload: &str| matches!(serde_json::from_str(payload), Ok(Errand::Mail(mail)) if mail.to.key() == to.key());
    rows.iter().filter(|(_, payload)| to_them(payload)).map(|(id, _)| parsed("outbox", id)).collect()
}

/// A mail that was decided, by its row, and the case it belongs to.
pub fn mail_of(connection: &mut AnyConnection, id: OutboxId) -> Result<Option<(CaseRef, MailErrand)>, StoreError> {
    let row: Option<(String, String)> = outbox::table
        .inner_join(cases::table)
        .filter(outbox::id.eq(id.to_string()))
        .filter(outbox::kind.eq("mail"))
        .select((cases::reference, outbox::payload))
        .first(connection)
        .optional()?;
    let Some((reference, payload)) = row else { return Ok(None) };
    match serde_json::from_str(&payload) {
        Ok(Errand::Mail(mail)) => Ok(Some((parsed("reference", &reference)?, mail))),
        _ => Err(StoreError::Corrupt("outbox payload".to_owned())),
    }
}

/// A mail as the desk's case page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Internal identifier.
    pub id: OutboxId,
    /// The mail.
    pub mail: MailErrand,
    /// `waiting`, `leased`, `done` or `dead`.
    pub state: String,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// What went wrong last.
    pub error: Option<String>,
}

/// The mails of a case, oldest first.
pub fn mails(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<MailRow>, StoreError> {
    #[derive(Queryable)]
    struct Row {
        id: String,
        payload: String,
        state: String,
        at: NaiveDateTime,
        error: Option<String>,
    }
    let rows: Vec<Row> = outbox::table
        .filter(outbox::case_id.eq(case.to_string()))
        .filter(outbox::kind.eq("mail"))
        .order(outbox::id.asc())
        .select((outbox::id, outbox::payload, outbox::state, outbox::created_at, outbox::last_error))
        .load(connection)?;
    rows.into_iter()
        .map(|row| match serde_json::from_str(&row.payload) {
            Ok(Errand::Mail(mail)) => Ok(MailRow {
                id: parsed("outbox", &row.id)?,
                mail,
                state: row.state,
                at: row.at.and_utc(),
                error: row.error,
            }),
            _ => Err(StoreError::Corrupt("outbox payload".to_owned())),
        })
        .collect()
}

/// A text message as the desk's case page and the demo's telephone list it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRow {
    /// Internal identifier.
    pub id: OutboxId,
    /// The case it belongs to.
    pub reference: CaseRef,
    /// The message.
    pub text: TextErrand,
    /// `waiting`, `leased`, `done` or `dead`.
    pub state: String,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// What went wrong last.
    pub error: Option<String>,
}

/// The latest text messages, of one case or of all, newest last.
pub fn texts(connection: &mut AnyConnection, case: Option<CaseId>, limit: i64) -> Result<Vec<TextRow>, StoreError> {
    type Row = (String, String, String, String, NaiveDateTime, Option<String>);
    let mut query = outbox::table
        .inner_join(cases::table)
        .filter(outbox::kind.eq("text"))
        .order(outbox::id.desc())
        .select((outbox::id, cases::reference, outbox::payload, outbox::state, outbox::created_at, outbox::last_error))
        .limit(limit)
        .into_boxed();
    if let Some(case) = case {
        query = query.filter(outbox::case_id.eq(case.to_string()));
    }
    let rows: Vec<Row> = query.load(connection)?;
    rows.into_iter()
        .rev()
        .map(|(id, reference, payload, state, at, error)| match serde_json::from_str(&payload) {
            Ok(Errand::Text(text)) => Ok(TextRow {
                id: parsed("outbox", &id)?,
                reference: parsed("reference", &reference)?,
                text,
                state,
                at: at.and_utc(),
                error,
            }),
            _ => Err(StoreError::Corrupt("outbox payload".to_owned())),
        })
        .collect()
}

/// What a directory is still to be asked for a case, after an attempt that did not settle it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// What became of the last attempt.
    pub error: String,
    /// When it is asked again.
    pub next_at: DateTime<Utc>,
}

/// Whether an errand that finds the account of a case is still to be run.
pub fn is_searching(connection: &mut AnyConnection, case: CaseId) -> Result<bool, StoreError> {
    let left = outbox::table
        .filter(outbox::case_id.eq(case.to_string()))
        .filter(outbox::kind.eq_any(["intake", "directory"]))
        .filter(outbox::state.eq_any(["waiting", "leased"]));
    Ok(left.count().get_result::<i64>(connection)? > 0)
}

/// The errands of a case that a directory has not settled yet, the oldest first.
pub fn unsettled(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<Unsettled>, StoreError> {
    let rows: Vec<(Option<String>, NaiveDateTime)> = outbox::table
        .filter(outbox::case_id.eq(case.to_string()))
        .filter(outbox::kind.eq("directory"))
        .filter(outbox::state.eq_any(["waiting", "leased"]))
        .order(outbox::id.asc())
        .select((outbox::last_error, outbox::next_at))
        .load(connection)?;
    let failed = |(error, next_at): (Option<String>, NaiveDateTime)| {
        Some(Unsettled { error: error?, next_at: next_at.and_utc() })
    };
    Ok(rows.into_iter().filter_map(failed).collect())
}

/// Whether the row is still held and not done: the last look before something irreversible.
pub fn is_pending(connection: &mut AnyConnection, id: OutboxId) -> Result<bool, StoreError> {
    let state: Option<String> =
        outbox::table.find(id.to_string()).select(outbox::state).first(connection).optional()?;
    Ok(state.as_deref() == Some("leased"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_an_older_version_decided_is_still_sent() {
        let row = r#"{"kind":"mail","notice":{"notice":"email_confirmed"},"to":"a@example.com","name":"Ana",
            "open":null,"object":null,"words":null,"device":"Authenticator app “phone”","phone_masked":null,
            "needs":["Confirm your phone number: open your case's page and press “Call me now”.","Something else."]}"#;
        let Errand::Mail(mail) = serde_json::from_str(row).unwrap() else { panic!("a mail") };
        assert_eq!((mail.language, mail.device_kind), (Language::English, None));
        assert_eq!(mail.needs, [Need::CallMe]);
        let again = serde_json::to_string(&Errand::Mail(mail.clone())).unwrap();
        assert!(again.contains("\"needs\":[\"call_me\"]"), "{again}");
        assert_eq!(serde_json::from_str::<Errand>(&again).unwrap(), Errand::Mail(mail));
    }
}
