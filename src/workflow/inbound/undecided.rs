use std::sync::Arc;

use chrono::TimeDelta;

use super::super::Desk;
use super::super::act::{Act, Done, Halt, held, refuse};
use super::super::limits::{left, take};
use super::super::view_case::{look, spend_view};
use super::files::{prepare_all, unlooked};
use super::take::{blocking, fill, keep_files};
use crate::domain::audit::{Details, NewEntry, details};
use crate::domain::case::Refused;
use crate::domain::ids::{CaseId, InboundMailId};
use crate::domain::inbound::{Aside, Incoming, MatchedBy};
use crate::domain::limits::Limit;
use crate::domain::reference::CaseRef;
use crate::domain::sealed::Sealing;
use crate::notify::inbound::read;
use crate::store::inbound::{self, InboundMail};
use crate::store::{AnyConnection, StoreError, Tx, cases, documents};

/// Mails that are forgotten at a time.
const BATCH: i64 = 50;
/// Rows of mails that became nothing and are removed at a time.
const ROWS: i64 = 1_000;
/// How long it is known at least that a mail came, so that one that comes again is not taken twice.
const KNOWN_FOR: TimeDelta = TimeDelta::days(30);

/// A mail that somebody has to decide about.
pub struct OpenedMail {
    /// What is known of it.
    pub row: InboundMail,
    /// The case that it was to become a message of, where it was set aside.
    pub case: Option<CaseRef>,
    /// What it says; nothing where no content was kept, or it cannot be read.
    pub mail: Option<Incoming>,
}

fn about(id: InboundMailId) -> Details {
    details([("inbound", id.to_string().into())])
}

/// Something done to a mail; it stands in the log of the case, where the mail was to become a message of one.
fn entry(
    tx: &mut Tx<'_>,
    act: &Act,
    action: &str,
    case: Option<CaseId>,
    about: Details,
) -> Result<NewEntry, StoreError> {
    let Some(case) = case else { return Ok(act.entry(action, None, None, about)) };
    let reference = cases::reference_of(tx.connection, case)?;
    Ok(match cases::find(tx.connection, &reference)? {
        Some(filed) => act.case_entry(action, &filed, about),
        None => act.entry(action, Some(&reference), None, about),
    })
}

