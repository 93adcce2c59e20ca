//! A member asks the administrators of their account. Whether there are any, and who, is not for the member to learn:
//! they are written to afterwards by the worker.

use chrono::{DateTime, TimeDelta, Utc};

use super::act::{Act, Done, Halt, held, known, refuse};
use super::limits::{Counted, spend};
use super::{Desk, Kit};
use crate::domain::account::AccountKind;
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::case::{Refused, State};
use crate::domain::ids::{LinkId, OutboxId};
use crate::domain::limits::Limit;
use crate::domain::notice::Notice;
use crate::domain::reference::CaseRef;
use crate::locale::text;
use crate::store::cases::Filed;
use crate::store::links::{self, Link, LinkPurpose};
use crate::store::outbox::{self, Errand, MailErrand};
use crate::store::{AnyConnection, StoreError, Tx, accounts, cases, throttle};

/// For how long administrators can decide what they were asked.
const DECIDABLE: TimeDelta = TimeDelta::hours(24);

/// Whether the administrators were asked about a case not long ago, whoever they are.
pub(super) fn were_asked(
    connection: &mut AnyConnection,
    filed: &Filed,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    Ok(throttle::count(connection, Limit::AdministratorsOfCase.code(), &filed.case.id.to_string(), now, DECIDABLE)? > 0)
}

impl Desk {
    /// **Ask my administrators**.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn ask_administrators(&self, act: Act, reference: CaseRef) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let asked = self.store.write(move |tx| ask(tx, &kit, &act, &reference)).await?;
        self.run_errands();
        Ok(asked)
    }

    /// Writes to everyone who may decide, if it is still to be decided.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be stored; the errand is then run again.
    pub(super) async fn write_to_administrators(
        &self,
        reference: CaseRef,
        errand: OutboxId,
        (asked_at, network): (DateTime<Utc>, String),
    ) -> Result<(), StoreError> {
        let act = Act { actor: Actor::System, ip: String::new(), at: self.now() };
        let kit = self.kit.clone();
        let write = move |tx: &mut Tx<'_>| {
            if let Some(filed) = cases::lock(tx, &reference)?
                && filed.case.state == State::Verifying
            {
                let count = write_each(tx, &kit, &act, &filed, (asked_at, &network))?;
                tx.record(act.case_entry("administrators.written_to", &filed, details([("mails", count.into())])));
            }
            outbox::done(tx, errand, act.at)
        };
        self.store.write(write).await?;
        self.run_errands();
        Ok(())
    }
}

fn ask(tx: &mut Tx<'_>, kit: &Kit, act: &Act, reference: &CaseRef) -> Done<()> {
    let filed = match held(tx, act, reference, None)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    let known = known(tx.connection, kit, &filed.case)?;
    let refused = match &known.account {
        _ if filed.case.state != State::Verifying => Some(Refused::WrongState(filed.case.state)),
        None => Some(Refused::NoAccount),
        Some(account) if account.kind != AccountKind::Member => Some(Refused::WrongCheck),
        Some(_) => None,
    };
    if let Some(refused) = refused {
        return Ok(Err(refuse(tx, act, &filed, "ask_administrators", refused)));
    }
    let mut counted = vec![Counted::case(Limit::AdministratorsOfCase, &filed)];
    counted.extend(known.account.iter().map(|member| Counted::account(Limit::AdministratorsOfMember, member, &filed)));
    if let Err(reached) = spend(tx, kit, act, &counted)? {
        let about = details([("rule", reached.limit.code().into())]);
        tx.record(act.case_entry("administrators.not_asked", &filed, about));
        return Ok(Err(Halt::TooOften(text!("administrators-asked-too-often"))));
    }
    let errand = Errand::Administrators { asked_at: act.at, network: act.ip.clone() };
    outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &errand, act.at)?;
    tx.record(act.case_entry("administrators.asked", &filed, details([])));
    Ok(Ok(()))
}

fn write_each(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    (asked_at, network): (DateTime<Utc>, &str),
) -> Result<usize, StoreError> {
    let Some(account) = filed.case.account else { return Ok(0) };
    let Some(member) = accounts::find(tx.connection, account)? else { return Ok(0) };
    let form = cases::form(tx.connection, filed.case.id)?;
    let mut administrators = accounts::administrators(tx.connection, account)?;
    administrators.retain(|administrator| administrator.id != account);
    for administrator in &administrators {
        let link = Link {
            id: kit.id(LinkId::new, act.at),
            case: filed.case.id,
            purpose: LinkPurpose::Administer,
            subject: kit.key.email_subject(&administrator.email),
            expires_at: act.at + DECIDABLE,
            opened_at: None,
            used_at: None,
            administrator: Some(administrator.id),
        };
        links::insert(tx, &link, &kit.key.link_token(link.id).hash(), act.at)?;
        let notice = Notice::AdministratorAsked {
            member: member.name.clone(),
            device_kind: form.device_kind,
            asked_at,
            network: network.to_owned(),
        };
        let errand = Errand::Mail(MailErrand {
            notice,
            // Which language they would read is nowhere; the member's is the nearest.
            language: form.language,
            to: administrator.email.clone(),
            name: administrator.name.clone(),
            open: None,
            object: None,
            administer: Some(link.id),
            words: None,
            devices: Vec::new(),
            left: Vec::new(),
            device_kind: None,
            device: None,
            phone_masked: None,
            needs: Vec::new(),
        });
        outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &errand, act.at)?;
    }
    Ok(administrators.len())
}
