use chrono::TimeDelta;

use super::act::{Act, Done, Halt, Known, held, known, refuse};
use super::{Desk, Kit};
use crate::domain::account::Account;
use crate::domain::audit::details;
use crate::domain::case::Refused;
use crate::domain::code::{PhoneCode, TRIES, two_words};
use crate::domain::contact::E164;
use crate::domain::evidence::{CheckKind, Subject};
use crate::domain::ids::{CallId, ChallengeId, CustomerSessionId, EntryId, OutboxId};
use crate::domain::reference::CaseRef;
use crate::domain::script;
use crate::domain::token::Token;
use crate::locale::text;
use crate::store::calls::{self, Call, CallAbout, Challenge, ChallengeState};
use crate::store::cases::Filed;
use crate::store::outbox::{self, Errand};
use crate::store::{StoreError, Tx, throttle};

impl Desk {
    /// **Call me now**: makes a code for this browser and queues a call to the phone of record.
    ///
    /// # Errors
    /// [`Halt`] when no call can be made; [`StoreError`] when the database fails.
    pub async fn start_call(
        &self,
        act: Act,
        reference: CaseRef,
        session: CustomerSessionId,
        cookie: Token,
    ) -> Result<Result<(), Halt>, StoreError> {
        if self.voice.is_none() {
            return Ok(Err(Halt::NoCall(text!("calls-not-offered"))));
        }
        let kit = self.kit.clone();
        let start = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &reference, None)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let made = match challenge(tx, &kit, &act, &filed, CheckKind::PhoneCode)? {
                Ok(made) => made,
                Err(halt) => return Ok(Err(halt)),
            };
            let (mut challenge, phone) = made;
            challenge.session = Some(session);
            let code = PhoneCode::derive(&kit.key, &cookie, challenge.id);
            challenge.code_hash = Some(code.stored(&kit.key, challenge.id));
            calls::insert_challenge(tx, &challenge)?;
            let call = Call {
                id: kit.id(CallId::new, act.at),
                about: CallAbout::Challenge(challenge.id),
                phone,
                state: "queued".to_owned(),
                says: script::greeting(&kit.product, &two_words(&kit.key, challenge.id)),
            };
            calls::insert_call(tx, &call, act.at)?;
            let errand = Errand::Call { call: call.id };
            outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &errand, act.at)?;
            tx.record(act.case_entry("call.asked_for", &filed, details([("call", call.id.to_string().into())])));
            Ok(Ok(()))
        };
        let started = self.store.write(start).await?;
        self.run_errands();
        Ok(started)
    }
}

/// How many more calls the phone of record may get now, whoever asks.
pub(super) fn calls_left(
    connection: &mut crate::store::AnyConnection,
    kit: &Kit,
    phone: &Subject,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<i64, StoreError> {
    let hour = throttle::count(connection, "call", &phone.0, at, TimeDelta::hours(1))?;
    let day = throttle::count(connection, "call", &phone.0, at, TimeDelta::days(1))?;
    let left = |budget: u32, used: i64| (i64::from(budget) - used).max(0);
    Ok(left(kit.periods.calls_per_hour, hour).min(left(kit.periods.calls_per_day, day)))
}

fn callable(known: &Known) -> Option<(&Account, E164, Subject)> {
    let account = known.account.as_ref()?;
    let subject = known.facts.as_ref()?.phone.clone()?;
    Some((account, account.phone.clone()?, subject))
}

/// A new challenge about the phone of record, not stored yet, within the budget of calls to that phone.
pub(super) fn challenge(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    kind: CheckKind,
) -> Done<(Challenge, E164)> {
    if !filed.case.state.is_under_review() {
        return Ok(Err(refuse(tx, act, filed, kind.code(), Refused::WrongState(filed.case.state))));
    }
    let known = known(tx.connection, kit, &filed.case)?;
    let Some((_, phone, subject)) = callable(&known) else {
        return Ok(Err(Halt::NoCall(text!("no-phone-of-record"))));
    };
    throttle::serialise(tx, "call", &subject.0)?;
    if calls_left(tx.connection, kit, &subject, act.at)? == 0 {
        tx.record(act.case_entry("call.refused", filed, details([("rule", "call_budget".into())])));
        return Ok(Err(Halt::TooOften(text!("called-too-often"))));
    }
    throttle::add(tx, kit.id(EntryId::new, act.at), "call", &subject.0, act.at)?;
    let challenge = Challenge {
        id: kit.id(ChallengeId::new, act.at),
        case: filed.case.id,
        kind,
        session: None,
        agent: act.actor.agent(),
        code_hash: None,
        subject,
        state: ChallengeState::Open,
        tries_left: TRIES,
        created_at: act.at,
        expires_at: act.at + kit.periods.phone_code(),
    };
    Ok(Ok((challenge, phone)))
}
