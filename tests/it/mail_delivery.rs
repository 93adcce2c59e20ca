//! Mails leave whatever happens: mail servers that are down, full or rude, crashes, and names that try to write headers.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use mfa_desk::domain::account::{Account, AccountKind, AccountStatus, Tier};
use mfa_desk::domain::directory::Home;
use mfa_desk::domain::ids::AccountId;
use mfa_desk::store::outbox::lease_due;
use mfa_desk::store::schema::outbox;
use mfa_desk::store::{Store, accounts, audit};
use mfa_desk::workflow::LEASE;

use crate::support::mail_reader::{Mail, parse};
use crate::support::smtp::{Fault, Stage};
use crate::support::world::{OWNER, PUBLIC, Setup, World, form, link_in, reference_on};

/// The newest mail, as the outbox knows it.
struct Errand {
    state: String,
    attempts: i32,
    next: DateTime<Utc>,
    error: String,
}

async fn newest_errand(world: &World) -> Errand {
    let newest = |connection: &mut mfa_desk::store::AnyConnection| {
        let columns = (outbox::state, outbox::attempts, outbox::next_at, outbox::last_error);
        let row: (String, i32, NaiveDateTime, Option<String>) =
            outbox::table.filter(outbox::kind.eq("mail")).order(outbox::id.desc()).select(columns).first(connection)?;
        Ok(row)
    };
    let (state, attempts, next, error) = world.desk.store.read(newest).await.unwrap();
    Errand { state, attempts, next: next.and_utc(), error: error.unwrap_or_default() }
}

/// What arrived so far, without waiting for more.
fn arrived(world: &World) -> Vec<Mail> {
    world.smtp.messages().iter().map(|message| parse(&message.raw)).collect()
}

fn message_id(mail: &Mail) -> &str {
    mail.header("Message-ID").unwrap()
}

async fn mail_actions(world: &World, reference: &str) -> Vec<String> {
    world.actions(reference).await.into_iter().filter(|action| action.starts_with("mail.")).collect()
}

