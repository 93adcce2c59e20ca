//! The one place where what may happen only so often is counted. What each limit is stands in [`crate::domain::limits`].

use chrono::{DateTime, TimeDelta, Utc};

use super::Kit;
use super::act::Act;
use crate::domain::account::Account;
use crate::domain::actor::Actor;
use crate::domain::audit::{Details, details, timestamp};
use crate::domain::ids::{AccountId, BlockId, CaseId, EntryId};
use crate::domain::limits::{LONGEST_WINDOW, Limit};
use crate::domain::origin;
use crate::domain::reference::CaseRef;
use crate::domain::token::Purpose;
use crate::locale::{self, Language};
use crate::store::blocks::{self, Block};
use crate::store::cases::Filed;
use crate::store::throttle::NewestBut;
use crate::store::{AnyConnection, StoreError, Tx, throttle};

/// Whom or what a limit counts.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub(super) limit: Limit,
    pub(super) subject: String,
    about: String,
    case: Option<(CaseId, CaseRef)>,
    account: Option<AccountId>,
}

impl Counted {
    /// A subject of its own, of which the desk is shown `about`: nothing personal but masked addresses.
    pub(super) fn new(limit: Limit, subject: impl Into<String>, about: impl Into<String>) -> Self {
        Self { limit, subject: subject.into(), about: about.into(), case: None, account: None }
    }

    /// What one case has.
    pub(super) fn case(limit: Limit, filed: &Filed) -> Self {
        let case = &filed.case;
        Self::new(limit, case.id.to_string(), case.reference.to_string()).within(filed)
    }

    /// What one account has, outside every case.
    pub(super) fn of_account(limit: Limit, account: &Account) -> Self {
        let counted = Self::new(limit, account.id.to_string(), account.email.masked());
        Self { account: Some(account.id), ..counted }
    }

    /// What one account has.
    pub(super) fn account(limit: Limit, account: &Account, filed: &Filed) -> Self {
        Self::new(limit, account.id.to_string(), account.email.masked()).within(filed)
    }

    /// What one person at the desk does; the desk finds their name by the subject.
    pub(super) fn agent(limit: Limit, act: &Act) -> Option<Self> {
        match &act.actor {
            Actor::Agent { id, email, .. } => Some(Self::new(limit, id.to_string(), email.masked())),
            _ => None,
        }
    }

    /// What comes from one network.
    pub(super) fn network(limit: Limit, ip: &str) -> Self {
        let network = network_of(ip);
        Self::new(limit, network.clone(), network)
    }

    /// Counts by a hash: what must not be read in the table.
    pub(super) fn hashed(kit: &Kit, limit: Limit, parts: &[&[u8]], about: String) -> Self {
        Self::new(limit, hex::encode(kit.key.keyed_hash(Purpose::Throttle, parts)), about)
    }

    /// Tries to sign in as one person: from their place, from everyone at that place, and from anywhere. The place
    /// first: one place alone cannot use up what others have.
    pub(super) fn tries(
        kit: &Kit,
        (named, about): (&str, &str),
        ip: &str,
        (place, network, anywhere): (Limit, Limit, Limit),
    ) -> [Self; 3] {
        let hashed = |limit, parts: &[&[u8]]| Self::hashed(kit, limit, parts, about.to_owned());
        [
            hashed(place, &[named.as_bytes(), network_of(ip).as_bytes()]),
            Self::network(network, ip),
            hashed(anywhere, &[named.as_bytes()]),
        ]
    }

    /// The case and the account it concerns.
    pub(super) fn within(mut self, filed: &Filed) -> Self {
        self.case = Some((filed.case.id, filed.case.reference.clone()));
        self.account = filed.case.account;
        self
    }

    fn entry(&self, act: &Act, action: &str, about: Details) -> crate::domain::audit::NewEntry {
        act.entry(action, self.case.as_ref().map(|(_, reference)| reference), self.account, about)
    }
}

