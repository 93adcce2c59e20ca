//! Views, filters and the order of the lines.

use chrono::TimeDelta;
use mfa_desk::domain::form::Language;

use super::{asks, asks_in, lines, link, run, world};
use crate::support::browser::Browser;
use crate::support::world::{OWNER, World};

/// Every page from an address on, forward; and then back again, which has to show the same.
async fn all_pages(browser: &Browser, address: &str) -> Vec<String> {
    let mut page = browser.get(address).await;
    let mut pages = vec![lines(page.is(200))];
    while let Some(next) = link(&page, "Next page") {
        page = browser.get(&next).await;
        pages.push(lines(page.is(200)));
    }
    for before in pages.iter().rev().skip(1) {
        let previous = link(&page, "Previous page").expect("there is a page before this one");
        page = browser.get(&previous).await;
        assert_eq!(&lines(page.is(200)), before, "{previous}");
    }
    pages.concat()
}

async fn many(world: &World, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    for n in 0..count {
        // Three of them at the same moment.
        if n % 3 == 0 {
            world.clock.advance(TimeDelta::seconds(1));
        }
        all.push(asks(world, &format!("p{n}@x{n}.example"), &format!("Person {n}"), "").await);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_shows_every_case_once_forward_and_back() {
    let world = world().await;
    let all = many(&world, 123).await;
    let ana = world.agent("ana").await;
    for (n, reference) in all.iter().enumerate() {
        if n % 4 == 0 {
            world.clock.advance(TimeDelta::seconds(1));
            world.presses(&ana, reference, "claim", &[]).await.is(200);
        }
    }
    let reversed: Vec<String> = all.iter().rev().cloned().collect();
    assert_eq!(all_pages(&ana, "/desk?sort=submitted").await, all);
    assert_eq!(all_pages(&ana, "/desk?sort=submitted&order=down").await, reversed);
    assert_eq!(all_pages(&ana, "/desk?sort=due&order=down").await.len(), 123);
    let by_due = all_pages(&ana, "/desk").await;
    let by_change = all_pages(&ana, "/desk?sort=changed&order=down").await;
    for order in [&by_due, &by_change] {
        let mut sorted = order.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), 123);
    }
    let claimed: Vec<String> = all.iter().step_by(4).rev().cloned().collect();
    assert_eq!(by_change[..claimed.len()], claimed);
    let mine: Vec<String> = all.iter().step_by(4).cloned().collect();
    assert_eq!(all_pages(&ana, "/desk?view=mine&sort=submitted").await, mine);
    let free = all_pages(&ana, "/desk?view=unassigned&sort=submitted").await;
    assert_eq!(free.len(), 123 - mine.len());
    assert_eq!(all_pages(&ana, "/desk?view=open&holder=none&sort=submitted").await, free);
    assert_eq!(all_pages(&ana, "/desk?state=submitted&sort=submitted").await, all);
    assert_eq!(all_pages(&ana, "/desk?state=ready&sort=submitted").await, Vec::<String>::new());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_not_moved_by_what_changes_around_it() {
    let world = world().await;
    let all = many(&world, 110).await;
    let ana = world.agent("ana").await;
    let first = ana.get("/desk?view=unassigned&sort=submitted").await;
    assert_eq!(lines(&first), all[..50]);
    // Before the place: two go, and one of the next page too.
    for gone in [3, 7, 52] {
        world.presses(&ana, &all[gone], "claim", &[]).await.is(200);
    }
    asks(&world, "late@x.example", "Late", "").await;
    let second = ana.get(&link(&first, "Next page").unwrap()).await;
    let expected: Vec<String> = all[50..101].iter().filter(|case| **case != all[52]).cloned().collect();
    assert_eq!(lines(&second), expected);
    let back = ana.get(&link(&second, "Previous page").unwrap()).await;
    let expected: Vec<String> = all[..50].iter().filter(|case| **case != all[3] && **case != all[7]).cloned().collect();
    assert_eq!(lines(&back), expected);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_stand_in_the_address_and_in_the_form() {
    let world = world().await;
    let english = asks(&world, "root@customers.example", "Rosa Root", "").await;
    let german = asks_in(&world, Language::German, OWNER, "Olivia", "").await;
    world.settle().await;
    let ana = world.agent("ana").await;
    assert_eq!(lines(&ana.get("/desk?language=de").await), std::slice::from_ref(&german));
    assert_eq!(lines(&ana.get("/desk?language=en").await), std::slice::from_ref(&english));
    assert_eq!(lines(&ana.get("/desk?language=fr").await), Vec::<String>::new());
    world.presses(&ana, &english, "claim", &[]).await.is(200);
    let page = ana.get("/desk?holder=none").await;
    assert_eq!(lines(&page), [german]);
    assert!(page.html.contains("<option value=\"none\" selected>"), "the form says what the address says");
    let clear = link(&page, "Clear").unwrap();
    assert_eq!(clear, "/desk?view=open");
    let option = page.html.split("<option value=\"").find(|rest| rest.contains(">Ana</option>")).unwrap();
    let ana_id = &option[..36];
    let page = ana.get(&format!("/desk?holder={ana_id}")).await;
    assert_eq!(lines(&page), [english]);
    // What nobody understands is as if it were not there.
    for address in
        ["/desk?holder=x&tag=y&language=z&sort=q&order=w", "/desk?before=1_x", "/desk?after=1_2_3", "/desk?before=-1"]
    {
        assert_eq!(lines(ana.get(address).await.is(200)).len(), 2, "{address}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_looks_at_so_many_cases_and_leads_on() {
    let world = world().await;
    let german = asks_in(&world, Language::German, OWNER, "Olivia", "").await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &german, "claim", &[]).await.is(200);
    world.presses(&ana, &german, "tags", &[("tag", "rare")]).await.is(200);
    world.presses(&ana, &german, "reject", &[("reason", "Not theirs")]).await.is(200);
    // Cases that came in with it, and were over as well.
    let many = format!(
        "WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 1100)
        INSERT INTO cases (id, reference, submission_key, state, version, evidence_since, submitted_at, state_since,
                expires_at, changed_by, changed_at)
            SELECT 'x' || i, 'x' || i, 'x' || i, 'closed', 1, evidence_since, submitted_at, state_since, expires_at,
                'x', changed_at
            FROM cases, numbers WHERE reference = '{german}';
        INSERT INTO queue_rows (case_id, stage, is_open, state, submitted_at, changed_at, due_by)
            SELECT id, 'ended', FALSE, state, submitted_at, changed_at, submitted_at FROM cases WHERE id LIKE 'x%';"
    );
    run(&world, &many, &many);
    let asked = "/desk?view=ended&language=de&sort=submitted&order=down";
    let first = ana.get(asked).await;
    assert_eq!(lines(first.is(200).says("Look further.")), Vec::<String>::new());
    let second = ana.get(&link(&first, "Next page").unwrap()).await;
    assert_eq!(lines(&second), std::slice::from_ref(&german));
    assert_eq!(link(&second, "Next page"), None);
    let back = ana.get(&link(&second, "Previous page").unwrap()).await;
    assert_eq!(lines(back.is(200)), Vec::<String>::new());
    // A tag that few have leads to them.
    let tagged = link(&ana.get("/desk/tags").await, "rare").unwrap().replace("view=open", "view=ended");
    let page = ana.get(&format!("{tagged}&sort=submitted&order=down")).await;
    assert_eq!(lines(&page), std::slice::from_ref(&german));
    let counted = async |asked: &str, name: &str| {
        let page = ana.get(asked).await;
        ana.send(&page, "/desk/views", &[("name", name)]).await.is(200);
        let page = ana.get("/desk").await;
        let saved = page.html.split("<a href=\"").find(|rest| rest.contains(&format!(">{name} "))).unwrap();
        let saved = &saved[..saved.find("</span>").unwrap()];
        saved[saved.rfind('>').unwrap() + 1..].to_owned()
    };
    assert_eq!(counted(&format!("{tagged}&sort=changed"), "Rare").await, "1");
    let german = counted(asked, "German").await;
    assert!(german == "0+" || german == "1+", "{german}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_follow_every_change() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    let counts = async |ana: &Browser| {
        let page = ana.get("/desk").await;
        let at = page.html.find("data-summary=\"").unwrap() + 14;
        page.html[at..at + page.html[at..].find('"').unwrap()].to_owned()
    };
    let says = |summary: &str, words: &str| assert!(summary.contains(words), "{words} not in {summary}");
    let before = counts(&ana).await;
    says(&before, "Mine: 0.");
    says(&before, "Unassigned: 1.");
    says(&before, "Waiting for customer: 1.");
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let after = counts(&ana).await;
    says(&after, "Mine: 1.");
    says(&after, "Unassigned: 0.");
    world.presses(&ana, &reference, "reject", &[("reason", "Not theirs")]).await.is(200);
    let after = counts(&ana).await;
    says(&after, "All open: 0.");
    says(&after, "Ended: 1.");
    world.stop().await;
}
