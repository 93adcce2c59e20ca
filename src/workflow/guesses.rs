//! Counting wrong passwords and wrong second factors. How long they wait is said in [`crate::domain::authn::Guesses`].

use chrono::{DateTime, Utc};

use super::Kit;
use super::act::Act;
use super::first_factor::Side;
use super::limits::{Counted, Reached, block, give_back, spend_tries, tell_once};
use crate::domain::authn::GuessBudget;
use crate::domain::ids::{EntryId, KnownDeviceId};
use crate::domain::limits::Limit;
use crate::store::{StoreError, Tx, guesses, throttle};

/// What counts the wrong ones of a kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct GuessLimits {
    /// From one place.
    pub place: Limit,
    /// From one network, of everyone.
    pub network: Limit,
    /// Of one person, from anywhere.
    pub anywhere: Limit,
    /// Of one person, in a browser that is known to them.
    pub browser: Limit,
}

impl GuessLimits {
    fn tries(self, kit: &Kit, who: (&str, &str), ip: &str) -> [Counted; 3] {
        Counted::tries(kit, who, ip, (self.place, self.network, self.anywhere))
    }
}

/// What was counted of a guess that may turn out right.
#[derive(Debug, Clone)]
pub(super) struct Guessed {
    /// The rows that it was counted in.
    counted: Vec<String>,
    /// The rows of browsers that are not known, which a right guess begins anew as well.
    strangers: [String; 2],
    network: Vec<EntryId>,
}

/// The row that counts a limit's subject.
pub(super) fn row(limit: Limit, subject: &str) -> String {
    format!("{} {subject}", limit.code())
}

/// Counts a guess as wrong before it is looked at, so that guesses sent side by side all count, unless it has to
/// wait. `named` is whom it is for: what they are counted by, and what the desk is shown of it.
pub(super) fn count(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    limits: GuessLimits,
    (named, about): (&str, &str),
    known: Option<KnownDeviceId>,
    told: impl FnOnce(&mut Tx<'_>),
) -> Result<Result<Guessed, Reached>, StoreError> {
    let [place, network, anywhere] = limits.tries(kit, (named, about), &act.ip);
    let strangers = [row(place.limit, &place.subject), row(anywhere.limit, &anywhere.subject)];
    let counted = match known {
        Some(browser) => {
            let browser = Counted::new(limits.browser, browser.to_string(), about);
            vec![(browser, GuessBudget::KnownBrowser)]
        }
        None => vec![(place, GuessBudget::Place), (anywhere, GuessBudget::Anywhere)],
    };
    for (each, _) in &counted {
        throttle::serialise(tx, each.limit.code(), &each.subject)?;
    }
    if let Some((each, until)) = waits(tx, kit, act, &counted)? {
        block(tx, kit, act, each, Some(until))?;
        tell_once(tx, kit, act, each, told)?;
        return Ok(Err(Reached { limit: each.limit, until: Some(until) }));
    }
    let network = match spend_tries(tx, kit, act, &[network], told)? {
        Ok(network) => network,
        Err(reached) => return Ok(Err(reached)),
    };
    let counted: Vec<String> = counted.iter().map(|(each, _)| row(each.limit, &each.subject)).collect();
    for row in &counted {
        guesses::add(tx, row, act.at)?;
    }
    Ok(Ok(Guessed { counted, strangers, network }))
}

/// Which budget is spent, and until when.
fn waits<'a>(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    counted: &'a [(Counted, GuessBudget)],
) -> Result<Option<(&'a Counted, DateTime<Utc>)>, StoreError> {
    for (each, budget) in counted {
        let so_far = guesses::find(tx.connection, &row(each.limit, &each.subject))?;
        if let Some(until) = so_far.wait_until(*budget, kit.limits.sign_in_failures, act.at) {
            return Ok(Some((each, until)));
        }
    }
    Ok(None)
}

/// The guess was right: the row of wrong ones begins anew.
pub(super) fn begin_anew(tx: &mut Tx<'_>, guessed: &Guessed) -> Result<(), StoreError> {
    guessed.counted.iter().try_for_each(|row| guesses::forget(tx, row))?;
    guessed.strangers.iter().try_for_each(|row| guesses::forget(tx, row))?;
    give_back(tx, &guessed.network)
}

/// The guess was not looked at after all.
pub(super) fn take_back(tx: &mut Tx<'_>, guessed: &Guessed) -> Result<(), StoreError> {
    guessed.counted.iter().try_for_each(|row| guesses::take_back(tx, row))?;
    give_back(tx, &guessed.network)
}

/// A new password was set by somebody who proved that it is theirs: whoever guessed the old one is forgotten.
pub(super) fn forget_person(tx: &mut Tx<'_>, kit: &Kit, side: Side, email_key: &str) -> Result<(), StoreError> {
    let [_, _, anywhere] = side.password_limits().tries(kit, (email_key, ""), "");
    guesses::forget(tx, &row(anywhere.limit, &anywhere.subject))
}
