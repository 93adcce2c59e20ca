use super::act::{Act, Done, command, known};
use super::phone_budget::{self, CodesHeld, codes_held};
use super::phone_change::{Heard, told_on_the_phone};
use super::{Desk, Kit};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::case::Command;
use crate::domain::code::{PhoneCode, two_words};
use crate::domain::evidence::{Evidence, Giver};
use crate::domain::ids::{CallId, ChallengeId, EvidenceId};
use crate::locale::{Language, Text, text};
use crate::notify::voice::CallProgress;
use crate::store::calls::{self, CallAbout, Challenge, ChallengeState};
use crate::store::cases::{self, Filed};
use crate::store::{StoreError, Tx};

/// What the voice says next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The language of the case's form.
    pub language: Language,
    /// The words.
    pub says: String,
    /// The two words among them, which are English in every language.
    pub two_words: Option<String>,
    /// Digits are awaited after them.
    pub asks: bool,
    /// How many, where they are.
    pub keys: u8,
    /// What follows where they are awaited and none is typed.
    pub unanswered: String,
}

/// Digits of a code, and the one key that answers a notice.
const CODE_KEYS: u8 = 6;
const ONE_KEY: u8 = 1;

impl From<Heard> for Spoken {
    fn from(heard: Heard) -> Self {
        let asks = heard.unanswered.is_some();
        Self {
            language: heard.language,
            says: heard.says,
            two_words: None,
            asks,
            keys: if asks { ONE_KEY } else { 0 },
            unanswered: heard.unanswered.unwrap_or_default(),
        }
    }
}

impl Spoken {
    fn asking(says: String, two_words: Option<String>, language: Language) -> Self {
        let unanswered = text!("voice-nothing-typed").to(language);
        Self { language, says, two_words, asks: true, keys: CODE_KEYS, unanswered }
    }

    fn end(words: &Text, language: Language) -> Self {
        Self { language, says: words.to(language), two_words: None, asks: false, keys: 0, unanswered: String::new() }
    }
}

fn telephone(at: chrono::DateTime<chrono::Utc>) -> Act {
    Act { actor: Actor::Customer, ip: String::new(), at }
}

/// What became of digits that were typed.
pub(super) enum Verdict {
    Right,
    Wrong(i32),
    /// Not six digits, so no guess at all: it costs no try.
    Unreadable,
    Closed,
}

/// Weighs digits against a challenge, and keeps the evidence they make.
pub(super) fn weigh(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    challenge: &mut Challenge,
    digits: &str,
    giver: Giver,
) -> Done<Verdict> {
    let Some(stored) = challenge.code_hash.clone().filter(|_| challenge.is_open(act.at)) else {
        return Ok(Ok(Verdict::Closed));
    };
    let account = known(tx.connection, kit, &filed.case)?.account;
    let held = match &account {
        Some(account) => codes_held(tx.connection, account.id, act.at)?,
        None => None,
    };
    // Another case of the account may have used up the last try since this code was made.
    if held == Some(CodesHeld::BySupervisor) {
        return Ok(Ok(Verdict::Closed));
    }
    let Some(typed) = PhoneCode::typed(digits) else { return Ok(Ok(Verdict::Unreadable)) };
    let right = typed.matches(&kit.key, challenge.id, &stored);
    if !right {
        challenge.tries_left -= 1;
    }
    match &account {
        Some(account) if right => phone_budget::right_code(tx, account.id)?,
        Some(account) => phone_budget::wrong_code(tx, kit, act, filed, account)?,
        None => {}
    }
    let over = right || challenge.tries_left == 0;
    if over {
        challenge.state = if right { ChallengeState::Passed } else { ChallengeState::Failed };
    }
    calls::update_challenge(tx, challenge)?;
    if over {
        let id = kit.id(EvidenceId::new, act.at);
        let subject = Some(challenge.subject.clone());
        let given = if right {
            Evidence::passed(id, challenge.kind, act.at, giver, subject)
        } else {
            Evidence::failed(id, challenge.kind, act.at, giver, subject)
        };
        if let Err(halt) = command(tx, kit, act, filed, &Command::RecordCheck(given))? {
            return Ok(Err(halt));
        }
    } else {
        let about = details([("check", challenge.kind.code().into()), ("tries_left", challenge.tries_left.into())]);
        tx.record(act.case_entry("check.wrong_code", filed, about));
    }
    Ok(Ok(if right { Verdict::Right } else { Verdict::Wrong(challenge.tries_left) }))
}

