//! Accounts that live in another system: found there, weighed as they are there, and never said to be deactivated when
//! they are not.

use std::sync::Arc;

use chrono::TimeDelta;
use mfa_desk::directory::DirectoryError;
use mfa_desk::domain::account::{AccountStatus, AuthenticatorKind};
use std::time::Duration;

use crate::support::browser::Browser;
use crate::support::directory::{FakeSystem, Fault, Outside, listed, unavailable, unknown};
use crate::support::world::{Setup, World, form, reference_on};

const CARLA: &str = "carla@corp.example";

async fn world() -> (World, Arc<FakeSystem>) {
    let system = FakeSystem::new();
    system.add("carla", Some(CARLA), Some("+447911123456"));
    let world = World::with(Setup { outside: vec![Outside::corp(&system)], ..Setup::default() }).await;
    (world, system)
}

async fn state(world: &World, agent: &Browser, reference: &str) -> String {
    let page = agent.get(&format!("/desk/cases/{reference}")).await;
    let _ = world;
    page.is(200).text()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_of_another_system_is_recovered_there() {
    let (world, system) = world().await;
    let (_, ana, reference) = world.ready(CARLA).await;
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    page.says("corp").says("Login there").says("carla").says("This directory cannot change phone numbers.");

    world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
    assert!(!system.is_active("carla", "carla-app"));
    world.settle().await;
    assert_eq!((system.times("deactivate"), system.times("end_sessions")), (1, 1));
    let actions = world.actions(&reference).await;
    assert!(actions.iter().any(|action| action == "account.sessions_ended"), "{actions:?}");
    assert!(world.mail("deactivated").await.text.contains("carla-app"));

    // When the system shows a new device, the case is over.
    system.change("carla", |_, devices| devices.push(listed("carla-new", AuthenticatorKind::Passkey)));
    world.presses(&ana, &reference, "directory", &[]).await.is(200).says("The directory was asked again");
    assert!(state(&world, &ana, &reference).await.contains("Closed"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_leads_by_its_number_or_its_domain_and_needs_the_address_of_record() {
    let (world, system) = world().await;
    system.add("dora", Some("dora@elsewhere.example"), None);

    // By the number alone: the domain is nobody's.
    let by_number = |email: &'static str, number: &'static str| {
        let mut fields = form(email);
        fields.retain(|(name, _)| *name != "account_number");
        fields.push(("account_number", number));
        fields
    };
    let ask = async |fields: Vec<(&'static str, &str)>| {
        let browser = world.browser();
        let page = browser.get("/assistance").await;
        let reference = reference_on(browser.send(&page, "/assistance", &fields).await.is(200));
        world.settle().await;
        reference
    };
    let found = ask(by_number("dora@elsewhere.example", "corp:dora")).await;
    assert!(world.actions(&found).await.contains(&"case.account_matched".to_owned()));

    // A login is not enough: nobody is written to at an address that is not the account's.
    let guessed = ask(by_number("mallory@elsewhere.example", "corp:dora")).await;
    assert!(world.actions(&guessed).await.contains(&"case.unmatched".to_owned()));
    let mails = world.mails().await;
    assert!(mails.iter().all(|mail| !mail.header("To").unwrap().contains("mallory")));

    // Its own domain, and nobody there.
    let nobody = ask(form("nobody@corp.example")).await;
    assert!(world.actions(&nobody).await.contains(&"case.unmatched".to_owned()));

    // The embedded directory is asked last, and is still there.
    let local = ask(form("Olivia.Owner@customers.example")).await;
    assert!(world.actions(&local).await.contains(&"case.account_matched".to_owned()));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_waits_for_a_directory_that_is_down_and_holds_up_nobody() {
    let (world, system) = world().await;
    system.down(Some(unavailable()));
    let (_, waiting) = world.asks_for_help(CARLA).await;
    world.settle().await;
    assert!(world.actions(&waiting).await.contains(&"case.directory_unavailable".to_owned()));
    // Others are served meanwhile.
    let (_, other) = world.asks_for_help("Olivia.Owner@customers.example").await;
    world.mail(&format!("Email verification for case {other}")).await;

    // Every page of the desk says so once it has failed three times in a row.
    for _ in 0..4 {
        world.later(TimeDelta::minutes(6)).await;
    }
    let ana = world.agent("ana").await;
    ana.get("/desk").await.is(200).says("1 directory does not answer").says("corp").says("no connection");

    system.down(None);
    world.later(TimeDelta::minutes(11)).await;
    world.mail(&format!("Email verification for case {waiting}")).await;
    let page = ana.get("/desk").await;
    assert!(!page.text().contains("does not answer"), "{}", page.text());
    world.stop().await;
}

/// What becomes of a case whose directory fails in some way: what the agent sees, and how it ends.
struct Ends {
    fault: &'static str,
    faults: Vec<(&'static str, Vec<Fault>)>,
    /// What the answer to **Deactivate** says.
    sees: &'static str,
    /// What the case says after ten minutes.
    ends: &'static str,
    /// Whether the authenticator is off in the end.
    off: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_makes_the_desk_say_what_is_not_so_or_do_anything_twice() {
    let refused = || DirectoryError::Refused("the account is read-only".to_owned());
    let denied = || DirectoryError::Denied("the right to disable is missing".to_owned());
    let limited = |seconds| DirectoryError::Limited { wait: Some(Duration::from_secs(seconds)) };
    let before = |error| vec![Fault::Before(error)];
    let table = [
        Ends { fault: "none", faults: vec![], sees: "confirmed it", ends: "Deactivated", off: true },
        Ends {
            fault: "down before it is asked",
            faults: vec![("find", before(unavailable()))],
            sees: "Nothing was deactivated: the directory is unavailable",
            ends: "Ready",
            off: false,
        },
        Ends {
            fault: "down when it is looked up",
            faults: vec![("standing", before(unavailable()))],
            sees: "Nothing was deactivated: the directory is unavailable",
            ends: "Ready",
            off: false,
        },
        Ends {
            fault: "refused",
            faults: vec![("deactivate", before(refused()))],
            sees: "Nothing was deactivated: the directory refused: the account is read-only",
            ends: "Ready",
            off: false,
        },
        Ends {
            fault: "a right is missing",
            faults: vec![("deactivate", before(denied()))],
            sees: "does not let the desk do this",
            ends: "Ready",
            off: false,
        },
        Ends {
            fault: "no answer, not done",
            faults: vec![("deactivate", before(unknown()))],
            sees: "has not answered yet",
            ends: "Deactivated",
            off: true,
        },
        Ends {
            fault: "no answer, done",
            faults: vec![("deactivate", vec![Fault::After(unknown())])],
            sees: "has not answered yet",
            ends: "Deactivated",
            off: true,
        },
        Ends {
            fault: "no answer, done, and then the look-up fails twice and credentials are refused",
            faults: vec![
                ("deactivate", vec![Fault::After(unknown())]),
                (
                    "standing",
                    // The first look-up is the one before the order.
                    vec![Fault::Fine, Fault::Before(unavailable()), Fault::Before(denied())],
                ),
            ],
            sees: "has not answered yet",
            ends: "Deactivated",
            off: true,
        },
        Ends {
            fault: "asks for a little patience",
            faults: vec![("deactivate", before(limited(30)))],
            sees: "has not answered yet",
            ends: "Deactivated",
            off: true,
        },
        Ends {
            fault: "asks for an hour",
            faults: vec![("deactivate", before(limited(3600)))],
            sees: "asks to be left alone",
            ends: "Ready",
            off: false,
        },
        Ends {
            fault: "off, but its entry stays",
            faults: vec![("deactivate", vec![Fault::Partly("its entry could not be taken away")])],
            sees: "confirmed it",
            ends: "Deactivated, but not all that goes with it was done",
            off: true,
        },
    ];
    for Ends { fault, faults, sees, ends, off } in table {
        let (world, system) = world().await;
        let (_, ana, reference) = world.ready(CARLA).await;
        for (request, faults) in faults {
            system.fail(request, faults);
        }
        let page = world.deactivates(&ana, &reference).await;
        assert!(page.text().contains(sees), "{fault}: {}", page.text());
        if sees.contains("has not answered yet") {
            page.says("The directory has not settled this yet").says("first of all what it has done");
        }
        for _ in 0..10 {
            world.later(TimeDelta::minutes(1)).await;
        }
        let text = state(&world, &ana, &reference).await;
        assert!(text.contains(ends), "{fault}: {text}");
        assert_eq!(!system.is_active("carla", "carla-app"), off, "{fault}");
        let said = world.actions(&reference).await.iter().any(|action| action == "case.deactivated");
        assert_eq!(said, off, "{fault}: the log says that it is deactivated exactly when it is");
        if off {
            continue;
        }
        // The case is not stuck: when the directory does what it is asked, the same press succeeds.
        world.later(TimeDelta::hours(1)).await;
        let ana = world.agent("ana").await;
        world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
        assert!(!system.is_active("carla", "carla-app"), "{fault}");
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_outcome_is_looked_up_by_the_next_press_too() {
    let (world, system) = world().await;
    let (_, ana, reference) = world.ready(CARLA).await;
    // It acts, never says so, and cannot be asked for longer than the case waits.
    system.fail("deactivate", [Fault::After(unknown())]);
    system.fail("standing", std::iter::once(Fault::Fine));
    system.fail("standing", std::iter::repeat_n(Fault::Before(unavailable()), 40));
    world.deactivates(&ana, &reference).await;
    for _ in 0..40 {
        world.later(TimeDelta::seconds(30)).await;
    }
    let text = state(&world, &ana, &reference).await;
    assert!(text.contains("Ready") && text.contains("it may have done it all the same"), "{text}");
    assert!(!world.actions(&reference).await.contains(&"case.deactivated".to_owned()));

    // Whoever presses again is told the truth, and nothing is done twice.
    system.mended();
    world.later(TimeDelta::minutes(6)).await;
    let ana = world.agent("ana").await;
    let page = world.deactivates(&ana, &reference).await;
    page.is(200).says("The directory confirmed it");
    assert_eq!(system.times("deactivate"), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_directory_says_at_that_moment_decides() {
    // Suspended there, gone there, another address there: none of them is deactivated.
    type Change = fn(&FakeSystem);
    let changes: [(&str, Change); 3] = [
        ("suspended", |system| system.change("carla", |found, _| found.status = AccountStatus::Suspended)),
        ("gone", |system| system.remove("carla")),
        ("another address", |system| {
            system.change("carla", |found, _| found.email = Some("mallory@corp.example".parse().unwrap()));
        }),
    ];
    for (what, change) in changes {
        let (world, system) = world().await;
        let (_, ana, reference) = world.ready(CARLA).await;
        change(&system);
        let page = world.deactivates(&ana, &reference).await;
        page.is(409);
        assert_eq!(system.times("deactivate"), 0, "{what}: {}", page.text());
        assert!(world.actions(&reference).await.contains(&"case.refused".to_owned()), "{what}");
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_called_otherwise_now_is_found_by_its_address() {
    let (world, system) = world().await;
    let (_, before) = world.asks_for_help(CARLA).await;
    world.settle().await;
    assert!(world.actions(&before).await.contains(&"case.account_matched".to_owned()));
    system.remove("carla");
    system.add("carla.smith", Some(CARLA), Some("+447911123456"));

    let (_, after) = world.asks_for_help(CARLA).await;
    world.settle().await;
    assert!(world.actions(&after).await.contains(&"case.account_matched".to_owned()));
    let ana = world.agent("ana").await;
    assert!(state(&world, &ana, &after).await.contains("carla.smith"));

    // Two that have the address at once are neither.
    system.add("carlo", Some("carlo@corp.example"), None);
    let (_, carlos) = world.asks_for_help("carlo@corp.example").await;
    world.settle().await;
    assert!(world.actions(&carlos).await.contains(&"case.account_matched".to_owned()));
    system.add("another", Some("carlo@corp.example"), None);
    let (_, unclear) = world.asks_for_help("carlo@corp.example").await;
    world.settle().await;
    assert!(world.actions(&unclear).await.contains(&"case.unmatched".to_owned()));
    world.stop().await;
}