impl Desk {
    /// Opens a mail that belongs to no case yet. That somebody read it is recorded, and counts as a look at a case does.
    ///
    /// # Errors
    /// [`Halt`] when there is none to decide about, or too much was looked at; [`StoreError`] when the database fails.
    pub async fn open_mail(&self, act: Act, id: InboundMailId) -> Result<Result<OpenedMail, Halt>, StoreError> {
        let Some(opened) = self.undecided(id).await? else { return Ok(Err(Halt::Gone)) };
        let (kit, viewer, case) = (self.kit.clone(), look(&act, &id), opened.row.case);
        let record = move |tx: &mut Tx<'_>| -> Done<()> {
            // Looking again soon is the same look.
            if left(tx.connection, &kit, Limit::SameView, &viewer, act.at)? > 0 {
                if let Err(halt) = spend_view(tx, &kit, &act)? {
                    let mut about = about(id);
                    about.insert("rule".to_owned(), "hourly_budget".into());
                    let refused = entry(tx, &act, "mail.refused", case, about)?;
                    tx.record(refused);
                    return Ok(Err(halt));
                }
                take(tx, &kit, &act, Limit::SameView, &viewer)?;
            }
            let viewed = entry(tx, &act, "mail.viewed", case, about(id))?;
            tx.record(viewed);
            Ok(Ok(()))
        };
        Ok(self.store.write(record).await?.map(|()| opened))
    }

    async fn undecided(&self, id: InboundMailId) -> Result<Option<OpenedMail>, StoreError> {
        let find = move |connection: &mut AnyConnection| {
            let Some(row) = inbound::find(connection, id)?.filter(|row| row.fate.is_undecided()) else {
                return Ok(None);
            };
            let case = row.case.map(|case| cases::reference_of(connection, case)).transpose()?;
            Ok(Some((row, case, inbound::content(connection, id)?)))
        };
        let Some((mut row, case, sealed)) = self.store.read_snapshot(find).await? else { return Ok(None) };
        let Some(sealed) = sealed else { return Ok(Some(OpenedMail { row, case, mail: None })) };
        let (kit, bound) = (self.kit.clone(), row.about());
        let open = move || kit.sealing.open(Sealing::Mail, &bound, &sealed).map(|raw| read(&raw).ok());
        let opened = blocking(open).await.unwrap_or(Ok(None));
        let mail = opened.map_err(|error| StoreError::Corrupt(format!("a mail: {error}")))?;
        // Nothing that was read of it is kept of a mail that the database refused.
        if let Some(mail) = mail.as_ref().filter(|_| row.aside == Some(Aside::Store)) {
            row.from = mail.from.as_ref().map(|from| from.as_str().to_owned()).unwrap_or_default();
            row.subject.clone_from(&mail.subject);
        }
        Ok(Some(OpenedMail { row, case, mail }))
    }

    /// **Attach**: somebody at the desk says which case a mail belongs to. It stays as little evidence as before.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it or it was decided before; [`StoreError`] when the database fails.
    pub async fn attach_mail(
        &self,
        act: Act,
        id: InboundMailId,
        reference: CaseRef,
    ) -> Result<Result<(), Halt>, StoreError> {
        let Some(OpenedMail { row, mail: Some(mut mail), .. }) = self.undecided(id).await? else {
            return Ok(Err(Halt::Gone));
        };
        let of = reference.clone();
        let find = move |connection: &mut AnyConnection| {
            let Some(filed) = cases::find(connection, &of)? else { return Ok(None) };
            Ok(Some((filed.case.id, documents::count_mailed(connection, filed.case.id)?)))
        };
        let Some((case, mailed)) = self.store.read_snapshot(find).await? else { return Ok(Err(Halt::NoSuchCase)) };
        let kit = self.kit.clone();
        let (attachments, at) = (std::mem::take(&mut mail.attachments), act.at);
        let room = i64::from(kit.documents.per_case).saturating_sub(mailed);
        let room = usize::try_from(room).unwrap_or_default();
        let names: Vec<String> = attachments.iter().map(|each| each.name.clone()).collect();
        let prepared = blocking(move || prepare_all(&kit, (case, id), attachments, room, at)).await;
        let files = prepared.unwrap_or_else(|| unlooked(names));
        let (kit, ready) = (self.kit.clone(), Arc::new((row, mail, files)));
        let attach = move |tx: &mut Tx<'_>| -> Done<()> {
            let (row, mail, files) = ready.as_ref();
            if let Some(halt) = may_decide(tx, &act, id) {
                return Ok(Err(halt));
            }
            let filed = match held(tx, &act, &reference, None)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            // Somebody else may have decided meanwhile; then nothing is written.
            let still = inbound::find(tx.connection, id)?.is_some_and(|row| row.fate.is_undecided());
            if !still {
                return Ok(Err(Halt::Gone));
            }
            let mut row = row.clone();
            row.matched_by = Some(MatchedBy::Hand);
            row.aside = None;
            fill(tx, &kit, &act, &filed, (&mut row, mail, files))?;
            if !inbound::attach(tx, &row, act.at)? {
                return Err(StoreError::Conflict);
            }
            keep_files(tx, &act, &filed, &row, files)?;
            tx.record(act.case_entry("mail.attached", &filed, about(id)));
            Ok(Ok(()))
        };
        self.store.write(attach).await
    }

    /// **Discard**: a mail is nobody's. What it said is forgotten. Of a mail that was to become a message of a case, its
    /// holder or a supervisor says so.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it or it was decided before; [`StoreError`] when the database fails.
    pub async fn discard_mail(&self, act: Act, id: InboundMailId) -> Result<Result<(), Halt>, StoreError> {
        let discard = move |tx: &mut Tx<'_>| -> Done<()> {
            if let Some(halt) = may_decide(tx, &act, id) {
                return Ok(Err(halt));
            }
            let Some(row) = inbound::find(tx.connection, id)? else { return Ok(Err(Halt::Gone)) };
            if let Some(case) = row.case.filter(|_| row.fate.is_undecided()) {
                let reference = cases::reference_of(tx.connection, case)?;
                let filed = match held(tx, &act, &reference, None)? {
                    Ok(filed) => filed,
                    Err(halt) => return Ok(Err(halt)),
                };
                let supervises = act.actor.role().is_some_and(|role| role.supervises());
                if !supervises && filed.case.holder != act.actor.agent() {
                    return Ok(Err(refuse(tx, &act, &filed, "discard_mail", Refused::NotHolder)));
                }
            }
            if !inbound::discard(tx, id, act.at)? {
                return Ok(Err(Halt::Gone));
            }
            let discarded = entry(tx, &act, "mail.discarded", row.case, about(id))?;
            tx.record(discarded);
            Ok(Ok(()))
        };
        self.store.write(discard).await
    }

    /// Forgets mails that nobody decided about in time, and later that mails came which became nothing. Answers how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(in crate::workflow) async fn forget_undecided(&self) -> Result<usize, StoreError> {
        let before = self.now() - self.kit.inbound.unmatched_kept();
        let known_before = before.min(self.now() - KNOWN_FOR);
        let find = move |connection: &mut AnyConnection| {
            Ok((inbound::undecided_before(connection, before, BATCH)?, inbound::spent(connection, known_before, ROWS)?))
        };
        let (due, spent) = self.store.read(find).await?;
        let act = self.system_act();
        let forget = move |tx: &mut Tx<'_>| {
            let mut count = inbound::remove(tx, &spent)?;
            for id in &due {
                let case = inbound::find(tx.connection, *id)?.and_then(|row| row.case);
                if inbound::discard(tx, *id, act.at)? {
                    let mut about = about(*id);
                    about.insert("why".to_owned(), "retention".into());
                    let discarded = entry(tx, &act, "mail.discarded", case, about)?;
                    tx.record(discarded);
                    count += 1;
                }
            }
            Ok(count)
        };
        self.store.write(forget).await
    }
}

fn may_decide(tx: &mut Tx<'_>, act: &Act, id: InboundMailId) -> Option<Halt> {
    let role = act.actor.role();
    if role.is_some_and(|role| role.works_cases()) {
        return None;
    }
    let mut about = about(id);
    about.insert("rule".to_owned(), "role".into());
    tx.record(act.entry("mail.refused", None, None, about));
    Some(Halt::Refused(Refused::Role(role)))
}
