//! Mails that cannot become what they should: they are set aside, nothing of them is lost, and others go on.

use img_parts::Bytes;
use mfa_desk::domain::document::{Fit, Unfit, prepare};
use mfa_desk::domain::inbound::{Aside, Fate, Way};
use mfa_desk::workflow::Taken;

use super::evidence::with_files;
use super::{Letter, message, messages, posts, seal, takes, takes_mail, undecided, world};
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
    ana.get(&format!("/desk/mail/{id}")).await.is(200).says("This is poison").says(OWNER).says("Re: my case");
    assert!(world.actions("").await.contains(&"mail.set_aside".to_owned()));
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
