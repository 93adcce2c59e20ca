//! Deciding a mail: which links it carries and what it says, all in the transaction of what it tells of.

use tokio::sync::Notify;

use super::act::{Act, Known};
use super::documents::{self, OnFile};
use super::limits::{Counted, spend};
use super::{Desk, Kit, Lane};
use crate::domain::audit::details;
use crate::domain::case::{Assessment, PathAssessment, Stage, assess};
use crate::domain::evidence::CheckKind;
use crate::domain::ids::{AuthenticatorId, LinkId, OutboxId};
use crate::domain::limits::Limit;
use crate::domain::need::Need;
use crate::domain::notice::Notice;
use crate::store::cases::{self, Filed};
use crate::store::links::{self, Link, LinkPurpose};
use crate::store::outbox::{self, Errand, MailErrand, NamedDevice};
use crate::store::{StoreError, Tx, origins};

/// Queues a mail to the account's address of record. A case without an account has nobody to write to.
pub(super) fn queue(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    known: &Known,
    notice: Notice,
    words: Option<&str>,
) -> Result<(), StoreError> {
    let Some(account) = &known.account else { return Ok(()) };
    let of_stranger = match notice {
        Notice::Received | Notice::LinkAgain => true,
        Notice::HandedOver => !filed.case.email_was_confirmed(),
        _ => false,
    };
    if of_stranger {
        // Nobody's mailbox is flooded, and its owner can still be written to: the place first, so that one network
        // cannot use up what others have.
        let network = origins::find(tx.connection, filed.case.id)?.map(|origin| origin.network).unwrap_or_default();
        let place = format!("{} {network} {}", account.id, notice.template());
        let counted = [
            Counted::new(Limit::StrangersMailsFromNetwork, place, account.email.masked()).within(filed),
            Counted::account(Limit::StrangersMails, account, filed),
        ];
        if spend(tx, kit, act, &counted)?.is_err() {
            tx.record(act.case_entry("mail.withheld", filed, details([("rule", "hourly_budget".into())])));
            return Ok(());
        }
    }
    let mut link = |purpose, lifetime| -> Result<LinkId, StoreError> {
        let id = kit.id(LinkId::new, act.at);
        let link = Link {
            id,
            case: filed.case.id,
            purpose,
            subject: kit.key.email_subject(&account.email),
            expires_at: act.at + lifetime,
            opened_at: None,
            used_at: None,
            administrator: None,
        };
        links::insert(tx, &link, &kit.key.link_token(id).hash(), act.at)?;
        Ok(id)
    };
    let lifetime = match notice {
        Notice::VerifyEmail => kit.periods.recovery_link(),
        _ => kit.periods.email_link(),
    };
    let open = notice.opens_case().then(|| link(LinkPurpose::Open, lifetime)).transpose()?;
    let object =
        notice.can_be_objected_to().then(|| link(LinkPurpose::Object, kit.periods.dispute_link())).transpose()?;
    let (devices, left) = match notice {
        Notice::Deactivated | Notice::PartlyDeactivated => {
            (named(known, filed.case.deactivated()), named(known, filed.case.failed()))
        }
        _ => (named(known, filed.case.approved_to_do()), Vec::new()),
    };
    let assessment = assess(&filed.case, &known.facts(kit), act.at);
    let waiting = documents::on_file(tx.connection, &filed.case)?.iter().any(OnFile::is_waiting);
    let needs = customer_needs(&assessment, kit, account.phone.is_some(), waiting);
    let errand = Errand::Mail(MailErrand {
        notice,
        language: cases::language(tx.connection, filed.case.id)?,
        to: account.email.clone(),
        name: account.name.clone(),
        open,
        object,
        administer: None,
        words: words.map(str::to_owned),
        devices,
        left,
        device_kind: None,
        device: None,
        phone_masked: account.phone.as_ref().filter(|_| needs.phone).map(|phone| phone.masked()),
        needs: needs.needs,
    });
    outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &errand, act.at)
}

