use secrecy::SecretString;

use super::Desk;
use super::act::Act;
use super::letters;
use super::people::{appointed, stand};
use super::set_password::mail_link;
use crate::domain::actor::Role;
use crate::domain::audit::details;
use crate::domain::authn::password::{PasswordProblem, acceptable};
use crate::domain::contact::{E164, EmailAddress};
use crate::domain::form::is_name;
use crate::domain::ids::AgentId;
use crate::domain::letter::{Appointment, Letter};
use crate::store::agents::{self, Agent};
use crate::store::{StoreError, Tx, accounts};

/// A person who is to work at the desk.
pub struct NewAgent {
    /// What they sign in with.
    pub email: EmailAddress,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Their first password; without one they are mailed a link to set it.
    pub password: Option<SecretString>,
    /// Their telephone number of record, by which a case of theirs can be checked.
    pub phone: Option<E164>,
}

/// Why an agent was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddAgentError {
    /// The name is empty or unprintable.
    #[error("the name must be one printable line")]
    Name,
    /// The password is not good enough.
    #[error(transparent)]
    Password(#[from] PasswordProblem),
    /// The address is taken.
    #[error("an agent with this e-mail address exists already")]
    Exists,
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hash,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether an agent may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// May act.
    Restored,
    /// May not act, and what they gave does not count.
    Suspended,
}

impl Desk {
    /// Adds an agent.
    ///
    /// # Errors
    /// [`AddAgentError`] says what is wrong.
    pub async fn add_agent(&self, act: Act, new: NewAgent) -> Result<AgentId, AddAgentError> {
        let name = new.name.trim().to_owned();
        if !is_name(&name, 120) {
            return Err(AddAgentError::Name);
        }
        let password_hash = match new.password {
            Some(password) => {
                // The first password stands alone until its owner enrolled a second factor.
                acceptable(&password, false, &[&self.kit.product, new.email.as_str(), &name])?;
                Some(self.passwords.hash(password).await.map_err(|_| AddAgentError::Hash)?)
            }
            None => None,
        };
        let kit = self.kit.clone();
        let id = self.kit.id(AgentId::new, act.at);
        let agent = Agent { id, email: new.email, name, role: new.role, suspended_at: None, signed_in_at: None };
        let add = move |tx: &mut Tx<'_>| {
            agents::insert(tx, &agent, (new.phone.clone(), password_hash.as_deref()), act.at)?;
            let about = details([("agent", agent.email.as_str().into()), ("role", agent.role.code().into())]);
            tx.record(act.entry("agent.added", None, None, about));
            appointed(tx, &kit, &act, &agent, Appointment::Added)?;
            if password_hash.is_none()
                && let Some(account) = accounts::find(tx.connection, agent.id.account())?
            {
                mail_link(tx, &kit, &act, &account, true)?;
            }
            Ok(())
        };
        match self.store.write(add).await {
            Ok(()) => Ok(id),
            Err(StoreError::Duplicate) => Err(AddAgentError::Exists),
            Err(error) => Err(error.into()),
        }
    }

    /// Suspends or restores an agent. False when there is none with this address.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn set_standing(&self, act: Act, email: EmailAddress, standing: Standing) -> Result<bool, StoreError> {
        let set = move |tx: &mut Tx<'_>| {
            let Some(agent) = agents::find_by_email(tx.connection, &email)? else { return Ok(false) };
            let action = stand(tx, &act, &agent, standing)?;
            tx.record(act.entry(action, None, None, details([("agent", agent.email.as_str().into())])));
            Ok(true)
        };
        self.store.write(set).await
    }

    /// Sets the telephone number of record of somebody at the desk, who is told by mail. False when there is nobody
    /// with this address.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn set_phone(&self, act: Act, email: EmailAddress, phone: E164) -> Result<bool, StoreError> {
        let kit = self.kit.clone();
        let set = move |tx: &mut Tx<'_>| {
            let Some(agent) = agents::find_by_email(tx.connection, &email)? else { return Ok(false) };
            let Some(account) = accounts::find(tx.connection, agent.id.account())? else { return Ok(false) };
            accounts::set_phone(tx, account.id, &phone, act.at)?;
            let about = details([("agent", agent.email.as_str().into()), ("phone", phone.masked().into())]);
            tx.record(act.entry("agent.phone_set", None, Some(account.id), about));
            letters::queue(tx, &kit, &act, &account, Letter::PhoneSet)?;
            Ok(true)
        };
        self.store.write(set).await
    }
}
