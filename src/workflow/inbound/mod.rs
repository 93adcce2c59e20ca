//! Mails that come in. Whatever a mail says, it becomes a text on a case and nothing else: no act of this folder asks the
//! rules for a transition.

mod bounce;
mod files;
mod mailbox;
mod take;
mod undecided;

pub use mailbox::Mailbox;
pub use take::Taken;
pub use undecided::OpenedMail;

use crate::domain::contact::EmailAddress;
use crate::domain::inbound::{DeskAddress, Incoming, MatchedBy, MessageId, ReplyToken};
use crate::domain::reference::CaseRef;
use crate::store::{AnyConnection, StoreError, accounts, cases, outbox};

use super::Kit;

impl Kit {
    /// Where answers to a mail about a case to one address go, if answers have addresses of their own.
    pub(super) fn reply_address(&self, reference: &CaseRef, to: &EmailAddress) -> Option<EmailAddress> {
        let address = self.inbound.address.as_ref()?;
        address.with(&ReplyToken::new(&self.key, reference.clone(), to))
    }

    /// Whether a Message-ID or an address is the desk's own.
    fn is_own(&self, name: &str) -> bool {
        let sender = self.mail.from.as_ref().map(|from| from.email.to_string().to_lowercase());
        let answers = self.inbound.address.as_ref().map(DeskAddress::to_string);
        let name = name.to_lowercase();
        sender.as_ref() == Some(&name) || answers.as_ref() == Some(&name) || MessageId::read(&self.key, &name).is_some()
    }
}

/// The case that a mail belongs to, and by what: by the mail that it answers, else by the address that it was sent to.
/// Nothing that can be guessed or read in the log leads to a case.
fn route(
    connection: &mut AnyConnection,
    kit: &Kit,
    mail: &Incoming,
) -> Result<Option<(CaseRef, MatchedBy)>, StoreError> {
    for id in &mail.answers {
        if let Some(ours) = MessageId::read(&kit.key, id)
            && let Some((reference, _)) = outbox::mail_of(connection, ours)?
        {
            return Ok(Some((reference, MatchedBy::Thread)));
        }
    }
    let Some(address) = &kit.inbound.address else { return Ok(None) };
    for recipient in &mail.recipients {
        if let Some(token) = address.token_in(recipient)
            && is_ours(connection, kit, &token)?
        {
            return Ok(Some((token.case, MatchedBy::Address)));
        }
    }
    Ok(None)
}

/// Whether the desk wrote to an address that this token was made for.
fn is_ours(connection: &mut AnyConnection, kit: &Kit, token: &ReplyToken) -> Result<bool, StoreError> {
    let Some(filed) = cases::find(connection, &token.case)? else { return Ok(false) };
    let account = match filed.case.account {
        Some(account) => accounts::find(connection, account)?,
        None => None,
    };
    if account.is_some_and(|account| token.is_for(&kit.key, &account.email)) {
        return Ok(true);
    }
    Ok(outbox::mails(connection, filed.case.id)?.iter().any(|mail| token.is_for(&kit.key, &mail.mail.to)))
}