/// Authenticators as a mail names them.
fn named(known: &Known, ids: impl Iterator<Item = AuthenticatorId>) -> Vec<NamedDevice> {
    let all = known.facts.as_ref().map(|facts| facts.authenticators.as_slice()).unwrap_or_default();
    let found = ids.filter_map(|id| all.iter().find(|each| each.id == id));
    found.map(|each| NamedDevice { kind: each.kind, name: each.label.clone() }).collect()
}

/// What is still needed from the customer.
pub(super) struct Needs {
    /// One by one.
    pub needs: Vec<Need>,
    /// The telephone check is among them.
    pub phone: bool,
}

/// What the customer themself can still do, on the nearest path that this version can finish for them.
///
/// `waiting` says that a document lies with the desk: nobody is asked for another one meanwhile.
pub(super) fn customer_needs(assessment: &Assessment<'_>, kit: &Kit, has_phone: bool, waiting: bool) -> Needs {
    let nothing = Needs { needs: Vec::new(), phone: false };
    if assessment.best().is_none_or(|best| best.stage > Stage::Evidence) {
        return nothing;
    }
    let possible = |kind: &CheckKind| kind.is_made_at_desk() && (has_phone || !kind.proves_phone());
    let missing = |path: &PathAssessment<'_>| -> Option<Vec<CheckKind>> {
        let unmet = path.groups.iter().filter(|group| group.met_by.is_none());
        unmet.map(|group| group.alternatives.iter().copied().find(possible)).collect()
    };
    let asked = |kind: CheckKind| need(kind, kit.offers_calls);
    let effort = |kinds: &Vec<CheckKind>| (kinds.len(), kinds.iter().map(|kind| kind.effort()).sum::<u8>());
    if let Some(mut kinds) = assessment.paths.iter().filter_map(missing).min_by_key(effort) {
        let phone = kinds.iter().any(|kind| kind.proves_phone());
        let with_desk = |kinds: Vec<CheckKind>| kinds == [CheckKind::Document];
        if waiting && !phone && assessment.paths.iter().filter_map(missing).any(with_desk) {
            return nothing;
        }
        kinds.retain(|kind| !(waiting && *kind == CheckKind::Document));
        let unmet = assessment.paths.iter().flat_map(|path| &path.groups).filter(|group| group.met_by.is_none());
        let ways: Vec<CheckKind> = unmet.flat_map(|group| group.alternatives).copied().collect();
        let instead = |kind: CheckKind| ways.contains(&kind) && !kinds.contains(&kind);
        let saved_code = instead(CheckKind::RecoveryCode);
        let document = instead(CheckKind::Document) && !phone && !waiting;
        let mut needs: Vec<Need> = kinds.into_iter().map(asked).collect();
        if saved_code {
            needs.push(Need::OrRecoveryCode);
        }
        if document {
            needs.push(Need::OrDocument);
        }
        return Needs { needs, phone };
    }
    // No path can be finished online, but the phone number may still be one of the things to prove.
    let unmet = assessment.paths.iter().flat_map(|path| &path.groups).filter(|group| group.met_by.is_none());
    let phone = unmet.flat_map(|group| group.alternatives).copied().find(|kind| kind.proves_phone() && possible(kind));
    let mut needs: Vec<Need> = phone.map(asked).into_iter().collect();
    needs.push(Need::Desk);
    Needs { needs, phone: phone.is_some() }
}

const fn need(kind: CheckKind, calls: bool) -> Need {
    match kind {
        CheckKind::EmailLink => Need::EmailLink,
        CheckKind::Administrator => Need::Administrator,
        CheckKind::RecoveryCode => Need::RecoveryCode,
        CheckKind::Document => Need::Document,
        CheckKind::InPerson => Need::InPerson,
        _ if calls => Need::CallMe,
        _ => Need::Callback,
    }
}

impl Desk {
    /// Wakes the worker, so that what was just decided leaves without delay.
    pub(super) fn run_errands(&self) {
        self.errands.iter().for_each(Notify::notify_one);
        self.run_events();
    }

    /// Like [`Desk::run_errands`], where nothing was decided but errands of one lane, and events.
    pub(super) fn run_errands_of(&self, lane: Lane) {
        self.errands[lane as usize].notify_one();
        self.run_events();
    }

    fn run_events(&self) {
        self.subscribers.iter().for_each(|subscriber| subscriber.added.notify_one());
    }
}
