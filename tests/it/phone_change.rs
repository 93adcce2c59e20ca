//! Journey 4: the phone number of record is out of date. And the attacker, who asks for a phone change and then a
//! call to it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use mfa_desk::config::Settings;
use mfa_desk::domain::account::AccountKind;
use mfa_desk::domain::ids::EvidenceId;
use mfa_desk::domain::phone_change::{PhoneChange, State};
use mfa_desk::domain::reference::CaseRef;
use mfa_desk::domain::token::Token;
use mfa_desk::store::calls::{Call, CallAbout};
use mfa_desk::store::schema::{accounts, agents, cases, evidence};
use mfa_desk::store::{AnyConnection, StoreError, Tx, calls, outbox, phone_changes};

use crate::support::accounts::Devices;
use crate::support::browser::{Browser, Page};
use crate::support::mail_reader::Mail;
use crate::support::world::{OWNER, Setup, World, code_on, csrf_on, link_in};

const OLD: &str = "+447911123456";
const NEW: &str = "+4930901820";
const HOLD: TimeDelta = TimeDelta::hours(72);

async fn read<T: Send + 'static>(
    world: &World,
    query: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
) -> T {
    world.desk.store.read(query).await.unwrap()
}

/// The newest change of a case.
async fn change(world: &World, reference: &str) -> PhoneChange {
    let reference: CaseRef = reference.parse().unwrap();
    read(world, move |connection| {
        let filed = mfa_desk::store::cases::find(connection, &reference)?.unwrap();
        Ok(phone_changes::latest_of_case(connection, filed.case.id)?.expect("no change was asked for"))
    })
    .await
}

async fn state(world: &World, reference: &str) -> State {
    change(world, reference).await.state
}

async fn phone_of(world: &World, email: &str) -> Option<String> {
    let key = email.to_lowercase();
    read(world, move |connection| {
        Ok(accounts::table.filter(accounts::email_key.eq(key)).select(accounts::phone).first(connection)?)
    })
    .await
}

/// The calls that told the old number of the change.
async fn notices(world: &World, reference: &str) -> Vec<Call> {
    let id = change(world, reference).await.id;
    let told = read(world, move |connection| calls::of_phone_change(connection, id)).await;
    told.into_iter().map(|(call, _)| call).collect()
}

async fn texts(world: &World) -> Vec<(outbox::TextRow, String)> {
    world.settle().await;
    world.desk.texts_sent(100).await.unwrap()
}

/// An agent examined the customer's document. Until `until` it counts.
async fn examined_until(world: &World, reference: &str, agent: &str, until: DateTime<Utc>) {
    let (reference, email, at) = (reference.to_owned(), format!("{agent}@desk.example.test"), world.now());
    let id = EvidenceId::new(at, world.desk.kit.entropy.bytes());
    let insert = move |tx: &mut Tx<'_>| {
        let case: String =
            cases::table.filter(cases::reference.eq(&reference)).select(cases::id).first(tx.connection)?;
        let agent: String =
            agents::table.filter(agents::email_key.eq(&email)).select(agents::id).first(tx.connection)?;
        diesel::insert_into(evidence::table)
            .values((
                evidence::id.eq(id.to_string()),
                evidence::case_id.eq(case),
                evidence::kind.eq("document"),
                evidence::outcome.eq("passed"),
                evidence::at.eq(at.naive_utc()),
                evidence::valid_until.eq(until.naive_utc()),
                evidence::agent_id.eq(agent),
                evidence::in_wait.eq(false),
            ))
            .execute(tx.connection)?;
        Ok(())
    };
    world.desk.store.write(insert).await.unwrap();
}

/// The customer asks on the page of the case, number shown back and all.
pub async fn asks(customer: &Browser, reference: &str, typed: &str) -> Page {
    let page = customer.get(&format!("/cases/{reference}")).await;
    page.is(200).says("I need to update my phone number");
    let page = customer.get(&format!("/cases/{reference}/phone")).await;
    let page = customer.send(page.is(200), "/phone", &[("number", typed)]).await;
    customer.send(page.is(200).says("Is this your new phone number?"), "/confirm", &[]).await
}

/// `ana` holds the case and examined a document.
pub async fn proved(world: &World, reference: &str) -> Browser {
    proved_for(world, reference, TimeDelta::days(7)).await
}

