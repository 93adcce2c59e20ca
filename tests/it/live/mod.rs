//! Open pages of the desk hear what changes: after it was stored, on every instance, and as long as they are signed in.

use std::time::Duration;

use mfa_desk::domain::actor::Actor;
use mfa_desk::store::StoreError;
use mfa_desk::store::signals::Signal;
use mfa_desk::workflow::Act;
use tokio::time::timeout;

use crate::support::browser::Browser;
use crate::support::listener::Listener;
use crate::support::world::{OWNER, Setup, World, csrf_on};

/// Where a page of the desk says that it listens.
async fn stream_of(browser: &Browser, path: &str) -> String {
    let page = browser.get(path).await;
    let at = page.html.find("data-events=\"").unwrap_or_else(|| panic!("{path} does not listen:\n{}", page.html)) + 13;
    let address = &page.html[at..];
    crate::support::browser::unescaped(&address[..address.find('"').unwrap()])
}

/// Waits until nothing more is told: looking at a page tells colleagues, once.
async fn quiet(world: &World) {
    loop {
        let before = world.desk.store.signals().mark();
        tokio::time::sleep(Duration::from_millis(200)).await;
        if world.desk.store.signals().mark() == before {
            return;
        }
    }
}

async fn note(world: &World, browser: &Browser, reference: &str, body: &str) {
    world.presses(browser, reference, "notes", &[("body", body)]).await.is(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_reaches_the_pages_it_concerns_and_no_other() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (_, other) = world.asks_for_help("root@customers.example").await;
    world.settle().await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.settle().await;
    let case = format!("/desk/cases/{reference}");
    ana.get(&case).await.is(200);
    ana.get(&format!("/desk/cases/{other}")).await.is(200);
    quiet(&world).await;
    let mut queue = Listener::open(&ana, &stream_of(&ana, "/desk").await).await;
    let mut of_case = Listener::open(&ana, &stream_of(&ana, &case).await).await;
    let mut of_other = Listener::open(&ana, &stream_of(&ana, &format!("/desk/cases/{other}")).await).await;
    note(&world, &ben, &reference, "A word that must not travel.").await;
    let event = of_case.event().await;
    assert_eq!((event.name.as_str(), event.data.as_str()), ("case", reference.as_str()));
    assert_eq!((queue.event().await.name.as_str()), "queue");
    note(&world, &ben, &other, "Another.").await;
    assert_eq!(of_other.event().await.data, other, "the first change was none of this page's");
    // Nothing but references has passed.
    for heard in [&queue, &of_case, &of_other] {
        assert!(!heard.raw().contains("word") && !heard.raw().contains('@'), "{}", heard.raw());
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_told_before_the_commit_nor_after_a_rollback() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    world.settle().await;
    let path = format!("/desk/cases/{reference}");
    ana.get(&path).await.is(200);
    quiet(&world).await;
    let mut case = Listener::open(&ana, &stream_of(&ana, &path).await).await;
    let about = reference.parse::<mfa_desk::domain::reference::CaseRef>().unwrap();
    let act = Act { actor: Actor::System, ip: String::new(), at: world.now() };
    // An act that fails after it has recorded.
    let (act_, about_) = (act.clone(), about.clone());
    let failing = move |tx: &mut mfa_desk::store::Tx<'_>| {
        tx.tell(Signal::Case(about_.clone()));
        tx.record(act_.entry("case.note_added", Some(&about_), None, Default::default()));
        Err::<(), _>(StoreError::Conflict)
    };
    assert!(world.desk.store.write(failing).await.is_err());
    // An act that takes its time: the page reads the event only when the rows are there.
    let (go, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let slow = move |tx: &mut mfa_desk::store::Tx<'_>| {
        tx.record(act.entry("case.note_added", Some(&about), None, Default::default()));
        gate.lock().unwrap().recv().ok();
        Ok(())
    };
    let store = world.desk.store.clone();
    let writing = tokio::spawn(async move { store.write(slow).await });
    assert!(timeout(Duration::from_millis(300), case.event()).await.is_err(), "told before the commit: {}", case.raw());
    go.send(()).unwrap();
    writing.await.unwrap().unwrap();
    assert_eq!(case.event().await.data, reference);
    // One change was stored, and one was told.
    assert!(timeout(Duration::from_millis(300), case.event()).await.is_err(), "{}", case.raw());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_missed_something_looks_again_once() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.settle().await;
    let path = format!("/desk/cases/{reference}");
    ana.get(&path).await.is(200);
    let address = stream_of(&ana, &path).await;
    // Something happened between the page and its stream.
    note(&world, &ben, &reference, "Meanwhile.").await;
    world.settle().await;
    quiet(&world).await;
    let mut late = Listener::open(&ana, &address).await;
    let refresh = late.event().await;
    assert_eq!(refresh.name, "refresh");
    drop(late);
    // Nothing since: the browser comes back with what it heard last, and is told nothing.
    let mut back = Listener::open_after(&ana, &address, refresh.id.as_deref().unwrap()).await;
    assert!(timeout(Duration::from_millis(300), back.event()).await.is_err(), "{}", back.raw());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_is_noticed_though_its_numbers_look_the_same() {
    let setup = Setup::default();
    let world = World::with(setup.clone()).await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    world.settle().await;
    let path = format!("/desk/cases/{reference}");
    let address = stream_of(&ana, &path).await;
    let mut first = Listener::open(&ana, &address).await;
    let ben = world.agent("ben").await;
    note(&world, &ben, &reference, "Before.").await;
    let last = loop {
        let event = first.event().await;
        if event.name == "case" {
            break event.id.unwrap();
        }
    };
    world.stop().await;
    assert!(first.ended().await, "a graceful stop ends streams");
    let world = World::with(Setup { seed: 2, ..setup }).await;
    let mut again = Listener::open_after(&ana.at(&world.base), &address, &last).await;
    assert_eq!(again.event().await.name, "refresh");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_with_its_sign_in() {
    let world = World::new().await;
    let (ana, ben, sam) = (world.agent("ana").await, world.agent("ben").await, world.agent("sam").await);
    let mut of_ana = Listener::open(&ana, "/desk/events").await;
    let mut of_ben = Listener::open(&ben, "/desk/events").await;
    let page = ana.get("/desk").await;
    ana.post("/desk/sign-out", &[("csrf", &csrf_on(&page))]).await.is(200);
    assert!(of_ana.ended().await, "signed out");
    let email = "ben@desk.example.test".parse().unwrap();
    let id = world
        .desk
        .store
        .read(move |connection| mfa_desk::store::agents::find_by_email(connection, &email))
        .await
        .unwrap()
        .unwrap()
        .id;
    let page = sam.get(&format!("/desk/people/{id}")).await;
    sam.send(&page, "/suspend", &[("reason", "Leaves us.")]).await.is(200);
    assert!(of_ben.ended().await, "suspended");
    // What ends sign-ins as one thing among others has no entry that says so.
    let mut of_sam = Listener::open(&sam, "/desk/events").await;
    let act = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    let done = world.desk.break_glass(act, "sam@desk.example.test".parse().unwrap(), "Lost.".to_owned()).await;
    assert!(done.unwrap().is_some());
    assert!(of_sam.ended().await, "the glass was broken");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_of_one_sign_in_are_bounded_and_are_no_sign_of_life() {
    let world = World::new().await;
    let ana = world.agent("ana").await;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(Listener::open(&ana, "/desk/events").await);
    }
    // One more takes the place of the oldest, which is told to wait before it comes back.
    let one_more = Listener::open(&ana, "/desk/events").await;
    let mut oldest = open.remove(0);
    assert!(oldest.ended().await && oldest.raw().contains("retry: 60000"), "{}", oldest.raw());
    let mut others = Listener::open(&world.agent("ben").await, "/desk/events").await;
    assert!(timeout(Duration::from_millis(300), others.ended()).await.is_err(), "a colleague's is another matter");
    drop((open, one_more, others));
    // Half of the idle time, again and again, with nothing but a stream: the sign-in is idle all the same.
    let half = world.desk.kit.sessions.idle() / 2 + chrono::TimeDelta::minutes(1);
    world.clock.advance(half);
    drop(Listener::open(&ana, "/desk/events").await);
    world.clock.advance(half);
    let page = ana.get("/desk").await;
    assert!(page.url.contains("/desk/sign-in"), "{}", page.url);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_hear_each_other() {
    let setup = Setup::default();
    if setup.database.file().is_some() {
        // One file is served by one process.
        return;
    }
    let one = World::with(setup.clone()).await;
    let (_, reference) = one.confirmed(OWNER).await;
    let (ana, ben) = (one.agent("ana").await, one.agent("ben").await);
    one.settle().await;
    let other = World::with(Setup { seed: 2, ..setup }).await;
    let path = format!("/desk/cases/{reference}");
    let there = ana.at(&other.base);
    there.get(&path).await.is(200);
    let address = stream_of(&there, &path).await;
    let mut heard = Listener::open(&there, &address).await;
    note(&one, &ben, &reference, "From the first instance.").await;
    loop {
        // The first look after the start may be one too many.
        let event = heard.event().await;
        if event.name == "case" {
            assert_eq!(event.data, reference);
            break;
        }
    }
    // An instance that cannot hear says so, and tells everyone to look again once it can.
    cut_listeners(&one).await;
    assert!(heard.ended().await, "it would have been silent");
    let mut again = Listener::open_after(&there, &address, "gone-1").await;
    assert_eq!(again.event().await.name, "refresh");
    other.stop().await;
    one.stop().await;
}

#[cfg(feature = "postgres")]
async fn cut_listeners(world: &World) {
    use diesel::RunQueryDsl;
    let cut = |connection: &mut mfa_desk::store::AnyConnection| {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%LISTEN mfa_desk%'";
        diesel::sql_query(sql).execute(connection)?;
        Ok::<_, StoreError>(())
    };
    world.desk.store.read(cut).await.unwrap();
}

#[cfg(not(feature = "postgres"))]
async fn cut_listeners(_: &World) {}
