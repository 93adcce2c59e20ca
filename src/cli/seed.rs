//! The demo's sample people and cases.

use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::Failure;
use crate::domain::account::{
    Account, AccountKind, AccountStatus, Authenticator, AuthenticatorKind, AuthenticatorState, Background, Tier,
};
use crate::domain::actor::{Actor, Role};
use crate::domain::authn::RecoveryCode;
use crate::domain::directory::Home;
use crate::domain::form::{AssistanceForm, DeviceKind, Language, Reason};
use crate::domain::ids::{AccountId, AuthenticatorId, RecoveryCodeId};
use crate::domain::inbound::Way;
use crate::domain::sealed::Sealing;
use crate::store::{StoreError, Tx, accounts, agents, credentials};
use crate::web::demo::{DemoAccount, DemoDevice};
use crate::workflow::{Act, AddAgentError, Desk, NewAgent, Submission};

/// Address, name, role and password of the demo's agents.
pub(super) const AGENTS: [(&str, &str, Role, &str); 5] = [
    ("agent@demo.example", "Ana Agent", Role::Agent, "correct-agent-horse-1"),
    ("agent2@demo.example", "Ben Agent", Role::Agent, "correct-agent-horse-2"),
    ("supervisor@demo.example", "Sam Supervisor", Role::Supervisor, "correct-super-horse-3"),
    ("auditor@demo.example", "Aud Auditor", Role::Auditor, "correct-audit-horse-4"),
    ("admin@demo.example", "Ada Admin", Role::Admin, "correct-admin-horse-5"),
];

/// What each of them signs in with beside the password, and the number that is theirs.
const AGENTS_DEVICE: &str = "Phone at the desk";
const AGENTS_PHONE: &str = "+442079460123";

struct Sample {
    email: &'static str,
    number: &'static str,
    name: &'static str,
    kind: AccountKind,
    tier: Tier,
    phone: &'static str,
    password: &'static str,
    administrator: Option<&'static str>,
    authenticators: &'static [(AuthenticatorKind, &'static str)],
    /// By how many time steps the clocks of its devices are ahead.
    clock_off: i64,
}

const APP: AuthenticatorKind = AuthenticatorKind::VirtualTotp;
const KEY: AuthenticatorKind = AuthenticatorKind::Passkey;
const TOKEN: AuthenticatorKind = AuthenticatorKind::HardwareTotp;
const SAVED: AuthenticatorKind = AuthenticatorKind::RecoveryCodes;
/// Recovery codes of each sample account that saved some.
const CODES: usize = 3;

const SAMPLES: [Sample; 6] = [
    Sample {
        email: "olivia@demo.example",
        number: "1001-2001",
        name: "Olivia Owner",
        kind: AccountKind::Owner,
        tier: Tier::Standard,
        phone: "+447911123456",
        password: "olivia-keeps-tulips",
        administrator: None,
        authenticators: &[(APP, "Olivia's old phone"), (SAVED, "Olivia's envelope")],
        clock_off: 0,
    },
    Sample {
        email: "oskar@demo.example",
        number: "1001-2002",
        name: "Oskar Öztürk",
        kind: AccountKind::Owner,
        tier: Tier::Standard,
        phone: "+4915112345678",
        password: "oskar-mends-clocks",
        administrator: None,
        authenticators: &[(APP, "Pixel"), (KEY, "Blue security key")],
        clock_off: 0,
    },
    // This one's number of record was given up long ago; the person has another now.
    Sample {
        email: "ottilie@demo.example",
        number: "1001-2003",
        name: "Ottilie Okafor",
        kind: AccountKind::Owner,
        tier: Tier::Standard,
        phone: "+33612345678",
        password: "ottilie-reads-maps",
        administrator: Some("mei@demo.example"),
        authenticators: &[(TOKEN, "Token 4711"), (SAVED, "Ottilie's drawer")],
        clock_off: -20,
    },
    Sample {
        email: "root@demo.example",
        number: "1001-2004",
        name: "Rosa Root",
        kind: AccountKind::Owner,
        tier: Tier::Privileged,
        phone: "+12015550123",
        password: "rosa-guards-gates",
        administrator: None,
        authenticators: &[(KEY, "Vault key"), (APP, "Rosa's phone"), (SAVED, "Rosa's vault")],
        clock_off: 0,
    },
    Sample {
        email: "milan@demo.example",
        number: "1001-2005",
        name: "Milan Member",
        kind: AccountKind::Member,
        tier: Tier::Standard,
        phone: "+420601123456",
        password: "milan-bakes-bread",
        administrator: Some("olivia@demo.example"),
        authenticators: &[(APP, "Milan's phone")],
        clock_off: 0,
    },
    Sample {
        email: "mei@demo.example",
        number: "1001-2006",
        name: "Mei Member 美",
        kind: AccountKind::Member,
        tier: Tier::Standard,
        phone: "+81312345678",
        password: "mei-paints-boats",
        administrator: Some("olivia@demo.example"),
        authenticators: &[(APP, "Mei's phone")],
        clock_off: 0,
    },
];

