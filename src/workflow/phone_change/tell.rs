use chrono::TimeDelta;

use crate::domain::audit::details;
use crate::domain::contact::E164;
use crate::domain::ids::EntryId;
use crate::domain::ids::{CallId, LinkId, OutboxId, PhoneChangeId};
use crate::domain::limits::Limit;
use crate::domain::phone_change::{Moment, PhoneChange, State};
use crate::domain::reference::CaseRef;
use crate::locale::{self, Language, Text, text};
use crate::notify::voice::{SendText, TextError};
use crate::store::calls::{self, Call, CallAbout};
use crate::store::cases::{self, Filed};
use crate::store::links::{self, Link, LinkPurpose};
use crate::store::outbox::{self, Errand, Leased, TextErrand, TextRow};
use crate::store::{AnyConnection, StoreError, Tx, phone_changes};
use crate::workflow::act::Act;
use crate::workflow::limits::{Counted, spend, spend_as};
use crate::workflow::{Desk, Kit, dispute};

/// The key that stops a change.
const STOP: &str = "9";
/// A notice that the budget or the provider keeps from leaving is tried for about three days.
pub(in crate::workflow) const NOTICE_ATTEMPTS: i32 = 150;
/// How long a notice waits when the number was called as often as is allowed.
pub(in crate::workflow) const WAIT_FOR_BUDGET: TimeDelta = TimeDelta::minutes(30);

/// Queues a call and a text message to the old number, where there is one and the operator offers them.
pub(super) fn queue(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    change: &PhoneChange,
    moment: Moment,
) -> Result<(), StoreError> {
    let Some(old) = &change.old else { return Ok(()) };
    let language = cases::language(tx.connection, filed.case.id)?;
    if kit.offers_calls {
        let says = announcement(kit, change, moment).to(language);
        let id = kit.id(CallId::new, act.at);
        let about = CallAbout::PhoneChange(change.id);
        calls::insert_call(tx, &Call { id, about, phone: old.clone(), state: "queued".to_owned(), says }, act.at)?;
        outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &Errand::Call { call: id }, act.at)?;
    }
    if kit.offers_texts {
        let object = kit.id(LinkId::new, act.at);
        let link = Link {
            id: object,
            case: filed.case.id,
            purpose: LinkPurpose::Object,
            subject: kit.key.phone_subject(old),
            expires_at: act.at + kit.periods.dispute_link(),
            opened_at: None,
            used_at: None,
            administrator: None,
        };
        links::insert(tx, &link, &kit.key.link_token(object).hash(), act.at)?;
        let errand = TextErrand { change: change.id, moment, to: old.clone(), object, tried: false };
        outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &Errand::Text(errand), act.at)?;
    }
    Ok(())
}

/// What the voice says of a change.
fn announcement(kit: &Kit, change: &PhoneChange, moment: Moment) -> Text {
    let product = kit.product.clone();
    match (moment, &change.hold) {
        (Moment::Start | Moment::HalfWay, Some(hold)) => {
            let hours =
                (hold.ends_at - if moment == Moment::Start { hold.started_at } else { hold.half_way() }).num_hours();
            text!("call-change-held", product = product, hours = hours)
        }
        _ => text!("call-change-effective", product = product),
    }
}

/// What a text message says of a change.
fn message(kit: &Kit, language: Language, change: &PhoneChange, moment: Moment, link: &str) -> String {
    let (product, link) = (kit.product.clone(), link.to_owned());
    let words = match (moment, &change.hold) {
        (Moment::Start | Moment::HalfWay, Some(hold)) => {
            text!("text-change-held", product = product, ends = locale::moment(language, hold.ends_at), link = link)
        }
        _ => text!("text-change-effective", product = product, link = link),
    };
    words.to(language)
}

fn stop_link(kit: &Kit, reference: &CaseRef, text: &TextErrand) -> String {
    kit.url(&format!("/cases/{reference}/object?token={}", kit.key.link_token(text.object).expose()))
}

/// What someone at the old number hears after they picked up or pressed a key.
pub(in crate::workflow) struct Heard {
    pub language: Language,
    pub says: String,
    /// What follows where a key is awaited and none is pressed.
    pub unanswered: Option<String>,
}

impl Heard {
    fn end(words: &Text, language: Language) -> Self {
        Self { language, says: words.to(language), unanswered: None }
    }

    fn asking(says: String, language: Language) -> Self {
        Self { language, says, unanswered: Some(text!("call-change-unanswered").to(language)) }
    }
}

/// Someone at the old number picked up (nothing pressed yet), or pressed keys: the stop key stops the change, without
/// any other proof, because stopping must be easy.
pub(in crate::workflow) fn told_on_the_phone(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    (call, change): (&Call, PhoneChangeId),
    pressed: Option<&str>,
) -> Result<Heard, StoreError> {
    let language = cases::language(tx.connection, filed.case.id)?;
    let Some(change) = phone_changes::find(tx.connection, change)? else {
        return Ok(Heard::end(&text!("call-change-over"), language));
    };
    let may_stop = matches!(change.state, State::Held | State::Requested | State::AwaitingApproval | State::Effective);
    if !may_stop {
        return Ok(Heard::end(&text!("call-change-over"), language));
    }
    let pressed = pressed.map(|keys| keys.trim_end_matches('#'));
    match pressed {
        None => Ok(Heard::asking(call.says.clone(), language)),
        Some(STOP) => {
            tx.record(act.case_entry(
                "phone_change.objected",
                filed,
                details([("phone_change", change.id.to_string().into()), ("call", call.id.to_string().into())]),
            ));
            dispute::freeze(tx, kit, act, filed)?;
            let words = match change.state {
                State::Effective => text!("call-change-reported"),
                _ => text!("call-change-stopped"),
            };
            Ok(Heard::end(&words, language))
        }
        Some("") => Ok(Heard::end(&text!("call-change-unanswered"), language)),
        Some(_) => Ok(Heard::asking(text!("call-change-again").to(language), language)),
    }
}

