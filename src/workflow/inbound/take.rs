use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::super::act::{Act, known};
use super::super::limits::{Counted, spend};
use super::super::write::next_moment;
use super::super::{Desk, Kit, deadlines, events};
use super::bounce;
use super::files::{Prepared, prepare_all};
use super::route;
use crate::domain::audit::{Details, details};
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{CaseId, EntryId, InboundMailId};
use crate::domain::inbound::{Aside, Fate, Incoming, MatchedBy, Nature, Sender, Sign, Way, fold, judge};
use crate::domain::limits::Limit;
use crate::domain::reference::CaseRef;
use crate::domain::sealed::{Sealed, Sealing};
use crate::domain::sla::Happened;
use crate::notify::inbound::{read, read_head};
use crate::store::cases::{self, EntryKind, Filed, WrittenEntry};
use crate::store::inbound::{self, InboundMail};
use crate::store::{AnyConnection, StoreError, Tx, documents, erasure};

/// Mails of one case that are kept although they are too many.
const MOST_OF_CASE: i64 = 20;

/// What became of a mail that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is stored.
    New(Fate),
    /// It was stored before.
    Known,
    /// Nothing of it is stored: it belongs to no case, and as many such mails wait as are kept. It has to come again.
    NoRoom,
}

/// A mail as it was read, with what is kept of it ready to be stored.
struct Ready {
    row: InboundMail,
    mail: Incoming,
    nature: Nature,
    route: Option<(CaseRef, CaseId, MatchedBy)>,
    /// What came with it; why it has to be set aside where that could not be looked at.
    files: Result<Vec<Prepared>, Aside>,
    raw: Option<Sealed>,
}

impl Desk {
    /// Takes a mail in, whichever way it came: once, however often it comes. Nobody is answered.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; then nothing was stored, and the mail has to be handed in again.
    pub async fn take_mail(&self, raw: Vec<u8>, way: Way) -> Result<Taken, StoreError> {
        let (kit, at) = (self.kit.clone(), self.now());
        let raw = Arc::new(raw);
        let (mail, digest) = recognised(&raw).await;
        let nature = judge(&mail, |name| kit.is_own(name));
        let row = empty_row(&kit, (way, &digest, raw.len()), &mail, at);
        let (asking, asked) = (kit.clone(), mail.clone());
        let find = move |connection: &mut AnyConnection| {
            let Some((reference, by)) = route(connection, &asking, &asked)? else { return Ok(None) };
            let Some(filed) = cases::find(connection, &reference)? else { return Ok(None) };
            let mailed = documents::count_mailed(connection, filed.case.id)?;
            Ok(Some(((reference, filed.case.id, by), mailed)))
        };
        let found = self.store.read_snapshot(find).await?;
        let letter = nature == Nature::Letter;
        let (mut mail, mut files, mut kept) = (mail, Ok(Vec::new()), None);
        if letter {
            // Whether it can become what it should is seen when it is stored.
            kept = Some(self.seal_mail(&row, raw).await?);
            let attachments = std::mem::take(&mut mail.attachments);
            if let Some(((_, case, _), mailed)) = &found {
                let room = i64::from(kit.documents.per_case).saturating_sub(*mailed);
                let room = usize::try_from(room).unwrap_or_default();
                let (maker, of) = (Arc::clone(&kit), (*case, row.id));
                let look = move || prepare_all(&maker, of, attachments, room, at);
                files = blocking(look).await.ok_or(Aside::Files);
            }
        }
        let ready = Arc::new(Ready { row, mail, nature, route: found.map(|(route, _)| route), files, raw: kept });
        let act = self.system_act();
        self.store.write(move |tx| file(tx, &kit, &act, &ready)).await
    }

    async fn seal_mail(&self, row: &InboundMail, raw: Arc<Vec<u8>>) -> Result<Sealed, StoreError> {
        let (kit, about) = (Arc::clone(&self.kit), row.about());
        let seal = move || kit.sealing.seal(Sealing::Mail, &about, kit.entropy.bytes(), &raw);
        blocking(seal).await.ok_or_else(|| StoreError::Unavailable("a mail could not be sealed".to_owned()))
    }