fn shown(sample: &Sample) -> DemoAccount {
    DemoAccount {
        email: sample.email.to_owned(),
        kind: sample.kind.code().to_owned(),
        tier: sample.tier.code().to_owned(),
        password: sample.password.to_owned(),
        phone: sample.phone.to_owned(),
        devices: sample
            .authenticators
            .iter()
            .filter(|(kind, _)| matches!(*kind, APP | TOKEN))
            .map(|(kind, label)| DemoDevice {
                kind: kind.label(),
                label: (*label).to_owned(),
                secret: secret_of(sample.email, label).to_vec(),
                clock_off: sample.clock_off,
            })
            .collect(),
        recovery_codes: codes_of(sample).iter().map(RecoveryCode::shown).collect(),
    }
}

/// The demo's secrets are as well known as its passwords: they are made from what everybody can read.
fn known_bytes(about: &str) -> [u8; 32] {
    Sha256::digest(format!("mfa-desk demo: {about}")).into()
}

fn secret_of(email: &str, label: &str) -> [u8; 20] {
    let mut secret = [0; 20];
    secret.copy_from_slice(&known_bytes(&format!("{email} {label}"))[..20]);
    secret
}

fn codes_of(sample: &Sample) -> Vec<RecoveryCode> {
    if !sample.authenticators.iter().any(|(kind, _)| *kind == SAVED) {
        return Vec::new();
    }
    let code = |which| {
        let mut bytes = [0; 15];
        bytes.copy_from_slice(&known_bytes(&format!("{} code {which}", sample.email))[..15]);
        RecoveryCode::from_bytes(bytes)
    };
    (0..CODES).map(code).collect()
}

/// Adds the sample people and a few cases, unless they are there already.
pub(super) async fn sow(desk: &Desk) -> Result<Vec<DemoAccount>, Failure> {
    let act = super::operator(desk);
    for (email, name, role, password) in AGENTS {
        let new = NewAgent {
            email: email.parse().map_err(Failure::new)?,
            name: name.to_owned(),
            role,
            password: Some(SecretString::from(password)),
            phone: Some(AGENTS_PHONE.parse().map_err(|_| Failure(format!("{AGENTS_PHONE} is no number")))?),
        };
        match desk.add_agent(act.clone(), new).await {
            Ok(_) | Err(AddAgentError::Exists) => {}
            Err(error) => return Err(Failure::new(error)),
        }
        give_device(desk, email).await?;
    }
    if desk.store.read(accounts::count).await.map_err(Failure::new)? == 0 {
        sow_accounts(desk).await?;
        sow_cases(desk).await?;
    }
    Ok(AGENTS
        .iter()
        .map(|(email, _, _, password)| shown_agent(email, password))
        .chain(SAMPLES.iter().map(shown))
        .collect())
}

fn shown_agent(email: &str, password: &str) -> DemoAccount {
    DemoAccount {
        email: email.to_owned(),
        kind: AccountKind::Staff.code().to_owned(),
        tier: Tier::Privileged.code().to_owned(),
        password: password.to_owned(),
        phone: AGENTS_PHONE.to_owned(),
        devices: vec![DemoDevice {
            kind: APP.label(),
            label: AGENTS_DEVICE.to_owned(),
            secret: secret_of(email, AGENTS_DEVICE).to_vec(),
            clock_off: 0,
        }],
        recovery_codes: Vec::new(),
    }
}

/// Gives a sample person at the desk an authenticator, unless they have one.
async fn give_device(desk: &Desk, email: &str) -> Result<(), Failure> {
    let (kit, at, address) = (desk.kit.clone(), super::now(), email.parse().map_err(Failure::new)?);
    let secret = secret_of(email, AGENTS_DEVICE);
    let give = move |tx: &mut Tx<'_>| {
        let Some(agent) = agents::find_by_email(tx.connection, &address)? else { return Ok(()) };
        let account = agent.id.account();
        if !accounts::authenticators(tx.connection, account)?.is_empty() {
            return Ok(());
        }
        let id = AuthenticatorId::new(at, kit.entropy.bytes());
        let (label, state) = (AGENTS_DEVICE.to_owned(), AuthenticatorState::Active);
        accounts::insert_authenticator(tx, &Authenticator { id, account, kind: APP, label, state }, at)?;
        let nonce = kit.entropy.bytes();
        credentials::set_secret(
            tx,
            id,
            &kit.sealing.seal(Sealing::AuthenticatorSecret, &id.to_string(), nonce, &secret),
        )
    };
    desk.store.write(give).await.map_err(Failure::new)
}

