//! Second approval: what is awaited, who may decide it, and that exactly what was looked at is approved.

use chrono::TimeDelta;

use crate::support::browser::Browser;
use crate::support::world::{OWNER, World, address, authenticator_on, csrf_on};

/// A case with all its evidence, held by `ana`.
async fn awaiting(world: &World) -> (Browser, Browser, String) {
    let (customer, reference) = world.confirmed(OWNER).await;
    world.passes_phone_check(&customer, &reference).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    (customer, ana, reference)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_says_who_asked_and_marks_what_one_may_not_decide() {
    let world = World::new().await;
    let ben = world.agent("ben").await;
    ben.get("/desk/approvals").await.is(200).says("Nothing awaits approval.");
    let (_, ana, reference) = awaiting(&world).await;
    let asked = world.presses(&ana, &reference, "ask-approval", &[("note", "I called the bank as well.")]).await;
    asked.is(200).says("The case is on the list of approvals.").says("I called the bank as well.");
    ana.get("/desk").await.says("Approvals");
    let mine = ana.get("/desk/approvals").await;
    mine.is(200).says(&reference).says("You hold this case, so another agent has to approve it.");
    assert!(!mine.text().contains("You may decide"));
    let list = ben.get("/desk/approvals").await;
    list.says(&reference).says("Olivia Öwner").says("Ana").says("You may decide");
    let actions = world.actions(&reference).await;
    assert!(actions.contains(&"case.approval_asked".to_owned()) && actions.contains(&"case.note_added".to_owned()));
    // Whoever only reads cases has no business here.
    world.agent("aud").await.get("/desk/approvals").await.is(403);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_shows_exactly_what_is_approved() {
    let world = World::new().await;
    let (_, ana, reference) = awaiting(&world).await;
    world.presses(&ana, &reference, "ask-approval", &[]).await.is(200);
    let ben = world.agent("ben").await;
    ben.get(&format!("/desk/cases/{reference}")).await.says("The next page shows exactly what is approved.");
    let page = ben.get(&format!("/desk/cases/{reference}/approve")).await;
    let ends = (world.now() + TimeDelta::hours(24)).format("%-d %b %Y, %H:%M UTC").to_string();
    for words in [
        "Approve this deactivation?",
        "Olivia Öwner",
        "O•••@c•••.example",
        "Authenticator app on a phone",
        "I lost it",
        "Olivia Öwner's phone",
        "addresses",
        "0 of 1 given",
        "E-mail address confirmed",
        "Phone number confirmed by automated call",
        "given by the customer",
        "Risk signals None.",
        "Ana",
        &ends,
    ] {
        page.says(words);
    }
    assert!(!page.text().to_lowercase().contains(&OWNER.to_lowercase()), "the address is masked");
    ben.send(&page, "/approve", &[]).await.is(200).says("You approved this case.").says("Cooling off");
    let again = ben.get(&format!("/desk/cases/{reference}/approve")).await;
    assert!(!again.has_form("/approve") && again.text().contains("not possible while the case is “Cooling off”"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_the_holder_just_restored_is_no_second_person() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    world.passes_phone_check(&customer, &reference).await;
    let sam = world.agent("sam").await;
    world.presses(&sam, &reference, "claim", &[]).await.is(200);
    let page = sam.get(&format!("/desk/people/{}", world.account_id(&address("ben")).await)).await;
    let page = sam.send(&page, "/suspend", &[]).await;
    sam.send(page.is(200), "/restore", &[]).await.is(200).says("Restored");
    let ben = world.agent("ben").await;
    ben.get("/desk/approvals").await.is(200).says("added, promoted or restored by the other");
    let page = ben.get(&format!("/desk/cases/{reference}/approve")).await;
    assert!(!page.has_form("/approve"), "{}", page.text());
    // He sends what the form holds for somebody who may.
    let ana = world.agent("ana").await;
    let hers = ana.get(&format!("/desk/cases/{reference}/approve")).await;
    let version = hers.forms().into_iter().flat_map(|form| form.fields).find(|(name, _)| name == "version");
    let (csrf, version, device) = (csrf_on(&page), version.expect("a version").1, authenticator_on(&hers));
    let given = [("csrf", csrf.as_str()), ("version", version.as_str()), ("authenticator", device.as_str())];
    let tried = ben.post(&format!("/desk/cases/{reference}/approve"), &given).await;
    assert!(tried.text().contains("somebody else has to approve"), "{}", tried.text());
    let entries = world.entries(&reference).await;
    assert!(entries.iter().any(|entry| entry.action == "case.refused" && entry.details.contains("may_be_party")));
    // Ana, whom nobody just restored, is another person.
    world.presses(&ana, &reference, "approve", &[]).await.is(200).says("You approved");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asker_holder_and_giver_cannot_approve_nor_refuse() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    // Ana gives evidence, Ben holds the case afterwards and asks.
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ana, &reference, "callback", &[]).await.is(200);
    let page = customer.get(&format!("/cases/{reference}")).await;
    let code = crate::support::world::code_on(&customer.send(&page, "/show-code", &[]).await);
    world.presses(&ana, &reference, "callback/code", &[("digits", &code)]).await.is(200).says("Match");
    world.presses(&ana, &reference, "release", &[]).await.is(200);
    world.presses(&ben, &reference, "claim", &[]).await.is(200);
    world.presses(&ben, &reference, "ask-approval", &[]).await.is(200);
    let refused = async |agent: &Browser, why: &str| {
        let page = agent.get(&format!("/desk/cases/{reference}/approve")).await;
        page.is(200).says(why);
        assert!(!page.has_form("/approve") && !page.has_form("/refuse-approval"));
        agent.get("/desk/approvals").await.says(why);
        let csrf = csrf_on(&page);
        for button in ["approve", "refuse-approval"] {
            let case = agent.get(&format!("/desk/cases/{reference}")).await;
            let version = case.forms().into_iter().flat_map(|form| form.fields).find(|(name, _)| name == "version");
            let version = version.unwrap().1;
            let fields = [("csrf", csrf.as_str()), ("version", &version), ("reason", "No.")];
            agent.post(&format!("/desk/cases/{reference}/{button}"), &fields).await.is(409).says(why);
        }
    };
    refused(&ana, "You supplied evidence in this case").await;
    refused(&ben, "You hold this case").await;
    world.presses(&ben, &reference, "release", &[]).await.is(200);
    refused(&ben, "You asked for this approval").await;
    let sam = world.agent("sam").await;
    world.presses(&sam, &reference, "approve", &[]).await.is(200).says("You approved this case.");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_that_changed_since_it_was_looked_at_is_not_approved() {
    let world = World::new().await;
    let (_, ana, reference) = awaiting(&world).await;
    let ben = world.agent("ben").await;
    let seen = ben.get(&format!("/desk/cases/{reference}/approve")).await;
    world.presses(&ana, &reference, "release", &[]).await.is(200);
    ben.send(&seen, "/approve", &[]).await.is(409).says("changed this case in the meantime");
    let typed = "Something is odd here.";
    ben.send(&seen, "/refuse-approval", &[("reason", typed)]).await.is(409).says(typed);
    // A form that does not say what it approves approves nothing.
    let (csrf, device) = (csrf_on(&seen), authenticator_on(&seen));
    for button in ["approve", "refuse-approval"] {
        let path = format!("/desk/cases/{reference}/{button}");
        let answer = ben.post(&path, &[("csrf", &csrf), ("reason", "x"), ("authenticator", &device)]).await;
        answer.is(409).says("does not say what it decides about");
    }
    let entries = world.entries(&reference).await;
    assert!(entries.iter().all(|entry| !matches!(entry.action.as_str(), "case.approved" | "case.approval_refused")));
    assert_eq!(entries.iter().filter(|entry| entry.action == "case.stale_form").count(), 2);
    assert_eq!(entries.iter().filter(|entry| entry.details.contains("no_version")).count(), 2);
    world.presses(&ben, &reference, "approve", &[]).await.is(200).says("You approved this case.");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_needs_a_reason_that_the_customer_does_not_read() {
    let world = World::new().await;
    let (customer, _, reference) = awaiting(&world).await;
    let ben = world.agent("ben").await;
    let page = world.presses(&ben, &reference, "refuse-approval", &[("reason", " ")]).await;
    page.is(422);
    assert!(page.html.contains("id=\"reason-error\""), "the message is beside the field");
    assert!(!world.actions(&reference).await.contains(&"case.approval_refused".to_owned()));
    let reason = "The voice on the phone was not hers.";
    let done = world.presses(&ben, &reference, "refuse-approval", &[("reason", reason)]).await;
    done.is(200).says("You refused this approval.").says(reason).says("Verifying");
    let actions = world.actions(&reference).await;
    assert!(actions.contains(&"case.approval_refused".to_owned()) && actions.contains(&"case.reason_given".to_owned()));
    for mail in world.mails().await {
        assert!(!mail.text.contains(reason), "the reason is in a mail");
    }
    assert!(!customer.get(&format!("/cases/{reference}")).await.text().contains(reason));
    // Everything has to be proved anew.
    ben.get("/desk/approvals").await.says("Nothing awaits approval.");
    assert!(!ben.get(&format!("/desk/cases/{reference}/approve")).await.has_form("/approve"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_suspended_agent_gave_cannot_be_approved() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ana, &reference, "callback", &[]).await.is(200);
    let page = customer.get(&format!("/cases/{reference}")).await;
    let code = crate::support::world::code_on(&customer.send(&page, "/show-code", &[]).await);
    world.presses(&ana, &reference, "callback/code", &[("digits", &code)]).await.is(200).says("Match");
    let seen = ben.get(&format!("/desk/cases/{reference}/approve")).await;
    assert!(seen.has_form("/approve"));
    let operator =
        mfa_desk::workflow::Act { actor: mfa_desk::domain::actor::Actor::Operator, ip: String::new(), at: world.now() };
    let email = "ana@desk.example.test".parse().unwrap();
    world.desk.set_standing(operator, email, mfa_desk::workflow::Standing::Suspended).await.unwrap();
    let lapsed = ben.get(&format!("/desk/cases/{reference}/approve")).await;
    lapsed.says("The evidence does not count any more, so there is nothing to approve.");
    assert!(!lapsed.has_form("/approve"));
    ben.send(&seen, "/approve", &[]).await.is(409);
    assert!(!world.actions(&reference).await.contains(&"case.approved".to_owned()));
    world.stop().await;
}
