//! Whose data it is, who may let it go, and what keeps it.

use mfa_desk::domain::account::Background;
use mfa_desk::domain::account::{Account, AccountStatus, Tier};
use mfa_desk::domain::actor::{Actor, Role};
use mfa_desk::domain::alarm::AlarmKind;
use mfa_desk::domain::contact_record::{Contact, Values};
use mfa_desk::domain::directory::Home;
use mfa_desk::domain::ids::{AccountId, AgentId, AlarmId, ContactId};
use mfa_desk::store::alarms::{self, Alarm};
use mfa_desk::store::cases::{self, Filed};
use mfa_desk::store::{Tx, accounts, contacts};
use mfa_desk::workflow::{Act, Halt, Whom};

use super::*;

fn by(world: &World, actor: Actor) -> Act {
    Act { actor, ip: String::new(), at: world.now() }
}

fn supervisor(id: AgentId, name: &str) -> Actor {
    let email = format!("{name}@desk.example.test").parse().unwrap();
    Actor::Agent { id, email, role: Role::Supervisor, via: None }
}

async fn filed(world: &World, reference: &str) -> Filed {
    let reference = reference.parse().unwrap();
    let read = move |connection: &mut AnyConnection| cases::find(connection, &reference);
    world.desk.store.read(read).await.unwrap().unwrap()
}

/// An account that a directory of another system has.
async fn mirrored(world: &World, email: &'static str) -> AccountId {
    let (at, id) = (world.now(), AccountId::new(world.now(), world.desk.kit.entropy.bytes()));
    let insert = move |tx: &mut Tx<'_>| {
        let account = Account {
            home: Home::Elsewhere { directory: "keycloak".parse().unwrap(), login: "zq".parse().unwrap() },
            id,
            email: email.parse().unwrap(),
            number: None,
            name: "Somebody".to_owned(),
            kind: AccountKind::Owner,
            tier: Tier::Standard,
            phone: None,
            status: AccountStatus::Active,
            background: Background::default(),
        };
        accounts::insert(tx, &account, None, at)
    };
    world.desk.store.write(insert).await.unwrap();
    id
}

/// A contact of a directory whose account was never read here.
async fn known_elsewhere(world: &World, email: &'static str) {
    let (at, entropy) = (world.now(), world.desk.kit.entropy.clone());
    let insert = move |tx: &mut Tx<'_>| {
        let values = Values { email: Some(email.parse().unwrap()), ..Values::default() };
        let contact = Contact {
            id: ContactId::new(at, entropy.bytes()),
            directory: "keycloak".parse().unwrap(),
            login: "carol".parse().unwrap(),
            values,
            since: at,
            email_changed_at: None,
            phone_changed_at: None,
        };
        contacts::keep(tx, &contact)
    };
    world.desk.store.write(insert).await.unwrap();
}

