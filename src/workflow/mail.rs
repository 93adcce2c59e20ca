//! Deciding a mail: which links it carries and what it says, all in the transaction of what it tells of.

use chrono::TimeDelta;
use tokio::sync::Notify;

use super::act::{Act, Known};
use super::{Desk, Kit};
use crate::domain::audit::details;
use crate::domain::case::{Assessment, Stage, assess};
use crate::domain::evidence::CheckKind;
use crate::domain::ids::{EntryId, LinkId, OutboxId};
use crate::domain::notice::Notice;
use crate::store::cases::Filed;
use crate::store::links::{self, Link, LinkPurpose};
use crate::store::outbox::{self, Errand, MailErrand};
use crate::store::{StoreError, Tx, throttle};

/// Mails in an hour that anyone can have sent to an account by filling in forms: nobody's mailbox is flooded,
/// and its owner can still be written to.
const STRANGERS_MAILS: i64 = 20;

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
    if matches!(notice, Notice::Received | Notice::LinkAgain) {
        let (subject, budget) = (account.id.to_string(), (STRANGERS_MAILS, TimeDelta::hours(1)));
        if !throttle::take(tx, kit.id(EntryId::new, act.at), "strangers-mail", &subject, act.at, budget)? {
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
        };
        links::insert(tx, &link, &kit.key.link_token(id).hash(), act.at)?;
        Ok(id)
    };
    let open = notice.opens_case().then(|| link(LinkPurpose::Open, kit.periods.email_link())).transpose()?;
    let object =
        notice.can_be_objected_to().then(|| link(LinkPurpose::Object, kit.periods.dispute_link())).transpose()?;
    let device = filed.case.authenticator.and_then(|id| {
        let authenticators = known.facts.as_ref().map(|facts| facts.authenticators.as_slice()).unwrap_or_default();
        let found = authenticators.iter().find(|authenticator| authenticator.id == id)?;
        Some(format!("{} “{}”", found.kind.label(), found.label))
    });
    let needs = customer_needs(&assess(&filed.case, &known.facts(kit), act.at));
    let errand = Errand::Mail(MailErrand {
        notice,
        to: account.email.clone(),
        name: account.name.clone(),
        open,
        object,
        words: words.map(str::to_owned),
        device,
        phone_masked: account.phone.as_ref().map(|phone| phone.masked()),
        needs,
    });
    outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &errand, act.at)
}

/// What the customer themself can still do for the path that is nearest to its end.
pub(super) fn customer_needs(assessment: &Assessment<'_>) -> Vec<String> {
    let Some(best) = assessment.best().filter(|best| best.stage == Stage::Evidence) else { return Vec::new() };
    best.groups
        .iter()
        .filter(|group| group.met_by.is_none())
        .filter_map(|group| group.alternatives.first())
        .map(|kind| need(*kind).to_owned())
        .collect()
}

const fn need(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Password => "Sign in with your password.",
        CheckKind::EmailLink => "Confirm your e-mail address: open the link we sent you and press its button.",
        CheckKind::PhoneCode | CheckKind::AgentCallback => {
            "Confirm your phone number: open your case's page and press “Call me now”."
        }
        CheckKind::RecoveryCode => "Enter one of your saved recovery codes.",
        CheckKind::Resync => "Enter two codes in a row from your device.",
        CheckKind::Administrator => "An administrator of your account has to approve.",
        CheckKind::Document => "Have an identity document examined by the desk.",
        CheckKind::InPerson => "Meet an agent in person.",
    }
}

impl Desk {
    /// Wakes the worker, so that what was just decided leaves without delay.
    pub(super) fn run_errands(&self) {
        self.errands.iter().for_each(Notify::notify_one);
    }
}
