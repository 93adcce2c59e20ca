//! What time erases.

use mfa_desk::domain::privacy::Cause;
use mfa_desk::store::audit::Verdict;
use mfa_desk::store::{AnyConnection, StoreError, cases, erasure};

use super::*;

async fn erased(world: &World, reference: &str) -> Option<mfa_desk::domain::privacy::Erased> {
    let reference = reference.parse().unwrap();
    let read = move |connection: &mut AnyConnection| {
        let filed = cases::find(connection, &reference)?.unwrap();
        erasure::of_case(connection, filed.case.id)
    };
    world.desk.store.read(read).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_after_its_end_a_case_says_nothing_of_anybody_and_every_page_of_it_still_works() {
    let world = World::with(setup()).await;
    let (customer, reference) = rich_case(&world).await;
    let (_, open) = world.confirmed(crate::support::world::OWNER).await;
    let before = everything(&world).await;
    for word in PLANTED {
        assert!(before.contains(word), "{word} was never there");
    }
    days(&world, 364).await;
    world.desk.erase_cases().await.unwrap();
    assert_eq!(erased(&world, &reference).await, None, "too early");
    days(&world, 1).await;
    world.desk.erase_cases().await.unwrap();
    let by = erased(&world, &reference).await.expect("it was not erased");
    assert_eq!((by.number, by.cause), (1, Cause::Schedule));
    // Once and not again.
    assert_eq!(world.desk.erase_cases().await.unwrap(), 0);
    assert!(world.actions(&reference).await.contains(&"case.erased".to_owned()));
    assert!(matches!(world.desk.verify_audit().await.unwrap(), Verdict::Whole(_)));

    // The account stays as its directory has it; of the case nothing stays but what has no person in it.
    let after = everything(&world).await;
    let of_case = ["7911123457", "xylophonic", "wombatty", "kerfuffle", "snorkelling", "flibbertigibbet"];
    says_nothing_of(&after, &of_case);
    says_nothing_of(&after, &[ADDRESS]);
    let named: Vec<&str> = after.lines().filter(|line| line.contains("quibblefax")).collect();
    assert!(named.iter().all(|line| line.starts_with("accounts:") || line.starts_with("authenticators:")), "{named:?}");
    assert!(number(&world, "SELECT COUNT(*) AS n FROM evidence WHERE outcome = 'passed'").await >= 2);
    assert!(number(&world, "SELECT COUNT(*) AS n FROM case_entries WHERE body = ''").await >= 3);
    assert_eq!(number(&world, "SELECT COUNT(*) AS n FROM case_forms WHERE name <> ''").await, 1, "{open} goes on");

    let (sam, aud) = (world.agent("sam").await, world.agent("aud").await);
    let words = format!("erased on {} by schedule (no. 1)", by.at.format("%Y-%m-%d"));
    for client in [&sam, &aud] {
        for part in ["", "/print", "?show=conversation", "?show=events", "?order=oldest"] {
            client.get(&format!("/desk/cases/{reference}{part}")).await.is(200).says(&words);
        }
        let page = client.get(&format!("/desk/audit?case={reference}")).await;
        page.is(200).says("case.erased").says("erased by schedule (no. 1)");
        assert!(!page.text().contains("by request"));
        client.get("/desk/reports").await.is(200);
    }
    for path in [
        format!("/desk?q={reference}"),
        "/desk?view=ended".to_owned(),
        "/desk/blocks".to_owned(),
        "/desk/approvals".to_owned(),
        "/desk/alarms".to_owned(),
        "/desk/mail".to_owned(),
        "/desk/privacy".to_owned(),
    ] {
        assert!(sam.get(&path).await.status < 500, "{path}");
    }
    assert!(!sam.get("/desk?q=quibblefax").await.text().contains(&reference), "found by a name that was erased");
    let told = world.program("sam").await.get(&format!("/cases/{reference}")).await.is(200).json();
    assert_eq!((&told["erased"]["number"], &told["erased"]["cause"]), (&1.into(), &"schedule".into()));
    // Nobody writes into it any more, and nothing of it is revealed.
    let page = sam.get(&format!("/desk/cases/{reference}")).await;
    assert!(!page.has_form("/notes") && !page.has_form("/reveal"));
    page.says("What the case said of people was erased").says("Name and addresses erased");
    assert!(!page.html.contains("write-title") && !page.html.contains("actions-title"), "empty panels");
    let csrf = crate::support::world::csrf_on(&page);
    let path = format!("/desk/cases/{reference}/notes");
    sam.post(&path, &[("csrf", &csrf), ("body", "More."), ("version", "1")]).await.is(409).says("Nothing can be added");
    // The customer's browser knows the case no more.
    let page = customer.get(&format!("/cases/{reference}")).await;
    assert!(page.status < 500 && !page.text().contains("xylophonic"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leftovers_that_could_not_be_rewritten_are_rewritten_by_the_next_run() {
    let world = World::with(setup()).await;
    rich_case(&world).await;
    days(&world, 365).await;
    assert_eq!(world.desk.erase_cases().await.unwrap(), 1);
    assert_eq!(number(&world, "SELECT COUNT(*) AS n FROM erasures_to_finish").await, 0);
    // As a process leaves it that dies between.
    let left = |tx: &mut mfa_desk::store::Tx<'_>| {
        Ok(sql_query("INSERT INTO erasures_to_finish (n) SELECT n FROM erasures").execute(tx.connection)?)
    };
    assert_eq!(world.desk.store.write(left).await.unwrap(), 1);
    assert_eq!(world.desk.erase_cases().await.unwrap(), 0);
    assert_eq!(number(&world, "SELECT COUNT(*) AS n FROM erasures_to_finish").await, 0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_stands_in_the_table_of_what_is_kept() {
    let world = World::new().await;
    let text = include_str!("../../../docs/retention.md");
    let (_, table) = text.split_once("## Table by table").unwrap();
    let tables = tables(&world).await;
    assert!(tables.len() > 50, "{tables:?}");
    for name in tables.iter().filter(|name| !name.starts_with("__diesel")) {
        assert!(table.contains(&format!("`{name}`")), "docs/retention.md does not say what is kept in {name}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_open_or_held_stays_however_old_and_the_database_itself_refuses_to_empty_it() {
    let world = World::with(setup()).await;
    let (_, reference) = rich_case(&world).await;
    let act = || mfa_desk::workflow::Act {
        actor: mfa_desk::domain::actor::Actor::Operator,
        ip: String::new(),
        at: world.now(),
    };
    let whom: mfa_desk::workflow::Whom = reference.parse().unwrap();
    world.desk.place_hold(act(), whom.clone(), "A court asks.".parse().unwrap()).await.unwrap().unwrap();
    days(&world, 400).await;
    assert_eq!(world.desk.erase_cases().await.unwrap(), 0);
    assert_eq!(erased(&world, &reference).await, None);
    assert!(everything(&world).await.contains("xylophonic"));

    // Whoever has the connection can blank nothing either: not the form, not what was written, not evidence.
    for sql in [
        "UPDATE case_forms SET name = ''",
        "UPDATE case_entries SET body = ''",
        "UPDATE evidence SET subject = NULL",
        "DELETE FROM evidence_notes WHERE TRUE",
        "DELETE FROM case_origins WHERE TRUE",
        "DELETE FROM case_entries WHERE TRUE",
        "DELETE FROM case_forms WHERE TRUE",
    ] {
        let write = move |tx: &mut mfa_desk::store::Tx<'_>| Ok(sql_query(sql).execute(tx.connection)?);
        let done = world.desk.store.write(write).await;
        let empty = matches!(done, Ok(0)) && sql.contains("evidence_notes");
        assert!(empty || matches!(done, Err(StoreError::Statement(_))), "{sql}: {done:?}");
    }

    let held = world.desk.held_about(act(), whom).await.unwrap().unwrap();
    for hold in &held.holds {
        world.desk.lift_hold(act(), hold.id).await.unwrap().unwrap();
    }
    world.desk.erase_cases().await.unwrap();
    assert!(erased(&world, &reference).await.is_some());
    // What was emptied is filled by nobody again.
    for sql in [
        "UPDATE case_forms SET name = 'X'",
        "UPDATE case_entries SET body = 'X'",
        "UPDATE evidence SET subject = 'X'",
        "DELETE FROM case_erasures WHERE TRUE",
        "UPDATE erasures SET cause = 'request'",
    ] {
        let write = move |tx: &mut mfa_desk::store::Tx<'_>| Ok(sql_query(sql).execute(tx.connection)?);
        let done = world.desk.store.write(write).await;
        assert!(matches!(done, Err(StoreError::Statement(_))), "{sql}: {done:?}");
    }
    world.stop().await;
}
