//! The frame of every act: who does it, what can stop it, and how a decision is stored.

use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

use super::{Kit, deadlines, events, mail, phone_change as changes, risk};
use crate::domain::account::Account;
use crate::domain::actor::Actor;
use crate::domain::audit::{Details, NewEntry, details};
use crate::domain::authn::Kept;
use crate::domain::case::{AccountFacts, AuthenticatorSet, Case, Command, Facts, Refused, apply};
use crate::domain::document::Unfit;
use crate::domain::form::Wrong;
use crate::domain::ids::{AccountId, AgentId, EntryId};
use crate::domain::people::Appointments;
use crate::domain::phone_change;
use crate::domain::privacy::Erased;
use crate::domain::reference::CaseRef;
use crate::domain::risk::Raised;
use crate::locale::Text;
use crate::store::cases::{self, Filed, Filing};
use crate::store::{AnyConnection, StoreError, Tx, accounts, agents, erasure};

/// Someone does something, from somewhere, at some moment.
#[derive(Debug, Clone)]
pub struct Act {
    /// Who.
    pub actor: Actor,
    /// From which network address; empty for the program itself.
    pub ip: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Act {
    /// The audit entry of something done in this act.
    pub fn entry(
        &self,
        action: &str,
        case_ref: Option<&CaseRef>,
        account: Option<AccountId>,
        details: Details,
    ) -> NewEntry {
        NewEntry {
            at: self.at,
            actor: self.actor.clone(),
            action: action.to_owned(),
            case_ref: case_ref.cloned(),
            account_id: account,
            ip: self.ip.clone(),
            details,
        }
    }

    /// The audit entry of something done to a case in this act.
    pub fn case_entry(&self, action: &str, filed: &Filed, details: Details) -> NewEntry {
        self.entry(action, Some(&filed.case.reference), filed.case.account, details)
    }

    /// How colleagues are told who changed a case.
    pub(super) fn doer(&self) -> String {
        match &self.actor {
            Actor::Agent { email, .. } => email.to_string(),
            other => other.kind().to_owned(),
        }
    }
}

/// Why an act did not happen, other than by a fault of ours. Each has a page or a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// There is no such case, or nobody is to learn that there is.
    #[error("There is no case with this reference.")]
    NoSuchCase,
    /// The form was made from an older version.
    #[error("{by} changed this case in the meantime. Look at it again before you act; what you typed is kept below.")]
    Stale {
        /// Who changed it.
        by: String,
    },
    /// The form does not say which version of the case it decides about.
    #[error("This form does not say what it decides about. Open the page again, look at it, and press then.")]
    Unversioned,
    /// A rule forbids it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A rule forbids it of a change of a telephone number.
    #[error(transparent)]
    PhoneChange(#[from] phone_change::Refused),
    /// The form was made from an older version of a change of a telephone number.
    #[error("The change of the phone number moved in the meantime. Look at it again before you decide.")]
    ChangeMoved,
    /// The link is not one of ours.
    #[error("This link is not valid. It may have been cut in two by the mail program.")]
    UnknownLink,
    /// Its button was pressed before.
    #[error("This link has been used already.")]
    UsedLink,
    /// Its time is over, or the address it went to is no longer of record.
    #[error("This link is too old.")]
    ExpiredLink,
    /// It happened too often.
    #[error("{0}")]
    TooOften(Text),
    /// Someone at the desk did it too often.
    #[error("{0}")]
    DeskLimit(String),
    /// The account has no telephone number of record, or no calls are offered.
    #[error("{0}")]
    NoCall(Text),
    /// No code is being asked for.
    #[error("There is no open call for this case. Start a new one.")]
    NoChallenge,
    /// The customer has not asked their page for the code yet.
    #[error("The customer has not pressed “Show my code” yet. Ask them to open their case's page.")]
    NotShownYet,
    /// Somebody wrote while a message was being written.
    #[error("{by} wrote in the meantime. Read it in the timeline, then send; what you typed is kept below.")]
    Overtaken {
        /// Who wrote the newest.
        by: String,
        /// The messages that were not read, oldest first, and when each came in.
        unread: Vec<(EntryId, DateTime<Utc>)>,
    },
    /// The digits are not the ones on the page.
    #[error("No match. {}", match .0 { 0 => "This code cannot be used any more.".to_owned(), 1 => "1 try left.".to_owned(), n => format!("{n} tries left.") })]
    WrongCode(i32),
    /// The e-mail address or the password is wrong.
    #[error("This e-mail address and password do not belong together.")]
    WrongPassword,
    /// A code proves nothing; more is not told.
    #[error("This could not be verified.")]
    NotVerified,
    /// What was typed cannot be a code, so it is no guess.
    #[error("Check what you typed: this cannot be such a code.")]
    UnreadableCode,
    /// The link was sent to somebody else.
    #[error("This link was sent to another account. Sign in with the account that the mail was sent to.")]
    OtherAccount,
    /// An administrator's decision comes too late.
    #[error("This request has been decided already, or is too old.")]
    Decided,
    /// What was written could not be taken.
    #[error("{}", Text::from(*.0))]
    Wrong(Wrong),
    /// What was chosen or typed at the desk could not be taken.
    #[error("{0}")]
    BadText(String),
    /// A document could not be taken.
    #[error("This document was not taken: {0}.")]
    BadDocument(Unfit),
    /// The case has as many documents as it may have.
    #[error("This case has had {0} documents, and cannot have more.")]
    TooManyDocuments(u32),
    /// The document was never looked at.
    #[error("Open the document and look at it before you say how it is.")]
    NotOpened,
    /// The document came by mail, which proves nothing.
    #[error("This came by mail. A mail is no check: ask the customer to upload it on the page of their case.")]
    ByMail,
    /// The account's authenticators stay as they are.
    #[error(transparent)]
    Kept(Kept),
    /// The directory that the account lives in could not be asked.
    #[error("{0}.")]
    Directory(String),
    /// The case set up a fresh authenticator before.
    #[error("An authenticator app was set up for this case already.")]
    SetUpAlready,
    /// The directory is being asked for a fresh authenticator.
    #[error("The authenticator app is being set up at this moment. Try again in five minutes if nothing was shown.")]
    BeingSetUp,
    /// The directory did not set up a fresh authenticator.
    #[error("The authenticator app could not be set up. Nothing was shown; try again.")]
    NotSetUp,
    /// The case was emptied: nothing is written into it any more.
    #[error("This case was {0}. Nothing can be added to it.")]
    Erased(Erased),
    /// What was to be acted on is not there.
    #[error("This is not there any more.")]
    Gone,
}

/// The outer error rolls everything back; the inner one is an answer, and what was recorded with it stays.
pub(super) type Done<T> = Result<Result<T, Halt>, StoreError>;

/// The account of a case and what the rules must know of it.
pub(super) struct Known {
    pub account: Option<Account>,
    pub facts: Option<AccountFacts>,
    pub suspended: BTreeSet<AgentId>,
    pub supervisors: BTreeSet<AgentId>,
    pub voided: BTreeMap<AgentId, DateTime<Utc>>,
    pub appointments: Appointments,
    pub raised: Vec<Raised>,
}

impl Known {
    pub(super) fn facts<'a>(&'a self, kit: &'a Kit) -> Facts<'a> {
        Facts {
            policy: &kit.policy,
            account: self.facts.as_ref(),
            suspended: &self.suspended,
            supervisors: &self.supervisors,
            voided: &self.voided,
            appointments: &self.appointments,
            raised: &self.raised,
        }
    }
}

/// What the rules must know about a case at this moment.
pub(super) fn known(connection: &mut AnyConnection, kit: &Kit, case: &Case) -> Result<Known, StoreError> {
    known_as(connection, kit, case, case.account)
}

/// Like [`known`], for a case that is being given its account.
pub(super) fn known_as(
    connection: &mut AnyConnection,
    kit: &Kit,
    case: &Case,
    account: Option<AccountId>,
) -> Result<Known, StoreError> {
    let suspended = agents::suspended(connection)?;
    let supervisors = agents::supervisors(connection)?;
    let voided = agents::voided(connection)?;
    let appointments = agents::appointments(connection)?;
    let account = match account {
        Some(id) => accounts::find(connection, id)?,
        None => None,
    };
    let facts = match &account {
        Some(account) => Some(AccountFacts {
            id: account.id,
            kind: account.kind,
            tier: account.tier,
            status: account.status,
            email: kit.key.email_subject(&account.email),
            phone: account.phone.as_ref().map(|phone| kit.key.phone_subject(phone)),
            authenticators: accounts::authenticators(connection, account.id)?,
            administrators: accounts::administrators(connection, account.id)?.iter().map(|admin| admin.id).collect(),
        }),
        None => None,
    };
    let raised = match &account {
        Some(account) => risk::raised(connection, kit, case, account)?,
        None => Vec::new(),
    };
    Ok(Known { account, facts, suspended, supervisors, voided, appointments, raised })
}

/// Finds a case and holds it; nobody at the desk has anything to do with one that its owner still has in their own
/// hands.
pub(super) fn held(tx: &mut Tx<'_>, act: &Act, reference: &CaseRef, version: Option<i64>) -> Done<Filed> {
    let filed = match held_to_end(tx, act, reference, version)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    if act.actor.agent().is_some() && filed.case.with_owner && !filed.case.state.is_final() {
        return Ok(Err(refuse(tx, act, &filed, "any", Refused::WithOwner)));
    }
    Ok(Ok(filed))
}

/// Finds a case and holds it, for anybody at the desk but the one whose own account it is about; a form made from an
/// older version is told who was faster.
pub(super) fn held_to_end(tx: &mut Tx<'_>, act: &Act, reference: &CaseRef, version: Option<i64>) -> Done<Filed> {
    let Some(filed) = cases::lock(tx, reference)? else { return Ok(Err(Halt::NoSuchCase)) };
    if act.actor.agent().is_some_and(|agent| filed.case.is_about(agent)) {
        return Ok(Err(refuse(tx, act, &filed, "any", Refused::OwnAccount)));
    }
    if let Some(by) = erasure::of_case(tx.connection, filed.case.id)? {
        return Ok(Err(Halt::Erased(by)));
    }
    if version.is_some_and(|version| version != filed.case.version) {
        tx.record(act.case_entry("case.stale_form", &filed, Details::new()));
        return Ok(Err(Halt::Stale { by: filed.filing.changed_by }));
    }
    Ok(Ok(filed))
}

/// Records that a rule refused something, and answers with it.
pub(super) fn refuse(tx: &mut Tx<'_>, act: &Act, filed: &Filed, command: &str, refused: Refused) -> Halt {
    let about = details([("command", command.into()), ("rule", refused.code().into())]);
    tx.record(act.case_entry("case.refused", filed, about));
    Halt::Refused(refused)
}

/// What a command made of a case.
pub(super) struct Changed {
    pub filed: Filed,
    pub deactivate: Option<AuthenticatorSet>,
}

/// Asks the rules, and stores what they answer: case, evidence, audit entries and mails. A refusal is recorded too.
pub(super) fn command(tx: &mut Tx<'_>, kit: &Kit, act: &Act, before: &Filed, command: &Command) -> Done<Changed> {
    command_saying(tx, kit, act, before, command, None)
}

/// Like [`command`], with an agent's words for the mail it leads to.
pub(super) fn command_saying(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    before: &Filed,
    command: &Command,
    words: Option<&str>,
) -> Done<Changed> {
    let account = match command {
        Command::MatchAccount(account) => Some(*account),
        _ => before.case.account,
    };
    let known = known_as(tx.connection, kit, &before.case, account)?;
    let transition = match apply(&before.case, command, &act.actor, act.at, &known.facts(kit)) {
        Ok(transition) => transition,
        Err(refused) => return Ok(Err(refuse(tx, act, before, command.code(), refused))),
    };
    if transition.records.is_empty() {
        if *command == Command::Tick {
            cases::reschedule(tx, &before.case, act.at)?;
        }
        return Ok(Ok(Changed { filed: before.clone(), deactivate: None }));
    }
    let tier = known.account.as_ref().map(|account| account.tier);
    let happened = deadlines::happened(act, command, !transition.notices.is_empty());
    let of = (&transition.case, tier);
    let filing = Filing {
        tier,
        clocks: deadlines::turned(tx.connection, kit, &before.filing.clocks, of, happened, act.at)?,
        changed_by: act.doer(),
        changed_at: act.at,
        ended_reason: match command {
            Command::Reject | Command::Decline | Command::Merge(_) | Command::EndDispute { resume: false } => {
                words.map(str::to_owned)
            }
            _ => before.filing.ended_reason.clone(),
        },
        submission_key: before.filing.submission_key.clone(),
    };
    let after = Filed { case: transition.case, filing };
    cases::update(tx, before, &after)?;
    for record in transition.records {
        events::record(tx, kit, act, &after, (record.action, record.details))?;
    }
    for notice in transition.notices {
        mail::queue(tx, kit, act, &after, &known, notice, words)?;
    }
    changes::follow(tx, kit, act, &after, &known, command)?;
    Ok(Ok(Changed { filed: after, deactivate: transition.deactivate }))
}