    /// Keeps a mail that cannot be taken, as it came and with nothing that was read of it, for somebody to decide.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; then nothing was stored, and the mail has to stay where it is.
    pub async fn set_mail_aside(&self, raw: Vec<u8>, way: Way) -> Result<Taken, StoreError> {
        let (kit, act, raw) = (Arc::clone(&self.kit), self.system_act(), Arc::new(raw));
        let (_, digest) = recognised(&raw).await;
        let mut row = empty_row(&kit, (way, &digest, raw.len()), &Incoming::default(), act.at);
        let sealed = self.seal_mail(&row, raw).await?;
        (row.fate, row.aside) = (Fate::SetAside, Some(Aside::Store));
        let keep = move |tx: &mut Tx<'_>| {
            if inbound::is_known(tx, &row.digest)? {
                return Ok(Taken::Known);
            }
            if !has_room(tx)? {
                return Ok(Taken::NoRoom);
            }
            inbound::insert(tx, &row, Some(&sealed))?;
            tx.record(act.entry("mail.set_aside", None, None, why(&row, Aside::Store)));
            Ok(Taken::New(Fate::SetAside))
        };
        self.store.write(keep).await
    }

    /// Keeps that a mail came which is larger than is taken, by its head alone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn take_head(&self, head: Vec<u8>, size: usize, way: Way) -> Result<Taken, StoreError> {
        let (kit, act) = (self.kit.clone(), self.system_act());
        let mail = read_head(&head).unwrap_or_default();
        let digest = hex::encode(Sha256::digest(format!("{} {size}", mail.digest())));
        let mut row = empty_row(&kit, (way, &digest, size), &mail, act.at);
        row.fate = Fate::TooLarge;
        row.from = mail.from.as_ref().map(|from| from.as_str().to_owned()).unwrap_or_default();
        row.subject = mail.subject;
        let keep = move |tx: &mut Tx<'_>| {
            if inbound::is_known(tx, &row.digest)? {
                return Ok(Taken::Known);
            }
            if !has_room(tx)? {
                return Ok(Taken::NoRoom);
            }
            inbound::insert(tx, &row, None)?;
            let about = details([("mail", row.id.to_string().into()), ("size", row.size.into())]);
            tx.record(act.entry("mail.too_large", None, None, about));
            Ok(Taken::New(Fate::TooLarge))
        };
        self.store.write(keep).await
    }
}

/// Runs what takes long where nobody waits behind it. A panic is an answer too: a mail that a parser cannot bear must not
/// come again and again.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Some(done),
        Err(error) => {
            tracing::error!(%error, "a mail could not be read");
            None
        }
    }
}

/// What a mail says, and what tells it from every other one. One that cannot be read says nothing: it is kept as it is,
/// and somebody at the desk may know what it is.
async fn recognised(raw: &Arc<Vec<u8>>) -> (Incoming, String) {
    let bytes = Arc::clone(raw);
    let reading = move || read(&bytes).ok().map(|mail| (mail.digest(), mail));
    match blocking(reading).await.flatten() {
        Some((digest, mail)) => (mail, digest),
        None => (Incoming::default(), hex::encode(Sha256::digest(raw.as_slice()))),
    }
}

fn empty_row(
    kit: &Kit,
    (way, digest, size): (Way, &str, usize),
    mail: &Incoming,
    at: chrono::DateTime<chrono::Utc>,
) -> InboundMail {
    InboundMail {
        id: kit.id(InboundMailId::new, at),
        digest: digest.to_owned(),
        way,
        fate: Fate::Unmatched,
        aside: None,
        sign: None,
        case: None,
        entry: None,
        matched_by: None,
        sender: mail.sender(None),
        from: String::new(),
        subject: String::new(),
        rest: String::new(),
        files: Vec::new(),
        size: i64::try_from(size).unwrap_or(i64::MAX),
        received_at: at,
        decided_at: None,
    }
}