async fn sow_accounts(desk: &Desk) -> Result<(), Failure> {
    let at = super::now();
    let mut rows = Vec::new();
    for sample in &SAMPLES {
        let id = AccountId::new(at, desk.kit.entropy.bytes());
        let account = Account {
            home: Home::Local,
            id,
            email: sample.email.parse().map_err(Failure::new)?,
            number: Some(sample.number.to_owned()),
            name: sample.name.to_owned(),
            kind: sample.kind,
            tier: sample.tier,
            phone: Some(sample.phone.parse().map_err(|_| Failure(format!("{} is no number", sample.phone)))?),
            status: AccountStatus::Active,
            background: Background::default(),
        };
        let authenticators: Vec<Authenticator> = sample
            .authenticators
            .iter()
            .map(|(kind, label)| Authenticator {
                id: AuthenticatorId::new(at, desk.kit.entropy.bytes()),
                account: id,
                kind: *kind,
                label: (*label).to_owned(),
                state: AuthenticatorState::Active,
            })
            .collect();
        let hash = desk.passwords.hash(SecretString::from(sample.password)).await.map_err(Failure::new)?;
        rows.push((account, authenticators, hash));
    }
    let kit = desk.kit.clone();
    let sow = move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
        for (account, authenticators, hash) in &rows {
            accounts::insert(tx, account, Some(hash), at)?;
            for authenticator in authenticators {
                accounts::insert_authenticator(tx, authenticator, at)?;
                let (id, about) = (authenticator.id, authenticator.id.to_string());
                if matches!(authenticator.kind, APP | TOKEN) {
                    let secret = secret_of(account.email.as_str(), &authenticator.label);
                    let nonce = kit.entropy.bytes();
                    let sealed = kit.sealing.seal(Sealing::AuthenticatorSecret, &about, nonce, &secret);
                    credentials::set_secret(tx, id, &sealed)?;
                }
            }
        }
        for (sample, (account, authenticators, _)) in SAMPLES.iter().zip(&rows) {
            let saved = authenticators.iter().find(|authenticator| authenticator.kind == SAVED);
            for (code, saved) in codes_of(sample).iter().zip(saved.into_iter().cycle()) {
                let id = RecoveryCodeId::new(at, kit.entropy.bytes());
                credentials::insert_code(tx, id, (account.id, saved.id), &code.hash(), at)?;
            }
        }
        for (sample, (member, _, _)) in SAMPLES.iter().zip(&rows) {
            let administrator =
                rows.iter().find(|(account, _, _)| Some(account.email.as_str()) == sample.administrator);
            if let Some((administrator, _, _)) = administrator {
                accounts::add_administrator(tx, member.id, administrator.id)?;
            }
        }
        Ok(())
    };
    desk.store.write(sow).await.map_err(Failure::new)
}

/// A mail that names no case: somebody at the desk has to see which one it is about.
const LETTER: &str = "From: \"Oskar at home\" <oskar.at.home@letters.example>\r\n\
    To: desk@demo.example\r\n\
    Subject: Still locked out\r\n\
    Message-ID: <sample-1@letters.example>\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    \r\n\
    Hello, I wrote to you about my new phone and have lost the reference. I write from my private address,\r\n\
    as I cannot read mail at work without the codes. Is there anything else you need?\r\n\
    Oskar\r\n";

async fn sow_cases(desk: &Desk) -> Result<(), Failure> {
    let samples = [
        (
            "oskar@demo.example",
            "Oskar Öztürk",
            DeviceKind::VirtualTotp,
            Reason::NewPhone,
            "My codes stayed on the old phone.",
        ),
        (
            "root@demo.example",
            "Rosa Root",
            DeviceKind::Passkey,
            Reason::Broken,
            "The key went through the washing machine.",
        ),
        ("nobody@demo.example", "N. Body", DeviceKind::Unsure, Reason::Lost, "I do not remember which address I used."),
    ];
    for (email, name, device_kind, reason, message) in samples {
        let form = AssistanceForm {
            email: email.parse().map_err(Failure::new)?,
            account_number: None,
            name: name.to_owned(),
            device_kind,
            reason,
            failed_step: "After the password, the page asks for a code that I cannot get.".to_owned(),
            phone: None,
            language: Language::English,
            callback_time: "Mornings".to_owned(),
            message: message.to_owned(),
        };
        desk.submit_case(Submission {
            form,
            key: Some(format!("sample {email}")),
            ip: "192.0.2.1".to_owned(),
            country: None,
        })
        .await
        .map_err(Failure::new)?
        .map_err(Failure::new)?;
    }
    desk.drain().await.map_err(Failure::new)?;
    desk.take_mail(LETTER.as_bytes().to_vec(), Way::Imap).await.map_err(Failure::new)?;
    let seeded = Act { actor: Actor::Operator, ip: String::new(), at: super::now() };
    desk.store
        .write(move |tx| {
            tx.record(seeded.entry("demo.sown", None, None, crate::domain::audit::details([])));
            Ok(())
        })
        .await
        .map_err(Failure::new)
}
