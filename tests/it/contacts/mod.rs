//! Addresses of record that a directory does not tell: nobody who gets at the import can use what they imported.

mod command_line;
mod phone_orders;

use std::io::Cursor;
use std::sync::Arc;

use chrono::TimeDelta;
use diesel::{RunQueryDsl, sql_query};
use mfa_desk::directory::Capabilities;
use mfa_desk::domain::account::{Account, AccountKind, Tier};
use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::contact_record::{ChangeState, ContactChange};
use mfa_desk::store::{AnyConnection, accounts, contact_changes, contacts, mirror};
use mfa_desk::workflow::{Act, ContactsImported, ImportError, LineError, Resume, Whom};

use crate::support::directory::{FakeSystem, Outside};
use crate::support::mail_reader::Mail;
use crate::support::world::{Setup, World, form, link_in, reference_on};

const CARLA: &str = "carla@corp.example";
const NEW: &str = "carla.new@corp.example";
const PHONE: &str = "+447911123456";

/// A system that tells neither e-mail addresses nor telephone numbers, as AWS IAM does.
async fn world() -> (World, Arc<FakeSystem>) {
    let system = FakeSystem::new();
    system.can(Capabilities::default());
    for login in ["carla", "dora", "boss"] {
        system.add(login, None, None);
    }
    let world = World::with(Setup { outside: vec![Outside::corp(&system)], ..Setup::default() }).await;
    (world, system)
}

async fn import_as(world: &World, file: &str, resume: Resume) -> Result<ContactsImported, ImportError> {
    let act = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    let file = Cursor::new(file.to_owned());
    world.desk.import_contacts(act, &"corp".parse().unwrap(), file, resume).await
}

async fn import(world: &World, file: &str) -> ContactsImported {
    import_as(world, file, Resume::No).await.unwrap_or_else(|error| panic!("{error:?}"))
}

async fn wrong(world: &World, file: &str) -> Vec<LineError> {
    match import_as(world, file, Resume::No).await {
        Err(ImportError::Lines(lines)) => lines,
        other => panic!("{other:?}"),
    }
}

fn first() -> String {
    format!(
        "login,email,phone,name,administrators\ncarla,{CARLA},{PHONE},Carla Corp,boss\nboss,boss@corp.example,,Boss,\n"
    )
}

fn did(added: usize, held: usize, taken_back: usize, unchanged: usize) -> ContactsImported {
    ContactsImported { added, held, taken_back, unchanged }
}

async fn read<T: Send + 'static>(
    world: &World,
    read: impl FnOnce(&mut AnyConnection) -> Result<T, mfa_desk::store::StoreError> + Send + 'static,
) -> T {
    world.desk.store.read(read).await.unwrap()
}

async fn account(world: &World, login: &'static str) -> Option<Account> {
    let find =
        move |c: &mut AnyConnection| match mirror::find_by_login(c, &"corp".parse().unwrap(), &login.parse().unwrap())?
        {
            Some(id) => accounts::find(c, id),
            None => Ok(None),
        };
    read(world, find).await
}

async fn held(world: &World) -> Vec<ContactChange> {
    world.settle().await;
    read(world, |c| contact_changes::list(c, true, 100)).await
}

async fn over(world: &World) -> Vec<ContactChange> {
    world.settle().await;
    read(world, |c| contact_changes::list(c, false, 100)).await
}

async fn actions(world: &World) -> Vec<String> {
    world.entries("").await.into_iter().map(|entry| entry.action).collect()
}

async fn mails_to(world: &World, address: &str) -> Vec<Mail> {
    let all = world.mails().await;
    all.into_iter().filter(|mail| mail.header("To").is_some_and(|to| to.contains(address))).collect()
}

/// Where the link of the newest mail to an address leads.
async fn stop_link(world: &World, address: &str) -> String {
    link_in(mails_to(world, address).await.last().expect("a mail"), "stop")
}