fn file(tx: &mut Tx<'_>, kit: &Kit, act: &Act, ready: &Ready) -> Result<Taken, StoreError> {
    if inbound::is_known(tx, &ready.row.digest)? {
        return Ok(Taken::Known);
    }
    let mut row = ready.row.clone();
    match &ready.nature {
        Nature::Report(report) => {
            row.fate = Fate::Report;
            row.case = bounce::mark(tx, kit, act, report)?;
        }
        Nature::Automatic(sign) => {
            row.fate = Fate::Automatic;
            row.sign = Some(*sign);
            note_automatic(tx, act, ready, &mut row, *sign)?;
        }
        Nature::Letter => return letter(tx, kit, act, ready, row),
    }
    inbound::insert(tx, &row, None)?;
    Ok(Taken::New(row.fate))
}

/// An out-of-office answer to a mail of a case is something that whoever works on it wants to know.
fn note_automatic(
    tx: &mut Tx<'_>,
    act: &Act,
    ready: &Ready,
    row: &mut InboundMail,
    sign: Sign,
) -> Result<(), StoreError> {
    let Some((reference, case, by)) = &ready.route else { return Ok(()) };
    if sign == Sign::Loop {
        return Ok(());
    }
    let Some(filed) = cases::lock(tx, reference)? else { return Ok(()) };
    row.case = Some(*case);
    row.matched_by = Some(*by);
    let about = details([("inbound", row.id.to_string().into()), ("sign", sign.code().into())]);
    tx.record(act.case_entry("mail.automatic", &filed, about));
    Ok(())
}

/// Whether one more mail can wait for somebody who decides about it.
fn has_room(tx: &mut Tx<'_>) -> Result<bool, StoreError> {
    Ok(inbound::count_undecided(tx.connection)? < inbound::MOST_UNDECIDED)
}

fn letter(tx: &mut Tx<'_>, kit: &Kit, act: &Act, ready: &Ready, mut row: InboundMail) -> Result<Taken, StoreError> {
    let filed = match &ready.route {
        Some((reference, _, _)) => cases::lock(tx, reference)?,
        None => None,
    };
    // A case that was emptied takes nothing in any more: somebody has to look at what came.
    let emptied = match &filed {
        Some(filed) => erasure::of_case(tx.connection, filed.case.id)?.is_some(),
        None => false,
    };
    let filed = filed.filter(|_| !emptied);
    let from = ready.mail.from.as_ref();
    // Whom a mail says it is from is anybody's to write: it must not use up what the mails of a case may be.
    let counted = match &filed {
        Some(filed) => Counted::case(Limit::InboundMails, filed),
        None if !has_room(tx)? => return Ok(Taken::NoRoom),
        None => {
            let named = from.map(EmailAddress::key).unwrap_or_default();
            let about = from.map(EmailAddress::masked).unwrap_or_else(|| "no address".to_owned());
            Counted::hashed(kit, Limit::InboundMails, &[b"mail from", named.as_bytes()], about)
        }
    };
    let within = spend(tx, kit, act, &[counted])?.is_ok();
    match (filed, &ready.route, &ready.files) {
        (Some(filed), _, _) if !within => set_aside(tx, act, ready, (row, &filed), Aside::TooMany),
        (_, _, _) if !within => {
            row.fate = Fate::TooMany;
            inbound::insert(tx, &row, None)?;
            Ok(Taken::New(row.fate))
        }
        (Some(filed), Some(_), Err(aside)) => set_aside(tx, act, ready, (row, &filed), *aside),
        (Some(filed), Some((_, _, by)), Ok(files)) => {
            named(&mut row, &ready.mail);
            row.matched_by = Some(*by);
            fill(tx, kit, act, &filed, (&mut row, &ready.mail, files))?;
            inbound::insert(tx, &row, None)?;
            keep_files(tx, act, &filed, &row, files)?;
            Ok(Taken::New(row.fate))
        }
        _ => {
            named(&mut row, &ready.mail);
            inbound::insert(tx, &row, ready.raw.as_ref())?;
            let about = details([("inbound", row.id.to_string().into()), ("way", row.way.code().into())]);
            tx.record(act.entry("mail.unmatched", None, None, about));
            Ok(Taken::New(row.fate))
        }
    }
}

/// Keeps who wrote a mail, and about what.
fn named(row: &mut InboundMail, mail: &Incoming) {
    row.from = mail.from.as_ref().map(|from| from.as_str().to_owned()).unwrap_or_default();
    row.subject = mail.subject.clone();
}

