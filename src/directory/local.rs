use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Capabilities, Directory, DirectoryError, Finding, Order, PasskeyAnswer, Probe, Proof, ProofKinds, Wanted};
use crate::domain::account::{AccountStatus, Authenticator, AuthenticatorKind, AuthenticatorState};
use crate::domain::actor::Actor;
use crate::domain::audit::{NewEntry, details};
use crate::domain::authn::{CeremonyKind, Clockwork, Means, TotpSecret, accept, counts_on, resynchronise};
use crate::domain::directory::{Found, Home, Listed, Login, Outcome, Serial, Standing};
use crate::domain::ids::{AccountId, AuthenticatorId};
use crate::domain::sealed::{Sealing, SealingKeys};
use crate::passkeys::{NotProven, Passkeys, Proven};
use crate::passwords::{NotHashed, PasswordHasher, Queue};
use crate::store::ceremonies::{self, CeremonyKey};
use crate::store::credentials::{self, StoredTotp};
use crate::store::{Store, StoreError, Tx, accounts};

/// The embedded directory: accounts imported into our own database.
pub struct LocalDirectory {
    store: Arc<Store>,
    sealing: Arc<SealingKeys>,
    passwords: Arc<PasswordHasher>,
    passkeys: Option<Arc<Passkeys>>,
}

impl LocalDirectory {
    /// The directory in `store`.
    pub fn new(
        store: Arc<Store>,
        sealing: Arc<SealingKeys>,
        passwords: Arc<PasswordHasher>,
        passkeys: Option<Arc<Passkeys>>,
    ) -> Self {
        Self { store, sealing, passwords, passkeys }
    }

    /// A password is checked outside the transaction, since it takes long; that it is still the account's is looked at
    /// inside.
    async fn password(
        &self,
        account: Option<AccountId>,
        password: secrecy::SecretString,
        queue: Queue,
    ) -> Result<Finding, DirectoryError> {
        let hash_of = move |connection: &mut _| match account {
            Some(account) => credentials::password_hash(connection, account),
            None => Ok(None),
        };
        let checked = self.store.read(hash_of).await.map_err(unavailable)?;
        let right = self.passwords.check(queue, checked.clone(), password).await;
        let right = right.map_err(|error| match error {
            NotHashed::Busy => DirectoryError::Busy,
            NotHashed::Failed => DirectoryError::Unavailable(error.to_string()),
        })?;
        Ok(Finding::in_transaction(move |tx| {
            let current = match account {
                Some(account) => credentials::hold_password(tx, account)?,
                None => None,
            };
            Ok(right && current.is_some() && current == checked && in_use(tx, account)?)
        }))
    }