fn words(halt: Halt) -> String {
    halt.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_several_accounts_have_is_nobodys_until_it_is_said_whose() {
    let world = World::with(setup()).await;
    let (_, reference) = rich_case(&world).await;
    let (local, other) = (world.account_id(EMAIL).await, mirrored(&world, EMAIL).await);
    days(&world, 31).await;
    let operator = || by(&world, Actor::Operator);
    let address: Whom = EMAIL.parse().unwrap();
    let refused = world.desk.erase_person(operator(), address.clone()).await.unwrap().map_err(words).unwrap_err();
    assert!(refused.contains(&local.to_string()) && refused.contains(&other.to_string()), "{refused}");
    assert!(world.desk.hand_out(operator(), address.clone()).await.unwrap().is_err());
    assert!(
        world.desk.place_hold(operator(), address.clone(), "A court asks.".parse().unwrap()).await.unwrap().is_err()
    );
    const CONTACTS: &str = "SELECT COUNT(*) AS n FROM contacts";
    known_elsewhere(&world, EMAIL).await;
    // The mirrored account goes alone: the case names its address, and is somebody else's.
    let theirs: Whom = other.to_string().parse().unwrap();
    let held = world.desk.held_about(operator(), theirs.clone()).await.unwrap().map_err(words).unwrap();
    assert!(held.cases.is_empty());
    assert_eq!(held.of_others, [reference.parse().unwrap()]);
    let all = world.desk.hand_out(operator(), theirs.clone()).await.unwrap().map_err(words).unwrap();
    assert!(!all.json.contains("xylophonic") && all.json.contains("Somebody") && all.files.is_empty());
    const MAILS: &str = "SELECT COUNT(*) AS n FROM outbox WHERE state = 'done' AND case_id IS NOT NULL";
    let mails = number(&world, MAILS).await;
    assert!(mails > 2, "{mails} mails were sent");
    world.desk.erase_person(operator(), theirs).await.unwrap().map_err(words).unwrap();
    assert_eq!(number(&world, "SELECT COUNT(*) AS n FROM accounts WHERE name = 'Somebody'").await, 0);
    assert_eq!(number(&world, MAILS).await, mails, "mails of the other account went too");
    assert_eq!(number(&world, CONTACTS).await, 1, "whose contact that is nobody knows");
    assert!(everything(&world).await.contains("xylophonic"));
    // Now the address is one person's again.
    world.desk.erase_person(operator(), address).await.unwrap().map_err(words).unwrap();
    says_nothing_of(&everything(&world).await, &PLANTED);
    assert_eq!(number(&world, CONTACTS).await, 0);

    // A mirrored account is found by its address.
    mirrored(&world, "Alone@planted.example").await;
    let alone: Whom = "alone@planted.example".parse().unwrap();
    world.desk.erase_person(operator(), alone.clone()).await.unwrap().map_err(words).unwrap();
    assert_eq!(number(&world, "SELECT COUNT(*) AS n FROM accounts WHERE name = 'Somebody'").await, 0);
    assert!(world.desk.erase_person(operator(), alone).await.unwrap().is_err());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_took_part_lets_nothing_go_and_a_hold_from_the_server_is_lifted_there() {
    let world = World::with(setup()).await;
    let (_, reference) = rich_case(&world).await;
    days(&world, 31).await;
    let whom: Whom = EMAIL.parse().unwrap();
    let holder = supervisor(filed(&world, &reference).await.case.holder.unwrap(), "ana");
    let other = supervisor(AgentId::new(world.now(), world.desk.kit.entropy.bytes()), "sam");
    let refused = world.desk.erase_person(by(&world, holder.clone()), whom.clone()).await.unwrap();
    assert!(refused.map_err(words).unwrap_err().contains(&format!("You took part in {reference}")));
    assert!(everything(&world).await.contains("xylophonic"));

    for placed_by in [Actor::Operator, other.clone()] {
        let place =
            world.desk.place_hold(by(&world, placed_by.clone()), whom.clone(), "A court asks.".parse().unwrap());
        place.await.unwrap().map_err(words).unwrap();
        let held = world.desk.held_about(by(&world, Actor::Operator), whom.clone()).await.unwrap().map_err(words);
        let hold = held.unwrap().holds[0].id;
        let refused = world.desk.lift_hold(by(&world, holder.clone()), hold).await.unwrap().map_err(words);
        let refused = refused.unwrap_err();
        if placed_by == Actor::Operator {
            assert!(refused.contains("placed on the server"), "{refused}");
            let refused = world.desk.lift_hold(by(&world, other.clone()), hold).await.unwrap();
            assert!(refused.map_err(words).unwrap_err().contains("placed on the server"));
            world.desk.lift_hold(by(&world, Actor::Operator), hold).await.unwrap().map_err(words).unwrap();
        } else {
            assert!(refused.contains("You took part"), "{refused}");
            world.desk.lift_hold(by(&world, other.clone()), hold).await.unwrap().map_err(words).unwrap();
        }
    }
    world.desk.erase_person(by(&world, other), whom).await.unwrap().map_err(words).unwrap();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_objected_to_after_its_end_stays_evidence() {
    let world = World::with(setup()).await;
    let (_, reference) = rich_case(&world).await;
    days(&world, 400).await;
    let case = filed(&world, &reference).await.case;
    let alarm = Alarm {
        id: AlarmId::new(world.now(), world.desk.kit.entropy.bytes()),
        kind: AlarmKind::DisputedAfterEnd,
        case: Some(case.id),
        account: case.account,
        at: world.now(),
    };
    let insert = move |tx: &mut Tx<'_>| alarms::insert(tx, &alarm);
    world.desk.store.write(insert).await.unwrap();
    let whom: Whom = EMAIL.parse().unwrap();
    let operator = || by(&world, Actor::Operator);
    assert_eq!(world.desk.erase_cases().await.unwrap(), 0);
    let refused = world.desk.erase_person(operator(), whom.clone()).await.unwrap().map_err(words).unwrap_err();
    assert!(refused.contains("Look at the alarm first"), "{refused}");
    days(&world, 31).await;
    assert_eq!(world.desk.erase_cases().await.unwrap(), 0, "nobody has seen the alarm");
    let see =
        "UPDATE alarms SET seen_by = (SELECT MIN(id) FROM agents), seen_at = at WHERE kind = 'disputed_after_end'";
    let see = move |tx: &mut Tx<'_>| Ok(sql_query(see).execute(tx.connection)?);
    assert_eq!(world.desk.store.write(see).await.unwrap(), 1);

    // What was there before the schedule waits for its moment too.
    for (waits, erased) in [("'2999-01-01 00:00:00'", 0), ("NULL", 1)] {
        let set = format!("UPDATE cases_to_erase SET not_before = {waits}");
        let set = move |tx: &mut Tx<'_>| Ok(sql_query(set.clone()).execute(tx.connection)?);
        assert_eq!(world.desk.store.write(set).await.unwrap(), 1);
        assert_eq!(world.desk.erase_cases().await.unwrap(), erased);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_looked_at_of_a_person_without_an_account_names_their_cases() {
    let world = World::with(setup()).await;
    let (_, reference) = world.asks_for_help("nobody@planted.example").await;
    world.settle().await;
    let whom: Whom = "nobody@planted.example".parse().unwrap();
    world.desk.hand_out(by(&world, Actor::Operator), whom).await.unwrap().map_err(words).unwrap();
    assert!(world.actions(&reference).await.contains(&"privacy.exported".to_owned()));
    world.stop().await;
}
