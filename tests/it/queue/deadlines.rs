//! What the desk owes, until when, and who is told of it.

use chrono::TimeDelta;

use super::{unhindered, world};
use crate::support::mail_reader::Mail;
use crate::support::world::{OWNER, Setup, World, address};
use crate::timers::{instances, times};

async fn mails_to(mails: &[Mail], name: &str, words: &str) -> usize {
    let about = |mail: &&Mail| mail.header("Subject").is_some_and(|subject| subject.contains(words));
    let to = |mail: &&Mail| mail.header("To").is_some_and(|to| to.contains(&address(name)));
    mails.iter().filter(about).filter(to).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_that_comes_near_and_is_missed_is_told_once_however_many_instances_look() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    world.agent("ana").await.get(&format!("/desk/cases/{reference}")).await.says("First reply in 8 h");
    let instances = instances(&world);
    for (hours, near, missed) in [(6, 0, 0), (1, 1, 0), (1, 1, 1), (5, 1, 1)] {
        world.settle().await;
        world.clock.advance(TimeDelta::hours(hours));
        let all = instances.iter().chain([&world.desk]).cloned();
        let looks: Vec<_> = all.map(|desk| tokio::spawn(async move { desk.tick().await.unwrap() })).collect();
        for look in looks {
            look.await.unwrap();
        }
        world.settle().await;
        assert_eq!(times(&world, &reference, "case.reply_near").await, near, "after {hours} more");
        assert_eq!(times(&world, &reference, "case.reply_missed").await, missed, "after {hours} more");
        assert_eq!(times(&world, &reference, "alarm.raised").await, missed);
    }
    let mails = world.mails().await;
    for (name, soon, alarms) in [("sam", 1, 1), ("ada", 1, 1), ("ana", 0, 0), ("aud", 0, 0)] {
        assert_eq!(mails_to(&mails, name, "First reply: due soon").await, soon, "{name}");
        assert_eq!(mails_to(&mails, name, "A first reply is overdue").await, alarms, "{name}");
    }
    let sam = world.agent("sam").await;
    sam.get("/desk/alarms").await.says("A first reply is overdue").says(&reference);
    sam.get("/desk?view=overdue").await.says(&reference).says("5 h overdue");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_holder_is_told_and_whoever_replies_in_time_hears_nothing() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.later(TimeDelta::hours(7)).await;
    let mails = world.mails().await;
    assert_eq!(mails_to(&mails, "ana", "First reply: due soon").await, 1);
    assert_eq!(mails_to(&mails, "sam", "First reply: due soon").await, 0);
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "messages", &[("body", "We are on it.")]).await.is(200);
    world.later(TimeDelta::hours(10)).await;
    assert_eq!(times(&world, &reference, "case.reply_missed").await, 0);
    let ana = world.agent("ana").await;
    ana.get("/desk").await.says("Nothing is owed now");
    ana.get(&format!("/desk/cases/{reference}")).await.says("First reply 24 Nov 2026");
    // The customer writes: an answer is owed, from that moment.
    let page = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&page, "/messages", &[("body", "And now?")]).await.is(200);
    ana.get("/desk").await.says("Answer the customer in 8 h");
    world.later(TimeDelta::hours(9)).await;
    assert_eq!(times(&world, &reference, "case.step_missed").await, 1);
    let mails = world.mails().await;
    assert_eq!(mails_to(&mails, "ana", "Answer the customer: overdue").await, 1);
    assert_eq!(mails_to(&mails, "sam", "A case waits for the desk too long").await, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_mailed_about_what_was_done_before_the_mail_left() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    world.settle().await;
    world.clock.advance(TimeDelta::hours(7));
    // The deadline comes near, and the reply is given before the worker sends.
    let ana = world.agent("ana").await;
    world.desk.tick().await.unwrap();
    world.presses(&ana, &reference, "messages", &[("body", "Here we are.")]).await.is(200);
    world.settle().await;
    world.later(TimeDelta::hours(3)).await;
    assert_eq!(times(&world, &reference, "case.reply_missed").await, 0);
    assert_eq!(times(&world, &reference, "alarm.raised").await, 0);
    world.stop().await;
}

/// Open on weekdays in Berlin, closed on the second day; the clock stands at Tuesday, 6:20 there.
const QUEUES: &str = r#"
[[queues]]
name = "Privileged"
tiers = ["privileged"]
first_reply_minutes = 30
next_step_minutes = 30

[[queues]]
name = "Berlin"
languages = ["de"]
time_zone = "Europe/Berlin"
hours = ["mon-fri 09:00-17:00"]
holidays = ["2026-11-25"]
first_reply_minutes = 600
next_step_minutes = 240
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_counts_its_own_hours() {
    let setup = Setup { change: unhindered, toml: QUEUES.to_owned(), ..Setup::default() };
    let world = World::with(setup).await;
    let (_, german) = world.confirmed_in("de", OWNER).await;
    let (_, privileged) = world.confirmed("root@customers.example").await;
    let ana = world.agent("ana").await;
    let page = ana.get(&format!("/desk/cases/{german}")).await;
    // Eight hours on Tuesday, none on Wednesday, two on Thursday: eleven o'clock there is ten in UTC.
    assert!(page.says("(Berlin)").html.contains("datetime=\"2026-11-26T10:00:00+00:00\""), "{}", page.html);
    ana.get(&format!("/desk/cases/{privileged}")).await.says("(Privileged)").says("First reply in 30 min");
    world.stop().await;
}