    /// Whether `weigh` takes the proof for one of the account's authenticators, whose clock is kept if it does.
    fn clockwork(
        &self,
        account: Option<AccountId>,
        at: DateTime<Utc>,
        weigh: impl Fn(&TotpSecret, Clockwork) -> Option<Clockwork> + Send + Sync + 'static,
    ) -> Finding {
        let sealing = Arc::clone(&self.sealing);
        Finding::in_transaction(move |tx| {
            let Some(account) = account else { return Ok(false) };
            if !in_use(tx, Some(account))? {
                return Ok(false);
            }
            for stored in credentials::totps(tx.connection, account)? {
                let Some(secret) = opened(&sealing, &stored) else { continue };
                if let Some(after) = weigh(&secret, stored.clock)
                    && credentials::keep_clock(tx, stored.id, after, at)?
                {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// A signature is checked outside the transaction; that the ceremony was still open, and the passkey is still
    /// active and not behind its count, is looked at inside. The ceremony is used up by a wrong answer too.
    async fn passkey(
        &self,
        account: Option<AccountId>,
        given: PasskeyAnswer,
        at: DateTime<Utc>,
    ) -> Result<Finding, DirectoryError> {
        let (Some(account), Some(passkeys)) = (account, &self.passkeys) else { return Ok(Finding::decided(false)) };
        let kind = CeremonyKind::PasskeyProof;
        let key = CeremonyKey { id: given.ceremony, kind, account, session: given.session };
        let asked = key.clone();
        let state = self.store.read(move |connection| ceremonies::open(connection, &asked, at)).await;
        let Some(state) = state.map_err(unavailable)? else { return Ok(Finding::decided(false)) };
        let proven = match self.sealing.open(Sealing::Ceremony, &key.id.to_string(), &state) {
            Ok(state) => passkeys.proven(&state, &given.answer),
            Err(_) => Err(NotProven::Unfit),
        };
        Ok(Finding::in_transaction(move |tx| {
            if !ceremonies::take(tx, &key, at)? || !in_use(tx, Some(account))? {
                return Ok(false);
            }
            match &proven {
                Ok(proven) => keep(tx, account, proven, at),
                Err(why) => {
                    if *why == NotProven::Copied {
                        tx.record(copied(account, at));
                    }
                    Ok(false)
                }
            }
        }))
    }
}

/// Keeps what a proof tells of its passkey, if that is the account's and its count did not go back.
fn keep(tx: &mut Tx<'_>, account: AccountId, proven: &Proven, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let active = credentials::passkeys(tx.connection, account)?;
    let Some(stored) = active.iter().find(|each| each.passkey.credential_id == proven.credential_id) else {
        return Ok(false);
    };
    if !counts_on(stored.count, proven.count) {
        tx.record(copied(account, at));
        return Ok(false);
    }
    let json = proven.updated(&stored.passkey.json);
    let json = json.map_err(|error| StoreError::Corrupt(format!("passkey of authenticator {}: {error}", stored.id)))?;
    credentials::keep_passkey(tx, stored, &json, proven.count, at)
}

/// The log says that there may be two of one passkey (WebAuthn Level 3 §6.1.1).
fn copied(account: AccountId, at: DateTime<Utc>) -> NewEntry {
    NewEntry {
        at,
        actor: Actor::System,
        action: "authenticator.count_went_back".to_owned(),
        case_ref: None,
        account_id: Some(account),
        ip: String::new(),
        details: details([("kind", AuthenticatorKind::Passkey.code().into())]),
    }
}

fn unavailable(error: StoreError) -> DirectoryError {
    DirectoryError::Unavailable(error.to_string())
}

/// Nothing proves a suspended account.
fn in_use(tx: &mut Tx<'_>, account: Option<AccountId>) -> Result<bool, StoreError> {
    let Some(account) = account else { return Ok(false) };
    Ok(accounts::find(tx.connection, account)?.is_some_and(|account| account.status == AccountStatus::Active))
}

/// A secret that cannot be opened is none: its key was taken away, or the row was tampered with.
fn opened(sealing: &SealingKeys, stored: &StoredTotp) -> Option<TotpSecret> {
    let plain = sealing.open(Sealing::AuthenticatorSecret, &stored.id.to_string(), &stored.secret);
    let plain = plain.inspect_err(|error| {
        tracing::error!(authenticator = %stored.id, %error, "the secret of an authenticator cannot be opened");
    });
    TotpSecret::from_bytes(&plain.ok()?).ok()
}

impl LocalDirectory {
    /// What it tells and can change.
    pub const CAPABILITIES: Capabilities = Capabilities {
        finds_by_email: true,
        emails: true,
        phones: true,
        update_phone: true,
        end_sessions: false,
        enrol: false,
    };

    /// Which proofs it checks. Of accounts that live elsewhere it holds no secrets, so nothing proves them.
    pub fn proofs(&self) -> ProofKinds {
        ProofKinds {
            password: true,
            codes: true,
            resynchronise: true,
            recovery_codes: true,
            passkeys: self.passkeys.is_some(),
        }
    }

    /// What the account has for the second step of a sign-in.
    ///
    /// # Errors
    /// [`DirectoryError::Unavailable`] when the database fails.
    pub async fn means(&self, account: AccountId) -> Result<Means, DirectoryError> {
        let asks = self.passkeys.is_some();
        let look = move |connection: &mut _| {
            let all = accounts::authenticators(connection, account)?;
            Ok(Means {
                any: all.iter().any(|authenticator| authenticator.state == AuthenticatorState::Active),
                codes: !credentials::totps(connection, account)?.is_empty(),
                passkeys: asks && !credentials::passkeys(connection, account)?.is_empty(),
                recovery_codes: credentials::unused_codes(connection, account)? > 0,
            })
        };
        self.store.read(look).await.map_err(unavailable)
    }

    /// Looks at a proof of the account. Where there is no account, it takes as long and nothing holds.
    ///
    /// # Errors
    /// [`DirectoryError::Unavailable`] when the database fails, [`DirectoryError::Busy`] when too many wait.
    pub async fn examine(
        &self,
        account: Option<AccountId>,
        proof: Proof,
        at: DateTime<Utc>,
    ) -> Result<Finding, DirectoryError> {
        match proof {
            Proof::Password(password, queue) => self.password(account, password, queue).await,
            Proof::Code(code) => Ok(self.clockwork(account, at, move |secret, clock| accept(secret, clock, &code, at))),
            Proof::TwoCodes(first, second) => {
                let weigh = move |secret: &TotpSecret, clock| resynchronise(secret, clock, (&first, &second), at);
                Ok(self.clockwork(account, at, weigh))
            }
            Proof::Passkey(given) => self.passkey(account, given, at).await,
            Proof::RecoveryCode(code) => {
                let hash = code.hash();
                Ok(Finding::in_transaction(move |tx| {
                    let Some(account) = account else { return Ok(false) };
                    Ok(in_use(tx, Some(account))? && credentials::use_up(tx, account, &hash, at)?)
                }))
            }
        }
    }
}

#[async_trait]
impl Directory for LocalDirectory {
    fn capabilities(&self) -> Capabilities {
        Self::CAPABILITIES
    }

    async fn find(&self, wanted: Wanted<'_>) -> Result<Option<Found>, DirectoryError> {
        let email = match wanted {
            Wanted::Email(email) => Some(email.clone()),
            Wanted::Login(_) => None,
        };
        let id = match wanted {
            Wanted::Login(login) => Some(named(login)?),
            Wanted::Email(_) => None,
        };
        let look = move |connection: &mut _| match (id, email) {
            (Some(id), _) => accounts::find(connection, id),
            (None, Some(email)) => accounts::find_by_email(connection, &email),
            (None, None) => Ok(None),
        };
        let found = self.store.read(look).await.map_err(unavailable)?;
        Ok(found.filter(|account| account.home == Home::Local).map(|account| Found {
            login: account.home.login(account.id),
            name: Some(account.name),
            email: Some(account.email),
            phone: account.phone,
            status: account.status,
        }))
    }

    async fn authenticators(&self, login: &Login) -> Result<Vec<Listed>, DirectoryError> {
        let id = named(login)?;
        let all = self.store.read(move |connection| accounts::authenticators(connection, id)).await;
        let listed = |authenticator: Authenticator| {
            let serial = authenticator.id.to_string().parse().map_err(|_| unfit())?;
            let Authenticator { kind, label, state, .. } = authenticator;
            Ok(Listed { serial, kind, label, state })
        };
        all.map_err(unavailable)?.into_iter().map(listed).collect()
    }

    async fn standing(&self, login: &Login, serial: &Serial) -> Result<Standing, DirectoryError> {
        let (account, id) = (named::<AccountId>(login)?, device(serial)?);
        let found = self.store.read(move |connection| accounts::authenticator(connection, id)).await;
        match found.map_err(unavailable)?.filter(|found| found.account == account) {
            Some(Authenticator { state: AuthenticatorState::Active, .. }) => Ok(Standing::Active),
            Some(_) => Ok(Standing::Deactivated),
            None => Err(DirectoryError::Refused("no such authenticator".to_owned())),
        }
    }

    async fn deactivate(&self, order: &Order) -> Result<Outcome, DirectoryError> {
        let (id, at) = (device(&order.serial)?, order.at);
        // An authenticator that is off already is what was asked for, so the answer is the same.
        let switch_off = move |tx: &mut Tx<'_>| accounts::deactivate(tx, id, at);
        self.store.write(switch_off).await.map(|_| Outcome::Complete).map_err(unavailable)
    }

    async fn check(&self, _sample: Option<&Login>) -> Vec<Probe> {
        let counted = self.store.read(accounts::count).await;
        let what = "the database answers".to_owned();
        vec![Probe { what, wrong: counted.err().map(|error| error.to_string()) }]
    }
}

fn unfit() -> DirectoryError {
    DirectoryError::Refused("this is not what the embedded directory calls anything".to_owned())
}

fn named<T: std::str::FromStr>(login: &Login) -> Result<T, DirectoryError> {
    login.as_str().parse().map_err(|_| unfit())
}

fn device(serial: &Serial) -> Result<AuthenticatorId, DirectoryError> {
    serial.as_str().parse().map_err(|_| unfit())
}
