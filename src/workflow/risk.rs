//! What the risk rules are asked about: gathered when a form comes in, counted whenever a case is touched.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Kit;
use crate::domain::account::Account;
use crate::domain::case::Case;
use crate::domain::form::AssistanceForm;
use crate::domain::ids::{AccountId, CaseId};
use crate::domain::origin::{mail_domain, network, wording};
use crate::domain::reference::CaseRef;
use crate::domain::risk::{MOST_PEOPLE, Raised, RiskFacts, Signal, Tie};
use crate::domain::token::{Purpose, ServerKey};
use crate::store::origins::{self, Counting, Origin, Shared, around};
use crate::store::{AnyConnection, StoreError, Tx, kin};

/// Cases that one more request can have looked at at once; the others are looked at when the next one comes, and
/// in any case before their authenticator is deactivated.
const MOST_WOKEN: i64 = 200;
/// Other cases of a campaign that a case's page links.
const MOST_RELATED: usize = 20;

fn hashed(key: &ServerKey, what: &str, value: &str) -> String {
    hex::encode(key.keyed_hash(Purpose::Origin, &[what.as_bytes(), value.as_bytes()]))
}

/// Domains by which nobody can be told from anybody, as origins name them.
pub(super) fn common_domains(key: &ServerKey, domains: &[String]) -> BTreeSet<String> {
    domains.iter().map(|domain| hashed(key, "mail domain", &domain.to_lowercase())).collect()
}

/// Where a form came from, as it is kept.
pub(super) fn origin_of(
    kit: &Kit,
    form: &AssistanceForm,
    (ip, country): (&str, Option<&str>),
    at: DateTime<Utc>,
) -> Origin {
    let hash = |what, value: &str| hashed(&kit.key, what, value);
    Origin {
        person: hash("person", &form.email.key()),
        network: network(ip).map(|network| hash("network", &network)).unwrap_or_default(),
        phone: form.phone.as_ref().map(|phone| hash("phone", phone.as_str())),
        mail_domain: hash("mail domain", &mail_domain(&form.email)),
        wording: wording(&[&form.message, &form.failed_step]).map(|words| hash("wording", &words)),
        country: country.map(str::to_owned),
        submitted_at: at,
    }
}

/// The signals that fire for a case of this account at this moment.
pub(super) fn raised(
    connection: &mut AnyConnection,
    kit: &Kit,
    case: &Case,
    account: &Account,
) -> Result<Vec<Raised>, StoreError> {
    let origin = origins::find(connection, case.id)?;
    let rules = &kit.policy.risk;
    let since = case.submitted_at - rules.repeated_within;
    let mut cases_of_account = origins::cases_of_account(connection, account.id, since)?;
    if case.account.is_none() {
        // The case is being matched: it is one of them from now on.
        cases_of_account += 1;
    }
    Ok(rules.weigh(&RiskFacts {
        submitted_at: case.submitted_at,
        email_changed_at: account.background.email_changed_at,
        phone_changed_at: account.background.phone_changed_at,
        cases_of_account,
        people_of_network: people_of_network(connection, kit, case, origin.as_ref())?,
        campaign: campaign(connection, kit, origin.as_ref())?,
        usual_country: usual_country(account, origin.as_ref().and_then(|origin| origin.country.as_deref())),
        country: origin.and_then(|origin| origin.country),
    }))
}

/// The signals that would fire for a request that came in now and of which nothing else is known.
pub(super) fn raised_now(
    connection: &mut AnyConnection,
    kit: &Kit,
    account: &Account,
    now: DateTime<Utc>,
) -> Result<Vec<Raised>, StoreError> {
    let rules = &kit.policy.risk;
    let before = origins::cases_of_account(connection, account.id, now - rules.repeated_within)?;
    Ok(rules.weigh(&RiskFacts {
        submitted_at: now,
        email_changed_at: account.background.email_changed_at,
        phone_changed_at: account.background.phone_changed_at,
        cases_of_account: before + 1,
        people_of_network: 0,
        campaign: None,
        country: None,
        usual_country: None,
    }))
}

/// Without a country in the directory, the phone number says where someone may be at home.
fn usual_country(account: &Account, asked_from: Option<&str>) -> Option<String> {
    let by_number = || {
        let countries = account.phone.as_ref()?.countries();
        let home = countries.iter().find(|country| Some(**country) == asked_from).or_else(|| countries.first())?;
        Some((*home).to_owned())
    };
    account.background.country.clone().or_else(by_number)
}

fn people_of_network(
    connection: &mut AnyConnection,
    kit: &Kit,
    case: &Case,
    origin: Option<&Origin>,
) -> Result<i64, StoreError> {
    // A neighbour who types addresses must not send owners who help themselves to the desk.
    let counting = if case.with_owner { Counting::Confirmed } else { Counting::Forms };
    match origin.filter(|origin| !origin.network.is_empty()) {
        Some(origin) => {
            let period = around(origin.submitted_at, kit.policy.risk.network_within);
            origins::people(connection, (Shared::Network(&origin.network), counting), period, MOST_PEOPLE)
        }
        None => Ok(0),
    }
}

