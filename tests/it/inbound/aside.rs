//! Mails that cannot become what they should: they are set aside, nothing of them is lost, and others go on.

use chrono::TimeDelta;
use img_parts::Bytes;
use mfa_desk::domain::document::{Fit, Unfit, prepare};
use mfa_desk::domain::inbound::{Aside, Fate, Way};
use mfa_desk::store::inbound;
use mfa_desk::workflow::Taken;

use super::evidence::with_files;
use super::{Letter, filed, message, messages, posts, seal, takes, takes_mail, undecided, world};
use crate::identity_documents::{pdf, png, stored};
use crate::queue::run;
use crate::support::world::{OWNER, Setup, World};

/// Looks at files as a broken reader of pictures would.
fn bears_no_pictures(file: Bytes) -> Result<Fit, Unfit> {
    assert!(!file.starts_with(b"\x89PNG"), "a reader that breaks");
    prepare(file)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_over_which_looking_fails_sets_its_mail_aside_and_others_go_on() {
    let world = World::with(Setup { change: takes_mail, look_at: bears_no_pictures, ..Setup::default() }).await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ours = world.mail(&reference).await;
    let (picture, paper) = (png(b"tEXt"), pdf("/Type /Catalog"));
    let broken = with_files(Letter::answering(&ours, "With a picture"), &[("card.png", &picture)]);
    assert_eq!(takes(&world, &broken).await, Taken::New(Fate::SetAside));
    assert_eq!(takes(&world, &broken).await, Taken::Known, "it is stored");
    let whole = with_files(Letter::answering(&ours, "With a paper"), &[("letter.pdf", &paper)]);
    assert_eq!(takes(&world, &whole).await, message());
    let raw = with_files(Letter::answering(&ours, "With another picture"), &[("card.png", &picture)]).raw();
    assert_eq!(posts(&world, &seal(&world, &raw), raw).await, 204, "whoever handed it over need not come again");
    assert_eq!(messages(&world, &reference).await.len(), 1);
    assert_eq!(stored(&world, &reference).await.len(), 1);

    let waiting = undecided(&world).await;
    assert!(waiting.len() == 2 && waiting.iter().all(|mail| mail.aside == Some(Aside::Files)), "{waiting:?}");
    let ana = world.agent("ana").await;
    ana.get("/desk/mail").await.says("What came with it could not be looked at");
    let first = waiting.last().unwrap().id;
    let page = ana.get(&format!("/desk/mail/{first}")).await;
    page.is(200).says("With a picture").says("card.png");
    // Attached by hand, the letter is worth having without its file.
    ana.send(&page, "/attach", &[("reference", &reference)]).await.is(200).says("message of the case now");
    ana.get(&format!("/desk/cases/{reference}")).await.says("With a picture").says("it cannot be looked at");

    // What is done to one of a case stands in the log of the case, and not anybody at the desk forgets it.
    let other = undecided(&world).await[0].id;
    let page = ana.get(&format!("/desk/mail/{other}")).await;
    ana.send(&page, "/discard", &[]).await.is(409).says("Claim the case first");
    assert_eq!(undecided(&world).await.len(), 1);
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    ana.send(&page, "/discard", &[]).await.is(200).says("discarded");
    ana.send(&page, "/discard", &[]).await.says("not there any more");
    let actions = world.actions(&reference).await;
    assert_eq!(actions.iter().filter(|action| *action == "mail.viewed").count(), 2, "{actions:?}");
    assert_eq!(actions.iter().filter(|action| *action == "mail.discarded").count(), 1, "{actions:?}");
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    page.says("A mail that was set aside was discarded").says("Read a mail that was set aside");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_decides_about_leaves_a_trace_in_its_case_and_a_supervisor_need_not_hold_it() {
    let world = World::with(Setup { change: takes_mail, look_at: bears_no_pictures, ..Setup::default() }).await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ours = world.mail(&reference).await;
    let picture = png(b"tEXt");
    for text in ["One", "Another"] {
        let broken = with_files(Letter::answering(&ours, text), &[("card.png", &picture)]);
        assert_eq!(takes(&world, &broken).await, Taken::New(Fate::SetAside));
    }
    let discarded = async || world.actions(&reference).await.iter().filter(|each| *each == "mail.discarded").count();
    let sam = world.agent("sam").await;
    let page = sam.get(&format!("/desk/mail/{}", undecided(&world).await[0].id)).await;
    sam.send(&page, "/discard", &[]).await.is(200).says("discarded");
    assert_eq!(discarded().await, 1);
    world.later(TimeDelta::days(31)).await;
    world.desk.clear().await.unwrap();
    assert!(undecided(&world).await.is_empty());
    assert_eq!(discarded().await, 2);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_the_database_refuses_is_kept_as_it_came() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ours = world.mail(&reference).await;
    refuses_poison(&world);
    let poison = Letter::answering(&ours, "This is poison");
    world.desk.take_mail(poison.raw(), Way::Imap).await.unwrap_err();
    assert!(messages(&world, &reference).await.is_empty() && undecided(&world).await.is_empty());
    // What reads the mailbox does so after several tries.
    let aside = world.desk.set_mail_aside(poison.raw(), Way::Imap).await.unwrap();
    assert_eq!(aside, Taken::New(Fate::SetAside));
    assert_eq!(world.desk.set_mail_aside(poison.raw(), Way::Imap).await.unwrap(), Taken::Known);
    assert_eq!(takes(&world, &Letter::answering(&ours, "This is bread")).await, message());
    let ana = world.agent("ana").await;
    ana.get("/desk/mail").await.says("It could not be stored");
    let id = undecided(&world).await[0].id;
    let page = ana.get(&format!("/desk/mail/{id}")).await;
    page.is(200).says("This is poison").says(OWNER).says("Re: my case");
    assert!(world.actions("").await.contains(&"mail.set_aside".to_owned()));

    // Once the database takes it, it becomes one message with all that is known of it, whichever way it comes again.
    run(&world, "DROP TRIGGER poison", "DROP TRIGGER poison ON case_entries");
    let headers = "Received: from relay.example by mx.example; Tue, 3 Mar 2026 10:00:01 +0000\n".to_owned();
    let relayed = Letter { headers, ..poison.clone() };
    for again in [&poison, &relayed] {
        assert_eq!(takes(&world, again).await, Taken::Known);
    }
    ana.send(&page, "/attach", &[("reference", &reference)]).await.is(200).says("message of the case now");
    let case = filed(&world, &reference).await.case.id;
    let kept = world.desk.store.read(move |connection| inbound::of_case(connection, case)).await.unwrap();
    let attached = kept.iter().find(|mail| mail.id == id).unwrap();
    assert_eq!((attached.from.as_str(), attached.subject.as_str()), (OWNER, "Re: my case"));
    assert_eq!(takes(&world, &relayed).await, Taken::Known);
    assert_eq!(messages(&world, &reference).await.len(), 2);
    world.stop().await;
}

/// Has the database refuse every entry of a case that speaks of poison.
pub fn refuses_poison(world: &World) {
    let sqlite = "CREATE TRIGGER poison BEFORE INSERT ON case_entries WHEN NEW.body LIKE '%poison%'
        BEGIN SELECT RAISE(ABORT, 'no poison here'); END";
    let postgres = "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no poison here'; END $$;
        CREATE TRIGGER poison BEFORE INSERT ON case_entries FOR EACH ROW WHEN (NEW.body LIKE '%poison%')
        EXECUTE FUNCTION poison()";
    run(world, sqlite, postgres);
}
