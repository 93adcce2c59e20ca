use chrono::{DateTime, Utc};

use crate::domain::account::AuthenticatorKind;
use crate::domain::authn::is_device;
use crate::domain::case::{OwnersStep, owners_step};
use crate::domain::code::{PhoneCode, two_words};
use crate::domain::ids::AccountId;
use crate::domain::token::Token;
use crate::store::account_sessions::AccountSession;
use crate::store::calls::{self, ShownIn};
use crate::store::cases::{self, Filed};
use crate::store::{AnyConnection, StoreError, accounts, links, recoveries};
use crate::workflow::Desk;
use crate::workflow::act::known;
use crate::workflow::phone_budget::{CodesHeld, calls_left, codes_held};
use crate::workflow::view_case::ShownChallenge;

/// Everything that the pages of an owner who helps themself show.
pub struct OwnersFile {
    /// The case.
    pub filed: Filed,
    /// What comes next.
    pub step: OwnersStep,
    /// A verification mail was asked for.
    pub mailed: bool,
    /// When its link was opened, while nobody has pressed the button.
    pub opened: Vec<DateTime<Utc>>,
    /// The code being asked for.
    pub challenge: Option<ShownChallenge>,
    /// Calls that the phone of record may still get now.
    pub calls_left: i64,
    /// Why the account gets no telephone code now.
    pub codes_held: Option<CodesHeld>,
}

impl Desk {
    /// Which device somebody who helps themself most likely speaks of: the only one that is active.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn likely_device(&self, account: AccountId) -> Result<Option<AuthenticatorKind>, StoreError> {
        let mut all = self.store.read(move |connection| accounts::authenticators(connection, account)).await?;
        all.retain(is_device);
        Ok(match all.as_slice() {
            [only] => Some(only.kind),
            _ => None,
        })
    }

    /// The case of this sign-in, as its own pages show it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn owners_case(&self, session: &AccountSession, cookie: Token) -> Result<Option<OwnersFile>, StoreError> {
        let (kit, now, session) = (self.kit.clone(), self.now(), session.clone());
        let read = move |connection: &mut AnyConnection| {
            let Some((_, reference)) = recoveries::of_session(connection, session.id)? else { return Ok(None) };
            let Some(filed) = cases::find(connection, &reference)? else { return Ok(None) };
            let id = filed.case.id;
            let known = known(connection, &kit, &filed.case)?;
            let challenge = match calls::latest_challenge(connection, id)? {
                Some(challenge) if challenge.browser == Some(ShownIn::SignIn(session.id)) => Some(ShownChallenge {
                    words: two_words(&kit.key, challenge.id),
                    code: challenge.is_open(now).then(|| PhoneCode::derive(&kit.key, &cookie, challenge.id)),
                    call: calls::call_of(connection, challenge.id)?,
                    challenge,
                }),
                _ => None,
            };
            Ok(Some(OwnersFile {
                step: owners_step(&filed.case, &known.facts(&kit), now),
                mailed: links::was_mailed(connection, id)?,
                opened: links::opened_unconfirmed(connection, id)?,
                challenge,
                calls_left: calls_left(connection, &kit, &filed, &known, now)?,
                codes_held: codes_held(connection, session.account.id, now)?,
                filed,
            }))
        };
        self.store.read_snapshot(read).await
    }
}
