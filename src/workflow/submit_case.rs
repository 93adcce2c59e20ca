use sha2::{Digest, Sha256};

use super::act::{Act, Done, Halt};
use super::limits::{Counted, network_of, spend};
use super::{Desk, Kit, Lane, deadlines, events, risk};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::case::Case;
use crate::domain::contact::EmailAddress;
use crate::domain::form::AssistanceForm;
use crate::domain::ids::{CaseId, OutboxId};
use crate::domain::limits::Limit;
use crate::domain::reference::CaseRef;
use crate::locale::text;
use crate::store::cases::{self, Filed, Filing};
use crate::store::outbox::Errand;
use crate::store::{StoreError, Tx};

/// A form that reached us.
#[derive(Debug, Clone)]
pub struct Submission {
    /// What it says.
    pub form: AssistanceForm,
    /// The page's hidden key; sent twice, it is one case.
    pub key: Option<String>,
    /// From where.
    pub ip: String,
    /// From which country, where a proxy of ours says so.
    pub country: Option<String>,
}

/// Without a key from the page, the same words from the same place within about this many seconds are one case.
const SAME_FORM_SECONDS: i64 = 600;
const ATTEMPTS: usize = 3;

impl Submission {
    /// What makes this submission one with another: the page's key and the words. Without a key a second one
    /// follows: what a form sent a little earlier would have been known by.
    fn key_hashes(&self, at: i64) -> Vec<String> {
        let hash = |place: String| hex::encode(Sha256::digest(format!("{place}\0{:?}", self.form)));
        match &self.key {
            Some(key) => vec![hash(format!("key\0{key}"))],
            None => {
                let slot = at / SAME_FORM_SECONDS;
                [slot, slot - 1].map(|slot| hash(format!("same\0{}\0{slot}", self.ip))).to_vec()
            }
        }
    }
}

impl Desk {
    /// Opens a case and answers with its reference. Whether an account matches is found out afterwards by
    /// the worker, so the answer is the same and takes the same time for everyone. When an address is named too
    /// often no case is opened, and the answer is the same as well: it tells nothing about who asks for whom.
    ///
    /// # Errors
    /// [`Halt::TooOften`] when too many forms came from one network; [`StoreError`] when it could not be stored.
    pub async fn submit_case(&self, submission: Submission) -> Result<Result<CaseRef, Halt>, StoreError> {
        let at = self.now();
        let act = Act { actor: Actor::Customer, ip: submission.ip.clone(), at };
        let keys = submission.key_hashes(at.timestamp());
        let id = self.kit.id(CaseId::new, at);
        let case = Case::submitted(id, self.kit.entropy.reference(), at, self.kit.policy.case_expiry);
        let clocks = deadlines::opened(&self.kit, &case, None, submission.form.language, at);
        let filing = Filing {
            submission_key: keys[0].clone(),
            tier: None,
            clocks,
            ended_reason: None,
            changed_by: "customer".to_owned(),
            changed_at: at,
        };
        let filed = Filed { case, filing };
        let errand = self.kit.id(OutboxId::new, at);
        let origin = risk::origin_of(&self.kit, &submission.form, (&submission.ip, submission.country.as_deref()), at);
        let form = submission.form;
        let kit = self.kit.clone();
        let store = move |tx: &mut Tx<'_>| {
            if let Some(reference) = cases::submitted_before(tx.connection, &keys)? {
                tx.record(act.entry("case.submitted_again", Some(&reference), None, details([])));
                return Ok(Ok(reference));
            }
            if let Err(halt) = from_network(tx, &kit, &act)? {
                return Ok(Err(halt));
            }
            if let Err(reached) = spend(tx, &kit, &act, &for_address(&kit, &act, &form.email))? {
                tx.record(act.entry("case.withheld", None, None, details([("limit", reached.limit.code().into())])));
                return Ok(Ok(kit.entropy.reference()));
            }
            // Drawn anew for each attempt: two cases can be given the same reference, once in very many.
            let mut filed = filed.clone();
            filed.case.reference = kit.entropy.reference();
            cases::insert_from(tx, &filed, (&form, &origin), (errand, &Errand::Intake))?;
            let about = details([("device", form.device_kind.code().into()), ("reason", form.reason.code().into())]);
            events::record(tx, &kit, &act, &filed, ("case.submitted", about))?;
            Ok(Ok(filed.case.reference.clone()))
        };
        let mut stored = self.store.write(store.clone()).await;
        for _ in 0..ATTEMPTS {
            // Another instance stored the same form a moment ago, or the reference is taken.
            if matches!(stored, Err(StoreError::Duplicate)) {
                stored = self.store.write(store.clone()).await;
            }
        }
        let stored = stored?;
        self.run_errands_of(Lane::Prompt);
        Ok(stored)
    }

    /// Records that a form came with its hidden field filled in, and makes up a reference like any other:
    /// whoever wrote the program that did it learns nothing from the answer.
    ///
    /// # Errors
    /// [`Halt::TooOften`] when too many forms came from one network; [`StoreError`] when it could not be recorded.
    pub async fn submit_bait(&self, ip: String) -> Result<Result<CaseRef, Halt>, StoreError> {
        let (kit, act) = (self.kit.clone(), Act { actor: Actor::Customer, ip, at: self.now() });
        let record = move |tx: &mut Tx<'_>| {
            if let Err(halt) = from_network(tx, &kit, &act)? {
                return Ok(Err(halt));
            }
            tx.record(act.entry("case.bait_taken", None, None, details([])));
            Ok(Ok(kit.entropy.reference()))
        };
        self.store.write(record).await
    }
}

/// Whole offices share an address: they may send many forms, and are told when there were too many.
fn from_network(tx: &mut Tx<'_>, kit: &Kit, act: &Act) -> Done<()> {
    Ok(spend(tx, kit, act, &[Counted::network(Limit::FormsOfNetwork, &act.ip)])?.map(|_| ()).map_err(|reached| {
        Halt::TooOften(match reached.until {
            Some(until) => text!("network-too-often", time = until),
            None => text!("halt-too-often"),
        })
    }))
}

/// One network alone cannot use up what others may ask for an address.
fn for_address(kit: &Kit, act: &Act, email: &EmailAddress) -> [Counted; 2] {
    let (key, network) = (email.key(), network_of(&act.ip));
    let hashed = |limit, parts: &[&[u8]]| Counted::hashed(kit, limit, parts, email.masked());
    [
        hashed(Limit::FormsForAddress, &[key.as_bytes(), network.as_bytes()]),
        hashed(Limit::FormsForAddressAnywhere, &[key.as_bytes()]),
    ]
}