/// What ties a request to others, and which of them. Anybody can type addresses of a domain, and would raise the need
/// of everyone there: only people of accounts are counted by it.
fn ties<'a>(kit: &Kit, origin: &'a Origin) -> Vec<(Tie, (Shared<'a>, Counting))> {
    let forms = |tie, shared| (tie, (shared, Counting::Forms));
    let phone = origin.phone.as_deref().map(|hash| forms(Tie::Phone, Shared::Phone(hash)));
    let wording = origin.wording.as_deref().map(|hash| forms(Tie::Wording, Shared::Wording(hash)));
    let telling = Some(&origin.mail_domain).filter(|domain| !kit.common_domains.contains(*domain));
    let domain = telling.map(|hash| (Tie::MailDomain, (Shared::MailDomain(hash.as_str()), Counting::Confirmed)));
    [phone, wording, domain].into_iter().flatten().collect()
}

/// What most people's requests share with this one, and how many people they are.
fn campaign(
    connection: &mut AnyConnection,
    kit: &Kit,
    origin: Option<&Origin>,
) -> Result<Option<(Tie, i64)>, StoreError> {
    let Some(origin) = origin else { return Ok(None) };
    let period = around(origin.submitted_at, kit.policy.risk.campaign_within);
    let mut most: Option<(Tie, i64)> = None;
    for (tie, shared) in ties(kit, origin) {
        let people = origins::people(connection, shared, period, MOST_PEOPLE)?;
        if most.is_none_or(|(_, others)| people > others) {
            most = Some((tie, people));
        }
    }
    Ok(most)
}

/// Other cases of the campaign that a case is part of, the newest first.
pub(super) fn related(
    connection: &mut AnyConnection,
    kit: &Kit,
    case: CaseId,
    raised: &[Raised],
) -> Result<Vec<CaseRef>, StoreError> {
    if !raised.iter().any(|raised| raised.signal == Signal::Campaign) {
        return Ok(Vec::new());
    }
    let Some(origin) = origins::find(connection, case)? else { return Ok(Vec::new()) };
    let period = around(origin.submitted_at, kit.policy.risk.campaign_within);
    let limit = i64::try_from(MOST_RELATED).unwrap_or(i64::MAX);
    let mut found: Vec<CaseRef> = Vec::new();
    for (_, shared) in ties(kit, &origin) {
        if origins::people(connection, shared, period, MOST_PEOPLE)? >= kit.policy.risk.campaign_people {
            let others = origins::related(connection, case, shared, period, limit)?;
            found.extend(others.into_iter().filter(|other| !found.contains(other)).collect::<Vec<_>>());
        }
    }
    found.truncate(MOST_RELATED);
    Ok(found)
}

/// Other cases that share something with a case, and what: whoever looks at it may want to look at them.
pub(super) fn relatives(
    connection: &mut AnyConnection,
    kit: &Kit,
    case: &Case,
) -> Result<Vec<(CaseRef, Vec<&'static str>)>, StoreError> {
    let limit = i64::try_from(MOST_RELATED).unwrap_or(i64::MAX);
    let mut found: Vec<(CaseRef, Vec<&'static str>)> = Vec::new();
    let mut add = |references: Vec<CaseRef>, why| {
        for reference in references {
            match found.iter_mut().find(|(known, _)| *known == reference) {
                Some((_, reasons)) => reasons.push(why),
                None => found.push((reference, vec![why])),
            }
        }
    };
    if let Some(account) = case.account {
        let of_account = kin::of_account(connection, account, case.id, limit)?;
        add(of_account.into_iter().map(|kin| kin.reference).collect(), "the same account");
    }
    if let Some(origin) = origins::find(connection, case.id)? {
        let rules = &kit.policy.risk;
        let by_tie = ties(kit, &origin).into_iter().map(|(tie, shared)| (tie.label(), shared, rules.campaign_within));
        let network = Some(origin.network.as_str()).filter(|network| !network.is_empty());
        let by_network = network
            .map(|network| ("the same network", (Shared::Network(network), Counting::Forms), rules.network_within));
        for (why, shared, within) in by_tie.chain(by_network) {
            let period = around(origin.submitted_at, within);
            add(origins::related(connection, case.id, shared, period, limit)?, why);
        }
    }
    found.truncate(MOST_RELATED);
    Ok(found)
}

/// Why others are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    /// A request came in.
    Came,
    /// The address of one was confirmed.
    Confirmed,
}

/// Makes the timer look at the cases that rest while one more request like them comes in: what they need may have
/// risen, although nobody touches them.
pub(super) fn wake_others(
    tx: &mut Tx<'_>,
    kit: &Kit,
    (case, why): (&Case, Wake),
    account: Option<AccountId>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let rules = &kit.policy.risk;
    if let Some(account) = account
        && origins::cases_of_account(tx.connection, account, case.submitted_at - rules.repeated_within * 2)?
            >= rules.repeated_cases
    {
        origins::wake_account(tx, account, now, MOST_WOKEN)?;
    }
    let Some(origin) = origins::find(tx.connection, case.id)? else { return Ok(()) };
    let network = Some(origin.network.as_str()).filter(|network| !network.is_empty()).map(Shared::Network);
    let network = network.map(|shared| (shared, Counting::Forms));
    let by_network = network.map(|shared| (shared, rules.network_within, rules.network_people));
    let by_tie =
        ties(kit, &origin).into_iter().map(|(_, shared)| (shared, rules.campaign_within, rules.campaign_people));
    // A request that only came in adds nothing to what is counted of confirmed addresses, which are looked for among all
    // that were typed.
    let adds = |counting| counting == Counting::Forms || why == Wake::Confirmed;
    for (shared, within, threshold) in
        by_network.into_iter().chain(by_tie).filter(|((_, counting), ..)| adds(*counting))
    {
        // What another case counts reaches as far again as what this one does.
        let reach = around(origin.submitted_at, within * 2);
        if origins::people(tx.connection, shared, reach, threshold)? >= threshold {
            origins::wake(tx, shared.0, around(origin.submitted_at, within), now, MOST_WOKEN)?;
        }
    }
    Ok(())
}
