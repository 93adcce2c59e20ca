//! A fresh authenticator after a deactivation: once, in one browser, and never for whoever only reads the mailbox.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use mfa_desk::directory::{Capabilities, Directory};
use mfa_desk::domain::account::{AccountStatus, AuthenticatorState};

use crate::support::browser::{Browser, Page};
use crate::support::directory::{FRESH_SECRET, FakeSystem, Fault, Outside, unavailable, unknown};
use crate::support::world::{Setup, World, csrf_on, link_in};

const CARLA: &str = "carla@corp.example";
const PRESS: &str = "Show the code";

/// A case that deactivated, with its customer's browser.
struct Bench {
    world: World,
    system: Arc<FakeSystem>,
    customer: Browser,
    ana: Browser,
    reference: String,
}

impl Bench {
    async fn new() -> Self {
        let system = FakeSystem::new();
        let can = system.capabilities();
        system.can(Capabilities { enrol: true, ..can });
        system.add("carla", Some(CARLA), Some("+447911123456"));
        let world = World::with(Setup { outside: vec![Outside::corp(&system)], ..Setup::default() }).await;
        let (customer, ana, reference) = world.ready(CARLA).await;
        let page = customer.get(&format!("/cases/{reference}")).await;
        assert!(!page.has_form("/authenticator"), "not before the old one is off");
        world.deactivates(&ana, &reference).await.is(200);
        world.settle().await;
        Self { world, system, customer, ana, reference }
    }

    async fn page(&self, browser: &Browser) -> Page {
        browser.get(&format!("/cases/{}", self.reference)).await
    }

    async fn presses(&self) -> Page {
        let page = self.page(&self.customer).await;
        self.customer.send(&page, "/authenticator", &[]).await
    }

    /// Another browser, let in by a link from the mailbox.
    async fn by_mailbox(&self) -> Browser {
        let browser = self.world.browser();
        let page = self.page(&browser).await;
        browser.send(&page, "/link", &[]).await.is(200);
        let link = link_in(&self.world.mail(&self.reference).await, "open");
        let page = browser.get(&link).await;
        browser.send(&page, "/open", &[]).await.is(200);
        browser
    }

    fn fresh(&self) -> Vec<AuthenticatorState> {
        let all = self.system.devices("carla");
        all.iter().filter(|each| each.serial.as_str().starts_with("DESK")).map(|each| each.state).collect()
    }

    /// The way to stop it that the mail about the deactivation holds.
    async fn objection(&self) -> String {
        link_in(&self.world.mail("deactivated").await, "object")
    }

    async fn did(&self, action: &str) -> usize {
        self.world.actions(&self.reference).await.iter().filter(|each| *each == action).count()
    }
}

/// Presses a button that the page does not have.
async fn forces(browser: &Browser, page: &Page, reference: &str) -> Page {
    browser.post(&format!("/cases/{reference}/authenticator"), &[("csrf", &csrf_on(page))]).await
}