/// Asks for help with an address; whether it is somebody's account is in the answer.
async fn asks(world: &World, email: &str) -> (String, bool) {
    let browser = world.browser();
    let page = browser.get("/assistance").await;
    let mut fields = form(email);
    fields.retain(|(name, _)| *name != "account_number");
    let reference = reference_on(browser.send(&page, "/assistance", &fields).await.is(200));
    world.settle().await;
    let matched = world.actions(&reference).await.contains(&"case.account_matched".to_owned());
    (reference, matched)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_contacts_of_a_directory_let_the_desk_work_the_same_day() {
    let (world, system) = world().await;
    assert_eq!(import(&world, &first()).await, did(2, 0, 0, 0));
    let carla = account(&world, "carla").await.unwrap();
    assert_eq!((carla.email.as_str(), carla.name.as_str()), (CARLA, "Carla Corp"));
    assert_eq!((carla.kind, carla.tier, carla.background.email_changed_at), (AccountKind::Owner, Tier::Standard, None));
    let administrators = read(&world, move |c| accounts::administrators(c, carla.id)).await;
    assert_eq!(administrators.iter().map(|each| each.email.as_str()).collect::<Vec<_>>(), ["boss@corp.example"]);

    // Nobody else can object, so the supervisors are told.
    let told = mails_to(&world, "sam@desk").await;
    assert!(told.iter().any(|mail| mail.text.contains("2 count from now on")), "{:?}", told.last().map(|m| &m.text));
    assert!(!mails_to(&world, "ana@desk").await.iter().any(|mail| mail.text.contains("count from now on")));

    // The same file again, as a nightly job would send it.
    assert_eq!(import(&world, &first()).await, did(0, 0, 0, 2));
    // And the desk works.
    let (_, ana, reference) = world.ready(CARLA).await;
    world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
    assert!(!system.is_active("carla", "carla-app"));
    let entries = world.entries("").await;
    let imported: Vec<_> = entries.iter().filter(|entry| entry.action.starts_with("contact")).collect();
    assert_eq!(imported.len(), 4, "two added, two imports");
    assert!(entries.iter().all(|entry| !entry.details.contains("corp.example") && !entry.details.contains("7911")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_address_is_held_told_to_the_old_one_and_then_counts() {
    let (world, _) = world().await;
    import(&world, &first()).await;
    let changed = format!("login,email,phone\ncarla,{NEW},\n");
    assert_eq!(import(&world, &changed).await, did(0, 1, 0, 0));
    assert_eq!(import(&world, &changed).await, did(0, 0, 0, 1), "it is held already");
    let told = mails_to(&world, CARLA).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].text.contains("e-mail address") && !told[0].text.contains("carla.new"), "{}", told[0].text);
    let change = held(&world).await.remove(0);
    let hold = change.hold.unwrap();
    assert_eq!(hold.effective_at - hold.told_at, TimeDelta::hours(72));

    // A case opened meanwhile goes to the old address; the new one is nobody's.
    assert!(!asks(&world, NEW).await.1);
    let (reference, matched) = asks(&world, CARLA).await;
    assert!(matched);

    world.later(TimeDelta::hours(36)).await;
    assert!(mails_to(&world, CARLA).await.iter().any(|mail| mail.text.contains("Half of the time")));
    world.later(TimeDelta::hours(36) - TimeDelta::seconds(1)).await;
    assert_eq!(account(&world, "carla").await.unwrap().email.as_str(), CARLA);
    world.later(TimeDelta::seconds(1)).await;
    let carla = account(&world, "carla").await.unwrap();
    assert_eq!(carla.email.as_str(), NEW);
    assert_eq!(carla.background.email_changed_at, Some(world.now()), "the risk rules see that it is new");
    assert_eq!(carla.phone.unwrap().as_str(), PHONE);
    assert!(mails_to(&world, CARLA).await.iter().any(|mail| mail.text.contains("This has changed")));
    assert_eq!(over(&world).await[0].state, ChangeState::Effective);
    // A link that went to the old address confirms nothing any more.
    let mails = world.mails().await;
    let link = mails.iter().rev().find(|mail| mail.text.contains(&reference) && mail.text.contains("/open?"));
    let page = world.browser().get(&link_in(link.unwrap(), "open")).await;
    assert_ne!(page.status, 200);
    let all = actions(&world).await;
    for wanted in ["contact.held", "contact.hold_begun", "contact.halfway", "contact.effective"] {
        assert!(all.iter().any(|action| action == wanted), "{wanted} in {all:?}");
    }
    // A case opened now has the signal against it.
    let (reference, matched) = asks(&world, NEW).await;
    assert!(matched);
    let page = world.agent("ana").await.get(&format!("/desk/cases/{reference}")).await;
    page.is(200).says("changed");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_the_old_address_stops_a_change_with_one_press() {
    let (world, _) = world().await;
    import(&world, &first()).await;
    let changed = format!("login,email,phone\ncarla,{NEW},+447911123457\n");
    import(&world, &changed).await;
    let (reference, _) = asks(&world, CARLA).await;
    let mails = mails_to(&world, CARLA).await;
    let link = link_in(mails.iter().find(|mail| mail.text.contains("/stop?")).unwrap(), "stop");

    // A mail scanner fetches the link, twice; nothing is stopped.
    let browser = world.browser();
    browser.get(&link).await.is(200).says("e-mail address and phone number");
    let page = browser.get(&link).await;
    assert_eq!(held(&world).await.len(), 1);
    assert_eq!(actions(&world).await.iter().filter(|action| *action == "contact.link_opened").count(), 1);
    // A link that was made up, or of another change, does nothing.
    let made_up = format!("{}x{}", &link[..link.len() - 2], &link[link.len() - 1..]);
    browser.get(&made_up).await.is(404);

    browser.send(&page, "/stop", &[]).await.is(200).says("The change is stopped");
    let stopped = over(&world).await.remove(0);
    assert_eq!((stopped.state, stopped.ended_by.as_deref()), (ChangeState::Stopped, Some("customer")));
    // The case that was open stands still, and the supervisors are alarmed.
    let sam = world.agent("sam").await;
    sam.get(&format!("/desk/cases/{reference}")).await.says("Disputed");
    sam.get("/desk/alarms").await.says("this change of my address wasn’t me");
    assert!(mails_to(&world, "sam@desk").await.iter().any(|mail| mail.text.contains("was not theirs")));
    world.later(TimeDelta::hours(100)).await;
    assert_eq!(account(&world, "carla").await.unwrap().email.as_str(), CARLA);

    // It does not come back by itself with the next file, and not without a hold.
    let again = wrong(&world, &changed).await;
    assert!(again[0].why.contains("--resume"), "{again:?}");
    assert_eq!(import_as(&world, &changed, Resume::Yes).await.unwrap(), did(0, 1, 0, 0));
    assert_eq!(account(&world, "carla").await.unwrap().email.as_str(), CARLA);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_hold_the_old_address_can_still_bring_everything_to_a_stand() {
    let (world, _) = world().await;
    import(&world, &first()).await;
    import(&world, &format!("login,email\ncarla,{NEW}\n")).await;
    world.settle().await;
    world.later(TimeDelta::hours(73)).await;
    let link = stop_link(&world, CARLA).await;
    world.later(TimeDelta::days(28)).await;
    let (reference, matched) = asks(&world, NEW).await;
    assert!(matched);
    let browser = world.browser();
    let page = browser.get(&link).await;
    browser.send(page.is(200), "/stop", &[]).await.is(200).says("The change counts already");
    let sam = world.agent("sam").await;
    sam.get(&format!("/desk/cases/{reference}")).await.says("Disputed");
    sam.get("/desk/contacts").await.says("Somebody at the old address objected");
    // Later than that it is nothing any more.
    world.later(TimeDelta::days(3)).await;
    assert_ne!(browser.get(&link).await.status, 200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_gets_at_the_import_can_neither_add_nor_replace_an_address_and_use_it() {
    let (world, _) = world().await;
    // Before the first import: a form names the address that is to come.
    assert!(!asks(&world, "mallory@corp.example").await.1);
    let file = format!("login,email\ndora,mallory@corp.example\ncarla,{CARLA}\n");
    assert_eq!(import(&world, &file).await, did(1, 1, 0, 0), "only what nobody asks about counts");
    assert!(account(&world, "dora").await.is_none());
    world.settle().await;
    let sam = world.agent("sam").await;
    let page = sam.get("/desk/contacts").await;
    page.says("dora").says("Nobody: no address was of record");
    let page = sam.send(&page, "/stop", &[]).await;
    page.is(200).says("The change is stopped");

    // Afterwards: a contact that is added, and one that is replaced, at every moment of the hold.
    let attack = "login,email,phone\nboss,mallory@evil.example,+447911123459\ncarla,mallory2@corp.example,\n";
    assert_eq!(import(&world, attack).await, did(0, 2, 0, 0));
    for hours in [0, 1, 34, 36] {
        world.later(TimeDelta::hours(hours)).await;
        assert!(!asks(&world, "mallory2@corp.example").await.1, "after {hours} h more");
        assert!(account(&world, "boss").await.is_none());
        assert_eq!(account(&world, "carla").await.unwrap().email.as_str(), CARLA);
        let theirs = world
            .mails()
            .await
            .iter()
            .any(|mail| mail.header("To").unwrap().contains("mallory2") && mail.text.contains("/open?"));
        assert!(!theirs);
    }
    // An import that repeats itself with another address begins the hold anew.
    let other = "login,email\ncarla,mallory3@corp.example\n";
    assert_eq!(import(&world, other).await, did(0, 1, 0, 0));
    world.later(TimeDelta::hours(2)).await;
    assert_eq!(account(&world, "carla").await.unwrap().email.as_str(), CARLA);
    // Once the hold of the added one is over, it is as new as it is.
    let boss = account(&world, "boss").await.unwrap();
    assert!(boss.background.email_changed_at.is_some() && boss.background.phone_changed_at.is_some());
    // Who administers an account, and how it is weighed, cannot be had at once either.
    let rights = "login,kind,tier,administrators\ncarla,member,privileged,boss\n";
    assert_eq!(import(&world, rights).await, did(0, 1, 0, 0));
    let carla = account(&world, "carla").await.unwrap();
    assert_eq!((carla.kind, carla.tier), (AccountKind::Owner, Tier::Standard));
    assert!(read(&world, move |c| accounts::administrators(c, carla.id)).await.is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_taken_whole_or_not_at_all() {
    let (world, _) = world().await;
    let bad = "login,email,phone,kind,tier,country,administrators\n\
               carla,not an address,12,boss,high,Germany,nobody\n\
               ,x@corp.example,,,,,\n\
               dora,y@corp.example,,,,,\n\
               dora,Y@corp.example,,,,,\n\
               boss,,,,,\n";
    let lines = wrong(&world, bad).await;
    let said: Vec<(u64, &str)> = lines.iter().map(|error| (error.line, error.column)).collect();
    assert_eq!(
        said,
        [
            (2, "email"),
            (2, "phone"),
            (2, "kind"),
            (2, "tier"),
            (2, "country"),
            (3, "login"),
            (5, "login"),
            (5, "email"),
            (6, "")
        ]
    );
    let unknown = wrong(&world, "login,email,administrators\ncarla,c@corp.example,nobody;carla\n").await;
    assert_eq!(unknown.len(), 2);
    assert!(account(&world, "dora").await.is_none());
    assert!(matches!(import_as(&world, "email\nx@y.example\n", Resume::No).await, Err(ImportError::File(_))));
    import(&world, &first()).await;
    let taken = wrong(&world, &format!("login,email\ndora,{CARLA}\n")).await;
    assert_eq!((taken[0].line, taken[0].column), (2, "email"));
    let (act, other) = (Act { actor: Actor::Operator, ip: String::new(), at: world.now() }, "other".parse().unwrap());
    let elsewhere = world.desk.import_contacts(act, &other, Cursor::new(first()), Resume::No).await;
    assert!(matches!(elsewhere, Err(ImportError::NoDirectory(_))));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_held_by_mistake_is_taken_back_by_the_right_file_and_nothing_is_ever_removed() {
    let (world, _) = world().await;
    import(&world, &first()).await;
    import(&world, &format!("login,email\ncarla,{NEW}\n")).await;
    assert_eq!(import(&world, &first()).await, did(0, 0, 1, 1));
    assert_eq!(over(&world).await[0].state, ChangeState::TakenBack);
    world.later(TimeDelta::hours(100)).await;
    assert_eq!(account(&world, "carla").await.unwrap().email.as_str(), CARLA);
    // A line that is not there any more, and empty cells, change nothing.
    assert_eq!(import(&world, "login,email,phone\nboss,,\n").await, did(0, 0, 0, 1));
    let all = read(&world, |c| contacts::list(c, &"corp".parse().unwrap())).await;
    assert_eq!(all.len(), 2);
    assert!(all.iter().any(|contact| contact.values.phone.is_some()));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_contact_of_a_directory_that_is_in_use_is_held() {
    let system = FakeSystem::new();
    system.add("carla", Some(CARLA), None);
    let world = World::with(Setup { outside: vec![Outside::corp(&system)], ..Setup::default() }).await;
    assert!(asks(&world, CARLA).await.1);
    // A number, and an administrator, for an account that works.
    let attack = format!("login,email,phone,administrators\ncarla,,{PHONE},mallory\nmallory,m@corp.example,,\n");
    assert_eq!(import(&world, &attack).await, did(0, 2, 0, 0));
    let carla = account(&world, "carla").await.unwrap();
    assert_eq!(carla.phone, None);
    // The directory tells whom to write to.
    assert!(mails_to(&world, CARLA).await.iter().any(|mail| mail.text.contains("/stop?")));
    world.later(TimeDelta::hours(73)).await;
    let carla = account(&world, "carla").await.unwrap();
    assert_eq!(carla.phone.as_ref().map(|phone| phone.as_str()), Some(PHONE));
    assert!(carla.background.phone_changed_at.is_some());
    let administrators = read(&world, move |c| accounts::administrators(c, carla.id)).await;
    assert_eq!(administrators.len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_of_changes_that_are_over_are_forgotten() {
    let (world, _) = world().await;
    import(&world, &first()).await;
    import(&world, &format!("login,email\ncarla,{NEW}\n")).await;
    world.settle().await;
    world.later(TimeDelta::hours(73)).await;
    world.later(TimeDelta::days(59)).await;
    world.desk.clear().await.unwrap();
    assert_eq!(over(&world).await.len(), 1, "its link may just have been pressed");
    world.later(TimeDelta::days(2)).await;
    world.desk.clear().await.unwrap();
    assert!(over(&world).await.is_empty());
    assert_eq!(account(&world, "carla").await.unwrap().email.as_str(), NEW);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_make_a_change_effective_once() {
    let (world, system) = world().await;
    let beside =
        Setup { database: world.database.clone(), outside: vec![Outside::corp(&system)], seed: 2, ..Setup::default() };
    let other = World::with(beside).await;
    import(&world, &first()).await;
    import(&world, &format!("login,email\ncarla,{NEW}\n")).await;
    world.settle().await;
    for hours in [36, 36] {
        // A clock that jumps ends leases, and a mail in hand would be sent once more.
        world.settle().await;
        other.settle().await;
        world.clock.advance(TimeDelta::hours(hours));
        other.clock.advance(TimeDelta::hours(hours));
        let (a, b, c) = tokio::join!(world.desk.tick(), other.desk.tick(), world.desk.tick());
        let _ = (a.unwrap(), b.unwrap(), c.unwrap());
    }
    other.settle().await;
    let all = actions(&world).await;
    for once in ["contact.hold_begun", "contact.halfway", "contact.effective"] {
        assert_eq!(all.iter().filter(|action| *action == once).count(), 1, "{once} in {all:?}");
    }
    assert_eq!(mails_to(&world, CARLA).await.len() + mails_to(&other, CARLA).await.len(), 3);
    other.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn supervisors_and_auditors_see_what_is_held_and_only_supervisors_stop_it() {
    let (world, _) = world().await;
    import(&world, &first()).await;
    import(&world, &format!("login,email,phone\ncarla,{NEW},\n")).await;
    world.settle().await;
    let id = held(&world).await[0].id;
    let aud = world.agent("aud").await;
    let page = aud.get("/desk/contacts").await;
    page.is(200).says("carla").says("c•••@c•••.example");
    assert!(!page.html.contains(NEW) && !page.html.contains("/stop\""), "no address in full, and no button");
    world.agent("ana").await.get("/desk/contacts").await.is(403);
    let sam = world.agent("sam").await;
    let page = sam.get("/desk/contacts").await;
    sam.send(&page, &format!("/desk/contacts/{id}/stop"), &[]).await.says("The change is stopped");
    let stopped = over(&world).await.remove(0);
    assert_eq!(stopped.ended_by.as_deref(), Some("sam@desk.example.test"));
    world.later(TimeDelta::hours(100)).await;
    assert_eq!(account(&world, "carla").await.unwrap().email.as_str(), CARLA);
    world.stop().await;
}

/// Takes the account of a contact out of the way, as an erasure leaves one.
async fn detach(world: &World) {
    let detach = |tx: &mut mfa_desk::store::Tx<'_>| {
        let sql =
            "UPDATE accounts SET login = NULL, phone = NULL, email = 'gone@gone.example', email_key = 'erased:gone'
            WHERE login = 'carla'";
        Ok(sql_query(sql).execute(tx.connection)?)
    };
    assert_eq!(world.desk.store.write(detach).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_of_whom_no_account_is_known_is_handed_out_and_erased_by_its_address() {
    let (world, _) = world().await;
    import(&world, &first()).await;
    detach(&world).await;
    let operator = || Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    let carla: Whom = CARLA.parse().unwrap();
    let held = world.desk.held_about(operator(), carla.clone()).await.unwrap().unwrap();
    assert_eq!((held.contacts.len(), held.cases.len(), held.is_left()), (1, 0, true));
    let all = world.desk.hand_out(operator(), carla.clone()).await.unwrap().unwrap();
    assert!(all.json.contains(CARLA) && all.json.contains(PHONE) && !all.json.contains("boss@corp.example"));
    let hold = world.desk.place_hold(operator(), carla.clone(), "A court asks.".parse().unwrap()).await.unwrap();
    assert!(hold.is_err_and(|halt| halt.to_string().contains("only a contact")));
    world.desk.erase_person(operator(), carla.clone()).await.unwrap().unwrap();
    let left = read(&world, |c| contacts::list(c, &"corp".parse().unwrap())).await;
    assert_eq!(left.iter().map(|contact| contact.login.as_str()).collect::<Vec<_>>(), ["boss"]);
    assert!(world.desk.erase_person(operator(), carla).await.unwrap().is_err());
    let actions = world.actions("").await;
    for action in ["privacy.viewed", "privacy.exported", "privacy.erased"] {
        assert!(actions.iter().any(|found| found == action), "{action}");
    }
    world.stop().await;
}
