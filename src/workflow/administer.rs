//! What an administrator of an account, signed in, does about the requests of its members.

use chrono::{DateTime, Utc};

use super::act::{Act, Done, Halt, Known, command, command_saying, known};
use super::limits::take;
use super::{Desk, Kit, write};
use crate::domain::account::Account;
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::audit_filter::Filter;
use crate::domain::case::{Command, Stage, assess};
use crate::domain::evidence::{CheckKind, Evidence, Giver};
use crate::domain::form::AssistanceForm;
use crate::domain::ids::{AccountId, EvidenceId};
use crate::domain::limits::Limit;
use crate::domain::reference::CaseRef;
use crate::store::cases::{self, Filed};
use crate::store::{AnyConnection, StoreError, Tx, audit, links};

/// What an administrator is shown of a member's request.
pub struct MemberRequest {
    /// The case's reference.
    pub reference: CaseRef,
    /// Whose device.
    pub member: Account,
    /// What they say of it.
    pub form: AssistanceForm,
    /// When the administrators were asked, and from which network address.
    pub asked: Option<(DateTime<Utc>, String)>,
}

/// What the administrator decided.
pub enum Decision {
    /// The device may be deactivated.
    Approve,
    /// It may not, for this reason.
    Decline(String),
}

/// How a request stands to an administrator.
enum Standing {
    /// They may decide it.
    Open(Box<(Filed, Known)>),
    /// They were asked, and it is decided or too old.
    Over,
    /// It is none of their business.
    Foreign,
}

/// A request is open for those who administer the account at this moment, were written to about this very case not
/// longer ago than a day, and whose word is what it waits for.
fn standing(
    connection: &mut AnyConnection,
    kit: &Kit,
    administrator: AccountId,
    reference: &CaseRef,
    now: DateTime<Utc>,
) -> Result<Standing, StoreError> {
    let Some(filed) = cases::find(connection, reference)? else { return Ok(Standing::Foreign) };
    let known = known(connection, kit, &filed.case)?;
    let administers = known
        .facts
        .as_ref()
        .is_some_and(|facts| facts.administrators.contains(&administrator) && facts.id != administrator);
    if !administers || !links::was_asked(connection, filed.case.id, administrator)? {
        return Ok(Standing::Foreign);
    }
    let waits = {
        let facts = known.facts(kit);
        let assessment = assess(&filed.case, &facts, now);
        assessment
            .paths
            .iter()
            .filter(|path| path.stage == Stage::Evidence)
            .flat_map(|path| &path.groups)
            .any(|group| group.met_by.is_none() && group.alternatives.contains(&CheckKind::Administrator))
    };
    let open = filed.case.state.is_under_review()
        && waits
        && links::asked(connection, administrator, now)?.contains(reference);
    Ok(if open { Standing::Open(Box::new((filed, known))) } else { Standing::Over })
}

fn request(
    connection: &mut AnyConnection,
    kit: &Kit,
    administrator: AccountId,
    reference: &CaseRef,
    now: DateTime<Utc>,
) -> Result<Result<MemberRequest, Halt>, StoreError> {
    let found = match standing(connection, kit, administrator, reference, now)? {
        Standing::Open(found) => *found,
        Standing::Over => return Ok(Err(Halt::Decided)),
        Standing::Foreign => return Ok(Err(Halt::Gone)),
    };
    let (filed, Known { account: Some(member), .. }) = found else { return Ok(Err(Halt::Gone)) };
    let asked = Filter {
        case_ref: Some(reference.to_string()),
        action: Some("administrators.asked".to_owned()),
        ..Filter::default()
    };
    let asked = audit::before(connection, &asked, i64::MAX, 1)?
        .pop()
        .and_then(|entry| Some((DateTime::parse_from_rfc3339(&entry.at).ok()?.to_utc(), entry.ip)));
    let form = cases::form(connection, filed.case.id)?;
    Ok(Ok(MemberRequest { reference: reference.clone(), member, form, asked }))
}

