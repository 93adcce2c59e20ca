use chrono::TimeDelta;

use super::*;
use crate::support::world::OWNER;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_without_a_phone_is_helped_with_a_document_a_second_agent_and_three_days() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    page.says("Something is needed from you").says("Upload document");
    assert!(world.mail("Email address verified").await.text.contains("identity document"));
    uploads(&customer, &reference, "id.jpg", &photograph()).await.is(200).says("The desk is looking at your request");

    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.presses(&ana, &reference, "claim", &[]).await.is(200).says("Not examined");
    examines(&world, &ana, &reference, &answers("")).await.is(200).says("the document passed");
    customer.get(&format!("/cases/{reference}")).await.says("Examined").says("A second person is checking");

    // Who gave evidence cannot approve, not even after giving the case back.
    world.presses(&ana, &reference, "release", &[]).await.is(200);
    let csrf = csrf_on(&ana.get(&format!("/desk/cases/{reference}")).await);
    let refused = ana.post(&format!("/desk/cases/{reference}/approve"), &[("csrf", &csrf)]).await;
    refused.is(409).says("You supplied evidence");
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ben, &reference, "approve", &[]).await.is(200);

    // Three times as long as with a phone.
    world.later(TimeDelta::hours(71)).await;
    world.agent("ana").await.get(&format!("/desk/cases/{reference}")).await.says("Cooling off");
    world.later(TimeDelta::hours(1)).await;
    let ana = world.agent("ana").await;
    world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
    assert!(matches!(world.desk.verify_audit().await.unwrap(), mfa_desk::store::audit::Verdict::Whole(_)));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_examination_is_recorded_answer_by_answer_and_one_no_fails_it() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    uploads(&customer, &reference, "id.pdf", &pdf("/Type /Catalog")).await.is(200);
    let document = stored(&world, &reference).await.remove(0);
    let examination = format!("{}/examination", document.id);
    let ana = world.agent("ana").await;
    let page = world.presses(&ana, &reference, "claim", &[]).await;
    // Nobody examines what they have not opened: there is no form, and none is taken.
    assert!(!page.has_form("/examination"));
    let csrf = csrf_on(&page);
    let mut forged = answers("");
    forged.push(("csrf", &csrf));
    let path = format!("/desk/cases/{reference}/documents/{examination}");
    ana.post(&path, &forged).await.is(409).says("Open the document and look at it");
    assert_eq!(entry(&world, &reference, "case.refused").await["rule"], "not_opened");

    assert_eq!(ana.download(&path_of(&reference, &document)).await.0, 200);
    // A question without an answer: the others are kept.
    let page = world.presses(&ana, &reference, &examination, &answers("")[1..]).await;
    page.is(422).says("Answer yes or no.");
    assert_eq!(page.html.matches("value=\"yes\" checked").count(), 5);
    assert!(!world.actions(&reference).await.contains(&"document.examined".to_owned()));

    let page = world.presses(&ana, &reference, &examination, &answers("name_matches")).await;
    page.is(200).says("the document failed").says("No: The name is the account's");
    let recorded = entry(&world, &reference, "document.examined").await;
    assert_eq!(recorded["document"], document.id.to_string());
    assert_eq!(recorded["digest"], document.digest);
    assert_eq!((recorded["name_matches"].as_str(), recorded["readable"].as_str()), (Some("no"), Some("yes")));
    assert_eq!(recorded["outcome"], "failed");
    assert!(world.actions(&reference).await.contains(&"check.failed".to_owned()));
    let page = customer.get(&format!("/cases/{reference}")).await;
    page.says("Examined").says("Upload document");

    // Looked at once more it passes; looked at a third time it does not, and the last look counts.
    world.presses(&ana, &reference, &examination, &answers("")).await.is(200).says("Awaiting approval");
    world.presses(&ana, &reference, &examination, &answers("untampered")).await.is(200).says("the document failed");
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    page.says("Verifying").says("Examine again");
    assert_eq!(page.text().matches("Examination:").count(), 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_shown_to_the_holder_of_its_case_and_to_nobody_else() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    let (_, others) = world.confirmed(OWNER).await;
    uploads(&customer, &reference, "id.jpg", &photograph()).await.is(200);
    let document = stored(&world, &reference).await.remove(0);
    let path = path_of(&reference, &document);
    let (ana, sam) = (world.agent("ana").await, world.agent("sam").await);
    for (agent, status) in [("ana", 409), ("ben", 409), ("sam", 409), ("ada", 409), ("aud", 403)] {
        let browser = world.agent(agent).await;
        let (answered, _, bytes) = browser.download(&path).await;
        assert_eq!(answered, status, "{agent}");
        assert!(!bytes.starts_with(&[0xFF, 0xD8]), "{agent}");
    }
    assert_eq!(entry(&world, &reference, "case.refused").await["command"], "open_document");
    let refused = world.actions(&reference).await.iter().filter(|action| *action == "case.refused").count();
    assert_eq!(refused, 4);
    // The customer's own browser, and one that is nobody's, are sent to the sign-in.
    for browser in [&customer, &world.browser()] {
        let (_, _, bytes) = browser.download(&path).await;
        assert!(holds(&bytes, b"Sign in") && !bytes.starts_with(&[0xFF, 0xD8]));
    }
    // Whoever holds the case opens it, and no longer when it is handed on.
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    assert_eq!(ana.download(&path).await.0, 200);
    assert_eq!(sam.download(&path).await.0, 409);
    world.presses(&ana, &reference, "release", &[]).await.is(200);
    assert_eq!(ana.download(&path).await.0, 409);
    // Under another case's reference it does not exist, not even for whoever holds both.
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ana, &others, "claim", &[]).await.is(200);
    assert_eq!(ana.download(&path_of(&others, &document)).await.0, 404);
    assert_eq!(entry(&world, &others, "case.refused").await["rule"], "no_such_document");
    let csrf = csrf_on(&ana.get(&format!("/desk/cases/{others}")).await);
    let mut forged = answers("");
    forged.push(("csrf", &csrf));
    ana.post(&format!("{}/examination", path_of(&others, &document)), &forged).await.is(404);
    ana.download(&format!("/desk/cases/{reference}/documents/nonsense")).await;
    let views = world.entries(&reference).await;
    assert_eq!(views.iter().filter(|entry| entry.action == "document.viewed").count(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_privileged_account_needs_the_document_and_the_person() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed("root@customers.example").await;
    uploads(&customer, &reference, "id.jpg", &photograph()).await.is(200);
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    // Only the holder records a meeting.
    let today = world.now().format("%Y-%m-%d").to_string();
    let met = [("met_by", "notary"), ("place", "Prague, Old Town"), ("on", &today), ("reference", "N 12/2026")];
    let csrf = csrf_on(&ben.get(&format!("/desk/cases/{reference}")).await);
    let mut forged = met.to_vec();
    forged.push(("csrf", &csrf));
    ben.post(&format!("/desk/cases/{reference}/in-person"), &forged).await.is(409).says("Claim the case first");
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    examines(&world, &ana, &reference, &answers("")).await.is(200);
    ana.get(&format!("/desk/cases/{reference}")).await.says("Missing: Met in person");

    // Every field is needed, and what was typed is kept.
    let tomorrow = (world.now() + TimeDelta::days(2)).format("%Y-%m-%d").to_string();
    let long_ago = (world.now() - TimeDelta::days(9)).format("%Y-%m-%d").to_string();
    for (wrong, says) in [
        ([("met_by", ""), ("place", "Prague"), ("on", &today), ("reference", "1")], "Say who met the person."),
        ([("met_by", "agent"), ("place", " "), ("on", &today), ("reference", "1")], "Say where it was."),
        ([("met_by", "agent"), ("place", "Prague"), ("on", &tomorrow), ("reference", "1")], "still to come"),
        ([("met_by", "agent"), ("place", "Prague"), ("on", &long_ago), ("reference", "1")], "more than 7 days ago"),
        ([("met_by", "agent"), ("place", "Prague"), ("on", "soon"), ("reference", "1")], "YYYY-MM-DD"),
        ([("met_by", "agent"), ("place", "Prague"), ("on", &today), ("reference", "")], "Give the number"),
    ] {
        let page = world.presses(&ana, &reference, "in-person", &wrong).await;
        page.is(422).says(says);
        assert!(wrong[1].1 == " " || page.html.contains("value=\"Prague\""));
    }
    assert!(!world.actions(&reference).await.contains(&"meeting.recorded".to_owned()));

    let page = world.presses(&ana, &reference, "in-person", &met).await;
    page.is(200).says("The meeting is recorded.").says("A notary met the person").says("N 12/2026");
    page.says("Awaiting approval");
    // The log has codes and identifiers, not what was typed.
    let recorded = entry(&world, &reference, "meeting.recorded").await;
    assert_eq!(recorded["met_by"], "notary");
    assert!(recorded["evidence"].as_str().unwrap().len() == 36);
    assert!(world.entries(&reference).await.iter().all(|entry| !entry.details.contains("Prague")));
    customer.get(&format!("/cases/{reference}")).await.is(200);
    world.presses(&ben, &reference, "approve", &[]).await.is(200);
    world.later(TimeDelta::hours(72)).await;
    world.agent("ana").await.get(&format!("/desk/cases/{reference}")).await.says("Ready");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_examiners_word_counts_no_more() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    uploads(&customer, &reference, "id.jpg", &photograph()).await.is(200);
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    examines(&world, &ana, &reference, &answers("")).await.is(200).says("Awaiting approval");
    let act =
        mfa_desk::workflow::Act { actor: mfa_desk::domain::actor::Actor::Operator, ip: String::new(), at: world.now() };
    let email = "ana@desk.example.test".parse().unwrap();
    world.desk.set_standing(act, email, mfa_desk::workflow::Standing::Suspended).await.unwrap();
    let ben = world.agent("ben").await;
    let page = ben.get(&format!("/desk/cases/{reference}/approve")).await;
    page.says("The evidence does not count any more");
    assert!(!page.has_form("/approve"));
    world.stop().await;
}
