//! What people ask for: everything held about them, and its erasure.

use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::audit_filter::Filter;
use mfa_desk::domain::merkle::{TreeHash, verify_consistency, verify_inclusion};
use mfa_desk::store::audit::{self, Verdict, tree};
use mfa_desk::workflow::{Act, Halt, Whom};

use super::*;

fn operator(world: &World) -> Act {
    Act { actor: Actor::Operator, ip: String::new(), at: world.now() }
}

fn whom() -> Whom {
    EMAIL.parse().unwrap()
}

/// What was proved of the log at one moment.
struct Proofs {
    size: u64,
    root: TreeHash,
    leaves: Vec<(TreeHash, Vec<TreeHash>)>,
}

async fn proofs(world: &World) -> Proofs {
    let read = |connection: &mut AnyConnection| {
        let (size, root) = tree::size_and_root(connection)?;
        let mut leaves = Vec::new();
        for entry in audit::after(connection, &Filter::default(), 0, 10_000)? {
            leaves.push((entry.leaf(), tree::inclusion(connection, entry.seq, size)?));
        }
        Ok::<_, StoreError>(Proofs { size, root, leaves })
    };
    world.desk.store.read_snapshot(read).await.unwrap()
}

impl Proofs {
    /// Every entry is the leaf that it was, its proof leads to the root that was signed, and the log goes on from there.
    async fn still_hold(self, world: &World) {
        let size = self.size;
        let read = move |connection: &mut AnyConnection| {
            let entries = audit::after(connection, &Filter::default(), 0, 10_000)?;
            let (now, root) = tree::size_and_root(connection)?;
            let on = tree::consistency(connection, size, now)?;
            let blanked = entries.iter().filter(|entry| entry.erased.iter().any(Option::is_some)).count();
            Ok::<_, StoreError>((entries, (now, root, on), tree::root_at(connection, size)?, blanked))
        };
        let (entries, (now, root, on), old, blanked) = world.desk.store.read_snapshot(read).await.unwrap();
        assert!(blanked > 5, "{blanked} entries were blanked");
        assert_eq!(old, self.root);
        verify_consistency((size, self.root), (now, root), &on).unwrap();
        for (entry, (leaf, path)) in entries.iter().zip(&self.leaves) {
            assert_eq!(entry.leaf(), *leaf, "{}", entry.seq);
            let index = entry.seq.unsigned_abs() - 1;
            verify_inclusion(index, *leaf, size, path, self.root).unwrap();
        }
    }
}