impl Desk {
    /// The requests that an administrator may decide now, the newest first. Looking is recorded for each.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn member_requests(&self, act: Act) -> Result<Vec<MemberRequest>, StoreError> {
        let kit = self.kit.clone();
        let look = move |tx: &mut Tx<'_>| {
            let Actor::Administrator { account } = act.actor else { return Ok(Vec::new()) };
            let mut open = Vec::new();
            for reference in links::asked(tx.connection, account, act.at)? {
                if let Ok(found) = request(tx.connection, &kit, account, &reference, act.at)? {
                    record_view(tx, &kit, &act, &found)?;
                    open.push(found);
                }
            }
            Ok(open)
        };
        self.store.write(look).await
    }

    /// One request, for the administrator to decide. Looking is recorded, since it is personal data.
    ///
    /// # Errors
    /// [`Halt`] when it is none of theirs, or over; [`StoreError`] when the database fails.
    pub async fn member_request(
        &self,
        act: Act,
        reference: CaseRef,
    ) -> Result<Result<MemberRequest, Halt>, StoreError> {
        let kit = self.kit.clone();
        let look = move |tx: &mut Tx<'_>| {
            let Actor::Administrator { account } = act.actor else { return Ok(Err(Halt::Gone)) };
            let found = match request(tx.connection, &kit, account, &reference, act.at)? {
                Ok(found) => found,
                Err(halt) => return refuse(tx, &kit, &act, &reference, halt),
            };
            record_view(tx, &kit, &act, &found)?;
            Ok(Ok(found))
        };
        self.store.write(look).await
    }

    /// **Approve** or **Decline**. Of several administrators who decide at once, one wins.
    ///
    /// # Errors
    /// [`Halt`] when it is none of theirs, or over; [`StoreError`] when the database fails.
    pub async fn decide_request(
        &self,
        act: Act,
        reference: CaseRef,
        decision: Decision,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let done = self.store.write(move |tx| decide(tx, &kit, &act, &reference, &decision)).await?;
        self.run_errands();
        Ok(done)
    }
}

fn decide(tx: &mut Tx<'_>, kit: &Kit, act: &Act, reference: &CaseRef, decision: &Decision) -> Done<()> {
    let Actor::Administrator { account } = act.actor else { return Ok(Err(Halt::Gone)) };
    // Whoever comes second waits here, and then finds it decided.
    if cases::lock(tx, reference)?.is_none() {
        return Ok(Err(Halt::Gone));
    }
    let filed = match standing(tx.connection, kit, account, reference, act.at)? {
        Standing::Open(found) => found.0,
        Standing::Over => return refuse(tx, kit, act, reference, Halt::Decided),
        Standing::Foreign => return refuse(tx, kit, act, reference, Halt::Gone),
    };
    let done = match decision {
        Decision::Approve => {
            let id = kit.id(EvidenceId::new, act.at);
            let giver = Giver::Administrator(account);
            let given = Evidence::passed(id, CheckKind::Administrator, act.at, giver, None);
            command(tx, kit, act, &filed, &Command::RecordCheck(given))?
        }
        Decision::Decline(reason) => command_saying(tx, kit, act, &filed, &Command::Decline, Some(reason))?,
    };
    if let Err(halt) = done {
        return Ok(Err(halt));
    }
    if let Decision::Decline(reason) = decision {
        write::keep_reason(tx, kit, act, &filed, reason)?;
    }
    links::close_request(tx, filed.case.id, act.at)?;
    Ok(Ok(()))
}

/// A look at somebody's request is an entry; looking again soon is the same look.
fn record_view(tx: &mut Tx<'_>, kit: &Kit, act: &Act, found: &MemberRequest) -> Result<(), StoreError> {
    let reference = &found.reference;
    if take(tx, kit, act, Limit::SameView, &format!("{} {reference}", act.actor.name()))? {
        tx.record(act.entry("request.viewed", Some(reference), Some(found.member.id), details([])));
    }
    Ok(())
}

/// Records that someone reached for a request that is not theirs to decide: once a minute for each account and case.
fn refuse<T>(tx: &mut Tx<'_>, kit: &Kit, act: &Act, reference: &CaseRef, halt: Halt) -> Done<T> {
    let why = if halt == Halt::Decided { "decided" } else { "not_asked" };
    if let Some(filed) = cases::find(tx.connection, reference)? {
        let subject = format!("{} {reference} {why}", act.actor.name());
        if take(tx, kit, act, Limit::RequestRefusals, &subject)? {
            tx.record(act.case_entry("request.refused", &filed, details([("why", why.into())])));
        }
    }
    Ok(Err(halt))
}
