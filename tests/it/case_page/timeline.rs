use super::{case, timeline_of};
use crate::support::world::{OWNER, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_messages_notes_and_mails_stand_in_one_line_and_are_filtered_by_the_address() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ana, &reference, "messages", &[("body", "Have you the phone with you?")]).await.is(200);
    let own = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&own, "/messages", &[("body", "It is lost.")]).await.is(200);
    world.presses(&ana, &reference, "notes", &[("body", "She sounds tired.")]).await.is(200);
    world.settle().await;
    let all = timeline_of(&case(&ana, &reference).await);
    for said in
        ["Claimed", "Have you the phone", "It is lost.", "She sounds tired.", "Mail: received Sent", "Request received"]
    {
        assert!(all.contains(said), "{said} is missing from:\n{all}");
    }
    // The newest stands first, and what is told by its text is not told twice.
    assert!(all.find("She sounds tired.") < all.find("Have you the phone"), "{all}");
    assert!(!all.contains("Note added") && !all.contains("Mail sent"), "{all}");
    let talk = timeline_of(&ana.get(&format!("/desk/cases/{reference}?show=conversation&order=oldest")).await);
    assert!(talk.find("Have you the phone") < talk.find("It is lost."), "{talk}");
    assert!(talk.contains("She sounds tired.") && !talk.contains("Claimed") && !talk.contains("Mail:"), "{talk}");
    let events = timeline_of(&ana.get(&format!("/desk/cases/{reference}?show=events")).await);
    assert!(events.contains("Note added") && events.contains("Mail sent"), "{events}");
    assert!(!events.contains("She sounds tired."), "{events}");
    // An address that nobody made is an ordinary page.
    let odd = ana.get(&format!("/desk/cases/{reference}?show=x&order=y&from=99999999999999999999")).await;
    assert!(timeline_of(odd.is(200)).contains("Claimed"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_case_is_paged_and_paper_has_all_of_it() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    let act = |n: i64| mfa_desk::workflow::Act {
        actor: mfa_desk::domain::actor::Actor::System,
        ip: String::new(),
        at: world.now() + chrono::TimeDelta::seconds(n),
    };
    let about: mfa_desk::domain::reference::CaseRef = reference.parse().unwrap();
    for n in 0..240 {
        let (act, about) = (act(n), about.clone());
        let path = format!("step {n:03}.");
        let write = move |tx: &mut mfa_desk::store::Tx<'_>| {
            let details = mfa_desk::domain::audit::details([("path", path.clone().into())]);
            tx.record(act.entry("policy.explained", Some(&about), None, details));
            Ok(())
        };
        world.desk.store.write(write).await.unwrap();
    }
    for order in ["newest", "oldest"] {
        let mut address = format!("/desk/cases/{reference}?order={order}");
        let (mut seen, mut pages) = (Vec::new(), 0);
        loop {
            let page = ana.get(&address).await;
            let text = timeline_of(page.is(200));
            let found = text.match_indices("step ").map(|(at, _)| text[at + 5..at + 8].parse::<i64>().unwrap());
            seen.extend(found);
            pages += 1;
            let Some(at) = page.html.rfind("<p class=\"pager\"><a href=\"") else { break };
            let link = &page.html[at + 26..];
            let next = crate::support::browser::unescaped(&link[..link.find('"').unwrap()]);
            if !(link.contains(">Older<") || link.contains(">Newer<")) {
                break;
            }
            address = next.split('#').next().unwrap().to_owned();
        }
        let mut wanted: Vec<i64> = (0..240).collect();
        if order == "newest" {
            wanted.reverse();
        }
        assert_eq!((seen, pages >= 3), (wanted, true), "{order}");
    }
    let paper = ana.get(&format!("/desk/cases/{reference}/print")).await;
    paper.is(200).says("step 000.").says("step 239.").says("Printed").says("by Ana").says("Request received");
    assert!(paper.forms().is_empty(), "paper has no buttons");
    world.stop().await;
}
