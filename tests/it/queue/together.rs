//! Tags, saved views, several cases at once, and the keys.

use diesel::{QueryDsl, RunQueryDsl};
use mfa_desk::store::schema::{case_tags, tags};
use mfa_desk::store::{AnyConnection, StoreError};

use super::{asks, lines, world};
use crate::support::browser::{Browser, Page};
use crate::support::world::{OWNER, World};
use crate::timers::times;

/// Ticks cases on a page of the queue and presses a button.
async fn ticks(agent: &Browser, page: &Page, cases: &[&str], act: &str, tag: &str) -> Page {
    let form = page.form("/desk/bulk");
    let mut fields: Vec<(String, String)> =
        form.fields.iter().filter(|(name, _)| name == "csrf" || name == "from").cloned().collect();
    for case in cases {
        let at = page.html.find(&format!("name=\"case\" value=\"{case}:")).unwrap() + 19;
        let value = &page.html[at..];
        fields.push(("case".to_owned(), value[..value.find('"').unwrap()].to_owned()));
    }
    fields.push(("act".to_owned(), act.to_owned()));
    fields.push(("tag".to_owned(), tag.to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    agent.post("/desk/bulk", &fields).await
}

async fn three(world: &World) -> [String; 3] {
    let mut made = Vec::new();
    for n in 0..3 {
        made.push(asks(world, &format!("p{n}@x{n}.example"), &format!("Person {n}"), "").await);
    }
    made.try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_cases_are_claimed_tagged_and_released_each_by_itself() {
    let world = world().await;
    let [a, b, c] = three(&world).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    let seen = ana.get("/desk?view=unassigned").await;
    // Somebody was faster with one of them.
    world.presses(&ben, &b, "claim", &[]).await.is(200);
    let done = ticks(&ana, &seen, &[&a, &b, &c], "claim", "").await;
    done.is(200).says("Done for 2 of 3").says("ben@desk.example.test changed this case in the meantime");
    assert_eq!(super::link(&done, "Back to the queue").as_deref(), Some("/desk?view=unassigned"));
    let mut mine = lines(&ana.get("/desk?view=mine").await);
    mine.sort();
    let mut expected = vec![a.clone(), c.clone()];
    expected.sort();
    assert_eq!(mine, expected);
    assert_eq!(lines(&ben.get("/desk?view=mine").await), std::slice::from_ref(&b));
    // A second press of the same form does nothing twice.
    let again = ticks(&ana, &seen, &[&a, &c], "claim", "").await;
    again.is(409).says("Done for 0 of 2");
    assert_eq!(times(&world, &a, "case.claimed").await, 1);
    let page = ana.get("/desk").await;
    ticks(&ana, &page, &[&a, &b], "tag", " Lost   luggage").await.is(200).says("Done for 2 of 2");
    ticks(&ana, &page, &[&a, &c], "tag", "lost LUGGAGE").await.is(200).says("Done for 2 of 2");
    assert_eq!(times(&world, &a, "case.tagged").await, 1, "it has it already");
    let page = ana.get("/desk").await;
    page.says("Lost luggage");
    ticks(&ana, &page, &[&b], "untag", "Lost luggage").await.is(200);
    ticks(&ana, &page, &[&b], "untag", "No such tag").await.is(409).says("This is not there any more.");
    ticks(&ana, &page, &[&b], "tag", "<script>").await.is(422).says("A tag is 1 to 30");
    ticks(&ana, &page, &[], "claim", "").await.is(422).says("Tick at least one case first.");
    ticks(&ana, &page, &[&a], "delete", "").await.is(422);
    ticks(&ana, &page, &[&a, &b], "release", "").await.is(200).says("Done for 1 of 2");
    assert_eq!(lines(&ana.get("/desk?view=mine").await), std::slice::from_ref(&c));
    world.agent("aud").await.post("/desk/bulk", &[("act", "claim"), ("case", &format!("{a}:1"))]).await.is(403);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_claim_the_same_cases_at_the_same_moment_share_them_without_a_conflict_left_open() {
    let world = world().await;
    let all = three(&world).await;
    let cases: Vec<&str> = all.iter().map(String::as_str).collect();
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    let (first, second) = (ana.get("/desk").await, ben.get("/desk").await);
    let (one, other) =
        tokio::join!(ticks(&ana, &first, &cases, "claim", ""), ticks(&ben, &second, &cases, "claim", ""));
    let done = |page: &Page| page.html.matches(">Done</span>").count();
    assert_eq!(done(&one) + done(&other), 3, "{}\n{}", one.text(), other.text());
    for case in &all {
        assert_eq!(times(&world, case, "case.claimed").await, 1);
    }
    let (mine, theirs) = (lines(&ana.get("/desk?view=mine").await), lines(&ben.get("/desk?view=mine").await));
    assert_eq!((mine.len(), theirs.len()), (done(&one), done(&other)));
    // The same tag, made by both at once, is one.
    let (first, second) = (ana.get("/desk").await, ben.get("/desk").await);
    let (one, other) =
        tokio::join!(ticks(&ana, &first, &cases, "tag", "twin"), ticks(&ben, &second, &cases, "tag", "Twin"));
    one.is(200);
    other.is(200);
    let count = |c: &mut AnyConnection| {
        Ok::<(i64, i64), StoreError>((tags::table.count().get_result(c)?, case_tags::table.count().get_result(c)?))
    };
    assert_eq!(world.desk.store.read(count).await.unwrap(), (1, 3));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_is_put_on_found_by_and_removed_by_supervisors_alone() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "tags", &[("tag", "second time")]).await.is(200).says("The tag is on the case.");
    world.presses(&ana, &reference, "tags", &[("tag", "")]).await.is(422).says("A tag is 1 to 30");
    let page = ana.get("/desk/tags").await;
    let filtered = super::link(&page, "second time").unwrap();
    assert!(!page.has_form("/remove"), "agents remove none");
    assert_eq!(lines(&ana.get(&filtered).await), std::slice::from_ref(&reference));
    world.presses(&ana, &reference, "tags/take-off", &[]).await.is(200).says("The tag is off the case.");
    assert_eq!(lines(&ana.get(&filtered).await), Vec::<String>::new());
    world.presses(&ana, &reference, "tags", &[("tag", "second time")]).await.is(200);
    let sam = world.agent("sam").await;
    let page = sam.get("/desk/tags").await;
    sam.send(&page, "/remove", &[]).await.is(200).says("The tag is gone from every case.");
    assert!(!ana.get(&format!("/desk/cases/{reference}")).await.text().contains("second time"));
    let actions = world.actions(&reference).await;
    let tagged = |action: &str| actions.iter().filter(|done| *done == action).count();
    assert_eq!((tagged("case.tagged"), tagged("case.untagged")), (2, 1));
    assert_eq!(world.entries("").await.iter().filter(|entry| entry.action == "tag.removed").count(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_are_kept_for_oneself_and_shared_by_supervisors() {
    let world = world().await;
    let (_, reference) = world.confirmed("root@customers.example").await;
    asks(&world, "x@x.example", "Somebody", "").await;
    let (ana, sam) = (world.agent("ana").await, world.agent("sam").await);
    let page = ana.get("/desk?tier=privileged&sort=changed&order=down").await;
    ana.send(&page, "/desk/views", &[("name", "Important")]).await.is(200).says("The view is saved");
    let page = ana.get("/desk").await;
    let saved = page.html.split("<a href=\"").find(|rest| rest.contains(">Important ")).unwrap();
    let address = saved[..saved.find('"').unwrap()].replace("&amp;", "&");
    assert!(saved.contains(">1</span>"), "it is counted: {saved}");
    let page = ana.get(&address).await;
    assert_eq!(lines(&page), [reference]);
    assert!(!page.has_form("/desk/views"), "it is saved already");
    assert!(!sam.get("/desk").await.text().contains("Important"), "it is ana's");
    // The same name again, no name, and sharing without the right.
    let page = ana.get("/desk?tier=standard").await;
    ana.send(&page, "/desk/views", &[("name", "Important")]).await.says("There is a view of this name");
    ana.send(&page, "/desk/views", &[("name", " ")]).await.says("Give the view a name");
    ana.send(&page, "/desk/views", &[("name", "All"), ("shared", "yes")]).await.says("Only supervisors share views");
    let page = sam.get("/desk?view=mine&language=en").await;
    sam.send(&page, "/desk/views", &[("name", "<b>Team</b>"), ("shared", "yes")]).await.is(200);
    let page = ana.get("/desk/views").await;
    page.says("<b>Team</b>").says("Important");
    assert_eq!(page.html.matches("/remove\"").count(), 1, "ana removes her own alone");
    ana.send(&page, "/remove", &[]).await.is(200).says("The view is removed.");
    assert!(!ana.get("/desk/views").await.has_form("/remove"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_name_the_keys_that_they_have_and_let_them_be_switched_off() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (ana, aud) = (world.agent("ana").await, world.agent("aud").await);
    let script = ana.get("/static/keys.js").await;
    assert_eq!(script.is(200).headers["content-type"], "text/javascript; charset=utf-8");
    for (agent, path, keys, no) in [
        (&ana, "/desk".to_owned(), &["j", "k", "o", "/", "x", "a", "c", "t", "g", "?"][..], &["r", "i"][..]),
        (&aud, "/desk".to_owned(), &["j", "o", "/", "g", "?"], &["x", "a", "c", "t"]),
        (&ana, format!("/desk/cases/{reference}"), &["a", "c", "r", "i", "t", "g", "?"], &["j", "x"]),
    ] {
        let page = agent.get(&path).await;
        page.says("Use these keys in this browser");
        assert!(page.html.contains("<script src=\"/static/keys.js?"), "{path}");
        for key in keys {
            assert!(page.html.contains(&format!("<kbd>{key}</kbd>")), "{path} does not tell of {key}");
        }
        for key in no {
            assert!(!page.html.contains(&format!("<kbd>{key}</kbd>")), "{path} tells of {key}");
        }
        // What a key presses is there.
        for key in keys.iter().filter(|key| ["/", "c", "t"].contains(key)) {
            if path == "/desk" && agent.get(&path).await.html.contains("name=\"case\"") || *key != "c" {
                assert!(page.html.contains(&format!("data-key=\"{key}\"")), "{path} has nothing for {key}");
            }
        }
    }
    assert!(!world.browser().get("/assistance").await.html.contains("keys.js"), "customers have no keys");
    world.stop().await;
}
