//! Mails about how somebody signs in: decided in the transaction of what they tell of, and sent from the outbox.

use super::Desk;
use super::act::Act;
use super::deliver::Handed;
use super::{Kit, LEASE};
use crate::domain::account::{Account, AccountKind};
use crate::domain::form::Language;
use crate::domain::ids::OutboxId;
use crate::domain::letter::Letter;
use crate::notify::mail::{LetterContext, OutgoingMail, SendError};
use crate::store::audit::tree::size_and_root;
use crate::store::letters::{self as store_letters, LeasedLetter};
use crate::store::outbox::{Errand, LetterErrand};
use crate::store::{StoreError, Tx, accounts};

const BATCH: i64 = 64;

/// Queues a letter to an account's address of record, in the language that its owner last chose. The desk reads English.
pub(super) fn queue(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    account: &Account,
    letter: Letter,
) -> Result<(), StoreError> {
    let staff = account.kind == AccountKind::Staff;
    let language = if staff { Some(Language::English) } else { accounts::language(tx.connection, account.id)? };
    let errand = LetterErrand {
        letter,
        language: language.unwrap_or_default(),
        to: account.email.clone(),
        name: account.name.clone(),
        staff,
    };
    store_letters::add(tx, kit.id(OutboxId::new, act.at), Some(account.id), &Errand::Letter(errand), act.at)
}

impl Desk {
    /// Sends the letters that are due, and answers how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when the outbox cannot be read.
    pub(super) async fn drain_letters(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let leased = self.store.write(move |tx| store_letters::lease_due(tx, now, LEASE, BATCH)).await?;
        let count = leased.len();
        let runs = leased.iter().map(|leased| async move {
            let run = match &leased.errand {
                Errand::Letter(letter) => self.send_letter(leased, letter).await,
                Errand::PasswordLink { email } => self.mail_password_link(leased.id, email.clone()).await,
                // Errands of cases have a lease of their own kind.
                _ => Ok(()),
            };
            if let Err(error) = run {
                tracing::error!(errand = %leased.id, kind = "letter", %error, "an errand could not be run");
            }
        });
        futures_util::future::join_all(runs).await;
        Ok(count)
    }

    async fn send_letter(&self, leased: &LeasedLetter, letter: &LetterErrand) -> Result<(), StoreError> {
        let audit = self.kit.witness(self.store.read(size_and_root).await?);
        let page = if letter.staff { "/desk" } else { "/account" };
        let url = match letter.letter.link() {
            Some(link) => {
                let token = self.kit.key.sign_in_link_token(link);
                let leads = match letter.letter {
                    Letter::SetUpDevice { .. } => "sign-in",
                    _ => "set-password",
                };
                self.kit.url(&format!("{page}/{leads}?token={}", token.expose()))
            }
            None => match letter.letter {
                Letter::ContactChange { change, .. } => {
                    let token = self.kit.key.contact_token(change);
                    self.kit.url(&format!("/contacts/{change}/stop?token={}", token.expose()))
                }
                Letter::GlassBrokenFor { .. } | Letter::ContactDisputed => self.kit.url("/desk/alarms"),
                Letter::ContactsBegun { .. } => self.kit.url("/desk/contacts"),
                Letter::Appointed { .. } => self.kit.url("/desk/people"),
                _ => self.kit.url(&format!("{page}/security")),
            },
        };
        let context = LetterContext {
            language: letter.language,
            product: self.kit.product.clone(),
            name: letter.name.clone(),
            url,
            help_url: self.kit.url(if letter.staff { "/desk" } else { "/assistance" }),
            audit: audit.clone(),
        };
        let result = match self.templates.letter(&letter.letter, &context) {
            Ok(rendered) => {
                let mail = OutgoingMail {
                    to: letter.to.clone(),
                    to_name: letter.name.clone(),
                    rendered,
                    message_id: self.message_id(leased.id),
                    references: Vec::new(),
                    at: self.now(),
                    case_ref: None,
                    reply_to: None,
                    audit,
                    receipt: None,
                };
                self.mailer.send_first(&mail).await
            }
            Err(error) => Err(SendError::Permanent(format!("the template failed: {error}"))),
        };
        let handed = Handed { id: leased.id, attempts: leased.attempts, reference: None, account: leased.account };
        self.settle_mail(handed, (letter.letter.code(), false), result).await
    }
}
