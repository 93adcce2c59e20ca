//! Accounts that can sign in: with a password, an authenticator whose codes the test knows, and recovery codes.

use chrono::{DateTime, Utc};
use mfa_desk::domain::account::*;
use mfa_desk::domain::authn::{RecoveryCode, TotpSecret, step_at};
use mfa_desk::domain::contact::EmailAddress;
use mfa_desk::domain::directory::Home;
use mfa_desk::domain::ids::{AccountId, AuthenticatorId, KnownDeviceId, RecoveryCodeId};
use mfa_desk::domain::sealed::Sealing;
use mfa_desk::store::{AnyConnection, StoreError, Tx, accounts, agents, credentials, known_devices};
use sha2::{Digest, Sha256};

use super::browser::{Browser, Page};
use super::world::{PASSWORD, World, password_hash};

/// What an account signs in with beside its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Devices {
    /// An authenticator app and three recovery codes.
    AppAndCodes,
    /// A passkey, which cannot be checked here.
    Passkey,
    /// Nothing.
    None,
}

fn random_of(of: &str) -> [u8; 32] {
    Sha256::digest(of.as_bytes()).into()
}

/// What the devices are called that [`World::fresh_code`] adds.
const FRESH: &str = "One more device";

/// The secret of the app of an account that [`World::adds`] made.
pub fn secret_of(email: &str) -> TotpSecret {
    TotpSecret::from_bytes(&random_of(email)[..20]).unwrap()
}

/// What the app of an account shows `later` steps after now.
pub fn code_of(email: &str, now: DateTime<Utc>, later: i64) -> String {
    secret_of(email).code_at(step_at(now) + later).expose().to_owned()
}

/// One of the three recovery codes of an account.
pub fn recovery_code_of(email: &str, which: usize) -> String {
    let bytes = random_of(&format!("{email} {which}"));
    RecoveryCode::from_bytes(bytes[..15].try_into().unwrap()).shown()
}

