//! Journeys 2 and 5: an owner asks the desk for help, and the desk deactivates their lost authenticator.

use chrono::TimeDelta;

use crate::support::world::{OWNER, PUBLIC, World, authenticator_on, code_on, csrf_on, link_in, reference_on};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_gets_back_in_with_the_desks_help() {
    let world = World::new().await;

    // The form, and its answer.
    let (customer, reference) = world.asks_for_help(OWNER).await;

    // The mail goes to the address of record, with a link from the base URL, and threads.
    let first = world.mail("Email verification").await;
    assert!(first.header("Subject").unwrap().contains(&reference));
    assert!(first.header("To").unwrap().contains(OWNER));
    assert_eq!(first.header("Auto-Submitted"), Some("auto-generated"));
    assert!(first.html.contains(PUBLIC));
    let link = link_in(&first, "open");

    // A scanner fetches the link; nothing is confirmed by that, and the desk sees it.
    world.browser().get(&link).await.is(200).says("Verify your email address");
    let desk_page = world.agent("ana").await.get(&format!("/desk/cases/{reference}")).await;
    desk_page.is(200).says("opened, not confirmed").says("Submitted");

    // The customer presses the button and is on their page.
    let page = customer.get(&link).await;
    let page = customer.send(&page, "/open", &[]).await;
    page.is(200).says("Call me now");

    // The call: the digits are on the page and are typed on the phone; both sides say the same two words.
    let page = customer.send(&page, "/call", &[]).await;
    let code = code_on(&page);
    world.settle().await;
    let call = world.last_call().await;
    assert_eq!(call.phone.as_str(), "+447911123456");
    let words = call.says.split("The two words are: ").nth(1).unwrap().split('.').next().unwrap().to_owned();
    customer.get(&format!("/cases/{reference}")).await.says(&words);
    assert!(!call.says.contains(&code));
    world.desk.answer_call(call.id, code.clone()).await.unwrap().unwrap();
    customer.get(&format!("/cases/{reference}")).await.says("A second person is checking your request");

    // The desk: the queue shows the case, one agent holds it, another approves it.
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    ana.get("/desk?view=approval").await.is(200).says(&reference);
    world.presses(&ana, &reference, "claim", &[]).await.is(200).says("You hold this case now.");
    world.presses(&ana, &reference, "notes", &[("body", "Looks fine.")]).await.is(200).says("Looks fine.");
    world.presses(&ana, &reference, "messages", &[("body", "We are on it, Olivia.")]).await.is(200);
    world.presses(&ben, &reference, "approve", &[]).await.is(200).says("You approved this case.");

    // Nobody can be quicker than the wait.
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    page.says("Cooling off").says("The cooling-off has not ended yet.");
    let device = authenticator_on(&page);
    let csrf = csrf_on(&page);
    let forged = [("csrf", csrf.as_str()), ("authenticator", device.as_str())];
    ana.post(&format!("/desk/cases/{reference}/deactivate"), &forged).await.is(409).says("has not ended yet");

    world.later(TimeDelta::hours(24)).await;
    let ana = world.agent("ana").await;
    let page = world.deactivates(&ana, &reference).await;
    page.is(200).says("The directory confirmed it");

    // The customer was told of everything, in one thread.
    let mails = world.mails().await;
    let about: Vec<&str> = mails.iter().map(|mail| mail.header("Subject").unwrap()).collect();
    assert!(mails.len() >= 6, "{about:?}");
    for mail in &mails[1..] {
        assert!(mail.header("References").unwrap().contains(first.header("Message-ID").unwrap()), "{about:?}");
    }
    assert!(world.mail("deactivated").await.text.contains("Olivia Öwner's phone"));
    assert!(mails.iter().any(|mail| mail.text.contains("We are on it, Olivia.")));
    // No mail holds the code, and each is a witness of the log.
    assert!(mails.iter().all(|mail| !mail.text.contains(&code) && mail.header("X-Mfa-Desk-Audit").is_some()));

    // Fourteen days later the case closes itself.
    world.later(TimeDelta::days(14)).await;
    customer.get(&format!("/cases/{reference}")).await.is(200);

    // The auditor exports everything that happened, and the chain is whole.
    let auditor = world.agent("aud").await;
    let csv = auditor.get(&format!("/desk/audit.csv?case={reference}")).await;
    csv.is(200);
    let mut lines = csv.html.split("\r\n");
    assert_eq!(
        lines.next(),
        Some(
            "seq,at,actor_kind,actor,action,case_ref,account_id,ip,details,prev_hash,hash,form,salts,digests,erased_by"
        )
    );
    for action in [
        "case.submitted",
        "case.account_matched",
        "link.opened",
        "check.passed",
        "call.placed",
        "case.claimed",
        "case.note_added",
        "case.message_sent",
        "case.approved",
        "case.cooling_off",
        "case.ready",
        "case.deactivating",
        "case.deactivated",
        "case.closed",
    ] {
        assert!(csv.html.contains(&format!(",{action},")), "{action} is missing in:\n{}", csv.html);
    }
    assert!(!csv.html.contains(&code));
    assert!(matches!(world.desk.verify_audit().await.unwrap(), mfa_desk::store::audit::Verdict::Whole(_)));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_calls_back_and_never_sees_the_code() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let desk = world.presses(&ana, &reference, "callback", &[]).await;
    desk.is(200);

    // Before the customer asks for it there is no code, so nothing an agent types can match.
    world.presses(&ana, &reference, "callback/code", &[("digits", "123456")]).await.is(409).says("Show my code");

    let page = customer.get(&format!("/cases/{reference}")).await;
    let page = customer.send(page.is(200), "/show-code", &[]).await;
    let code = code_on(&page);
    let desk = ana.get(&format!("/desk/cases/{reference}")).await;
    assert!(!desk.text().contains(&code) && !desk.text().contains(&format!("{} {}", &code[..3], &code[3..])));

    let wrong = if code == "111111" { "222222" } else { "111111" };
    world.presses(&ana, &reference, "callback/code", &[("digits", wrong)]).await.is(409).says("2 tries left");
    world.presses(&ana, &reference, "callback/code", &[("digits", &code)]).await.is(200).says("Match");

    // Ana gave evidence, so she cannot approve, not even after giving the case back.
    world.presses(&ana, &reference, "release", &[]).await.is(200);
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    assert!(!page.has_form("/approve"));
    let csrf = csrf_on(&page);
    let forged = [("csrf", csrf.as_str()), ("authenticator", &authenticator_on(&page))];
    let refused = ana.post(&format!("/desk/cases/{reference}/approve"), &forged).await;
    refused.is(409).says("You supplied evidence");
    assert!(world.actions(&reference).await.contains(&"case.refused".to_owned()));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_is_the_same_whether_or_not_the_account_exists() {
    let world = World::new().await;
    let (browser, _) = world.asks_for_help(OWNER).await;
    let page = browser.get("/assistance").await;
    let known = browser.send(&page, "/assistance", &crate::support::world::form(OWNER)).await;
    let page = browser.get("/assistance").await;
    let unknown = browser.send(&page, "/assistance", &crate::support::world::form("nobody@customers.example")).await;
    // The reference and the request's number differ from answer to answer, as they do for the same account.
    let blank = |page: &crate::support::browser::Page| {
        let request_id = page.headers["x-request-id"].to_str().unwrap();
        page.text().replace(&reference_on(page), "MFA-XXXX-XXXX").replace(request_id, "X")
    };
    assert_eq!(blank(&known), blank(&unknown));
    assert_eq!((known.status, unknown.status), (200, 200));
    // Only the owner of an account gets a mail.
    let mails = world.mails().await;
    assert!(mails.iter().all(|mail| mail.header("To").unwrap().contains(OWNER)));
    world.stop().await;
}