/// **Privacy**, with the second factor that it asks for.
async fn privacy(world: &World, browser: &Browser, name: &str) -> crate::support::browser::Page {
    let page = browser.get("/desk/privacy").await;
    if page.text().contains("Confirm that it is you") { world.steps_up(browser, name, &page).await } else { page }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_gets_everything_held_about_them_in_one_file() {
    let world = World::with(setup()).await;
    let (_, reference) = rich_case(&world).await;
    let all = world.desk.hand_out(operator(&world), whom()).await.unwrap().unwrap();
    let json = all.json.to_lowercase();
    for word in PLANTED {
        assert!(json.contains(word), "{word}");
    }
    assert!(json.contains(ADDRESS) && json.contains(&reference.to_lowercase()));
    assert_eq!(all.files.len(), 1);
    assert!(all.files[0].0.ends_with(".jpg") && all.files[0].1.starts_with(&[0xFF, 0xD8]));
    let read: serde_json::Value = serde_json::from_str(&all.json).unwrap();
    assert_eq!(read["tables"]["case_forms"][0]["message"], "A xylophonic grievance.");
    assert_eq!(read["log"][0]["action"], "case.submitted");
    // Secrets and where colleagues sit are no data about this person.
    let agents = read["log"].as_array().unwrap().iter().filter(|entry| entry["actor_kind"] == "agent");
    assert!(agents.clone().count() > 2 && agents.clone().all(|entry| entry.get("ip").is_none()));
    for secret in ["token_hash", "password_hash", "code_hash", "sealed"] {
        assert!(!json.contains(secret), "{secret}");
    }

    let sam = world.agent("sam").await;
    let page = privacy(&world, &sam, "sam").await;
    let page = sam.send(&page, "/desk/privacy", &[("whom", EMAIL)]).await;
    page.is(200).says(&reference).says("This cannot be erased now").says("can be objected to until");
    let csrf = crate::support::world::csrf_on(&page);
    let file = sam.post("/desk/privacy/export", &[("csrf", &csrf), ("whom", EMAIL)]).await;
    file.is(200);
    assert_eq!(file.headers["content-type"], "application/zip");
    assert!(file.html.starts_with("PK") && file.html.contains("person.json") && file.html.contains("xylophonic"));
    let actions = world.actions("").await;
    assert_eq!(actions.iter().filter(|action| *action == "privacy.exported").count(), 2);
    // Nobody else, and nothing of nobody.
    for name in ["ana", "aud"] {
        world.agent(name).await.get("/desk/privacy").await.is(403);
    }
    sam.send(&privacy(&world, &sam, "sam").await, "/desk/privacy", &[("whom", "nobody@planted.example")]).await.is(422);
    sam.send(&privacy(&world, &sam, "sam").await, "/desk/privacy", &[("whom", "?")]).await.is(422);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_erasure_nothing_of_the_person_is_in_the_database_or_its_file() {
    let world = World::with(setup()).await;
    let (_, reference) = rich_case(&world).await;
    let whole = mfa_desk::workflow::Whom::clone(&whom());
    // While anybody can still object, while a hold stands, and while a case is open it is refused, and nothing is gone.
    let why = |halt: Halt| halt.to_string();
    let refused = world.desk.erase_person(operator(&world), whole.clone()).await.unwrap().map_err(why).unwrap_err();
    assert!(refused.contains("can be objected to until"), "{refused}");
    days(&world, 31).await;
    world.desk.place_hold(operator(&world), whom(), "A court asks.".parse().unwrap()).await.unwrap().unwrap();
    let refused = world.desk.erase_person(operator(&world), whom()).await.unwrap().map_err(why).unwrap_err();
    assert!(refused.contains("legal hold"), "{refused}");
    let held = world.desk.held_about(operator(&world), whom()).await.unwrap().unwrap();
    world.desk.lift_hold(operator(&world), held.holds[0].id).await.unwrap().unwrap();
    let (_, second) = world.asks_for_help(EMAIL).await;
    world.settle().await;
    let refused = world.desk.erase_person(operator(&world), whom()).await.unwrap().map_err(why).unwrap_err();
    assert!(refused.contains(&format!("{second} is still open")), "{refused}");
    assert!(everything(&world).await.contains("xylophonic"));
    days(&world, 15).await;
    days(&world, 31).await;

    let sam = world.agent("sam").await;
    let page = privacy(&world, &sam, "sam").await;
    let page = sam.send(&page, "/desk/privacy", &[("whom", EMAIL)]).await;
    page.is(200).says("Erases the account");
    let csrf = crate::support::world::csrf_on(&page);
    // What is missing or wrong is said beside its field; whom it is about and what was typed stay.
    let page = sam.send(&page, "/desk/privacy/erase", &[]).await;
    page.is(422).says("Nothing was erased").says("Erases the account").says(&second);
    let page = sam.send(&page, "/desk/privacy/hold", &[("reason", " ")]).await;
    page.is(422).says("Erases the account");
    let page = sam.send(&page, "/desk/privacy/hold", &[("reason", "A court\u{7} asks.")]).await;
    page.is(422).says("Erases the account");
    assert!(page.html.contains("A court") && page.html.contains("reason-error"), "{}", page.html);
    assert_eq!(number(&world, "SELECT COUNT(*) AS n FROM legal_holds WHERE lifted_at IS NULL").await, 0);
    let proved = proofs(&world).await;
    let id = world.account_id(EMAIL).await.to_string();
    let done = sam.post("/desk/privacy/erase", &[("csrf", &csrf), ("whom", EMAIL), ("sure", "yes")]).await;
    done.is(200).says("Erased on request").says("Erased. The list below");
    let after = everything(&world).await;
    says_nothing_of(&after, &PLANTED);
    says_nothing_of(&after, &[ADDRESS]);
    // The log names the account no more, and all that was proved of it before still holds.
    let named: Vec<&str> =
        after.lines().filter(|line| line.starts_with("audit_entries:") && line.contains(&id)).collect();
    assert!(named.is_empty(), "{named:?}");
    proved.still_hold(&world).await;
    sam.get(&format!("/desk/audit?case={reference}")).await.is(200).says("erased by request 1");
    assert!(matches!(world.desk.verify_audit().await.unwrap(), Verdict::Whole(_)));
    let log = world.entries("").await;
    let entry = log.iter().find(|entry| entry.action == "privacy.erased").unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&entry.details).unwrap()["request"], 1);

    // Every page of what is left says so, and asking again finds nothing.
    for case in [&reference, &second] {
        for part in ["", "/print", "?show=conversation", "?show=events"] {
            let page = sam.get(&format!("/desk/cases/{case}{part}")).await;
            page.is(200).says("by request (no. 1)");
            for made_up in ["erased.invalid", "e•••", "privacy.erased", "case.erased"] {
                assert!(!page.html.contains(made_up), "{part}: {made_up}");
            }
        }
    }
    let again = world.desk.erase_person(operator(&world), whom()).await.unwrap();
    assert!(again.is_err());
    // The account cannot be used, nor does a form find it.
    let (_, third) = world.asks_for_help(EMAIL).await;
    world.settle().await;
    let page = sam.get(&format!("/desk/cases/{third}")).await;
    page.is(200).says("No account matches");
    let database = world.database.clone();
    // That form is of nobody's account now: it goes too, so that the file can be looked through.
    days(&world, 15).await;
    days(&world, 31).await;
    world.desk.erase_person(operator(&world), whom()).await.unwrap().unwrap();
    assert_eq!(number(&world, "SELECT MAX(n) AS n FROM erasures").await, 2);
    says_nothing_of(&everything(&world).await, &PLANTED);
    // What is blanked without an entry that says so is found.
    let blank = |tx: &mut mfa_desk::store::Tx<'_>| {
        let sql = "UPDATE audit_entries SET ip = '', ip_salt = '', erased = 4
            WHERE seq = (SELECT MAX(seq) FROM audit_entries WHERE ip <> '' AND erased = 0 AND form = 2)";
        Ok(sql_query(sql).execute(tx.connection)?)
    };
    assert_eq!(world.desk.store.write(blank).await.unwrap(), 1);
    assert!(matches!(world.desk.verify_audit().await.unwrap(), Verdict::Broken { .. }));
    world.stop().await;
    if let Some(raw) = raw(&database) {
        for word in PLANTED {
            assert!(!raw.contains(word), "“{word}” is still in the file");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_at_the_desk_are_not_erased() {
    let world = World::with(setup()).await;
    let (_, reference) = rich_case(&world).await;
    let sam = world.agent("sam").await;
    let csrf = crate::support::world::csrf_on(&privacy(&world, &sam, "sam").await);
    let page = sam.post("/desk/privacy", &[("csrf", &csrf), ("whom", "ana@desk.example.test")]).await;
    page.is(422).says("Nothing is held");
    // Who works at the desk is a case's subject too, when they lost their device; nobody else's case is in the way.
    assert!(everything(&world).await.contains("ana@desk.example.test"));
    assert!(world.actions(&reference).await.contains(&"case.rejected".to_owned()));
    world.stop().await;
}