fn why(row: &InboundMail, aside: Aside) -> Details {
    details([("inbound", row.id.to_string().into()), ("size", row.size.into()), ("why", aside.code().into())])
}

/// Keeps a mail of a case as it came, for somebody to decide. Of mails that are too many, no more than
/// [`MOST_OF_CASE`], and none once half of those that can wait do: one case must not keep the others out.
fn set_aside(
    tx: &mut Tx<'_>,
    act: &Act,
    ready: &Ready,
    (mut row, filed): (InboundMail, &Filed),
    aside: Aside,
) -> Result<Taken, StoreError> {
    row.case = Some(filed.case.id);
    let waiting = inbound::count_undecided(tx.connection)?;
    let crowds = aside == Aside::TooMany
        && (waiting >= inbound::MOST_UNDECIDED / 2
            || inbound::count_too_many(tx.connection, filed.case.id)? >= MOST_OF_CASE);
    if crowds {
        row.fate = Fate::TooMany;
        inbound::insert(tx, &row, None)?;
        tx.record(act.case_entry("mail.too_many", filed, why(&row, aside)));
        return Ok(Taken::New(row.fate));
    }
    if waiting >= inbound::MOST_UNDECIDED {
        return Ok(Taken::NoRoom);
    }
    named(&mut row, &ready.mail);
    (row.fate, row.aside) = (Fate::SetAside, Some(aside));
    row.matched_by = ready.route.as_ref().map(|(_, _, by)| *by);
    inbound::insert(tx, &row, ready.raw.as_ref())?;
    tx.record(act.case_entry("mail.set_aside", filed, why(&row, aside)));
    Ok(Taken::New(row.fate))
}

/// Makes a mail a message of a case. It changes nothing of the case but when the desk owes an answer, which it does for a
/// case that goes on, as for a message on the page.
pub(super) fn fill(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    (row, mail, files): (&mut InboundMail, &Incoming, &[Prepared]),
) -> Result<(), StoreError> {
    let account = known(tx.connection, kit, &filed.case)?.account;
    row.sender = mail.sender(account.as_ref().map(|account| &account.email));
    let folded = fold(&mail.text);
    let at = next_moment(tx, act, filed)?;
    let id = kit.id(EntryId::new, at);
    let kind = match row.sender {
        Sender::OfRecord => EntryKind::FromCustomer,
        Sender::Another => EntryKind::FromElsewhere,
    };
    let said = if folded.said.is_empty() { "–".to_owned() } else { folded.said };
    let entry = WrittenEntry { id, kind, agent: None, at, body: said };
    cases::write_entry(tx, filed.case.id, &entry)?;
    row.fate = Fate::Message;
    row.case = Some(filed.case.id);
    row.entry = Some(id);
    row.rest = folded.rest;
    row.files = files.iter().map(|prepared| prepared.file.clone()).collect();
    let goes_on = !filed.case.state.is_final() && !filed.case.with_owner;
    let happened = if goes_on { Happened::CustomerSpoke } else { Happened::Other };
    let after = deadlines::after(tx, kit, filed, happened, act.at)?;
    let about = details([
        ("entry", id.to_string().into()),
        ("inbound", row.id.to_string().into()),
        ("sender", row.sender.code().into()),
        ("by", row.matched_by.map(MatchedBy::code).unwrap_or_default().into()),
    ]);
    events::record(tx, kit, act, &after, ("case.mail_received", about))
}

/// Stores the documents that came with a mail.
pub(super) fn keep_files(
    tx: &mut Tx<'_>,
    act: &Act,
    filed: &Filed,
    row: &InboundMail,
    files: &[Prepared],
) -> Result<(), StoreError> {
    for prepared in files {
        if let Some((document, sealed)) = &prepared.kept {
            documents::insert(tx, document, sealed)?;
            let mut about = super::super::documents::about(document);
            about.insert("size".to_owned(), document.size.into());
            about.insert("inbound".to_owned(), row.id.to_string().into());
            tx.record(act.case_entry("document.mailed", filed, about));
        }
    }
    Ok(())
}