async fn proved_for(world: &World, reference: &str, lifetime: TimeDelta) -> Browser {
    examined_until(world, reference, "ana", world.now() + lifetime).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, reference, "claim", &[]).await.is(200);
    assert_eq!(state(world, reference).await, State::AwaitingApproval);
    ana
}

/// Of the change and of its case.
async fn versions(world: &World, reference: &str) -> (String, String) {
    let now = change(world, reference).await.version.to_string();
    let reference = reference.parse().unwrap();
    let find = move |connection: &mut AnyConnection| mfa_desk::store::cases::find(connection, &reference);
    let case = world.desk.store.read(find).await.unwrap().unwrap().case.version.to_string();
    (now, case)
}

pub async fn approves(agent: &Browser, reference: &str) -> Page {
    let page = agent.get(&format!("/desk/cases/{reference}/phone-change/approve")).await;
    agent.send(page.is(200), "/phone-change/approve", &[]).await
}

/// A change of the owner's number that is held: `ana` holds the case, `ben` approved.
async fn held(world: &World) -> (Browser, String) {
    let (customer, reference) = world.confirmed(OWNER).await;
    asks(&customer, &reference, NEW).await.is(200);
    proved(world, &reference).await;
    let ben = world.agent("ben").await;
    approves(&ben, &reference).await.is(200).says("Its hold has begun");
    assert_eq!(state(world, &reference).await, State::Held);
    world.settle().await;
    (customer, reference)
}

/// Asks for a call, whether or not the page offers one.
async fn calls_for(customer: &Browser, reference: &str) -> Page {
    let csrf = csrf_on(&customer.get(&format!("/cases/{reference}")).await);
    customer.post(&format!("/cases/{reference}/call"), &[("csrf", &csrf)]).await
}

