use chrono::TimeDelta;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::sealed::{Sealed, Sealing};
use mfa_desk::store::schema::{authenticators, documents};
use mfa_desk::store::{AnyConnection, StoreError, Tx};
use mfa_desk::workflow::{Act, Rotated};
use secrecy::SecretString;

use super::*;
use crate::support::world::Setup;

const K1: &str = "k1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const K2: &str = "k2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

fn operator(world: &World) -> Act {
    Act { actor: Actor::Operator, ip: String::new(), at: world.now() }
}

async fn contents(world: &World) -> Vec<(String, Option<Vec<u8>>)> {
    let look = |connection: &mut AnyConnection| {
        let rows = documents::table.order(documents::id.asc()).select((documents::key_id, documents::sealed));
        Ok::<Vec<(String, Option<Vec<u8>>)>, StoreError>(rows.load(connection)?)
    };
    world.desk.store.read(look).await.unwrap()
}

async fn secrets(world: &World) -> Vec<String> {
    let look = |connection: &mut AnyConnection| {
        let kept = authenticators::table.filter(authenticators::secret.is_not_null());
        let rows: Vec<Option<String>> = kept.select(authenticators::secret).load(connection)?;
        Ok::<Vec<String>, StoreError>(rows.into_iter().flatten().collect())
    };
    world.desk.store.read(look).await.unwrap()
}

