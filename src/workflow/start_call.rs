use super::act::{Act, Done, Halt, Known, held, known, refuse};
use super::{Desk, Kit, phone_budget};
use crate::domain::account::Account;
use crate::domain::audit::details;
use crate::domain::case::Refused;
use crate::domain::code::{PhoneCode, TRIES, two_words};
use crate::domain::contact::E164;
use crate::domain::evidence::{CheckKind, Subject};
use crate::domain::ids::{CallId, ChallengeId, CustomerSessionId, OutboxId};
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::locale::text;
use crate::store::calls::{self, Call, CallAbout, Challenge, ChallengeState, ShownIn};
use crate::store::cases::{self, Filed};
use crate::store::outbox::{self, Errand};
use crate::store::{StoreError, Tx};

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
            call(tx, &kit, &act, &filed, (ShownIn::CasePage(session), &cookie))
        };
        let started = self.store.write(start).await?;
        self.run_errands();
        Ok(started)
    }
}

/// Makes a code for a browser and queues a call to the phone of record.
pub(super) fn call(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    (browser, cookie): (ShownIn, &Token),
) -> Done<()> {
    let (mut challenge, phone) = match challenge(tx, kit, act, filed, CheckKind::PhoneCode)? {
        Ok(made) => made,
        Err(halt) => return Ok(Err(halt)),
    };
    challenge.browser = Some(browser);
    let code = PhoneCode::derive(&kit.key, cookie, challenge.id);
    challenge.code_hash = Some(code.stored(&kit.key, challenge.id));
    calls::insert_challenge(tx, &challenge)?;
    let words = two_words(&kit.key, challenge.id);
    let greeting = text!("voice-greeting", product = kit.product.clone(), words = words);
    let call = Call {
        id: kit.id(CallId::new, act.at),
        about: CallAbout::Challenge(challenge.id),
        phone,
        state: "queued".to_owned(),
        says: greeting.to(cases::language(tx.connection, filed.case.id)?),
    };
    calls::insert_call(tx, &call, act.at)?;
    let errand = Errand::Call { call: call.id };
    outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &errand, act.at)?;
    tx.record(act.case_entry("call.asked_for", filed, details([("call", call.id.to_string().into())])));
    Ok(Ok(()))
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
    let Some((account, phone, subject)) = callable(&known) else {
        return Ok(Err(Halt::NoCall(text!("no-phone-of-record"))));
    };
    if let Err(halt) = phone_budget::may_have_code(tx, act, filed, account.id)? {
        return Ok(Err(halt));
    }
    if let Err(halt) = phone_budget::call(tx, kit, act, filed, account, (&subject, phone.masked()))? {
        return Ok(Err(halt));
    }
    let challenge = Challenge {
        id: kit.id(ChallengeId::new, act.at),
        case: filed.case.id,
        kind,
        browser: None,
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
