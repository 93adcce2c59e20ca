//! Tokens: issued at the desk, shown once, gone at once.

use chrono::TimeDelta;
use diesel::{QueryDsl, RunQueryDsl};
use mfa_desk::domain::actor::Role;
use mfa_desk::domain::api_token::Wish;
use mfa_desk::store::schema::{agent_sessions, api_tokens};
use mfa_desk::store::{AnyConnection, StoreError, Tx, agents};
use mfa_desk::workflow::{Act, Standing};

use super::{Answer, Program, id};
use crate::support::browser::Page;
use crate::support::world::{OWNER, PASSWORD, Setup, World, address};

/// The token that a page shows.
fn secret_on(page: &Page) -> String {
    let text = page.text();
    let found = text.split_whitespace().find(|word| word.starts_with("mfad_"));
    found.unwrap_or_else(|| panic!("no token on:\n{text}")).to_owned()
}

async fn with(world: &World, secret: &str) -> Answer {
    let program = Program { secret: secret.to_owned(), ..world.program("ben").await };
    program.get("/me").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_issued_after_a_second_factor_shown_once_and_stored_as_a_hash() {
    let world = World::new().await;
    let ana = world.agent("ana").await;
    world.clock.advance(TimeDelta::minutes(11));
    let page = world.steps_up(&ana, "ana", &ana.get("/desk/tokens").await).await;
    page.is(200).says("You have no token").says("cases:work");
    assert!(!page.text().contains("people:manage"), "an agent has no use for it");
    let wrong = [("name", ""), ("scope", "people:manage"), ("days", "91"), ("networks", "home")];
    let refused = ana.send(&page, "/desk/tokens", &wrong).await;
    refused.is(422).says("Give it a name").says("Your role cannot use this").says("at most 90").says("192.0.2.0/24");
    let right = [("name", "Nightly"), ("scope", "cases:read"), ("scope", "cases:work"), ("days", "30")];
    let page = ana.send(&page, "/desk/tokens", &right).await;
    let secret = secret_on(page.is(200));
    page.says("it is not shown again");
    assert!(!ana.get("/desk/tokens").await.html.contains(&secret));
    let me = with(&world, &secret).await;
    let me = me.is(200).json();
    assert_eq!(me["email"], address("ana"));
    assert_eq!(me["token"]["scopes"], serde_json::json!(["cases:read", "cases:work"]));
    // Neither the table nor the log has it.
    let rows = |connection: &mut AnyConnection| {
        let rows: Vec<(String, String)> =
            api_tokens::table.select((api_tokens::token_hash, api_tokens::name)).load(connection)?;
        Ok::<_, StoreError>(format!("{rows:?}"))
    };
    let stored = world.desk.store.read(rows).await.unwrap();
    let log = format!("{:?}", world.entries("").await);
    for part in [secret.as_str(), &secret[5..]] {
        assert!(!stored.contains(part) && !log.contains(part));
    }
    let issued = world.entries("").await.into_iter().find(|entry| entry.action == "token.issued").unwrap();
    assert!(issued.actor == address("ana") && issued.details.contains("cases:read cases:work"), "{issued:?}");
    // Its last use is shown, and it is revoked with one press.
    let page = ana.get("/desk/tokens").await;
    page.says("Nightly");
    assert!(!page.text().contains("Never"));
    ana.send(&page, "/revoke", &[]).await.is(200).says("The token is revoked");
    with(&world, &secret).await.is(401).problem("unauthorized");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn supervisors_see_and_revoke_everybodys_and_agents_their_own() {
    let world = World::new().await;
    let of_ana = world.program("ana").await;
    let (ben, sam) = (world.agent("ben").await, world.agent("sam").await);
    let page = ben.get("/desk/tokens").await;
    assert!(!page.html.contains(&of_ana.token));
    let csrf = crate::support::world::csrf_on(&page);
    ben.post(&format!("/desk/tokens/{}/revoke", of_ana.token), &[("csrf", &csrf)]).await.is(404);
    of_ana.get("/me").await.is(200);
    let page = sam.get("/desk/tokens").await;
    page.says("Of colleagues").says("Ana");
    sam.send(&page, &format!("/{}/revoke", of_ana.token), &[]).await.is(200);
    of_ana.get("/me").await.is(401);
    let revoked = world.entries("").await.into_iter().find(|entry| entry.action == "token.revoked").unwrap();
    assert!(revoked.actor == address("sam") && revoked.details.contains(&address("ana")), "{revoked:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_somebodys_sign_ins_ends_their_tokens_and_a_lost_role_counts_at_once() {
    let world = World::new().await;
    let admin = world.person("ada").await;
    let act = || Act { actor: admin.actor(), ip: String::new(), at: world.now() };
    // A role that is lost.
    let sam = world.program("sam").await;
    sam.get("/alarms").await.is(200);
    world.desk.change_role(act(), world.person("sam").await.id, Role::Agent).await.unwrap().unwrap();
    sam.get("/alarms").await.is(403).problem("forbidden");
    assert_eq!(sam.get("/me").await.is(200).json()["role"], "agent");
    // A suspension, which the restored person does not get their tokens back from.
    let (ben, of) = (world.program("ben").await, world.person("ben").await.id);
    world.desk.change_standing(act(), of, Standing::Suspended).await.unwrap().unwrap();
    ben.get("/me").await.is(401);
    world.desk.change_standing(act(), of, Standing::Restored).await.unwrap().unwrap();
    ben.get("/me").await.is(401);
    // A changed password.
    let (ana, browser) = (world.program("ana").await, world.agent("ana").await);
    let page = browser.get("/desk/password").await;
    let given = [
        ("old", PASSWORD),
        ("new", "seven striped otters"),
        ("current", PASSWORD),
        ("password", "seven striped otters"),
    ];
    browser.send(page.is(200), "/desk/password", &given).await.is(200);
    ana.get("/me").await.is(401);
    // Signing out everywhere.
    let (aud, of) = (world.program("aud").await, world.person("aud").await);
    let act = Act { actor: of.actor(), ip: String::new(), at: world.now() };
    world.desk.sign_agent_out_everywhere(act, of.id).await.unwrap();
    aud.get("/me").await.is(401);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_ends_with_its_time_and_is_good_for_nothing_from_elsewhere() {
    let world = World::new().await;
    let elsewhere = world.program_for("ana", &["cases:read"], "192.0.2.0/24").await;
    let here = world.program_for("ana", &["cases:read"], "127.0.0.1").await;
    // Whoever presents it is not told why.
    let unknown = Program { secret: format!("mfad_{}", "A".repeat(43)), ..here.clone() };
    let (refused, nothing) = (elsewhere.get("/me").await, unknown.get("/me").await);
    assert_eq!((refused.is(401).problem("unauthorized"), refused.header("www-authenticate").to_owned()), {
        (nothing.is(401).problem("unauthorized"), nothing.header("www-authenticate").to_owned())
    });
    here.get("/me").await.is(200);
    world.clock.advance(TimeDelta::days(7));
    here.get("/me").await.is(401);
    here.get("/me").await.is(401);
    let entries = world.entries("").await;
    let why: Vec<_> =
        entries.iter().filter(|entry| entry.action == "token.refused").map(|entry| &entry.details).collect();
    let told = |word: &str| why.iter().filter(|details| details.contains(word)).count();
    assert_eq!((told("network"), told("expired")), (1, 1), "{why:?}");
    assert!(why.iter().all(|details| details.contains("\"via\":\"token ")), "{why:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn useless_tokens_are_limited_and_good_ones_are_not() {
    let change = |settings: &mut mfa_desk::config::Settings| settings.limits.sign_ins_per_network = 5;
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let ana = world.program("ana").await;
    let mut statuses = Vec::new();
    for n in 0..8 {
        let guess = Program { secret: format!("mfad_guess{n}"), ..ana.clone() };
        statuses.push(guess.get("/me").await.status);
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
    ana.get("/me").await.is(200);
    let sam = world.agent("sam").await;
    sam.get("/desk/blocks").await.says("Useless tokens of programs from one network");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_can_have_more_tokens_than_they_can_look_through() {
    let world = World::new().await;
    for _ in 0..20 {
        world.program("ana").await;
    }
    let ana = world.agent("ana").await;
    let page = ana.get("/desk/tokens").await;
    let one_more = [("name", "One more"), ("scope", "cases:read"), ("days", "1")];
    ana.send(&page, "/desk/tokens", &one_more).await.is(422).says("You have 20 tokens");
    world.program("ben").await;
    assert_ne!(id(world.person("ana").await.id), id(world.person("ben").await.id));
    world.stop().await;
}

fn sleeps_after_three_days(settings: &mut mfa_desk::config::Settings) {
    settings.api.dormant_after_days = 3;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_sleeps_while_its_person_comes_no_more_and_wakes_when_they_sign_in() {
    let world = World::with(Setup { change: sleeps_after_three_days, ..Setup::default() }).await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (ana, ben) = (world.program("ana").await, world.program("ben").await);
    world.clock.advance(TimeDelta::days(2));
    world.agent("ana").await;
    world.clock.advance(TimeDelta::hours(23));
    ben.get("/me").await.is(200);
    world.clock.advance(TimeDelta::hours(1));
    ana.get("/me").await.is(200);
    for _ in 0..2 {
        let refused = ben.get("/me").await;
        let problem = refused.is(401).problem("dormant");
        assert!(problem["detail"].as_str().unwrap().contains("signed in"), "{problem}");
        assert!(problem["sign_in"].as_str().unwrap().ends_with("/desk/sign-in"), "{problem}");
        assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"mfa-desk\", error=\"invalid_token\"");
    }
    let note = Some(serde_json::json!({ "body": "x" }));
    ben.post(&format!("/cases/{reference}/notes"), &[], note).await.is(401).problem("dormant");
    assert!(!world.actions(&reference).await.contains(&"case.note_added".to_owned()));
    let entries = world.entries("").await;
    let told: Vec<_> = entries.iter().filter(|entry| entry.details.contains("\"why\":\"dormant\"")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].action == "token.refused" && told[0].actor == address("ben"), "{told:?}");
    // A program that goes on asking fills no log: once a day is enough.
    let told = async || {
        let entries = world.entries("").await;
        entries.iter().filter(|entry| entry.details.contains("\"why\":\"dormant\"")).count()
    };
    for (hours, entries) in [(5, 1), (19, 2)] {
        world.clock.advance(TimeDelta::hours(hours));
        ben.get("/me").await.is(401).problem("dormant");
        assert_eq!(told().await, entries);
    }
    // Who looks at tokens sees that it sleeps, and which do not.
    let page = world.agent("sam").await.get("/desk/tokens").await;
    assert_eq!(page.is(200).text().matches("Dormant since").count(), 1, "{}", page.text());
    // The session that a sign-in began can be forgotten; that it was, is not.
    world.agent("ben").await;
    let forget = |tx: &mut Tx<'_>| Ok::<_, StoreError>(diesel::delete(agent_sessions::table).execute(tx.connection)?);
    assert!(world.desk.store.write(forget).await.unwrap() > 0);
    ben.get("/me").await.is(200);
    let page = world.agent("sam").await.get("/desk/tokens").await;
    assert!(!page.is(200).text().contains("Dormant since"), "{}", page.text());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_alone_wakes_no_token_and_a_suspended_person_has_none() {
    let world = World::with(Setup { change: sleeps_after_three_days, ..Setup::default() }).await;
    let ana = world.program("ana").await;
    world.clock.advance(TimeDelta::days(4));
    let browser = world.browser();
    let page = browser.get("/desk/sign-in").await;
    browser.send(&page, "/desk/sign-in", &[("email", &address("ana")), ("password", PASSWORD)]).await.is(200);
    ana.get("/me").await.is(401).problem("dormant");
    // Not revoked, and of no use all the same.
    world.agent("ana").await;
    ana.get("/me").await.is(200);
    world.clock.advance(TimeDelta::minutes(2));
    let (id, at) = (world.person("ana").await.id, world.now());
    world.desk.store.write(move |tx| agents::set_suspended(tx, id, true, at)).await.unwrap();
    ana.get("/me").await.is(401).problem("unauthorized");
    let entries = world.entries("").await;
    assert!(entries.iter().any(|entry| entry.details.contains("\"why\":\"suspended\"")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_lists_which_tokens_sleep() {
    // The command goes by the clock on the wall.
    let world = World::with(Setup { at: chrono::Utc::now() - TimeDelta::days(40), ..Setup::default() }).await;
    let issue = async |name: &str| {
        let agent = world.person(name).await;
        let wish = Wish::read((name, "90", ""), ["cases:read"], Role::Agent, 90).unwrap();
        let act = Act { actor: agent.actor(), ip: String::new(), at: world.now() };
        world.desk.issue_token(act, agent.id, wish).await.unwrap().unwrap().token
    };
    let (sleeps, good) = (issue("ana").await, issue("ben").await);
    world.clock.advance(TimeDelta::days(39));
    world.agent("ben").await;
    let url = world.database.configured();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mfa-desk"));
    command.env_clear().env("MFA_DESK__DATABASE__URL", &url).current_dir(std::env::temp_dir());
    let done = command.args(["tokens", "list"]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    let line = |token: &mfa_desk::domain::api_token::ApiToken| {
        said.lines().find(|line| line.starts_with(&token.id.to_string())).unwrap_or_else(|| panic!("{said}"))
    };
    let since = (sleeps.created_at + TimeDelta::days(30)).format("dormant since %Y-%m-%dT%H:%MZ").to_string();
    assert!(line(&sleeps).contains(&format!("\t{since}\t")), "{said}");
    assert!(line(&good).contains("\tgood\t"), "{said}");
    world.stop().await;
}