/// Gives every authenticator a secret that is sealed with the first key.
async fn plants_secrets(world: &World) -> usize {
    let kit = world.desk.kit.clone();
    let plant = move |tx: &mut Tx<'_>| {
        let ids: Vec<String> = authenticators::table.select(authenticators::id).load(tx.connection)?;
        for id in &ids {
            let sealed = kit.sealing.seal(Sealing::AuthenticatorSecret, id, kit.entropy.bytes(), id.as_bytes());
            diesel::update(authenticators::table.find(id))
                .set(authenticators::secret.eq(Some(sealed.to_text())))
                .execute(tx.connection)?;
        }
        Ok(ids.len())
    };
    world.desk.store.write(plant).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stored_is_encrypted_and_belongs_to_its_row() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    uploads(&customer, &reference, "a.pdf", &pdf("/Title (First of two)")).await.is(200);
    uploads(&customer, &reference, "b.pdf", &pdf("/Title (Second of two)")).await.is(200);
    let rows = contents(&world).await;
    assert!(rows.iter().all(|(_, sealed)| !holds(sealed.as_ref().unwrap(), b"PDF")));
    // Two rows that were exchanged open no more, and nothing of them leaves.
    let both: Vec<_> = stored(&world, &reference).await.iter().map(|document| document.id.to_string()).collect();
    let swap = move |tx: &mut Tx<'_>| {
        for (id, (_, sealed)) in both.iter().zip(rows.iter().rev()) {
            diesel::update(documents::table.find(id)).set(documents::sealed.eq(sealed)).execute(tx.connection)?;
        }
        Ok(())
    };
    world.desk.store.write(swap).await.unwrap();
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let (status, _, bytes) = ana.download(&path_of(&reference, &stored(&world, &reference).await[0])).await;
    assert_eq!(status, 500);
    assert!(!holds(&bytes, b"of two"));
    assert!(!world.actions(&reference).await.contains(&"document.viewed".to_owned()));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_rotation_the_old_key_is_not_needed_any_more() {
    let world = World::with(Setup {
        change: |settings| settings.secrets.data_keys = Some(SecretString::from(K1)),
        ..Setup::default()
    })
    .await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    let files: Vec<Vec<u8>> = (0..5).map(|n| pdf(&format!("/Title (Number {n})"))).collect();
    for file in &files {
        uploads(&customer, &reference, "a.pdf", file).await.is(200);
    }
    // The device that ana signs in with has a secret too.
    let planted = plants_secrets(&world).await + 1;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    assert!(contents(&world).await.iter().all(|(key, _)| key == "k1"));
    let setup =
        |change| Setup { database: world.database.clone(), change, at: world.now(), seed: 2, ..Setup::default() };

    // With the old key missing nothing is lost: it stays as it was, and is counted.
    let without = World::with(setup(|settings| settings.secrets.data_keys = Some(SecretString::from(K2)))).await;
    let before = contents(&without).await;
    let done = without.desk.rotate_secrets(operator(&without), |_| ()).await.unwrap();
    assert_eq!(done, Rotated { mails: 0, documents: 0, secrets: 0, locked: 5 + planted });
    assert_eq!(contents(&without).await, before);
    without.stop().await;

    let both = World::with(setup(|settings| {
        settings.secrets.data_keys = Some(SecretString::from(format!("{K2},{K1}")));
    }))
    .await;
    let mut steps = Vec::new();
    let done = both.desk.rotate_secrets(operator(&both), |done| steps.push(done)).await.unwrap();
    assert_eq!(done, Rotated { mails: 0, documents: 5, secrets: planted, locked: 0 });
    // A little at a time: four documents are in memory at most.
    assert_eq!(steps[0].documents, 4);
    assert!(contents(&both).await.iter().all(|(key, _)| key == "k2"));
    assert!(secrets(&both).await.iter().all(|secret| secret.starts_with("k2:")));
    let rotated: Vec<_> =
        both.entries("").await.into_iter().filter(|entry| entry.action == "secrets.rotated").collect();
    assert!(rotated.len() >= 3 && rotated.iter().all(|entry| entry.actor_kind == "operator"));
    // Done once more there is nothing to do.
    let again = both.desk.rotate_secrets(operator(&both), |_| ()).await.unwrap();
    assert_eq!(again, Rotated::default());
    both.stop().await;

    let new = World::with(setup(|settings| settings.secrets.data_keys = Some(SecretString::from(K2)))).await;
    let ana = new.agent("ana").await;
    for (document, file) in stored(&new, &reference).await.iter().zip(&files) {
        let (status, _, bytes) = ana.download(&path_of(&reference, document)).await;
        assert_eq!((status, &bytes), (200, file));
    }
    for secret in secrets(&new).await {
        let sealed = Sealed::from_text(&secret).unwrap();
        let look = |connection: &mut AnyConnection| {
            Ok::<Vec<String>, StoreError>(authenticators::table.select(authenticators::id).load(connection)?)
        };
        let ids = new.desk.store.read(look).await.unwrap();
        let opens = |id: &String| new.desk.kit.sealing.open(Sealing::AuthenticatorSecret, id, &sealed).is_ok();
        assert_eq!(ids.iter().filter(|id| opens(id)).count(), 1);
    }
    new.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_rotates_and_says_so() {
    let world = World::with(Setup {
        change: |settings| settings.secrets.data_keys = Some(SecretString::from(K1)),
        ..Setup::default()
    })
    .await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    uploads(&customer, &reference, "a.pdf", &pdf("/Type /Catalog")).await.is(200);
    let url = world.database.configured();
    let run = |keys: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mfa-desk"));
        command.env_clear().env("MFA_DESK__DATABASE__URL", &url).current_dir(std::env::temp_dir());
        command.env("MFA_DESK__SECRETS__DATA_KEYS", keys).args(["secrets", "rotate"]).output().unwrap()
    };
    let missing = run(K2);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stdout).contains("1 could not be opened"));
    let done = run(&format!("{K2},{K1}"));
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(done.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&done.stderr));
    assert!(said.contains("1 documents") && said.contains("the key k2"), "{said}");
    assert_eq!(contents(&world).await[0].0, "k2");
    let nothing = run("");
    assert_eq!(nothing.status.code(), Some(2));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_are_erased_thirty_days_after_the_case_ended_and_not_before() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    uploads(&customer, &reference, "a.pdf", &pdf("/Type /Catalog")).await.is(200);
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let document = stored(&world, &reference).await.remove(0);
    // An open case keeps its documents, however old they are, and so does one that was withdrawn just now.
    assert_eq!(world.desk.erase_documents().await.unwrap(), 0);
    world.later(TimeDelta::days(10)).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    let customer = if page.has_form("/withdraw") {
        customer
    } else {
        // The browser's time is over before the case's is.
        customer.send(&page, "/link", &[]).await;
        let link = crate::support::world::link_in(&world.mail("link").await, "open");
        let page = customer.get(&link).await;
        customer.send(&page, "/open", &[]).await.is(200);
        customer
    };
    let page = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&page, "/withdraw", &[]).await.is(200);
    world.later(TimeDelta::days(30) - TimeDelta::minutes(1)).await;
    assert_eq!(world.desk.erase_documents().await.unwrap(), 0);
    let ana = world.agent("ana").await;
    assert_eq!(ana.download(&path_of(&reference, &document)).await.0, 200);

    world.later(TimeDelta::minutes(1)).await;
    // Two instances at once: each document is erased once. The server's own worker may have been first.
    let (one, two) = tokio::join!(world.desk.erase_documents(), world.desk.erase_documents());
    assert!(one.unwrap() + two.unwrap() <= 1);
    assert_eq!(contents(&world).await.len(), 1);
    assert!(contents(&world).await.iter().all(|(_, sealed)| sealed.is_none()));
    let erased = world.actions(&reference).await.iter().filter(|action| *action == "document.erased").count();
    assert_eq!(erased, 1);
    assert_eq!(entry(&world, &reference, "document.erased").await["document"], document.id.to_string());
    assert_eq!(world.desk.erase_documents().await.unwrap(), 0);
    assert_eq!(ana.download(&path_of(&reference, &document)).await.0, 404);
    ana.get(&format!("/desk/cases/{reference}")).await.says("Erased").says("Document erased");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_erases_nothing() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    uploads(&customer, &reference, "a.pdf", &pdf("/Type /Catalog")).await.is(200);
    let link = crate::support::world::link_in(&world.mail("Email address verified").await, "object");
    let page = customer.get(&link).await;
    customer.send(&page, "/object", &[]).await.is(200);
    world.later(TimeDelta::days(400)).await;
    assert_eq!(world.desk.erase_documents().await.unwrap(), 0);
    assert!(contents(&world).await.iter().all(|(_, sealed)| sealed.is_some()));
    world.stop().await;
}