/// Whether a notice may still be given: a change that was stopped has nothing to tell any more.
pub(in crate::workflow) fn is_wanted(
    tx: &mut Tx<'_>,
    change: PhoneChangeId,
) -> Result<Option<PhoneChange>, StoreError> {
    let found = phone_changes::find(tx.connection, change)?;
    Ok(found.filter(|change| matches!(change.state, State::Held | State::Effective)))
}

/// Takes one call to `phone` from the budget that every call to it shares. A call that turns out not to have been
/// made is given back by its own identifier.
pub(in crate::workflow) fn take_from_budget(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    phone: &E164,
    entry: EntryId,
) -> Result<bool, StoreError> {
    let counted = Counted::new(Limit::CallsToPhone, kit.key.phone_subject(phone).0, phone.masked());
    Ok(spend_as(tx, kit, act, &[(&counted, entry)])?.is_ok())
}

/// What is to be done with a text message now.
enum Next {
    Send(Box<SendText>),
    Later,
    Over(&'static str),
}

impl Desk {
    /// The text messages that were sent, newest last, as the demo's telephone shows them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn texts_sent(&self, limit: i64) -> Result<Vec<(TextRow, String)>, StoreError> {
        let kit = self.kit.clone();
        let read = move |connection: &mut AnyConnection| {
            let mut sent = Vec::new();
            for row in outbox::texts(connection, None, limit)?.into_iter().filter(|row| row.state == "done") {
                let Some(change) = phone_changes::find(connection, row.text.change)? else { continue };
                let language = cases::language(connection, change.case)?;
                let body =
                    message(&kit, language, &change, row.text.moment, &stop_link(&kit, &row.reference, &row.text));
                sent.push((row, body));
            }
            Ok(sent)
        };
        self.store.read(read).await
    }

    /// Sends a text message at most once: what may have been sent is not sent again.
    pub(in crate::workflow) async fn send_text(&self, leased: &Leased, errand: TextErrand) -> Result<(), StoreError> {
        let (id, kit, act) = (leased.id, self.kit.clone(), self.system_act());
        let link = stop_link(&self.kit, &leased.reference, &errand);
        let (case, held, text) = (leased.case, act.clone(), errand.clone());
        let begin = move |tx: &mut Tx<'_>| {
            if text.tried {
                return Ok(Next::Over("it is unknown whether the message was sent"));
            }
            let Some(change) = is_wanted(tx, text.change)? else { return Ok(Next::Over("too late")) };
            let counted = Counted::new(Limit::TextsToPhone, kit.key.phone_subject(&text.to).0, text.to.masked());
            if spend(tx, &kit, &held, &[counted])?.is_err() {
                return Ok(Next::Later);
            }
            outbox::rewrite(tx, id, &Errand::Text(TextErrand { tried: true, ..text.clone() }))?;
            let language = cases::language(tx.connection, case)?;
            let body = message(&kit, language, &change, text.moment, &link);
            Ok(Next::Send(Box::new(SendText { to: text.to.to_string(), body })))
        };
        let sender = self.voice.as_deref().and_then(|voice| voice.texts());
        let outcome = match (self.store.write(begin).await?, sender) {
            (Next::Send(order), Some(sender)) => sender.send(&order).await,
            (Next::Send(_), None) => Err(TextError::Refused("text messages are not offered".to_owned())),
            (Next::Later, _) => {
                let next = act.at + WAIT_FOR_BUDGET;
                let later =
                    move |tx: &mut Tx<'_>| outbox::retry_at(tx, id, next, "the number had as many as is allowed");
                return self.store.write(later).await;
            }
            (Next::Over(why), _) => Err(TextError::Refused(why.to_owned())),
        };
        let (reference, account) = (leased.reference.clone(), leased.account);
        let entry = move |action: &str, why: &str| {
            let about = details([("text", id.to_string().into()), ("why", why.into())]);
            act.entry(action, Some(&reference), account, about)
        };
        let next = self.next_try(leased.attempts, TimeDelta::minutes(1), WAIT_FOR_BUDGET);
        let (again, at) = (leased.attempts < NOTICE_ATTEMPTS, self.now());
        let settle = move |tx: &mut Tx<'_>| match &outcome {
            Ok(()) => {
                tx.record(entry("text.sent", ""));
                outbox::done(tx, id, at)
            }
            Err(TextError::NotSent(why)) if again => {
                outbox::rewrite(tx, id, &Errand::Text(TextErrand { tried: false, ..errand.clone() }))?;
                outbox::retry_at(tx, id, next, why)
            }
            Err(TextError::Unknown(why)) => {
                tx.record(entry("text.unknown", why));
                outbox::bury(tx, id, at, why)
            }
            Err(TextError::NotSent(why) | TextError::Refused(why)) => {
                tx.record(entry("text.not_sent", why));
                outbox::bury(tx, id, at, why)
            }
        };
        self.store.write(settle).await
    }
}
