use std::collections::BTreeSet;
use std::io::Read;

use serde::Deserialize;

use super::act::Act;
use super::import_lines::{ImportError, LineError, listed, read};
use super::{Desk, Kit};
use crate::domain::account::{
    Account, AccountKind, AccountStatus, Authenticator, AuthenticatorKind, AuthenticatorState, Background, Tier,
};
use crate::domain::audit::details;
use crate::domain::authn::TotpSecret;
use crate::domain::contact::EmailAddress;
use crate::domain::directory::Home;
use crate::domain::form::is_unprintable;
use crate::domain::ids::{AccountId, AuthenticatorId};
use crate::domain::origin::country;
use crate::domain::sealed::{Sealed, Sealing};
use crate::passwords::is_usable_hash;
use crate::store::{StoreError, Tx, accounts, credentials};

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportReport {
    /// Accounts added.
    pub accounts: usize,
    /// Authenticators added.
    pub authenticators: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    email: String,
    #[serde(default)]
    account_number: String,
    name: String,
    kind: String,
    tier: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    administrators: String,
    #[serde(default)]
    authenticators: String,
    #[serde(default)]
    password_hash: String,
    #[serde(default)]
    country: String,
}

#[derive(Clone)]
struct Parsed {
    line: u64,
    account: Account,
    administrators: Vec<EmailAddress>,
    authenticators: Vec<Authenticator>,
    secrets: Vec<(AuthenticatorId, Sealed)>,
    password_hash: Option<String>,
}

const COLUMNS: &str = "email,account_number,name,kind,tier,phone,administrators,authenticators,country,password_hash";

impl Desk {
    /// Imports accounts and their authenticators into the `local` directory: all of the file or nothing.
    ///
    /// # Errors
    /// [`ImportError`] lists every line that is wrong.
    pub async fn import_accounts(&self, act: Act, file: impl Read) -> Result<ImportReport, ImportError> {
        let (parsed, mut errors) = read(file, COLUMNS, &["email", "name", "kind", "tier"], |line, row: &Line| {
            parse(&self.kit, &act, line, row)
        })?;
        errors.extend(doubled(&parsed));
        if !errors.is_empty() {
            errors.sort_by_key(|error| error.line);
            return Err(ImportError::Lines(errors));
        }
        let report = ImportReport {
            accounts: parsed.len(),
            authenticators: parsed.iter().map(|line| line.authenticators.len()).sum(),
        };
        let errors = self
            .store
            .write(move |tx| {
                let errors = check_against_store(tx, &parsed)?;
                if errors.is_empty() {
                    insert(tx, &act, &parsed)?;
                }
                Ok(errors)
            })
            .await?;
        if errors.is_empty() { Ok(report) } else { Err(ImportError::Lines(errors)) }
    }
}

fn parse(kit: &Kit, act: &Act, line: u64, row: &Line) -> Result<Parsed, Vec<LineError>> {
    let mut errors = Vec::new();
    let mut wrong = |column, why: String| errors.push(LineError { line, column, why });
    let email = row.email.parse::<EmailAddress>().map_err(|_| wrong("email", "not an e-mail address".to_owned())).ok();
    for (column, value) in [("name", &row.name), ("account_number", &row.account_number)] {
        if value.chars().any(is_unprintable) || value.chars().count() > 120 {
            wrong(column, "must be one printable line of at most 120 characters".to_owned());
        }
    }
    if row.name.is_empty() {
        wrong("name", "is empty".to_owned());
    }
    let kind = AccountKind::from_code(&row.kind).filter(|kind| *kind != AccountKind::Staff);
    if kind.is_none() {
        wrong("kind", "must be owner or member".to_owned());
    }
    let tier = Tier::from_code(&row.tier);
    if tier.is_none() {
        wrong("tier", "must be standard or privileged".to_owned());
    }
    let phone = match row.phone.as_str() {
        "" => None,
        number => {
            number.parse().map_err(|_| wrong("phone", "not a valid number with its country code".to_owned())).ok()
        }
    };
    let country = match row.country.as_str() {
        "" => None,
        code => {
            let known = country(code);
            if known.is_none() {
                wrong("country", "must be two letters such as DE (ISO 3166-1 alpha-2)".to_owned());
            }
            known
        }
    };
    let mut administrators = Vec::new();
    for item in listed(&row.administrators) {
        match item.parse::<EmailAddress>() {
            Ok(administrator) if administrators.iter().any(|a: &EmailAddress| a.key() == administrator.key()) => {}
            Ok(administrator) => administrators.push(administrator),
            Err(_) => wrong("administrators", "must be e-mail addresses with ; between them".to_owned()),
        }
    }
    if !row.password_hash.is_empty() && !is_usable_hash(&row.password_hash) {
        wrong("password_hash", "must be an Argon2id hash in PHC form with m=19456, t=2, p=1".to_owned());
    }
    let id = kit.id(AccountId::new, act.at);
    let (mut authenticators, mut secrets) = (Vec::new(), Vec::new());
    for item in listed(&row.authenticators) {
        match device(kit, act, id, &item) {
            Ok((authenticator, secret)) => {
                secrets.extend(secret.map(|secret| (authenticator.id, secret)));
                authenticators.push(authenticator);
            }
            Err(why) => wrong("authenticators", why),
        }
    }
    match (email, kind, tier) {
        (Some(email), Some(kind), Some(tier)) if errors.is_empty() => {
            let number = Some(row.account_number.clone()).filter(|number| !number.is_empty());
            let status = AccountStatus::Active;
            let background = Background { country, ..Background::default() };
            let account = Account {
                id,
                home: Home::Local,
                email,
                number,
                name: row.name.clone(),
                kind,
                tier,
                phone,
                status,
                background,
            };
            let password_hash = Some(row.password_hash.clone()).filter(|hash| !hash.is_empty());
            Ok(Parsed { line, account, administrators, authenticators, secrets, password_hash })
        }
        _ => Err(errors),
    }
}

