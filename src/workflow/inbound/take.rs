use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::super::act::{Act, known};
use super::super::limits::{Counted, spend};
use super::super::{Desk, Kit, deadlines, events};
use super::bounce;
use super::files::{Prepared, prepare_all, unlooked};
use super::route;
use crate::domain::audit::details;
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{CaseId, EntryId, InboundMailId};
use crate::domain::inbound::{Fate, Incoming, MatchedBy, Nature, Sender, Sign, Way, fold, judge};
use crate::domain::limits::Limit;
use crate::domain::reference::CaseRef;
use crate::domain::sealed::{Sealed, Sealing};
use crate::domain::sla::Happened;
use crate::notify::inbound::{read, read_head};
use crate::store::cases::{self, EntryKind, Filed, WrittenEntry};
use crate::store::inbound::{self, InboundMail};
use crate::store::{AnyConnection, StoreError, Tx, documents};

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
    files: Vec<Prepared>,
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
        let bytes = Arc::clone(&raw);
        let (mail, digest) = blocking(move || match read(&bytes) {
            Ok(mail) => {
                let digest = mail.digest();
                (mail, digest)
            }
            // It is kept as it is; somebody at the desk may know what it is.
            Err(_) => (Incoming::default(), hex::encode(Sha256::digest(bytes.as_slice()))),
        })
        .await
        .unwrap_or_else(|| (Incoming::default(), hex::encode(Sha256::digest(raw.as_slice()))));
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
        let (maker, id, mut mail) = (kit.clone(), row.id, mail);
        let attachments = std::mem::take(&mut mail.attachments);
        let names: Vec<String> = attachments.iter().map(|each| each.name.clone()).collect();
        let (case, about) = (found.as_ref().map(|((_, case, _), mailed)| (*case, *mailed)), row.about());
        let prepare = move || match case {
            Some((case, mailed)) if letter => {
                let room = i64::from(maker.documents.per_case).saturating_sub(mailed);
                let room = usize::try_from(room).unwrap_or_default();
                (prepare_all(&maker, (case, id), attachments, room, at), None)
            }
            None if letter => {
                (Vec::new(), Some(maker.sealing.seal(Sealing::Mail, &about, maker.entropy.bytes(), &raw)))
            }
            _ => (Vec::new(), None),
        };
        let (files, raw) = match blocking(prepare).await {
            Some(ready) => ready,
            None if case.is_some() => (unlooked(names), None),
            None => return Err(StoreError::Unavailable("a mail could not be sealed".to_owned())),
        };
        let ready = Arc::new(Ready { row, mail, nature, route: found.map(|(route, _)| route), files, raw });
        let act = self.system_act();
        self.store.write(move |tx| file(tx, &kit, &act, &ready)).await
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
    if spend(tx, kit, act, &[counted])?.is_err() {
        row.fate = Fate::TooMany;
        row.case = filed.as_ref().map(|filed| filed.case.id);
        inbound::insert(tx, &row, None)?;
        if let Some(filed) = &filed {
            let about = details([("inbound", row.id.to_string().into()), ("size", row.size.into())]);
            tx.record(act.case_entry("mail.too_many", filed, about));
        }
        return Ok(Taken::New(row.fate));
    }
    row.from = from.map(|from| from.as_str().to_owned()).unwrap_or_default();
    row.subject = ready.mail.subject.clone();
    match (filed, &ready.route) {
        (Some(filed), Some((_, _, by))) => {
            row.matched_by = Some(*by);
            fill(tx, kit, act, &filed, (&mut row, &ready.mail, &ready.files))?;
            inbound::insert(tx, &row, None)?;
            keep_files(tx, act, &filed, &row, &ready.files)?;
        }
        _ => {
            inbound::insert(tx, &row, ready.raw.as_ref())?;
            let about = details([("inbound", row.id.to_string().into()), ("way", row.way.code().into())]);
            tx.record(act.entry("mail.unmatched", None, None, about));
        }
    }
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
    let id = kit.id(EntryId::new, act.at);
    let kind = match row.sender {
        Sender::OfRecord => EntryKind::FromCustomer,
        Sender::Another => EntryKind::FromElsewhere,
    };
    let said = if folded.said.is_empty() { "–".to_owned() } else { folded.said };
    let entry = WrittenEntry { id, kind, agent: None, at: act.at, body: said };
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