fn check_digits(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    challenge: ChallengeId,
    digits: &str,
) -> Result<Spoken, StoreError> {
    let language = cases::language(tx.connection, filed.case.id)?;
    let latest = calls::latest_challenge(tx.connection, filed.case.id)?;
    Ok(match latest.filter(|latest| latest.id == challenge) {
        None => Spoken::end(&text!("voice-too-late"), language),
        Some(_) if digits.is_empty() => Spoken::end(&text!("voice-nothing-typed"), language),
        Some(mut challenge) => match weigh(tx, kit, act, filed, &mut challenge, digits, Giver::Customer)? {
            Ok(Verdict::Right) => Spoken::end(&text!("voice-thank-you"), language),
            Ok(Verdict::Wrong(0)) => Spoken::end(&text!("voice-too-many"), language),
            Ok(Verdict::Wrong(_) | Verdict::Unreadable) => {
                Spoken::asking(text!("voice-wrong-digits").to(language), None, language)
            }
            Ok(Verdict::Closed) | Err(_) => Spoken::end(&text!("voice-too-late"), language),
        },
    })
}

impl Desk {
    /// Someone picked up. Nothing for a call that is not ours.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn pick_up(&self, call: CallId) -> Result<Option<Spoken>, StoreError> {
        let (kit, act) = (self.kit.clone(), telephone(self.now()));
        let at = act.at;
        let pick_up = move |tx: &mut Tx<'_>| {
            let Some((call, reference)) = calls::find_call(tx.connection, call)? else { return Ok(None) };
            let Some(filed) = cases::lock(tx, &reference)? else { return Ok(None) };
            let language = cases::language(tx.connection, filed.case.id)?;
            let over = how_far(&call.state) > how_far("answered");
            let spoken = match call.about {
                CallAbout::PhoneChange(change) if !over => {
                    told_on_the_phone(tx, &kit, &act, &filed, (&call, change), None)?.into()
                }
                CallAbout::Challenge(id) if !over => {
                    let challenge = calls::latest_challenge(tx.connection, filed.case.id)?;
                    let open = challenge.is_some_and(|latest| latest.id == id && latest.is_open(at));
                    if open {
                        Spoken::asking(call.says, Some(two_words(&kit.key, id)), language)
                    } else {
                        Spoken::end(&text!("voice-too-late"), language)
                    }
                }
                _ => Spoken::end(&text!("voice-too-late"), language),
            };
            if spoken.asks {
                calls::update_call(tx, call.id, "answered", None, at)?;
            }
            Ok(Some(spoken))
        };
        self.store.write(pick_up).await
    }

    /// Digits were typed on the phone. Nothing for a call that is not ours.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn answer_call(&self, call: CallId, digits: String) -> Result<Option<Spoken>, StoreError> {
        let kit = self.kit.clone();
        let act = telephone(self.now());
        let answer = move |tx: &mut Tx<'_>| {
            let Some((call, reference)) = calls::find_call(tx.connection, call)? else { return Ok(None) };
            let Some(filed) = cases::lock(tx, &reference)? else { return Ok(None) };
            let spoken = match call.about {
                CallAbout::PhoneChange(change) => {
                    told_on_the_phone(tx, &kit, &act, &filed, (&call, change), Some(&digits))?.into()
                }
                CallAbout::Challenge(id) => check_digits(tx, &kit, &act, &filed, id, &digits)?,
            };
            let state = if spoken.asks { "answered" } else { "completed" };
            calls::update_call(tx, call.id, state, Some(&spoken.says), act.at)?;
            Ok(Some(spoken))
        };
        let spoken = self.store.write(answer).await?;
        self.run_errands();
        Ok(spoken)
    }

    /// The provider tells how far a call has come. False for a call that is not ours.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn call_progress(&self, call: CallId, progress: CallProgress) -> Result<bool, StoreError> {
        let act = Act { actor: Actor::System, ip: String::new(), at: self.now() };
        let note = move |tx: &mut Tx<'_>| {
            let Some((call, reference)) = calls::find_call(tx.connection, call)? else { return Ok(false) };
            let state = progress_word(progress);
            // Reports can overtake each other: a call only ever gets further.
            if how_far(state) > how_far(&call.state) {
                calls::update_call(tx, call.id, state, None, act.at)?;
                let about = details([("call", call.id.to_string().into()), ("state", state.into())]);
                tx.record(act.entry("call.progress", Some(&reference), None, about));
            }
            Ok(true)
        };
        self.store.write(note).await
    }
}

/// The order in which a call goes through its states; the last ones are equally final.
fn how_far(state: &str) -> u8 {
    match state {
        "queued" => 0,
        "placing" | "unknown" => 1,
        "ringing" => 2,
        "answered" => 3,
        _ => 4,
    }
}

const fn progress_word(progress: CallProgress) -> &'static str {
    match progress {
        CallProgress::Ringing => "ringing",
        CallProgress::Answered => "answered",
        CallProgress::Completed => "completed",
        CallProgress::Busy => "busy",
        CallProgress::NoAnswer => "no_answer",
        CallProgress::Failed => "failed",
    }
}