impl World {
    /// Adds an account with a password and devices, administered by accounts that exist.
    pub async fn adds(&self, email: &str, kind: AccountKind, administrators: &[&str], devices: Devices) -> AccountId {
        let (at, kit) = (self.now(), self.desk.kit.clone());
        let id = AccountId::new(at, kit.entropy.bytes());
        let (email, hash) = (email.to_owned(), password_hash());
        let administrators: Vec<String> = administrators.iter().map(|email| (*email).to_owned()).collect();
        let rows = move |tx: &mut Tx<'_>| {
            let name = format!("{} Sample", email.split('@').next().unwrap_or_default());
            let account = Account {
                home: Home::Local,
                id,
                email: email.parse().unwrap(),
                number: None,
                name,
                kind,
                tier: Tier::Standard,
                phone: Some("+447911123999".parse().unwrap()),
                status: AccountStatus::Active,
                background: Background::default(),
            };
            accounts::insert(tx, &account, Some(&hash), at)?;
            let mut device = |kind: AuthenticatorKind| {
                let id = AuthenticatorId::new(at, kit.entropy.bytes());
                let (label, state) = (format!("{email}'s {}", kind.code()), AuthenticatorState::Active);
                accounts::insert_authenticator(tx, &Authenticator { id, account: account.id, kind, label, state }, at)?;
                Ok::<_, StoreError>(id)
            };
            match devices {
                Devices::None => {}
                Devices::Passkey => drop(device(AuthenticatorKind::Passkey)?),
                Devices::AppAndCodes => {
                    let (app, saved) =
                        (device(AuthenticatorKind::VirtualTotp)?, device(AuthenticatorKind::RecoveryCodes)?);
                    let (kind, about) = (Sealing::AuthenticatorSecret, app.to_string());
                    let sealed = kit.sealing.seal(kind, &about, kit.entropy.bytes(), secret_of(&email).expose());
                    credentials::set_secret(tx, app, &sealed)?;
                    for which in 0..3 {
                        let id = RecoveryCodeId::new(at, kit.entropy.bytes());
                        let code = RecoveryCode::typed(&recovery_code_of(&email, which)).unwrap();
                        credentials::insert_code(tx, id, (account.id, saved), &code.hash(), at)?;
                    }
                }
            }
            for administrator in &administrators {
                let administrator = accounts::find_by_email(tx.connection, &administrator.parse().unwrap())?.unwrap();
                accounts::add_administrator(tx, account.id, administrator.id)?;
            }
            Ok(())
        };
        self.desk.store.write(rows).await.unwrap();
        id
    }

    /// The account with this address, of a customer or of somebody at the desk.
    pub async fn account_id(&self, email: &str) -> AccountId {
        let email: EmailAddress = email.parse().unwrap();
        let find = move |connection: &mut AnyConnection| {
            if let Some(agent) = agents::find_by_email(connection, &email)? {
                return Ok::<_, StoreError>(agent.id.account());
            }
            Ok(accounts::find_by_email(connection, &email)?.expect("no such account").id)
        };
        self.desk.store.read(find).await.unwrap()
    }

    /// A code that is good now, of another device each time: the clock stands still, and a code is taken once.
    pub async fn fresh_code(&self, email: &str) -> String {
        let (at, kit, account) = (self.now(), self.desk.kit.clone(), self.account_id(email).await);
        let secret: [u8; 20] = kit.entropy.bytes();
        let add = move |tx: &mut Tx<'_>| {
            let id = AuthenticatorId::new(at, kit.entropy.bytes());
            let (kind, label) = (AuthenticatorKind::VirtualTotp, FRESH.to_owned());
            let state = AuthenticatorState::Active;
            accounts::insert_authenticator(tx, &Authenticator { id, account, kind, label, state }, at)?;
            let nonce = kit.entropy.bytes();
            let sealed = kit.sealing.seal(Sealing::AuthenticatorSecret, &id.to_string(), nonce, &secret);
            credentials::set_secret(tx, id, &sealed)
        };
        self.desk.store.write(add).await.unwrap();
        TotpSecret::from_bytes(&secret).unwrap().code_at(step_at(at)).expose().to_owned()
    }

    /// Deactivates the devices that [`Self::fresh_code`] added.
    pub async fn takes_fresh_devices_away(&self, email: &str) {
        let (at, account) = (self.now(), self.account_id(email).await);
        let take = move |tx: &mut Tx<'_>| {
            for device in accounts::authenticators(tx.connection, account)? {
                if device.label == FRESH {
                    accounts::deactivate(tx, device.id, at)?;
                }
            }
            Ok::<_, StoreError>(())
        };
        self.desk.store.write(take).await.unwrap();
    }

    /// A browser that an account signed in with before.
    pub async fn known_browser(&self, email: &str) -> Browser {
        let (at, kit, account) = (self.now(), self.desk.kit.clone(), self.account_id(email).await);
        let token = kit.entropy.token();
        let hash = token.hash();
        let add = move |tx: &mut Tx<'_>| {
            let id = KnownDeviceId::new(at, kit.entropy.bytes());
            known_devices::insert(tx, id, (account, &hash), "Browser of a test", at)
        };
        self.desk.store.write(add).await.unwrap();
        Browser::with_cookie(&self.base, &format!("mfa-desk-device={}", token.expose()))
    }

    /// The first step of a sign-in: the page that comes after the password.
    pub async fn gives_password(&self, browser: &Browser, email: &str) -> Page {
        let page = browser.get("/account/sign-in").await;
        let page = browser.send(page.is(200), "/account/sign-in", &[("email", email)]).await;
        browser.send(page.is(200), "/account/sign-in/password", &[("password", PASSWORD)]).await
    }

    /// An account that is signed in with its app. Time goes by, since a code is taken once.
    pub async fn account(&self, email: &str) -> Browser {
        let browser = self.known_browser(email).await;
        self.later(chrono::TimeDelta::seconds(60)).await;
        let page = self.gives_password(&browser, email).await;
        let code = code_of(email, self.now(), 0);
        browser.send(page.is(200), "/account/sign-in/device", &[("code", &code)]).await.is(200);
        browser
    }
}
