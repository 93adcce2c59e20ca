//! `mfa-desk policy explain`: what the policy asks and decides, without changing anything.

use chrono::TimeDelta;
use mfa_desk::domain::actor::Actor;
use mfa_desk::workflow::{Act, Explanation, NotExplained};

use crate::program::{err, exits, out, run};
use crate::support::world::{OWNER, World};

async fn explains(world: &World, who: &str, case: Option<&str>) -> Result<Explanation, NotExplained> {
    let act = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    let case = case.map(|reference| reference.parse().unwrap());
    world.desk.explain_policy(act, who.to_owned(), case).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_at_the_desk_are_explained_by_their_own_paths() {
    let world = World::new().await;
    for who in ["ana@desk.example.test", "staff:ana@desk.example.test"] {
        let ana = explains(&world, who, None).await.unwrap();
        assert_eq!((ana.kind, ana.tier, ana.has_phone), ("staff", "privileged", false));
        let names: Vec<_> = ana.paths.iter().map(|path| path.name.as_str()).collect();
        assert_eq!(names, ["saved_code", "in_person", "password"]);
        assert_eq!(ana.paths.iter().map(|path| path.not_offered.len()).collect::<Vec<_>>(), [0, 0, 2]);
    }
    assert_eq!(explains(&world, &format!("staff:{OWNER}"), None).await, Err(NotExplained::NoAccount));
    // With a phone number of record every path can be finished.
    let act = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    let (ana, phone) = ("ana@desk.example.test".parse().unwrap(), "+447911123456".parse().unwrap());
    assert!(world.desk.set_phone(act.clone(), ana, phone).await.unwrap());
    let ana = explains(&world, "ana@desk.example.test", None).await.unwrap();
    assert!(ana.has_phone && ana.paths.iter().all(|path| path.not_offered.is_empty()));
    world.settle().await;
    world.mail("phone number of record was set").await;
    let set: Vec<_> = world.entries("").await.into_iter().filter(|entry| entry.action == "agent.phone_set").collect();
    assert!(set.len() == 1 && !set[0].details.contains("7911123456"), "{:?}", set[0].details);
    let nobody = "nobody@desk.example.test".parse().unwrap();
    assert!(!world.desk.set_phone(act, nobody, "+447911123456".parse().unwrap()).await.unwrap());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_explained_at_every_stage() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let stage = |explanation: &Explanation| {
        let path = explanation.paths.iter().find(|path| path.name == "addresses").unwrap();
        let progress = path.progress.clone().unwrap();
        (progress.stage, progress.there.len(), progress.approvals_given)
    };
    let first = explains(&world, OWNER, Some(&reference)).await.unwrap();
    assert_eq!(stage(&first), ("evidence", 1, 0));
    assert!(first.decision.contains("Nothing can be deactivated: the nearest path"), "{}", first.decision);
    assert_eq!(first.case.as_ref().unwrap().from, None);

    world.passes_phone_check(&customer, &reference).await;
    let second = explains(&world, "1001", Some(&reference)).await.unwrap();
    assert_eq!(stage(&second), ("approval", 2, 0));
    assert!(second.decision.contains("approval by a second agent"), "{}", second.decision);

    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ben, &reference, "approve", &[]).await.is(200);
    let third = explains(&world, OWNER, Some(&reference)).await.unwrap();
    assert_eq!(stage(&third), ("wait", 2, 1));
    let ends = world.now() + TimeDelta::hours(24);
    let from = ends.format("%-d %b %Y, %H:%M UTC").to_string();
    assert!(third.decision.contains(&format!("may be deactivated from {from} on")), "{}", third.decision);
    let case = third.case.unwrap();
    assert_eq!((case.from.clone(), case.cooling_off_ends_at.clone()), (case.cooling_off_ends_at, case.from));

    world.later(TimeDelta::hours(24)).await;
    let fourth = explains(&world, OWNER, Some(&reference)).await.unwrap();
    assert_eq!(stage(&fourth), ("ready", 2, 1));
    assert!(fourth.decision.contains("may deactivate the device now"), "{}", fourth.decision);
    // Looking changed nothing, and each look is an entry.
    let actions = world.actions(&reference).await;
    assert_eq!(actions.iter().filter(|action| *action == "policy.explained").count(), 4);

    let whole = serde_json::to_string(&fourth).unwrap().to_lowercase();
    for secret in [&OWNER.to_lowercase(), "olivia.owner", "447911123456", "öwner"] {
        assert!(!whole.contains(secret), "{secret} is told: {whole}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signals_that_fire_are_explained_with_what_they_add() {
    let world = World::new().await;
    let mut references = Vec::new();
    for message in ["one", "two"] {
        let mut form = crate::support::world::form(OWNER);
        form.retain(|(name, _)| *name != "message");
        form.push(("message", message));
        let answer = world.browser().post("/assistance", &form).await;
        references.push(crate::support::world::reference_on(answer.is(200)));
        world.settle().await;
    }
    let quiet = explains(&world, OWNER, Some(&references[0])).await.unwrap();
    assert_eq!(quiet.signals, []);
    let now = explains(&world, OWNER, None).await.unwrap();
    assert_eq!(now.case, None);
    assert_eq!(now.signals[0].signal, "repeated_cases");
    assert!(now.signals[0].why.contains("3 cases of this account"), "the one that would be made now is the third");
    let path = now.paths.iter().find(|path| path.name == "addresses").unwrap();
    assert_eq!((path.cooling_off_minutes, path.cooling_off_with_signals_minutes), (1440, 2880));
    assert!(now.decision.contains("A request made now"), "{}", now.decision);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_account_is_said_to_be_one() {
    use diesel::{ExpressionMethods, RunQueryDsl};
    use mfa_desk::store::schema::accounts;
    let world = World::new().await;
    let (_, _, reference) = world.ready(OWNER).await;
    let suspend = |tx: &mut mfa_desk::store::Tx<'_>| -> Result<(), mfa_desk::store::StoreError> {
        diesel::update(accounts::table).set(accounts::status.eq("suspended")).execute(tx.connection)?;
        Ok(())
    };
    world.desk.store.write(suspend).await.unwrap();
    for case in [None, Some(reference.as_str())] {
        let explanation = explains(&world, OWNER, case).await.unwrap();
        assert!(explanation.decision.contains("suspended in the directory"), "{}", explanation.decision);
        assert!(explanation.case.is_none_or(|case| case.from.is_none()));
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_belong_together_is_not_explained() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    assert_eq!(explains(&world, "nobody@customers.example", None).await, Err(NotExplained::NoAccount));
    assert_eq!(explains(&world, "root@customers.example", Some(&reference)).await, Err(NotExplained::OtherAccount));
    assert_eq!(explains(&world, OWNER, Some("MFA-7K3Q-9ZDN")).await, Err(NotExplained::NoCase));
    world.stop().await;
}

const ACCOUNTS: &str = "email,account_number,name,kind,tier,phone,country\n\
    olga@customers.example,2001,Olga Öwner,owner,standard,+44 7911 123456,de\n\
    milan@customers.example,2002,Milan Member,member,standard,,\n";

#[test]
fn the_command_explains_in_words_and_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("accounts.csv"), ACCOUNTS).unwrap();
    std::fs::write(folder.path().join("mfa-desk.toml"), "database.url = 'sqlite:desk.sqlite3'\n").unwrap();
    let none = run(folder.path(), &["policy", "explain", "--account", "2001"]);
    exits(&none, 2);
    assert!(err(&none).contains("there is no database"), "{}", err(&none));
    exits(&run(folder.path(), &["accounts", "import", "accounts.csv"]), 0);

    let words = run(folder.path(), &["policy", "explain", "--account", "olga@customers.example"]);
    exits(&words, 0);
    for told in [
        "o•••@c•••.example",
        "owner, standard, active",
        "risk signals: none",
        "path addresses",
        "needs: email_link, phone_code | agent_callback; approvals: 1; cooling-off: 24 h",
        "SP 800-63B-4",
        "A request made now",
    ] {
        assert!(out(&words).contains(told), "{told} is not in:\n{}", out(&words));
    }
    assert!(!out(&words).contains("olga@") && !out(&words).contains("7911"), "{}", out(&words));

    let json = run(folder.path(), &["policy", "explain", "--account", "2002", "--json"]);
    exits(&json, 0);
    let value: serde_json::Value = serde_json::from_str(&out(&json)).unwrap();
    assert_eq!((&value["kind"], &value["paths"][0]["name"]), (&"member".into(), &"administrator".into()));

    let unknown = run(folder.path(), &["policy", "explain", "--account", "nobody@customers.example"]);
    exits(&unknown, 1);
    assert!(err(&unknown).contains("no account has this"), "{}", err(&unknown));
    exits(&run(folder.path(), &["policy", "explain", "--account", "2001", "--case", "nonsense"]), 2);
    let keyless = run(folder.path(), &["policy", "explain", "--account", "2001", "--case", "MFA-7K3Q-9ZDN"]);
    exits(&keyless, 2);
    assert!(err(&keyless).contains("secrets.key is not set"), "{}", err(&keyless));

    // Rules that nobody may serve by are not explained as if they were.
    let unfit = "database.url = 'sqlite:desk.sqlite3'\n[[policy.standard]]\nname = 'mail'\nchecks = ['email_link']\napprovals = 0\n";
    std::fs::write(folder.path().join("mfa-desk.toml"), unfit).unwrap();
    let refused = run(folder.path(), &["policy", "explain", "--account", "2001"]);
    exits(&refused, 2);
    assert!(err(&refused).contains("policy.standard (file mfa-desk.toml): path `mail`"), "{}", err(&refused));
    let check = run(folder.path(), &["config", "check"]);
    exits(&check, 1);
    assert!(out(&check).contains("path `mail` can be met with codes"), "{}", out(&check));

    let fit = unfit.replace("approvals = 0", "approvals = 2\ncooling_off_minutes = 90");
    std::fs::write(folder.path().join("mfa-desk.toml"), fit).unwrap();
    let configured = run(folder.path(), &["policy", "explain", "--account", "2001"]);
    exits(&configured, 0);
    assert!(out(&configured).contains("needs: email_link; approvals: 2; cooling-off: 90 min"), "{}", out(&configured));
    assert!(!out(&configured).contains("path addresses"));
}

#[test]
fn an_imported_country_has_two_letters() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("accounts.csv"), ACCOUNTS.replace(",de", ",Deutschland")).unwrap();
    std::fs::write(folder.path().join("mfa-desk.toml"), "database.url = 'sqlite:desk.sqlite3'\n").unwrap();
    let refused = run(folder.path(), &["accounts", "import", "accounts.csv"]);
    exits(&refused, 1);
    assert!(err(&refused).contains("accounts.csv:2: country: must be two letters"), "{}", err(&refused));
}