fn shows_secret(page: &Page) -> bool {
    page.html.replace(' ', "").contains(FRESH_SECRET)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_customer_sets_one_up_once_and_its_secret_is_nowhere_else() {
    let bench = Bench::new().await;
    let page = bench.presses().await;
    page.is(200).says("shown only now");
    assert!(shows_secret(&page) && page.html.contains("<svg class=\"qr\""));
    assert_eq!(bench.fresh(), [AuthenticatorState::Active]);
    let mail = bench.world.mail("MFA device activated").await;
    assert_eq!(mail.header("To").map(|to| to.contains(CARLA)), Some(true));

    let page = bench.page(&bench.customer).await;
    page.says("A new authenticator app was set up");
    assert!(!shows_secret(&page) && !page.has_form("/authenticator"));
    let again = forces(&bench.customer, &page, &bench.reference).await;
    again.is(409).says("was set up for this case already");
    assert!(!shows_secret(&again));
    assert_eq!(bench.system.times("enrol"), 1);

    // Not in the log, not in the database, not at the desk, not in a mail.
    let entries = bench.world.entries("").await;
    assert!(entries.iter().any(|entry| entry.action == "authenticator.enrolled"));
    assert!(!format!("{entries:?}").contains(FRESH_SECRET));
    let desk = bench.ana.get(&format!("/desk/cases/{}", bench.reference)).await;
    desk.says("Fresh authenticator set up");
    assert!(!shows_secret(&desk));
    for mail in bench.world.mails().await {
        assert!(!mail.text.contains(FRESH_SECRET) && !mail.html.replace(' ', "").contains(FRESH_SECRET));
    }
    if let Some(path) = bench.world.database.file() {
        for file in [path.clone(), path.with_extension("sqlite3-wal")] {
            let held = std::fs::read(&file).unwrap();
            assert!(!held.windows(FRESH_SECRET.len()).any(|bytes| bytes == FRESH_SECRET.as_bytes()));
        }
    }
    bench.world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_only_reads_the_mailbox_gets_none() {
    let bench = Bench::new().await;
    let thief = bench.by_mailbox().await;
    let page = bench.page(&thief).await;
    assert!(!page.has_form("/authenticator") && !page.text().contains(PRESS), "{}", page.text());
    let tried = forces(&thief, &page, &bench.reference).await;
    tried.is(401);
    assert!(!shows_secret(&tried));
    let stranger = bench.world.browser();
    let tried = stranger.post(&format!("/cases/{}/authenticator", bench.reference), &[]).await;
    assert!(!shows_secret(&tried));
    assert_eq!((bench.system.times("enrol"), bench.did("authenticator.other_browser").await), (0, 1));
    bench.presses().await.is(200).says("shown only now");
    bench.world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_presses_at_once_set_up_one() {
    let bench = Bench::new().await;
    bench.system.pauses(Duration::from_millis(300));
    let page = bench.page(&bench.customer).await;
    let press = || bench.customer.send(&page, "/authenticator", &[]);
    let (one, two) = tokio::join!(press(), press());
    let shown = [&one, &two].into_iter().filter(|page| shows_secret(page)).count();
    assert_eq!((shown, bench.system.times("enrol"), bench.fresh().len()), (1, 1, 1));
    assert!([&one, &two].into_iter().any(|page| page.text().contains("being set up at this moment")));
    bench.world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_try_whose_end_nobody_knows_is_made_again_under_the_same_name() {
    let bench = Bench::new().await;
    bench.system.fail("enrol", [Fault::After(unknown()), Fault::Before(unavailable())]);
    for _ in 0..2 {
        let page = bench.presses().await;
        page.is(502).says("could not be set up");
        assert!(!shows_secret(&page));
    }
    bench.presses().await.is(200).says("shown only now");
    assert_eq!(bench.fresh(), [AuthenticatorState::Active]);
    let asked: Vec<String> = bench.system.asked().into_iter().filter(|asked| asked.starts_with("enrol")).collect();
    assert!(asked.len() == 3 && asked.iter().all(|each| *each == asked[0]), "{asked:?}");
    assert_eq!(bench.did("authenticator.not_enrolled").await, 2);
    bench.world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_takes_back_what_the_case_set_up() {
    let bench = Bench::new().await;
    bench.presses().await.is(200).says("shown only now");
    bench.system.fail("deactivate", [Fault::After(unknown())]);
    let link = bench.objection().await;
    let browser = bench.world.browser();
    let page = browser.get(&link).await;
    browser.send(&page, "/object", &[]).await.is(200);
    bench.world.later(TimeDelta::minutes(1)).await;
    assert_eq!(bench.fresh(), [AuthenticatorState::Deactivated]);
    assert_eq!(bench.did("authenticator.deactivated").await, 1);
    let page = bench.page(&bench.customer).await;
    assert!(!page.has_form("/authenticator") && !shows_secret(&page));
    bench.world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stopped_while_the_directory_is_asked_is_not_shown() {
    let bench = Bench::new().await;
    bench.system.pauses(Duration::from_millis(700));
    let link = bench.objection().await;
    let browser = bench.world.browser();
    let objects = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let page = browser.get(&link).await;
        browser.send(&page, "/object", &[]).await.is(200);
    };
    let (page, ()) = tokio::join!(bench.presses(), objects);
    assert!(!shows_secret(&page), "{}", page.text());
    bench.world.later(TimeDelta::minutes(1)).await;
    assert_eq!(bench.fresh(), [AuthenticatorState::Deactivated]);
    bench.world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_too_late_after_three_days_and_not_for_a_suspended_account() {
    let bench = Bench::new().await;
    let before = bench.page(&bench.customer).await;
    bench.system.change("carla", |found, _| found.status = AccountStatus::Suspended);
    bench.world.presses(&bench.ana, &bench.reference, "directory", &[]).await.is(200);
    assert!(!bench.page(&bench.customer).await.has_form("/authenticator"));
    bench.customer.send(&before, "/authenticator", &[]).await.is(409);
    bench.system.change("carla", |found, _| found.status = AccountStatus::Active);
    bench.world.presses(&bench.ana, &bench.reference, "directory", &[]).await.is(200);
    assert!(bench.page(&bench.customer).await.has_form("/authenticator"));
    bench.world.later(TimeDelta::hours(72)).await;
    let late = bench.customer.send(&before, "/authenticator", &[]).await;
    assert!(!shows_secret(&late));
    assert_eq!(bench.system.times("enrol"), 0);
    bench.world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_cannot_is_never_asked() {
    let bench = Bench::new().await;
    let before = bench.page(&bench.customer).await;
    let can = bench.system.capabilities();
    bench.system.can(Capabilities { enrol: false, ..can });
    assert!(!bench.page(&bench.customer).await.has_form("/authenticator"));
    bench.customer.send(&before, "/authenticator", &[]).await.is(404);
    assert_eq!(bench.system.times("enrol"), 0);
    bench.world.stop().await;
}
