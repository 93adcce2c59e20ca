use sha2::{Digest, Sha256};

use super::act::{Act, Done, Halt, command, known};
use super::limits::{Counted, spend};
use super::{Desk, Kit, deadlines, events, mail, risk, shut_out};
use crate::domain::account::Account;
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::authn::{Assurance, is_device};
use crate::domain::case::{Case, Command, Refused};
use crate::domain::evidence::{CheckKind, Evidence, Giver};
use crate::domain::form::{AssistanceForm, DeviceKind, Language, Reason};
use crate::domain::ids::{CaseId, EvidenceId};
use crate::domain::limits::Limit;
use crate::domain::notice::Notice;
use crate::domain::reference::CaseRef;
use crate::locale::text;
use crate::store::agents::{self, AgentSession};
use crate::store::cases::{self, Filed, Filing};
use crate::store::{StoreError, Tx, accounts, origins, throttle};

/// The password was given in this very sign-in; the single sign-on's word is no password that we saw.
fn gave_password(session: &AgentSession) -> bool {
    session.method == "password"
}

fn form_of(account: &Account, gave_password: bool) -> AssistanceForm {
    let proved = if gave_password { "Their password was right." } else { "They came by single sign-on." };
    AssistanceForm {
        email: account.email.clone(),
        account_number: None,
        name: account.name.clone(),
        device_kind: DeviceKind::Unsure,
        reason: Reason::Lost,
        failed_step: "Sign in with authentication device, at the desk.".to_owned(),
        phone: None,
        language: Language::English,
        callback_time: String::new(),
        message: format!("A colleague cannot use their authentication device. {proved}"),
    }
}

/// Gives the case the password that began this sign-in.
fn prove_password(tx: &mut Tx<'_>, kit: &Kit, act: &Act, session: &AgentSession, filed: Filed) -> Done<Filed> {
    if !gave_password(session) {
        return Ok(Ok(filed));
    }
    let id = kit.id(EvidenceId::new, act.at);
    let password = Evidence::passed(id, CheckKind::Password, act.at, Giver::Customer, None);
    Ok(command(tx, kit, act, &filed, &Command::RecordCheck(password))?.map(|changed| changed.filed))
}

impl Desk {
    /// **I cannot use my device**: somebody at the desk who gave their password opens a case about their own account.
    /// It goes the way of every other case, by the rules for colleagues: nobody works on their own, and a supervisor
    /// approves. A password counts, if it was given just now; everything else is proved from the mailed link on. A case
    /// that is open already is mailed again. Nothing is opened while a case of theirs is frozen, or where there is no
    /// device that one could deactivate.
    ///
    /// # Errors
    /// [`Halt`] when none may be opened, the session has ended, or it was asked for too often; [`StoreError`] when the database fails.
    pub async fn lost_device(
        &self,
        act: Act,
        session: &AgentSession,
        country: Option<String>,
    ) -> Result<Result<CaseRef, Halt>, StoreError> {
        let (kit, session) = (self.kit.clone(), session.id);
        // What is proved is proved as by any customer; who opened the case stands in its first entry.
        let proving = Act { actor: Actor::Customer, ..act.clone() };
        let open = move |tx: &mut Tx<'_>| {
            let live = agents::session(tx.connection, session)?;
            let Some(live) = live.filter(|live| live.assurance == Assurance::Password) else {
                return Ok(Err(Halt::Gone));
            };
            let Some(account) = accounts::find(tx.connection, live.agent.id.account())? else {
                return Ok(Err(Halt::Gone));
            };
            throttle::serialise(tx, "lost-device", &account.id.to_string())?;
            let refused =
                |why: &str| act.entry("agent.case_refused", None, Some(account.id), details([("why", why.into())]));
            if !accounts::authenticators(tx.connection, account.id)?.iter().any(is_device) {
                tx.record(refused("no_device"));
                let words = "No device of yours is active. Sign in with the link that was made for you when yours was \
                             deactivated, and set up another.";
                return Ok(Err(Halt::BadText(words.to_owned())));
            }
            // Whoever was stopped does not simply begin anew.
            if shut_out::is_stopped(tx.connection, account.id)? {
                tx.record(refused("disputed"));
                return Ok(Err(Halt::Refused(Refused::Disputed)));
            }
            let open = cases::going_on(tx.connection, account.id)?.into_iter().next();
            if let Some(reference) = open
                && let Some(filed) = cases::lock(tx, &reference)?
            {
                if spend(tx, &kit, &act, &[Counted::case(Limit::LinkMails, &filed)])?.is_err() {
                    return Ok(Err(Halt::TooOften(text!("halt-too-often"))));
                }
                let filed = match prove_password(tx, &kit, &proving, &live, filed)? {
                    Ok(filed) => filed,
                    Err(halt) => return Ok(Err(halt)),
                };
                let known = known(tx.connection, &kit, &filed.case)?;
                mail::queue(tx, &kit, &act, &filed, &known, Notice::LinkAgain, None)?;
                tx.record(act.case_entry("link.sent_again", &filed, details([])));
                return Ok(Ok(filed.case.reference));
            }
            let counted = Counted::of_account(Limit::RecoveriesOfAccount, &account);
            if spend(tx, &kit, &act, &[counted])?.is_err() {
                return Ok(Err(Halt::TooOften(text!("halt-too-often"))));
            }
            let id = kit.id(CaseId::new, act.at);
            let case = Case::opened_for(account.id, id, kit.entropy.reference(), act.at, kit.policy.case_expiry);
            let form = form_of(&account, gave_password(&live));
            let clocks = deadlines::opened(&kit, &case, Some(account.tier), form.language, act.at);
            let filing = Filing {
                submission_key: hex::encode(Sha256::digest(format!("colleague\0{id}"))),
                tier: Some(account.tier),
                clocks,
                ended_reason: None,
                changed_by: act.actor.kind().to_owned(),
                changed_at: act.at,
            };
            let filed = Filed { case, filing };
            cases::insert(tx, &filed, &form)?;
            let origin = risk::origin_of(&kit, &form, (&act.ip, country.as_deref()), act.at);
            origins::insert(tx, filed.case.id, &origin)?;
            events::record(tx, &kit, &act, &filed, ("case.opened_by_colleague", details([])))?;
            let filed = match prove_password(tx, &kit, &proving, &live, filed)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let known = known(tx.connection, &kit, &filed.case)?;
            mail::queue(tx, &kit, &act, &filed, &known, Notice::Received, None)?;
            Ok(Ok(filed.case.reference))
        };
        let mut opened = self.store.write(open.clone()).await;
        // The reference is taken, once in very many.
        if matches!(opened, Err(StoreError::Duplicate)) {
            opened = self.store.write(open).await;
        }
        self.run_errands();
        opened
    }
}