/// Reads `kind`, `kind:label` or, for what shows codes, `kind:label:SECRET`. What is wrong never quotes a secret.
fn device(kit: &Kit, act: &Act, account: AccountId, item: &str) -> Result<(Authenticator, Option<Sealed>), String> {
    let (code, rest) = item.split_once(':').unwrap_or((item, ""));
    let kinds = || AuthenticatorKind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(", ");
    let unreadable = || format!("must be kind:label with ; between them; kinds: {}", kinds());
    let kind = AuthenticatorKind::from_code(code.trim()).ok_or_else(unreadable)?;
    let shows_codes = matches!(kind, AuthenticatorKind::VirtualTotp | AuthenticatorKind::HardwareTotp);
    let (label, secret) = match rest.split_once(':').filter(|_| shows_codes) {
        Some((label, secret)) => (label.trim(), Some(secret)),
        None => (rest.trim(), None),
    };
    if label.chars().count() > 80 || label.chars().any(is_unprintable) {
        return Err(unreadable());
    }
    let id = kit.id(AuthenticatorId::new, act.at);
    let sealed = match secret {
        None => None,
        Some(_) if !kit.can_seal => {
            return Err("a secret can only be stored where secrets.key or secrets.data_keys is configured".to_owned());
        }
        Some(secret) => {
            let secret = TotpSecret::from_base32(secret).map_err(|wrong| format!("a secret is {wrong}"))?;
            let about = id.to_string();
            Some(kit.sealing.seal(Sealing::AuthenticatorSecret, &about, kit.entropy.bytes(), secret.expose()))
        }
    };
    let label = if label.is_empty() { kind.label().to_owned() } else { label.to_owned() };
    Ok((Authenticator { id, account, kind, label, state: AuthenticatorState::Active }, sealed))
}

fn doubled(parsed: &[Parsed]) -> Vec<LineError> {
    let (mut emails, mut numbers, mut errors) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for Parsed { line, account, .. } in parsed {
        if !emails.insert(account.email.key()) {
            errors.push(LineError { line: *line, column: "email", why: "stands twice in this file".to_owned() });
        }
        if account.number.as_ref().is_some_and(|number| !numbers.insert(number.clone())) {
            errors.push(LineError {
                line: *line,
                column: "account_number",
                why: "stands twice in this file".to_owned(),
            });
        }
    }
    errors
}

fn check_against_store(tx: &mut Tx<'_>, parsed: &[Parsed]) -> Result<Vec<LineError>, StoreError> {
    let in_file: BTreeSet<String> = parsed.iter().map(|line| line.account.email.key()).collect();
    let mut errors = Vec::new();
    for Parsed { line, account, administrators, .. } in parsed {
        let mut wrong = |column, why: &str| errors.push(LineError { line: *line, column, why: why.to_owned() });
        if accounts::find_by_email(tx.connection, &account.email)?.is_some() {
            wrong("email", "an account with this address exists already");
        }
        if let Some(number) = &account.number
            && accounts::number_is_taken(tx.connection, number)?
        {
            wrong("account_number", "an account with this number exists already");
        }
        for administrator in administrators {
            if administrator.key() == account.email.key() {
                wrong("administrators", "nobody can be their own administrator");
            }
            let known = in_file.contains(&administrator.key())
                || accounts::find_by_email(tx.connection, administrator)?.is_some();
            if !known {
                wrong("administrators", "no account has this address");
            }
        }
    }
    Ok(errors)
}

fn insert(tx: &mut Tx<'_>, act: &Act, parsed: &[Parsed]) -> Result<(), StoreError> {
    for Parsed { account, authenticators, secrets, password_hash, .. } in parsed {
        accounts::insert(tx, account, password_hash.as_deref(), act.at)?;
        for authenticator in authenticators {
            accounts::insert_authenticator(tx, authenticator, act.at)?;
        }
        for (id, secret) in secrets {
            credentials::set_secret(tx, *id, secret)?;
        }
        let about = details([("authenticators", authenticators.len().into())]);
        tx.record(act.entry("account.imported", None, Some(account.id), about));
    }
    for Parsed { account, administrators, .. } in parsed {
        for administrator in administrators {
            if let Some(administrator) = accounts::find_by_email(tx.connection, administrator)? {
                accounts::add_administrator(tx, account.id, administrator.id)?;
                let about = details([("administrator", administrator.id.to_string().into())]);
                tx.record(act.entry("account.administrator_added", None, Some(account.id), about));
            }
        }
    }
    Ok(())
}