/// The network that an address belongs to; addresses that cannot be read are one.
pub(super) fn network_of(ip: &str) -> String {
    origin::network(ip).unwrap_or_else(|| "unknown".to_owned())
}

/// A limit that was reached: nothing was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reached {
    pub limit: Limit,
    /// From when it may happen again; nobody knows, where a supervisor has to lift it.
    pub until: Option<DateTime<Utc>>,
}

impl Reached {
    /// When to try again, in words that follow a sentence and that the desk reads.
    pub(super) fn again(&self) -> String {
        match self.until {
            Some(until) => format!("Try again after {}.", locale::moment(Language::English, until)),
            None => "A supervisor at the desk can allow it again.".to_owned(),
        }
    }
}

/// Counts one more of each, or none of them when one limit is reached, which the desk is then shown.
pub(super) fn spend(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    counted: &[Counted],
) -> Result<Result<Vec<EntryId>, Reached>, StoreError> {
    let ids: Vec<EntryId> = counted.iter().map(|_| kit.id(EntryId::new, act.at)).collect();
    let named: Vec<(&Counted, EntryId)> = counted.iter().zip(ids.iter().copied()).collect();
    Ok(spend_as(tx, kit, act, &named)?.map(|()| ids))
}

/// Counts a try to sign in before anything is looked at, so that guesses sent side by side all count. One that is too
/// many is `told` to the log once a minute, since anyone can send them.
pub(super) fn spend_tries(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    counted: &[Counted],
    told: impl FnOnce(&mut Tx<'_>),
) -> Result<Result<Vec<EntryId>, Reached>, StoreError> {
    let spent = spend(tx, kit, act, counted)?;
    if let Err(reached) = &spent
        && let Some(each) = counted.iter().find(|each| each.limit == reached.limit)
    {
        tell_once(tx, kit, act, each, told)?;
    }
    Ok(spent)
}

/// Tells the log of a try that was too many, once a minute for each subject.
pub(super) fn tell_once(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    counted: &Counted,
    told: impl FnOnce(&mut Tx<'_>),
) -> Result<(), StoreError> {
    let subject = format!("{} {}", counted.limit.code(), counted.subject);
    if take(tx, kit, act, Limit::SignInRefusals, &subject)? {
        told(tx);
    }
    Ok(())
}

/// Gives back what was counted of tries that turn out well.
pub(super) fn give_back(tx: &mut Tx<'_>, tries: &[EntryId]) -> Result<(), StoreError> {
    tries.iter().try_for_each(|id| throttle::give_back(tx, *id))
}

/// Like [`spend`], under identifiers by which it can be given back later.
pub(super) fn spend_as(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    counted: &[(&Counted, EntryId)],
) -> Result<Result<(), Reached>, StoreError> {
    let mut exact: Vec<&Counted> = counted.iter().map(|(each, _)| *each).filter(|each| each.limit.is_exact()).collect();
    // Always in the same order, so that two who count the same do not wait for each other.
    exact.sort_by(|a, b| (a.limit, &a.subject).cmp(&(b.limit, &b.subject)));
    for each in exact {
        throttle::serialise(tx, each.limit.code(), &each.subject)?;
    }
    let all: Vec<&Counted> = counted.iter().map(|(each, _)| *each).collect();
    if let Some((each, until)) = first_spent(tx.connection, kit, &all, act.at)? {
        block(tx, kit, act, each, Some(until))?;
        return Ok(Err(Reached { limit: each.limit, until: Some(until) }));
    }
    let rows: Vec<_> = counted.iter().map(|(each, id)| (*id, each.limit.code(), each.subject.as_str())).collect();
    throttle::add(tx, &rows, act.at)?;
    Ok(Ok(()))
}

/// Counts one more, unless there were as many already. For limits that nobody is told of.
pub(super) fn take(tx: &mut Tx<'_>, kit: &Kit, act: &Act, limit: Limit, subject: &str) -> Result<bool, StoreError> {
    Ok(spend(tx, kit, act, &[Counted::new(limit, subject, "")])?.is_ok())
}

/// The first of which none is possible now, and from when on one is again.
fn first_spent<'a>(
    connection: &mut AnyConnection,
    kit: &Kit,
    counted: &[&'a Counted],
    at: DateTime<Utc>,
) -> Result<Option<(&'a Counted, DateTime<Utc>)>, StoreError> {
    let budgets: Vec<_> = counted
        .iter()
        .flat_map(|each| kit.amounts.budgets(each.limit).into_iter().map(move |one| (*each, one)))
        .collect();
    let asked: Vec<NewestBut<'_>> = budgets
        .iter()
        .map(|(each, budget)| NewestBut {
            scope: each.limit.code(),
            subject: &each.subject,
            since: at - budget.window,
            skipped: budget.most - 1,
        })
        .collect();
    let mut first: Option<(&Counted, DateTime<Utc>)> = None;
    for ((each, budget), oldest) in budgets.iter().zip(throttle::newest_but(connection, &asked)?) {
        let Some(until) = oldest.map(|oldest| oldest + budget.window) else { continue };
        first = match first {
            None => Some((each, until)),
            // Every budget of a limit has to hold.
            Some((same, before)) if same.limit == each.limit && same.subject == each.subject => {
                Some((same, before.max(until)))
            }
            earlier => earlier,
        };
    }
    Ok(first)
}

/// How many more are possible now.
pub(super) fn left(
    connection: &mut AnyConnection,
    kit: &Kit,
    limit: Limit,
    subject: &str,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let mut left = i64::MAX;
    for budget in kit.amounts.budgets(limit) {
        let used = throttle::count(connection, limit.code(), subject, at, budget.window)?;
        left = left.min((budget.most - used).max(0));
    }
    Ok(left)
}

/// Shows the desk that a limit was reached: one row, however often someone runs against it.
pub(super) fn block(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    counted: &Counted,
    until: Option<DateTime<Utc>>,
) -> Result<bool, StoreError> {
    let limit = counted.limit;
    if !limit.is_shown() {
        return Ok(false);
    }
    throttle::serialise(tx, "block", &format!("{} {}", limit.code(), counted.subject))?;
    let told = |id: BlockId| {
        let ends = until.map(|until| timestamp(until).into());
        details([("block", id.to_string().into()), ("limit", limit.code().into()), ("until", ends.unwrap_or_default())])
    };
    // A flood that goes on all the time is one block that ends later and later.
    let known = blocks::of_subject(tx.connection, limit, &counted.subject, act.at - LONGEST_WINDOW)?;
    match (known, until) {
        (Some(Block { until: None, .. }), _) => Ok(false),
        (Some(Block { id, until: Some(before), .. }), Some(until)) => {
            if before < until {
                blocks::extend(tx, id, until)?;
                tx.record(counted.entry(act, "block.extended", told(id)));
            }
            Ok(false)
        }
        (_, until) => {
            let block = Block {
                id: kit.id(BlockId::new, act.at),
                limit,
                subject: counted.subject.clone(),
                about: counted.about.clone(),
                case: counted.case.as_ref().map(|(id, _)| *id),
                account: counted.account,
                at: act.at,
                until,
            };
            blocks::insert(tx, &block)?;
            tx.record(counted.entry(act, "block.began", told(block.id)));
            Ok(true)
        }
    }
}

/// Whether a supervisor has to lift a block of this subject first.
pub(super) fn waits_for_supervisor(
    connection: &mut AnyConnection,
    limit: Limit,
    subject: &str,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let block = blocks::of_subject(connection, limit, subject, at)?;
    Ok(block.is_some_and(|block| block.until.is_none()))
}

/// How far back counted events are of use.
pub(super) const REMEMBERED: TimeDelta = TimeDelta::days(2);