pub async fn is_whole(world: &World) -> bool {
    matches!(world.desk.verify_audit().await.unwrap(), audit::Verdict::Whole(_))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_waits_until_the_mail_server_is_back() {
    let world = World::new().await;
    world.smtp.set_down(true);
    let (_, reference) = world.asks_for_help(OWNER).await;
    world.settle().await;

    let errand = newest_errand(&world).await;
    assert_eq!((errand.state.as_str(), errand.attempts), ("waiting", 1));
    let wait = errand.next - world.now();
    assert!(wait >= TimeDelta::seconds(15) && wait <= TimeDelta::seconds(30), "{wait}");
    let ana = world.agent("ana").await;
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    page.says("Waiting to be sent").says("mail server");

    // The server is back, but it is not asked before the time has come.
    world.smtp.set_down(false);
    world.later(wait - TimeDelta::seconds(1)).await;
    assert!(arrived(&world).is_empty());
    assert_eq!(newest_errand(&world).await.attempts, 1);

    world.later(TimeDelta::seconds(1)).await;
    let mail = world.mail("Email verification").await;
    assert!(mail.text.contains(&reference));
    ana.get(&format!("/desk/cases/{reference}")).await.says("Sent");

    // Once is enough.
    world.later(TimeDelta::hours(20)).await;
    assert_eq!(arrived(&world).len(), 1);
    assert_eq!(mail_actions(&world, &reference).await, ["mail.sent"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_for_now_is_tried_again_after_growing_waits() {
    let world = World::new().await;
    let faults = [
        (Stage::Connect, Fault::Reply(421, "4.3.2 come back later"), "421"),
        (Stage::Mail, Fault::Reply(451, "4.3.0 not now"), "451 4.3.0"),
        (Stage::Rcpt, Fault::Reply(450, "4.2.1 greylisted"), "450 4.2.1"),
        (Stage::Data, Fault::Reply(451, "4.3.5 not now"), "451 4.3.5"),
        (Stage::AfterData, Fault::Reply(452, "4.2.2 mailbox full"), "452 4.2.2"),
        (Stage::AfterData, Fault::Drop, "mail server"),
    ];
    for (stage, fault, _) in &faults {
        world.smtp.fail_next(*stage, *fault);
    }
    let (_, reference) = world.asks_for_help(OWNER).await;
    world.settle().await;
    let mut last_wait = TimeDelta::zero();
    for (n, (stage, _, said)) in faults.iter().enumerate() {
        let errand = newest_errand(&world).await;
        assert_eq!((errand.state.as_str(), errand.attempts), ("waiting", i32::try_from(n).unwrap() + 1), "{stage:?}");
        assert!(errand.error.contains(said), "{stage:?}: {}", errand.error);
        let wait = errand.next - world.now();
        let full = TimeDelta::seconds(30 << n);
        assert!(wait >= full / 2 && wait <= full, "{stage:?}: {wait}");
        assert!(wait >= last_wait, "{stage:?}: {wait} after {last_wait}");
        assert!(arrived(&world).is_empty(), "{stage:?}");
        last_wait = wait;
        world.later(wait).await;
    }
    assert_eq!(arrived(&world).len(), 1);
    let errand = newest_errand(&world).await;
    assert_eq!((errand.state.as_str(), errand.attempts, errand.error.as_str()), ("done", 7, ""));
    assert_eq!(mail_actions(&world, &reference).await, ["mail.sent"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_waits_never_exceed_the_longest() {
    let change = |settings: &mut mfa_desk::config::Settings| {
        settings.mail.max_attempts = 100;
        settings.mail.longest_retry_minutes = 10;
    };
    let world = World::with(Setup { change, ..Setup::default() }).await;
    world.smtp.set_down(true);
    world.asks_for_help(OWNER).await;
    world.settle().await;
    for _ in 0..40 {
        let wait = newest_errand(&world).await.next - world.now();
        assert!(wait > TimeDelta::zero() && wait <= TimeDelta::minutes(10), "{wait}");
        world.later(wait).await;
    }
    assert_eq!(newest_errand(&world).await.attempts, 41);
    world.smtp.set_down(false);
    world.later(TimeDelta::minutes(10)).await;
    assert_eq!(arrived(&world).len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_mail_is_shown_at_the_desk_and_sent_again_from_there() {
    for (stage, code, text, shown) in [
        (Stage::Rcpt, 550, "5.1.1 <Olivia.Owner@customers.example> unknown", "550 5.1.1"),
        (Stage::Data, 554, "5.7.1 no", "554 5.7.1"),
        (Stage::AfterData, 552, "5.3.4 too large for us", "552 5.3.4"),
    ] {
        let world = World::new().await;
        world.smtp.fail_next(stage, Fault::Reply(code, text));
        let (_, reference) = world.asks_for_help(OWNER).await;
        world.settle().await;
        let errand = newest_errand(&world).await;
        assert_eq!((errand.state.as_str(), errand.attempts), ("dead", 1), "{stage:?}");

        // Dead means dead: time alone does not bring it back.
        world.later(TimeDelta::hours(20)).await;
        assert!(arrived(&world).is_empty(), "{stage:?}");

        let ana = world.agent("ana").await;
        let page = ana.get(&format!("/desk/cases/{reference}")).await;
        page.says("Could not be sent").says(shown).says("Send again");
        assert!(!page.html.to_lowercase().contains("olivia.owner@"), "the server's words repeat the address");
        // Who only reads cannot send.
        assert!(!world.agent("aud").await.get(&format!("/desk/cases/{reference}")).await.has_form("/retry"));

        let again = page.form("/retry").action;
        ana.send(&page, "/retry", &[]).await.is(200).says("The mail will be sent again.");
        world.settle().await;
        assert_eq!(arrived(&world).len(), 1, "{stage:?}");
        assert_eq!(mail_actions(&world, &reference).await, ["mail.dead", "mail.revived", "mail.sent"]);
        let entries = world.entries(&reference).await;
        let revived = entries.iter().find(|entry| entry.action == "mail.revived").unwrap();
        assert_eq!(revived.actor, "ana@desk.example.test");
        let dead = entries.iter().find(|entry| entry.action == "mail.dead").unwrap();
        assert!(dead.details.contains(shown) && !dead.details.contains('@'), "{}", dead.details);

        // It is sent, so there is nothing to press any more, and pressing all the same sends nothing.
        let page = ana.get(&format!("/desk/cases/{reference}")).await;
        page.says("Sent");
        assert!(!page.has_form("/retry"));
        let csrf = crate::support::world::csrf_on(&page);
        ana.post(&again, &[("csrf", &csrf)]).await.is(404);
        world.settle().await;
        assert_eq!(arrived(&world).len(), 1, "{stage:?}");
        assert!(is_whole(&world).await);
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_of_another_case_cannot_be_sent_again_from_this_one() {
    let world = World::new().await;
    world.smtp.fail_next(Stage::Rcpt, Fault::Reply(550, "5.1.1 no"));
    let (_, dead) = world.asks_for_help(OWNER).await;
    world.settle().await;
    let (_, other) = world.asks_for_help("root@customers.example").await;
    world.settle().await;
    let ana = world.agent("ana").await;
    let page = ana.get(&format!("/desk/cases/{dead}")).await;
    let form = page.form("/retry");
    let csrf = crate::support::world::csrf_on(&page);
    ana.post(&form.action.replace(&dead, &other), &[("csrf", &csrf)]).await.is(404);
    ana.post(&format!("/desk/cases/{dead}/mails/nonsense/retry"), &[("csrf", &csrf)]).await.is(404);
    world.settle().await;
    assert_eq!(newest_errand(&world).await.state, "done");
    assert_eq!(mail_actions(&world, &dead).await, ["mail.dead"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_taken_without_a_receipt_comes_again_as_the_same_mail() {
    let world = World::new().await;
    world.smtp.fail_next(Stage::AfterData, Fault::AcceptThenDrop);
    let (_, reference) = world.asks_for_help(OWNER).await;
    world.settle().await;
    assert_eq!(arrived(&world).len(), 1);
    world.later(TimeDelta::minutes(1)).await;
    let mails = arrived(&world);
    assert_eq!(mails.len(), 2);
    // Mail programs show two mails of one Message-ID as one.
    assert_eq!(message_id(&mails[0]), message_id(&mails[1]));
    assert_eq!(link_in(&mails[0], "open"), link_in(&mails[1], "open"));
    world.later(TimeDelta::hours(20)).await;
    assert_eq!(arrived(&world).len(), 2);
    assert_eq!(mail_actions(&world, &reference).await, ["mail.sent"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_last_attempt_a_mail_is_given_up_and_can_be_revived() {
    let change = |settings: &mut mfa_desk::config::Settings| settings.mail.max_attempts = 3;
    let world = World::with(Setup { change, ..Setup::default() }).await;
    world.smtp.set_down(true);
    let (_, reference) = world.asks_for_help(OWNER).await;
    world.settle().await;
    for attempts in 1..=2 {
        let errand = newest_errand(&world).await;
        assert_eq!((errand.state.as_str(), errand.attempts), ("waiting", attempts));
        world.later(errand.next - world.now()).await;
    }
    assert_eq!(newest_errand(&world).await.state, "dead");
    world.presses(&world.agent("ana").await, &reference, "retry", &[]).await.is(200);
    world.settle().await;
    // It has all its attempts again.
    let errand = newest_errand(&world).await;
    assert_eq!((errand.state.as_str(), errand.attempts), ("waiting", 1));
    world.smtp.set_down(false);
    world.later(TimeDelta::minutes(1)).await;
    assert_eq!(arrived(&world).len(), 1);
    assert_eq!(mail_actions(&world, &reference).await, ["mail.dead", "mail.revived", "mail.sent"]);
    world.stop().await;
}

async fn sow_account(world: &World, email: &str, name: &str) {
    let at = world.now();
    let account = Account {
        home: Home::Local,
        id: AccountId::new(at, world.desk.kit.entropy.bytes()),
        email: email.parse().unwrap(),
        number: None,
        name: name.to_owned(),
        kind: AccountKind::Owner,
        tier: Tier::Standard,
        phone: None,
        status: AccountStatus::Active,
        background: mfa_desk::domain::account::Background::default(),
    };
    world.desk.store.write(move |tx| accounts::insert(tx, &account, None, at)).await.unwrap();
}

fn header_names(mail: &Mail) -> Vec<String> {
    mail.headers.iter().map(|(name, _)| name.to_lowercase()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_name_writes_a_header_or_a_recipient() {
    let world = World::new().await;
    let long = "ß".repeat(120);
    let names = [
        "Plain Name",
        "Zoë\" <x@y.example>",
        "Zoë <x@y.example>, Mallory <m@y.example>",
        "\"quoted\\\" and back\\slash",
        "Ann, Bob; Charlie: d@y.example,",
        "李小龍 🥋 العربية",
        "Zoë\r\nBcc: everyone@customers.example",
        "Zoë\nSubject: you have won\n\nBody",
        "(comment) name",
        "=?utf-8?q?Mallory?=",
        &long,
    ];
    let mut usual = None;
    for (n, name) in names.iter().enumerate() {
        let email = format!("name{n}@customers.example");
        sow_account(&world, &email, name).await;
        world.smtp.clear();
        let (_, reference) = world.asks_for_help(&email).await;
        world.settle().await;
        let received = world.smtp.messages();
        assert_eq!(received.len(), 1, "{name}");
        assert_eq!(received[0].to, [email.as_str()], "{name}");
        let (head, _) = received[0].raw.split_once("\r\n\r\n").unwrap();
        assert!(head.is_ascii() && head.split("\r\n").all(|line| line.len() <= 998), "{name}:\n{head}");
        let mail = parse(&received[0].raw);
        let usual = usual.get_or_insert_with(|| header_names(&mail));
        assert_eq!(&header_names(&mail), usual, "{name}");
        assert!(mail.header("Subject").unwrap().ends_with(&reference), "{name}");
        // The only thing in angle brackets at the end is the address of record.
        assert!(mail.header("To").unwrap().trim().ends_with(&format!("<{email}>")), "{:?}", mail.header("To"));
        assert!(!mail.html.contains("<x@y.example>"), "{name}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_subjects_and_texts_of_any_language_arrive_readable() {
    let change =
        |settings: &mut mfa_desk::config::Settings| settings.server.product_name = "Zugangshilfe Größe 日本".to_owned();
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let name = "Zoë Ångström-Łukasiewicz 李小龍 🥋";
    sow_account(&world, "zoe@customers.example", name).await;
    let (_, reference) = world.asks_for_help("zoe@customers.example").await;
    let mail = world.mail("Email verification").await;
    assert_eq!(
        mail.header("Subject").unwrap(),
        format!("Zugangshilfe Größe 日本: Email verification for case {reference}")
    );
    assert!(mail.header("To").unwrap().contains(name), "{:?}", mail.header("To"));
    assert!(mail.text.contains(&format!("Hello {name},")), "{}", mail.text);
    assert!(mail.html.contains(name));

    let words = "Grüße aus Zürich — „geht’s?“ 你好 🎉\n.\n. dots that would end a mail\nمرحبا";
    world.presses(&world.agent("ana").await, &reference, "messages", &[("body", words)]).await.is(200);
    let mail = world.mail("New message").await;
    for line in words.lines() {
        assert!(mail.text.contains(line), "{line} is not in:\n{}", mail.text);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mail_of_a_journey_arrives_in_order_and_in_one_thread() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    world.passes_phone_check(&customer, &reference).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ben, &reference, "approve", &[]).await.is(200);
    // A clock that jumps while the worker sends would end its lease.
    world.settle().await;
    world.later(TimeDelta::hours(24)).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "messages", &[("body", "We are nearly there.")]).await.is(200);
    world.settle().await;
    world.deactivates(&ana, &reference).await.is(200);
    world.settle().await;
    world.later(TimeDelta::days(14)).await;

    let mails = world.mails().await;
    let subjects: Vec<&str> = mails.iter().map(|mail| mail.header("Subject").unwrap()).collect();
    let expected = [
        format!("Email verification for case {reference}"),
        format!("Email address verified for case {reference}"),
        format!("Case {reference} is waiting for approval"),
        format!("Waiting time started for case {reference}"),
        format!("Case {reference} is ready"),
        format!("New message about case {reference}"),
        format!("MFA device deactivated, case {reference}"),
        format!("Case {reference} is closed"),
    ];
    assert_eq!(subjects.len(), expected.len(), "{subjects:#?}");
    for (subject, expected) in subjects.iter().zip(&expected) {
        assert!(subject.ends_with(expected.as_str()), "{subjects:#?}");
    }
    let ids: Vec<&str> = mails.iter().map(message_id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    let mut witnessed = 0;
    for (n, mail) in mails.iter().enumerate() {
        let references: Vec<&str> = mail.header("References").unwrap_or_default().split_whitespace().collect();
        assert_eq!(references, ids[..n], "{}", subjects[n]);
        assert_eq!(mail.header("In-Reply-To"), n.checked_sub(1).map(|last| ids[last]));
        assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
        assert_eq!(mail.header("X-Mfa-Desk-Case"), Some(reference.as_str()));
        // Each is a later witness of the log than the one before.
        let witness = mail.header("X-Mfa-Desk-Audit").unwrap();
        let size: i64 = witness.split(['=', ';']).nth(1).unwrap().parse().unwrap();
        assert!(size > witnessed, "{witness} after {witnessed}");
        witnessed = size;
        let root = witness.split("root=").nth(1).unwrap().split(';').next().unwrap();
        let found = world.desk.root_at(size.unsigned_abs()).await.unwrap().unwrap();
        assert_eq!(found.to_string(), root);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_queued_before_a_crash_is_sent_after_the_restart() {
    let setup = Setup::default();
    let before = World::with(setup.clone()).await;
    before.smtp.set_down(true);
    let before_crash = before.now();
    let (_, first) = before.asks_for_help(OWNER).await;
    before.settle().await;
    let (_, second) = before.asks_for_help("root@customers.example").await;
    before.settle().await;
    before.stop().await;
    // Another instance died while it held one of them: it was claimed, and nothing ever said how it ended.
    let at = before_crash + TimeDelta::seconds(31);
    let settings = mfa_desk::config::DatabaseSettings { url: setup.database.url.clone(), ..Default::default() };
    let store = Store::open(&settings, std::sync::Arc::new(mfa_desk::entropy::SystemEntropy)).unwrap();
    assert_eq!(store.write(move |tx| Ok(lease_due(tx, &["mail"], at, LEASE, 1)?.len())).await.unwrap(), 1);
    drop(store);

    let after = World::with(Setup { at, seed: 2, ..setup }).await;
    assert_eq!(after.smtp.wait_for(1, Duration::from_secs(10)).await.len(), 1);
    // Ninety seconds later the holder is taken for dead.
    after.later(TimeDelta::seconds(91)).await;
    let mails = after.mails().await;
    assert_eq!(mails.len(), 2);
    for reference in [&first, &second] {
        let mail = mails.iter().find(|mail| mail.header("Subject").unwrap().contains(reference.as_str())).unwrap();
        after.browser().get(&link_in(mail, "open")).await.is(200).says("Verify your email address");
        assert_eq!(mail_actions(&after, reference).await, ["mail.sent"]);
    }
    assert!(is_whole(&after).await);
    after.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_send_each_mail_once() {
    let change = |settings: &mut mfa_desk::config::Settings| settings.limits.mails_per_account_hour = 60;
    let setup = Setup { change, ..Setup::default() };
    let one = World::with(setup.clone()).await;
    let two = World::with(Setup { seed: 2, ..setup }).await;
    let mut references = BTreeSet::new();
    for n in 0..12 {
        let world = if n % 2 == 0 { &one } else { &two };
        references.insert(world.asks_for_help(OWNER).await.1);
    }
    one.settle().await;
    two.settle().await;
    let mails: Vec<Mail> = arrived(&one).into_iter().chain(arrived(&two)).collect();
    let told: BTreeSet<String> = mails.iter().map(|m| m.header("X-Mfa-Desk-Case").unwrap().to_owned()).collect();
    assert_eq!(told, references);
    assert_eq!(mails.len(), 12);
    assert!(is_whole(&one).await);
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_never_follow_the_host_header() {
    let world = World::new().await;
    let forged = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-server", "evil.example"),
        ("x-original-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
    ];
    let browser = world.browser();
    let page = browser.post_with("/assistance", &form(OWNER), &forged).await;
    assert!(!page.is(200).html.contains("evil.example"));
    let reference = reference_on(&page);
    world.settle().await;
    let page = browser.post_with(&format!("/cases/{reference}/link"), &[], &forged).await;
    assert!(!page.is(200).html.contains("evil.example"));
    let mails = world.mails().await;
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        let raw = format!("{:?} {} {}", mail.headers, mail.text, mail.html);
        assert!(!raw.contains("evil.example"), "{raw}");
        assert!(mail.text.split_whitespace().filter(|word| word.contains("://")).all(|url| url.starts_with(PUBLIC)));
        assert!(message_id(mail).ends_with("@desk.example.test>"), "{}", message_id(mail));
    }

    // Pages and redirects stay relative as well.
    let plain = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let link = link_in(&mails[0], "open");
    let token = link.split("token=").nth(1).unwrap();
    let mut request = plain.post(format!("{}/cases/{reference}/open", world.base)).form(&[("token", token)]);
    for (name, value) in forged {
        request = request.header(name, value);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], format!("/cases/{reference}").as_str());
    assert!(!format!("{:?}", answer.headers()).contains("evil.example"));
    world.stop().await;
}