async fn count(world: &World, reference: &str, action: &str) -> usize {
    world.actions(reference).await.iter().filter(|found| *found == action).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_with_a_stale_number_gets_back_in() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;

    // The number is shown back as it was understood, with its country, before anything is stored.
    let page = customer.get(&format!("/cases/{reference}/phone")).await;
    page.is(200).says("What is needed").says("held for 72 hours").says("A second agent");
    let wrong = customer.send(&page, "/phone", &[("number", "030 901820")]).await;
    wrong.is(422).says("country code");
    assert!(wrong.html.contains("value=\"030 901820\""), "what was typed is kept");
    let wrong = customer.send(&page, "/phone", &[("number", "+49 900 1234567")]).await;
    wrong.is(422).says("Premium, shared-cost and short numbers");
    let same = customer.send(&page, "/phone", &[("number", "+44 (0)7911 123456")]).await;
    let same = customer.send(same.is(200).says("+44 7911 123456"), "/confirm", &[]).await;
    same.is(409).says("the phone number that your account has already");
    let page = customer.send(&page, "/phone", &[("number", "0049 (30) 90-1820")]).await;
    page.is(200).says("Is this your new phone number?").says("+49 30 901820").says("DE");
    assert_eq!(count(&world, &reference, "phone_change.requested").await, 0);
    let page = customer.send(&page, "/confirm", &[]).await;
    page.is(200).says("You asked for a new phone number").says("an agent examines an identity document");
    let asked = world.mail("A new phone number was asked for").await;
    assert!(asked.text.contains("+49 •••••••• 20") && asked.text.contains("+44 •••••••• 56"), "{}", asked.text);
    assert!(!asked.text.contains("901820"));

    // The desk: one agent examines the document, another sees exactly what they approve.
    let ana = proved_for(&world, &reference, TimeDelta::hours(48)).await;
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    page.says("Awaiting approval").says("+49 •••••••• 20").says("the customer");
    let ben = world.agent("ben").await;
    let page = ben.get(&format!("/desk/cases/{reference}/phone-change/approve")).await;
    page.is(200).says("+49 30 901820").says("+44 •••••••• 56").says("Identity document examined").says("Olivia Öwner");
    assert_eq!(count(&world, &reference, "phone_change.viewed").await, 1);
    ben.send(&page, "/phone-change/approve", &[]).await.is(200).says("Its hold has begun");
    customer.get(&format!("/cases/{reference}")).await.says("approved and held until");

    // The old e-mail address and the old number are told, each with a way to stop it.
    let told = world.mail("Your phone number will be changed").await;
    assert!(told.header("To").unwrap().contains(OWNER) && told.text.contains("held until"), "{}", told.text);
    link_in(&told, "object");
    let calls = notices(&world, &reference).await;
    assert_eq!(calls.iter().map(|call| call.phone.as_str()).collect::<Vec<_>>(), [OLD]);
    assert!(calls[0].says.contains("press 9") && calls[0].says.contains("72 hours"), "{}", calls[0].says);
    let sent = texts(&world).await;
    assert_eq!((sent.len(), sent[0].0.text.to.as_str()), (1, OLD));
    assert!(sent[0].1.contains("/object?token="), "{}", sent[0].1);

    // Half way, and at the end.
    world.later(HOLD / 2).await;
    world.mail("Your phone number will be changed soon").await;
    assert_eq!((notices(&world, &reference).await.len(), texts(&world).await.len()), (2, 2));
    world.later(HOLD / 2 - TimeDelta::seconds(1)).await;
    assert_eq!(phone_of(&world, OWNER).await.as_deref(), Some(OLD));
    world.later(TimeDelta::seconds(1)).await;
    assert_eq!(
        (state(&world, &reference).await, phone_of(&world, OWNER).await.as_deref()),
        (State::Effective, Some(NEW))
    );
    let calls = notices(&world, &reference).await;
    assert_eq!((calls.len(), calls[2].phone.as_str(), texts(&world).await.len()), (3, OLD, 3));
    assert!(calls[2].says.contains("has replaced this one"), "{}", calls[2].says);
    assert_eq!(count(&world, &reference, "phone_change.effective").await, 1);

    // The customer goes on: the call goes to the new number now, and the device comes off.
    let effective = world.mail("Your phone number was changed").await;
    let customer = world.browser();
    let page = customer.get(&link_in(&effective, "open")).await;
    customer.send(&page, "/open", &[]).await.is(200).says("Your new phone number is in use");
    world.passes_phone_check(&customer, &reference).await;
    assert_eq!(world.last_call().await.phone.as_str(), NEW);
    let ben = world.agent("ben").await;
    world.presses(&ben, &reference, "approve", &[]).await.is(200);
    // A number that was just changed makes the wait longer.
    for _ in 0..6 {
        world.later(TimeDelta::hours(24)).await;
    }
    let ana = world.agent("ana").await;
    world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
    // Nothing of it stands in the log in full.
    let log: String = world.entries("").await.iter().map(|entry| entry.details.clone()).collect();
    assert!(!log.contains("901820") && !log.contains("7911"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asking_for_a_phone_change_and_then_a_call_to_it_fails_at_every_moment() {
    // One browser all the way, so its session has to last longer than the hold.
    let longer: fn(&mut Settings) = |settings| settings.sessions.customer_hours = 168;
    let world = World::with(Setup { change: longer, ..Setup::default() }).await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let called = async |when: &str| {
        // The page does not always offer it; whoever attacks does not ask the page.
        calls_for(&customer, &reference).await.is(200);
        world.settle().await;
        let call = world.last_call().await;
        assert!(matches!(call.about, CallAbout::Challenge(_)), "{when}");
        assert_eq!(call.phone.as_str(), OLD, "{when}");
        world.later(TimeDelta::minutes(61)).await;
    };
    asks(&customer, &reference, NEW).await.is(200);
    called("requested").await;
    let ana = proved(&world, &reference).await;
    // A callback is about the number of record too: nothing shows the agent another.
    let page = world.presses(&ana, &reference, "reveal", &[]).await;
    page.says(OLD);
    assert!(!page.html.contains(NEW));
    called("awaiting approval").await;
    approves(&world.agent("ben").await, &reference).await.is(200);
    world.later(TimeDelta::minutes(61)).await;
    called("held").await;
    world.later(TimeDelta::hours(12)).await;
    called("half way and a little less").await;

    // A code of the old number that is in hand when the new one becomes effective proves nothing.
    let until = change(&world, &reference).await.hold.unwrap().ends_at - world.now();
    world.later(until - TimeDelta::minutes(1)).await;
    let code = code_on(calls_for(&customer, &reference).await.is(200));
    world.settle().await;
    let call = world.last_call().await;
    world.later(TimeDelta::minutes(1)).await;
    assert_eq!(state(&world, &reference).await, State::Effective);
    let spoken = world.desk.answer_call(call.id, code).await.unwrap().unwrap();
    assert!(spoken.says.contains("cannot be used any more"), "{}", spoken.says);
    assert_eq!(count(&world, &reference, "check.passed").await, 1, "only the e-mail address");
    world.stop().await;
}

/// Whoever stops it by whichever way: nothing goes on, and the number stays.
async fn is_stopped(world: &World, reference: &str) {
    assert_eq!(state(world, reference).await, State::Frozen);
    world.later(HOLD * 2).await;
    assert_eq!((state(world, reference).await, phone_of(world, OWNER).await.as_deref()), (State::Frozen, Some(OLD)));
    let ben = world.agent("ben").await;
    ben.get(&format!("/desk/cases/{reference}")).await.says("Disputed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_mailbox_stops_it_with_a_link_and_a_supervisor_ends_it() {
    let world = World::new().await;
    let (_, reference) = held(&world).await;
    let link = link_in(&world.mail("Your phone number will be changed").await, "object");
    let stranger = world.browser();
    let page = stranger.get(&link).await;
    assert_eq!(state(&world, &reference).await, State::Held, "looking changes nothing");
    stranger.send(&page, "/object", &[]).await.is(200);
    is_stopped(&world, &reference).await;
    let sam = world.agent("sam").await;
    let given = [("outcome", "reject"), ("reason", "It was not the owner.")];
    world.presses(&sam, &reference, "end-dispute", &given).await.is(200);
    assert_eq!(state(&world, &reference).await, State::Stopped);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_phone_stops_it_with_a_key_and_everything_has_to_be_proved_anew() {
    let world = World::new().await;
    let (_, reference) = held(&world).await;
    let call = notices(&world, &reference).await.remove(0);
    assert_eq!(world.desk.pick_up(call.id).await.unwrap().unwrap().keys, 1);
    let again = world.desk.answer_call(call.id, "5".to_owned()).await.unwrap().unwrap();
    assert!(again.asks && again.says.contains("Press 9"), "{}", again.says);
    // On the demo's telephone as well as on a real one.
    let stopped = world.desk.answer_call(call.id, "9".to_owned()).await.unwrap().unwrap();
    assert!(!stopped.asks && stopped.says.contains("The change is stopped"), "{}", stopped.says);
    is_stopped(&world, &reference).await;
    let over = world.desk.answer_call(call.id, "9".to_owned()).await.unwrap().unwrap();
    assert!(over.says.contains("This change is over"), "{}", over.says);

    let sam = world.agent("sam").await;
    let given = [("outcome", "resume"), ("reason", "The owner pressed the wrong key.")];
    world.presses(&sam, &reference, "end-dispute", &given).await.is(200);
    let resumed = change(&world, &reference).await;
    assert_eq!((resumed.state, resumed.approval, resumed.hold), (State::Requested, None, None));
    world.later(HOLD * 2).await;
    assert_eq!(
        (state(&world, &reference).await, phone_of(&world, OWNER).await.as_deref()),
        (State::Requested, Some(OLD))
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_phone_stops_it_with_the_link_of_a_text_message() {
    let world = World::new().await;
    let (_, reference) = held(&world).await;
    let (row, body) = texts(&world).await.remove(0);
    assert_eq!(row.text.to.as_str(), OLD);
    let sent = Mail { headers: Vec::new(), text: body, html: String::new() };
    let owner = world.browser();
    let page = owner.get(&link_in(&sent, "object")).await;
    owner.send(&page, "/object", &[]).await.is(200);
    is_stopped(&world, &reference).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_races_with_the_end_of_the_hold_and_exactly_one_wins() {
    let (mut stopped, mut effective) = (0, 0);
    for seed in 1..=4 {
        let world = World::with(Setup { seed, ..Setup::default() }).await;
        let (_, reference) = held(&world).await;
        let link = link_in(&world.mail("Your phone number will be changed").await, "object");
        let token = Token::presented(link.split("token=").nth(1).unwrap());
        let until = change(&world, &reference).await.hold.unwrap().ends_at - world.now();
        world.clock.advance(until);
        let named: CaseRef = reference.parse().unwrap();
        let (ticks, presses) = (Arc::clone(&world.desk), Arc::clone(&world.desk));
        let tick = tokio::spawn(async move { ticks.tick().await });
        let press = tokio::spawn(async move { presses.dispute(named, token, String::new()).await });
        tick.await.unwrap().unwrap();
        press.await.unwrap().unwrap().unwrap();
        world.settle().await;
        let number = phone_of(&world, OWNER).await;
        match state(&world, &reference).await {
            State::Frozen => {
                stopped += 1;
                assert_eq!(number.as_deref(), Some(OLD));
                assert_eq!(count(&world, &reference, "phone_change.effective").await, 0);
            }
            State::Effective => {
                effective += 1;
                assert_eq!(number.as_deref(), Some(NEW));
                assert_eq!(count(&world, &reference, "phone_change.frozen").await, 0);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(count(&world, &reference, "case.disputed").await, 1);
        world.stop().await;
    }
    assert_eq!(stopped + effective, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn approving_races_with_a_dispute_and_nothing_is_held_afterwards() {
    for seed in 1..=3 {
        let world = World::with(Setup { seed, ..Setup::default() }).await;
        let (customer, reference) = world.confirmed(OWNER).await;
        asks(&customer, &reference, NEW).await.is(200);
        proved(&world, &reference).await;
        let link = link_in(&world.mail("A new phone number was asked for").await, "object");
        let (ben, owner) = (world.agent("ben").await, world.browser());
        let decide = ben.get(&format!("/desk/cases/{reference}/phone-change/approve")).await;
        let object = owner.get(&link).await;
        let (approved, objected) =
            tokio::join!(ben.send(&decide, "/phone-change/approve", &[]), owner.send(&object, "/object", &[]));
        objected.is(200);
        assert!(matches!(approved.status, 200 | 409), "{}", approved.status);
        world.later(HOLD * 2).await;
        assert_eq!(
            (state(&world, &reference).await, phone_of(&world, OWNER).await.as_deref()),
            (State::Frozen, Some(OLD))
        );
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approver_who_is_suspended_meanwhile_approved_nothing() {
    let world = World::new().await;
    let (_, reference) = held(&world).await;
    let at = world.now().naive_utc();
    let suspend = move |tx: &mut Tx<'_>| {
        diesel::update(agents::table.filter(agents::email_key.eq("ben@desk.example.test")))
            .set(agents::suspended_at.eq(at))
            .execute(tx.connection)?;
        Ok(())
    };
    world.desk.store.write(suspend).await.unwrap();
    // The e-mail link has expired by then, so even the approval of another comes too early.
    world.later(HOLD).await;
    let now = change(&world, &reference).await;
    assert_eq!((now.state, now.approval), (State::Requested, None));
    assert_eq!(phone_of(&world, OWNER).await.as_deref(), Some(OLD));
    assert_eq!(count(&world, &reference, "phone_change.approval_voided").await, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_expires_during_the_hold_still_counts() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    asks(&customer, &reference, NEW).await.is(200);
    examined_until(&world, &reference, "ana", world.now() + TimeDelta::hours(1)).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    approves(&world.agent("ben").await, &reference).await.is(200);
    world.later(HOLD).await;
    assert_eq!(
        (state(&world, &reference).await, phone_of(&world, OWNER).await.as_deref()),
        (State::Effective, Some(NEW))
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_that_expired_before_the_approval_does_not_count() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    asks(&customer, &reference, NEW).await.is(200);
    examined_until(&world, &reference, "ana", world.now() + TimeDelta::hours(1)).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let ben = world.agent("ben").await;
    let page = ben.get(&format!("/desk/cases/{reference}/phone-change/approve")).await;
    world.later(TimeDelta::hours(1)).await;
    assert_eq!(state(&world, &reference).await, State::Requested, "its timer moved it");
    let ben = if ben.get("/desk").await.has_form("/desk/sign-in") { world.agent("ben").await } else { ben };
    let csrf = csrf_on(&ben.get(&format!("/desk/cases/{reference}")).await);
    let version = page.form("/phone-change/approve").fields.into_iter().find(|(name, _)| name == "version").unwrap().1;
    let path = format!("/desk/cases/{reference}/phone-change/approve");
    let stale = ben.post(&path, &[("csrf", &csrf), ("version", &version)]).await;
    stale.is(409).says("moved in the meantime");
    let (now, case) = versions(&world, &reference).await;
    let seen = [("csrf", csrf.as_str()), ("version", &now), ("case_version", &case)];
    ben.post(&path, &seen).await.is(409).says("Evidence is missing");
    ben.post(&path, &seen[..2]).await.is(409).says("moved in the meantime");
    ben.post(&path, &[("csrf", &csrf)]).await.is(409).says("moved in the meantime");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_change_has_to_wait_for_the_first_whichever_case_asks() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    asks(&customer, &reference, NEW).await.is(200);
    let page = customer.get(&format!("/cases/{reference}/phone")).await;
    page.says("cannot be asked for at the moment");
    let csrf = csrf_on(&customer.get(&format!("/cases/{reference}")).await);
    let path = |reference: &str| format!("/cases/{reference}/phone/confirm");
    let given = [("csrf", csrf.as_str()), ("number", "+4930901821")];
    customer.post(&path(&reference), &given).await.is(409).says("under way");
    let (other, second) = world.confirmed(OWNER).await;
    let csrf = csrf_on(&other.get(&format!("/cases/{second}")).await);
    let given = [("csrf", csrf.as_str()), ("number", "+4930901821")];
    other.post(&path(&second), &given).await.is(409).says("under way");
    // A number that was not shown back in this form is not taken.
    let given = [("csrf", csrf.as_str()), ("number", "0049 30 901821")];
    other.post(&path(&second), &given).await.is(422);

    // Withdrawn, it makes room.
    let page = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&page, "/phone/withdraw", &[]).await.is(200).says("was withdrawn");
    asks(&other, &second, "+49 30 901821").await.is(200);
    assert_eq!(change(&world, &second).await.new.as_str(), "+4930901821");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_asks_for_the_customer_and_cannot_approve_it() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    let csrf = csrf_on(&ana.get(&format!("/desk/cases/{reference}")).await);
    let confirm = format!("/desk/cases/{reference}/phone-change/confirm");
    ana.post(&confirm, &[("csrf", &csrf), ("number", NEW)]).await.is(409).says("Claim the case first");
    examined_until(&world, &reference, "ana", world.now() + TimeDelta::days(7)).await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ana, &reference, "phone-change", &[("number", "030")]).await.is(422).says("country code");
    let page = world.presses(&ana, &reference, "phone-change", &[("number", "+49 30 901820")]).await;
    let page = ana.send(page.is(200).says("+49 30 901820"), "/confirm", &[]).await;
    page.is(200).says("Another agent has to approve it").says("Ana, on the customer’s behalf");
    assert_eq!(state(&world, &reference).await, State::AwaitingApproval);

    let presses_approve = async |why: &str| {
        let path = format!("/desk/cases/{reference}/phone-change/approve");
        let page = ana.get(&path).await;
        page.is(409).says(why);
        assert!(!page.html.contains("901820"), "{}", page.html);
        let versions = versions(&world, &reference).await;
        let csrf = csrf_on(&ana.get(&format!("/desk/cases/{reference}")).await);
        let seen = [("csrf", csrf.as_str()), ("version", &versions.0), ("case_version", &versions.1)];
        ana.post(&path, &seen).await.is(409).says(why);
    };
    presses_approve("You hold this case").await;
    world.presses(&ana, &reference, "release", &[]).await.is(200);
    presses_approve("You supplied evidence").await;
    let aud = world.agent("aud").await;
    aud.get(&format!("/desk/cases/{reference}/phone-change/approve")).await.is(403);

    // A refusal needs a reason, which the customer reads.
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let page = ben.get(&format!("/desk/cases/{reference}/phone-change/approve")).await;
    ben.send(&page, "/phone-change/refuse", &[("reason", " ")]).await.is(422);
    assert_eq!(state(&world, &reference).await, State::AwaitingApproval);
    ben.send(&page, "/phone-change/refuse", &[("reason", "The document is somebody else's.")]).await.is(200);
    assert_eq!(state(&world, &reference).await, State::Refused);
    let mail = world.mail("Your phone number was not changed").await;
    assert!(mail.text.contains("The document is somebody else's."), "{}", mail.text);
    ben.get(&format!("/desk/cases/{reference}/phone-change/approve")).await.is(404);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_changes_the_owners_number_with_notice_and_hold() {
    let world = World::new().await;
    world.adds("admin@customers.example", AccountKind::Owner, &[], Devices::AppAndCodes).await;
    world.adds("boss@customers.example", AccountKind::Owner, &["admin@customers.example"], Devices::None).await;
    world.adds("other@customers.example", AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let old = "+447911123999";

    // Others administer nothing, and cannot name an account that is not theirs.
    let other = world.account("other@customers.example").await;
    let page = other.get("/account/contact").await;
    page.is(200).says("You administer no other account");
    let admin = world.account("admin@customers.example").await;
    let page = admin.get("/account/contact").await;
    page.is(200).says("Contact information").says("b•••@c•••.example").says("+44 •••••••• 99");
    let account = page.form("/contact").fields.into_iter().find(|(name, _)| name == "account").unwrap().1;
    let csrf = csrf_on(&other.get("/account/contact").await);
    let given = [("csrf", csrf.as_str()), ("account", account.as_str()), ("number", NEW)];
    other.post("/account/contact/confirm", &given).await.is(404);

    admin.send(&page, "/contact", &[("number", "nonsense")]).await.is(422).says("country code");
    let page = admin.send(&page, "/contact", &[("number", "+49 30 901820")]).await;
    let page = admin.send(page.is(200).says("+49 30 901820"), "/confirm", &[]).await;
    page.is(200).says("approved and held until").says("+49 •••••••• 20");

    // The owner is told at the old addresses, and both names are recorded.
    let mail = world.mail("Your phone number will be changed").await;
    assert!(mail.header("To").unwrap().contains("boss@customers.example"));
    link_in(&mail, "object");
    let reference = reference_in(&mail);
    assert_eq!(notices(&world, &reference).await[0].phone.as_str(), old);
    let entries = world.entries(&reference).await;
    let opened = entries.iter().find(|entry| entry.action == "case.opened_on_behalf").unwrap();
    assert_eq!(opened.actor_kind, "administrator");
    assert!(opened.details.contains(&account) && opened.details.contains(&opened.actor));
    let ben = world.agent("ben").await;
    ben.get(&format!("/desk/cases/{reference}")).await.is(200).says("an administrator of the account");

    world.later(HOLD - TimeDelta::seconds(1)).await;
    assert_eq!(phone_of(&world, "boss@customers.example").await.as_deref(), Some(old));
    world.later(TimeDelta::seconds(1)).await;
    assert_eq!(phone_of(&world, "boss@customers.example").await.as_deref(), Some(NEW));
    let ben = world.agent("ben").await;
    ben.get(&format!("/desk/cases/{reference}")).await.is(200).says("Closed").says("Effective");

    // Taken back, it is over with its case.
    let admin = world.account("admin@customers.example").await;
    let page = admin.get("/account/contact").await;
    let page = admin.send(&page, "/contact", &[("number", "+49 30 901821")]).await;
    let page = admin.send(&page, "/confirm", &[]).await;
    admin.send(page.is(200), "/contact/withdraw", &[]).await.is(200);
    world.later(HOLD).await;
    assert_eq!(phone_of(&world, "boss@customers.example").await.as_deref(), Some(NEW));
    world.stop().await;
}

fn reference_in(mail: &Mail) -> String {
    let at = mail.text.find("MFA-").expect("a reference");
    mail.text[at..at + 13].to_owned()
}

/// Makes the database refuse a new number, as a process that is killed in the middle leaves it.
fn refuse_phones(connection: &mut AnyConnection, refuse: bool) {
    match connection {
        AnyConnection::Sqlite(c) => c
            .batch_execute(if refuse {
                "CREATE TRIGGER no_phone BEFORE UPDATE OF phone ON accounts BEGIN SELECT RAISE(ABORT, 'killed'); END"
            } else {
                "DROP TRIGGER no_phone"
            })
            .unwrap(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => c
            .batch_execute(if refuse {
                "CREATE FUNCTION no_phone() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'killed'; END $$; \
                 CREATE TRIGGER no_phone BEFORE UPDATE OF phone ON accounts \
                 FOR EACH ROW EXECUTE FUNCTION no_phone()"
            } else {
                "DROP TRIGGER no_phone ON accounts"
            })
            .unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_killed_in_the_middle_neither_loses_nor_repeats_the_change() {
    let world = World::new().await;
    let (_, reference) = held(&world).await;
    world.later(HOLD / 2).await;
    let refuse = |refuse| {
        move |tx: &mut Tx<'_>| {
            refuse_phones(tx.connection, refuse);
            Ok(())
        }
    };
    world.desk.store.write(refuse(true)).await.unwrap();
    let mails = world.mails().await.len();
    world.clock.advance(HOLD / 2);
    for _ in 0..3 {
        world.desk.tick().await.unwrap();
    }
    assert_eq!((state(&world, &reference).await, phone_of(&world, OWNER).await.as_deref()), (State::Held, Some(OLD)));
    assert_eq!(count(&world, &reference, "phone_change.effective").await, 0);
    assert_eq!(world.smtp.messages().len(), mails);
    world.desk.store.write(refuse(false)).await.unwrap();
    // A timer that failed rests for a minute.
    world.later(TimeDelta::minutes(1)).await;
    assert_eq!(
        (state(&world, &reference).await, phone_of(&world, OWNER).await.as_deref()),
        (State::Effective, Some(NEW))
    );
    assert_eq!(count(&world, &reference, "phone_change.effective").await, 1);
    let told = world.mails().await.into_iter().filter(|mail| mail.header("Subject").unwrap().contains("was changed"));
    assert_eq!(told.count(), 1);
    assert_eq!(notices(&world, &reference).await.len(), 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_waits_for_the_budget_of_calls_and_the_mail_does_not() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    asks(&customer, &reference, NEW).await.is(200);
    proved(&world, &reference).await;
    for _ in 0..3 {
        calls_for(&customer, &reference).await.is(200);
        world.settle().await;
        let call = world.last_call().await;
        world.desk.call_progress(call.id, mfa_desk::notify::voice::CallProgress::Busy).await.unwrap();
    }
    let ben = world.agent("ben").await;
    approves(&ben, &reference).await.is(200).says("Waiting to be placed");
    world.mail("Your phone number will be changed").await;
    assert_eq!(notices(&world, &reference).await[0].state, "queued");
    world.later(TimeDelta::minutes(31)).await;
    assert_eq!(notices(&world, &reference).await[0].state, "queued");
    world.later(TimeDelta::minutes(31)).await;
    assert_eq!(notices(&world, &reference).await[0].state, "ringing");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_provider_calls_and_writes_to_the_old_number_and_its_hooks_are_signed() {
    let world = World::with(Setup { twilio: true, ..Setup::default() }).await;
    let (_, reference) = held(&world).await;
    let twilio = world.twilio.as_ref().unwrap();
    let call = twilio.calls().pop().expect("a call was placed");
    assert_eq!(call.to, OLD);
    let (to, words) = twilio.texts().pop().expect("a text was sent");
    assert!(to == OLD && words.contains("Stop it: http") && !words.contains("901820"), "{words}");
    assert_eq!(twilio.answer_with_wrong_signature(&call).await.status, 403);
    let digits = format!("{}/digits", call.url.rsplit_once('/').unwrap().0);
    let nine = [("Digits".to_owned(), "9".to_owned())];
    assert_eq!(twilio.post(&digits, &nine, false).await.status, 403);
    assert_eq!(state(&world, &reference).await, State::Held);
    let (first, then) = twilio.answer(&call, Some("9")).await;
    assert!(first.contains("numDigits=\"1\"") && first.contains("press 9"), "{first}");
    assert!(then.contains("The change is stopped") && !then.contains("<Gather"), "{then}");
    is_stopped(&world, &reference).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_without_a_number_is_told_by_mail_only() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed("nophone@customers.example").await;
    asks(&customer, &reference, NEW).await.is(200);
    proved(&world, &reference).await;
    approves(&world.agent("ben").await, &reference).await.is(200);
    world.later(HOLD).await;
    assert_eq!(phone_of(&world, "nophone@customers.example").await.as_deref(), Some(NEW));
    assert_eq!((notices(&world, &reference).await.len(), texts(&world).await.len()), (0, 0));
    world.mail("Your phone number was changed").await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_number_is_told_in_the_language_of_the_case() {
    let world = World::with(Setup { twilio: true, ..Setup::default() }).await;
    let (customer, reference) = world.confirmed_in("fr", OWNER).await;
    let page = customer.get(&format!("/cases/{reference}/phone")).await;
    let page = customer.send(page.is(200), "/phone", &[("number", NEW)]).await;
    customer.send(page.is(200), "/confirm", &[]).await.is(200);
    proved(&world, &reference).await;
    approves(&world.agent("ben").await, &reference).await.is(200);
    world.settle().await;
    let twilio = world.twilio.as_ref().unwrap();
    let call = twilio.calls().pop().expect("a call was placed");
    assert_eq!(call.to, OLD);
    let (first, then) = twilio.answer(&call, Some("9")).await;
    assert!(first.contains("numDigits=\"1\"") && first.contains("appuyez maintenant sur 9"), "{first}");
    assert!(first.contains("<Say language=\"fr-FR\">Aucune touche"), "what follows where nobody presses: {first}");
    assert!(then.contains("<Say language=\"fr-FR\">Merci. Le changement est arrêté"), "{then}");
    assert!(!first.contains("en-GB") && !then.contains("en-GB"), "{first}{then}");
    is_stopped(&world, &reference).await;
    world.stop().await;
}
