use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::ask::begin;
use super::view::{ChangeFile, change_file};
use crate::domain::account::{Account, AccountKind};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::case::{Case, Command as CaseCommand};
use crate::domain::contact::E164;
use crate::domain::form::{AssistanceForm, DeviceKind, Language, Reason};
use crate::domain::ids::{AccountId, CaseId};
use crate::domain::phone_change::{Refused, Requester};
use crate::domain::reference::CaseRef;
use crate::domain::sla::Clocks;
use crate::store::cases::{self, Filed, Filing};
use crate::store::{AnyConnection, StoreError, Tx, accounts, phone_changes};
use crate::workflow::act::{Act, Halt, command, held, known};
use crate::workflow::{Desk, events};

/// An owner's account as its administrator sees it.
pub struct Administered {
    /// The account.
    pub account: Account,
    /// The change of its number that is under way, with its case's reference.
    pub change: Option<(ChangeFile, CaseRef)>,
}

impl Desk {
    /// The owners' accounts that `administrator` may administer.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn administered_by(&self, administrator: AccountId) -> Result<Vec<Administered>, StoreError> {
        let (kit, now) = (self.kit.clone(), self.now());
        let read = move |connection: &mut AnyConnection| {
            let mut all = accounts::administered_by(connection, administrator)?;
            all.retain(|account| account.kind == AccountKind::Owner);
            all.into_iter()
                .map(|account| {
                    let change = match phone_changes::open_of_account(connection, account.id)?.into_iter().next() {
                        Some((_, reference)) => match cases::find(connection, &reference)? {
                            Some(filed) => {
                                let known = known(connection, &kit, &filed.case)?;
                                change_file(connection, &kit, &filed, &known, now)?.map(|file| (file, reference))
                            }
                            None => None,
                        },
                        None => None,
                    };
                    Ok(Administered { account, change })
                })
                .collect()
        };
        self.store.read_snapshot(read).await
    }

    /// **Account → Contact information**: an administrator asks for a new number of an owner's account. It opens a
    /// case on the owner's behalf, so that mails, stop links and the record are those of any other.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn change_phone_of(
        &self,
        act: Act,
        owner: AccountId,
        new: E164,
        (asker, language): (Account, Language),
    ) -> Result<Result<CaseRef, Halt>, StoreError> {
        let kit = self.kit.clone();
        let directories = Arc::clone(&self.directories.others);
        let id = kit.id(CaseId::new, act.at);
        let open = move |tx: &mut Tx<'_>| {
            let administered = accounts::administered_by(tx.connection, asker.id)?;
            let found =
                administered.into_iter().find(|account| account.id == owner && account.kind == AccountKind::Owner);
            let Some(account) = found else { return Ok(Err(Halt::Gone)) };
            let case = Case::opened_for(owner, id, kit.entropy.reference(), act.at, kit.policy.case_expiry);
            let filing = Filing {
                submission_key: hex::encode(Sha256::digest(format!("administrator\0{id}"))),
                tier: Some(account.tier),
                clocks: Clocks::silent(),
                ended_reason: None,
                changed_by: act.actor.kind().to_owned(),
                changed_at: act.at,
            };
            let form = AssistanceForm {
                email: account.email.clone(),
                account_number: account.number.clone(),
                name: asker.name.clone(),
                device_kind: DeviceKind::Unsure,
                reason: Reason::Other,
                failed_step: String::new(),
                phone: None,
                language,
                callback_time: String::new(),
                message: "An administrator of the account asks for a new phone number.".to_owned(),
            };
            let filed = Filed { case, filing };
            // Whatever stands in the way is known before anything is stored: a refusal leaves no case behind.
            if !phone_changes::open_of_account(tx.connection, owner)?.is_empty() {
                return Ok(Err(Halt::PhoneChange(Refused::OpenAlready)));
            }
            if account.phone.as_ref() == Some(&new) {
                return Ok(Err(Halt::PhoneChange(Refused::SameNumber)));
            }
            cases::insert(tx, &filed, &form)?;
            let about = details([("for", owner.to_string().into()), ("administrator", asker.id.to_string().into())]);
            events::record(tx, &kit, &act, &filed, ("case.opened_on_behalf", about))?;
            Ok(match begin(tx, &kit, &act, &filed, &new, &directories)? {
                Ok(_) => Ok(filed.case.reference),
                // The case stays, with the refusal in its record, and is over.
                Err(halt) => {
                    let _ = command(tx, &kit, &act, &filed, &CaseCommand::Withdraw)?;
                    Err(halt)
                }
            })
        };
        let mut opened = self.store.write(open.clone()).await;
        // The reference is taken, once in very many.
        if matches!(opened, Err(StoreError::Duplicate)) {
            opened = self.store.write(open).await;
        }
        self.run_errands();
        opened
    }

    /// The administrator who asked takes the change back, and its case with it.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn withdraw_phone_change_of(&self, act: Act, reference: CaseRef) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let withdraw = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &reference, None)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let asked_by = phone_changes::latest_of_case(tx.connection, filed.case.id)?.map(|change| change.requester);
            let own = match (&act.actor, asked_by) {
                (Actor::Administrator { account }, Some(Requester::Administrator(id))) => *account == id,
                _ => false,
            };
            if !own {
                return Ok(Err(Halt::Gone));
            }
            Ok(command(tx, &kit, &act, &filed, &CaseCommand::Withdraw)?.map(|_| ()))
        };
        let withdrawn = self.store.write(withdraw).await?;
        self.run_errands();
        Ok(withdrawn)
    }
}
