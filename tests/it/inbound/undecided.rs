use chrono::TimeDelta;
use diesel::{QueryDsl, RunQueryDsl};
use mfa_desk::domain::ids::InboundMailId;
use mfa_desk::domain::inbound::{Aside, Fate, Way};
use mfa_desk::store::inbound::{self, InboundMail};
use mfa_desk::store::schema::inbound_mails;
use mfa_desk::store::{AnyConnection, Tx};
use mfa_desk::workflow::Taken;

use super::{Letter, filed, message, messages, posts, seal, takes, undecided, world};
use crate::support::world::{OWNER, World};

fn stray(body: &str) -> Letter {
    Letter {
        from: "stray@elsewhere.example".to_owned(),
        to: "desk@desk.example.test".to_owned(),
        answers: None,
        headers: String::new(),
        body: body.to_owned(),
        id: format!("{}@elsewhere.example", body.len()),
    }
}

/// Everything that the table holds, as one text.
async fn kept(world: &World) -> String {
    let all = |connection: &mut AnyConnection| {
        type Row = (String, String, Option<Vec<u8>>);
        let columns = (inbound_mails::from_address, inbound_mails::subject, inbound_mails::sealed);
        let rows: Vec<Row> = inbound_mails::table.select(columns).load(connection)?;
        Ok(format!("{rows:?}"))
    };
    world.desk.store.read(all).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_names_no_case_waits_for_somebody_who_attaches_it() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let before = world.mails().await.len();
    assert_eq!(takes(&world, &stray("It is about my case.")).await, Taken::New(Fate::Unmatched));
    assert!(!kept(&world).await.contains("about my case"), "it is kept sealed");
    let ana = world.agent("ana").await;
    let list = ana.get("/desk/mail").await;
    list.is(200).says("Re: my case").says("s•••@e•••.example");
    assert_eq!(world.mails().await.len(), before, "whoever wrote it is not answered");

    let id = undecided(&world).await[0].id;
    let page = ana.get(&format!("/desk/mail/{id}")).await;
    page.is(200).says("It is about my case.").says("stray@elsewhere.example");
    let wrong = ana.send(&page, "/attach", &[("reference", "nonsense")]).await;
    wrong.is(422).says("Enter a reference");
    let wrong = ana.send(&wrong, "/attach", &[("reference", "MFA-0000-0000")]).await;
    wrong.is(422);
    let case = filed(&world, &reference).await.case;
    ana.send(&wrong, "/attach", &[("reference", &reference)]).await.is(200).says("message of the case now");
    let entries = messages(&world, &reference).await;
    assert_eq!(entries[0].body, "It is about my case.");
    assert_eq!(filed(&world, &reference).await.case, case, "attached by hand, it proves as little");
    ana.get(&format!("/desk/cases/{reference}")).await.says("Found by hand").says("From another address");

    // It is there once, and gone from the list; the same mail is still known.
    ana.send(&page, "/attach", &[("reference", &reference)]).await.says("not there any more");
    ana.get("/desk/mail").await.says("No mail waits");
    assert_eq!(messages(&world, &reference).await.len(), 1);
    assert_eq!(takes(&world, &stray("It is about my case.")).await, Taken::Known);
    assert!(!kept(&world).await.contains("Some("), "what was kept of it as it came is gone");
    let actions = world.actions("").await;
    for action in ["mail.unmatched", "mail.viewed", "mail.attached"] {
        assert!(actions.iter().any(|each| each == action), "{action} is not among {actions:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_discarded_or_too_old_is_forgotten() {
    let world = world().await;
    for body in ["Spam", "Spam and eggs"] {
        takes(&world, &stray(body)).await;
    }
    let ana = world.agent("ana").await;
    let id = undecided(&world).await[0].id;
    let page = ana.get(&format!("/desk/mail/{id}")).await;
    ana.send(&page, "/discard", &[]).await.is(200).says("discarded");
    assert_eq!(undecided(&world).await.len(), 1);
    world.later(TimeDelta::days(29)).await;
    world.desk.clear().await.unwrap();
    assert_eq!(undecided(&world).await.len(), 1, "thirty days are not over");
    world.later(TimeDelta::days(2)).await;
    world.desk.clear().await.unwrap();
    assert!(undecided(&world).await.is_empty());
    let kept = kept(&world).await;
    assert!(!kept.contains("stray") && !kept.contains("my case") && !kept.contains("Some("), "{kept}");
    let discarded = world.actions("").await.into_iter().filter(|action| action == "mail.discarded").count();
    assert_eq!(discarded, 2);
    // That they came is known a while longer, and then not even that.
    assert_eq!(takes(&world, &stray("Spam")).await, Taken::Known);
    world.later(TimeDelta::days(31)).await;
    world.desk.clear().await.unwrap();
    let rows = |connection: &mut AnyConnection| Ok(inbound_mails::table.count().get_result::<i64>(connection)?);
    assert_eq!(world.desk.store.read(rows).await.unwrap(), 0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_to_a_case_that_is_over_is_kept_and_nobody_is_answered() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let ours = world.mail(&reference).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&page, "/withdraw", &[]).await;
    let before = world.mails().await.len();
    world.clock.advance(TimeDelta::minutes(5));
    let case = filed(&world, &reference).await;
    assert!(case.case.state.is_final(), "{:?}", case.case.state);
    assert_eq!(takes(&world, &Letter::answering(&ours, "Wait, come back")).await, message());
    assert_eq!(filed(&world, &reference).await, case, "no clock runs, and nothing is opened again");
    assert_eq!(world.mails().await.len(), before);
    let ana = world.agent("ana").await;
    ana.get("/desk/mail").await.says("To cases that are over").says(&reference);
    ana.get(&format!("/desk/cases/{reference}")).await.says("Wait, come back");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_cannot_bury_the_desk() {
    let world = world().await;
    let most = usize::try_from(world.desk.kit.inbound.per_address_hour).unwrap();
    for n in 0..most {
        assert_eq!(takes(&world, &stray(&"x".repeat(n + 1))).await, Taken::New(Fate::Unmatched));
    }
    assert_eq!(takes(&world, &stray("One more than is allowed, and so not kept")).await, Taken::New(Fate::TooMany));
    let other = Letter { from: "other@elsewhere.example".to_owned(), ..stray("Somebody else") };
    assert_eq!(takes(&world, &other).await, Taken::New(Fate::Unmatched));
    let sam = world.agent("sam").await;
    sam.get("/desk/blocks").await.says("Mails from one address or to one case");
    world.later(TimeDelta::hours(1)).await;
    assert_eq!(takes(&world, &stray("An hour later it is taken again, of course")).await, Taken::New(Fate::Unmatched));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_a_mail_says_it_is_from_uses_up_nothing_of_a_case() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ours = world.mail(&reference).await;
    let most = usize::try_from(world.desk.kit.inbound.per_address_hour).unwrap();
    let mut forged = Taken::Known;
    for n in 0..=most {
        forged = takes(&world, &Letter { from: OWNER.to_owned(), ..stray(&"x".repeat(n + 1)) }).await;
    }
    assert_eq!(forged, Taken::New(Fate::TooMany));
    for n in 0..most {
        let answer = Letter::answering(&ours, &"y".repeat(200 + n));
        let from = if n == 0 { OWNER.to_owned() } else { format!("{n}@elsewhere.example") };
        assert_eq!(takes(&world, &Letter { from, ..answer }).await, message(), "{n}");
    }
    let more = Letter::answering(&ours, "Too many for one case");
    assert_eq!(takes(&world, &more).await, Taken::New(Fate::SetAside));
    assert!(world.actions(&reference).await.contains(&"mail.set_aside".to_owned()), "whoever works on it is told");
    // It is kept, and somebody decides: here, that it is a message after all.
    let ana = world.agent("ana").await;
    ana.get("/desk/mail").await.says("Set aside").says("Too many came to its case within an hour");
    let aside = undecided(&world).await.into_iter().find(|mail| mail.aside.is_some()).unwrap();
    assert_eq!(aside.aside, Some(Aside::TooMany));
    let page = ana.get(&format!("/desk/mail/{}", aside.id)).await;
    page.is(200).says("Too many for one case").says(&reference);
    assert!(page.html.contains(&format!("name=\"reference\" type=\"text\" value=\"{reference}\"")), "{}", page.html);
    ana.send(&page, "/attach", &[("reference", &reference)]).await.is(200).says("message of the case now");
    assert!(messages(&world, &reference).await.iter().any(|entry| entry.body == "Too many for one case"));
    assert_eq!(takes(&world, &more).await, Taken::Known);
    // No more than twenty of one case wait.
    for n in 0..=20 {
        let fate = if n < 20 { Fate::SetAside } else { Fate::TooMany };
        assert_eq!(takes(&world, &Letter::answering(&ours, &"z".repeat(400 + n))).await, Taken::New(fate), "{n}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_much_for_one_case_keeps_nobody_else_out() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ours = world.mail(&reference).await;
    let most = usize::try_from(world.desk.kit.inbound.per_address_hour).unwrap();
    for n in 0..most {
        assert_eq!(takes(&world, &Letter::answering(&ours, &"y".repeat(200 + n))).await, message(), "{n}");
    }
    takes(&world, &stray("One of many")).await;
    let one = undecided(&world).await.remove(0);
    crowd(&world, one, inbound::MOST_UNDECIDED / 2).await;
    assert_eq!(takes(&world, &Letter::answering(&ours, "One more")).await, Taken::New(Fate::TooMany));
    assert!(world.actions(&reference).await.contains(&"mail.too_many".to_owned()));
    assert_eq!(takes(&world, &stray("There is room for another one")).await, Taken::New(Fate::Unmatched));
    world.stop().await;
}

/// Has so many mails wait that are like one of them.
async fn crowd(world: &World, one: InboundMail, most: i64) {
    let fill = move |tx: &mut Tx<'_>| {
        for n in 1..most {
            let mut random = [0; 10];
            random[2..].copy_from_slice(&n.to_be_bytes());
            let id = InboundMailId::new(one.received_at, random);
            inbound::insert(tx, &InboundMail { id, digest: n.to_string(), ..one.clone() }, None)?;
        }
        Ok(())
    };
    world.desk.store.write(fill).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_more_can_wait_nothing_is_said_to_be_stored_and_mails_of_cases_still_are() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ours = world.mail(&reference).await;
    takes(&world, &stray("One of many")).await;
    let one = undecided(&world).await.remove(0);
    crowd(&world, one, inbound::MOST_UNDECIDED).await;
    let late = stray("There is no room for this one");
    assert_eq!(takes(&world, &late).await, Taken::NoRoom);
    assert_eq!(posts(&world, &seal(&world, &late.raw()), late.raw()).await, 503, "the mail server keeps it");
    assert_eq!(world.desk.take_head(late.raw(), 9_999_999, Way::Imap).await.unwrap(), Taken::NoRoom);
    assert_eq!(takes(&world, &stray("One of many")).await, Taken::Known);
    assert_eq!(takes(&world, &Letter::answering(&ours, "I belong to a case")).await, message());
    let ana = world.agent("ana").await;
    let page = ana.get(&format!("/desk/mail/{}", undecided(&world).await[0].id)).await;
    ana.send(&page, "/discard", &[]).await.is(200);
    assert_eq!(takes(&world, &late).await, Taken::New(Fate::Unmatched));
    world.stop().await;
}

/// Two mails within one, the first of which has no head: the parser's own assertions fail over it where they are checked.
const TANGLED: &[u8] = b"From: a@elsewhere.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHere.\r\n\
--b\r\nContent-Type: message/rfc822\r\n\r\nx within\rM\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: within\r\n\r\nx\r\n--b--\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_the_parser_fails_over_is_kept_as_it_came() {
    let world = world().await;
    assert_eq!(world.desk.take_mail(TANGLED.to_vec(), Way::Hook).await.unwrap(), Taken::New(Fate::Unmatched));
    assert_eq!(world.desk.take_mail(TANGLED.to_vec(), Way::Hook).await.unwrap(), Taken::Known);
    let id = undecided(&world).await[0].id;
    let ana = world.agent("ana").await;
    ana.get("/desk/mail").await.is(200);
    ana.get(&format!("/desk/mail/{id}")).await.is(200);
    world.stop().await;
}
