use mfa_desk::domain::inbound::Fate;
use mfa_desk::store::cases::EntryKind;
use mfa_desk::workflow::Taken;

use super::{Letter, filed, message, messages, takes, undecided, world};
use crate::support::world::OWNER;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_a_message_of_the_case_that_it_answers_and_the_desk_owes_one_back() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "messages", &[("body", "Was it you?")]).await.is(200);
    assert_eq!(filed(&world, &reference).await.filing.clocks.answer_by(), None);
    let ours = world.mail("New message").await;
    let before = world.mails().await.len();

    let said = "Yes, <b>me</b>.\n\nOn Mon, 2 Mar 2026 at 10:00 Desk wrote:\n> Was it you?\n";
    assert_eq!(takes(&world, &Letter::answering(&ours, said)).await, message());

    let entries = messages(&world, &reference).await;
    assert_eq!((entries.len(), entries[0].kind), (1, EntryKind::FromCustomer));
    assert_eq!(entries[0].body, "Yes, <b>me</b>.");
    let owed = filed(&world, &reference).await.filing.clocks.answer_by().unwrap();
    assert_eq!(owed, world.now() + world.desk.kit.periods.first_answer());
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    page.says("Yes, <b>me</b>.").says("By mail").says("the mail that it answers").says("Quoted text and signature");
    assert!(page.html.contains("&lt;b&gt;me"), "what a mail says is text");
    customer.get(&format!("/cases/{reference}")).await.says("By e-mail from your address").says("Yes, <b>me</b>.");
    assert!(world.actions(&reference).await.contains(&"case.mail_received".to_owned()));
    assert_eq!(world.mails().await.len(), before, "nobody is answered");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_address_alone_leads_to_the_case_and_cannot_be_guessed_or_carried_to_another() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (_, other) = world.confirmed("root@customers.example").await;
    let ours = world.mail(&reference).await;
    let reply_to = ours.header("Reply-To").unwrap().to_owned();
    let at = reply_to.find("desk+").unwrap_or_else(|| panic!("no address of its own in {reply_to}"));
    assert!(ours.header("Message-ID") != Some(""), "{:?}", ours.headers);

    let alone = Letter { answers: None, ..Letter::answering(&ours, "By address") };
    assert_eq!(takes(&world, &alone).await, message());
    assert_eq!(messages(&world, &reference).await[0].body, "By address");

    let bare = |reference: &str| reference.trim_start_matches("MFA-").replace('-', "").to_lowercase();
    let token = &reply_to[at + 5..at + 5 + 40];
    let last = if token.ends_with('0') { "1" } else { "0" };
    let wrong = [
        format!("desk+{}{}@desk.example.test", bare(&other), &token[8..]),
        format!("desk+{}{last}@desk.example.test", &token[..39]),
        format!("desk+{}@desk.example.test", bare(&reference)),
        "desk@desk.example.test".to_owned(),
    ];
    for (n, to) in wrong.into_iter().enumerate() {
        let letter = Letter { to, answers: None, ..Letter::answering(&ours, &format!("Wrong {}", "!".repeat(n))) };
        assert_eq!(takes(&world, &letter).await, Taken::New(Fate::Unmatched), "{n}");
    }
    // The log and the desk know the identifier of the mail's row; the Message-ID proves more than that.
    let id = ours.header("Message-ID").unwrap().trim_matches(['<', '>']).to_owned();
    let row = id.split('.').next().unwrap();
    for forged in [format!("<{row}@desk.example.test>"), format!("<{row}.{}@desk.example.test>", "0".repeat(32))] {
        let answers = Some(forged.clone());
        let to = "desk@desk.example.test".to_owned();
        let letter = Letter { answers, to, ..Letter::answering(&ours, &format!("Forged {forged}")) };
        assert_eq!(takes(&world, &letter).await, Taken::New(Fate::Unmatched), "{forged}");
    }
    assert_eq!(messages(&world, &reference).await.len(), 1);
    assert!(messages(&world, &other).await.is_empty());
    assert_eq!(undecided(&world).await.len(), 6);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_from_another_address_is_kept_and_never_said_to_be_the_customers() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let ours = world.mail(&reference).await;
    let letter = Letter { from: "friend@elsewhere.example".to_owned(), ..Letter::answering(&ours, "I am Olivia") };
    assert_eq!(takes(&world, &letter).await, message());
    let entries = messages(&world, &reference).await;
    assert_eq!(entries[0].kind, EntryKind::FromElsewhere);
    let ana = world.agent("ana").await;
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    page.says("From another address").says("f•••@e•••.example").says("somebody, by mail").says("I am Olivia");
    let own = customer.get(&format!("/cases/{reference}")).await;
    assert!(!own.text().contains("I am Olivia"), "{}", own.text());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_mail_counts_once_whichever_way_and_however_often_it_comes() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ours = world.mail(&reference).await;
    let letter = Letter::answering(&ours, "Once");
    let relayed =
        [b"Received: from mx by desk; now\r\nDelivered-To: someone@else.example\r\n".as_slice(), &letter.raw()];
    let way = mfa_desk::domain::inbound::Way::Imap;
    let both = tokio::join!(takes(&world, &letter), world.desk.take_mail(relayed.concat(), way));
    assert_eq!([both.0, both.1.unwrap()].iter().filter(|taken| **taken == message()).count(), 1);
    assert_eq!(takes(&world, &letter).await, Taken::Known);
    // Another text under the same Message-ID is another mail.
    let other = Letter { body: "Twice".to_owned(), ..letter };
    assert_eq!(takes(&world, &other).await, message());
    assert_eq!(messages(&world, &reference).await.len(), 2);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_are_noted_and_not_answered_and_nothing_of_them_is_a_message() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ours = world.mail(&reference).await;
    let before = world.mails().await.len();
    let owed = filed(&world, &reference).await.filing.clocks.answer_by();
    for (n, headers) in
        ["Auto-Submitted: auto-replied\n", "Precedence: bulk\n", "X-Mfa-Desk-Case: x\n"].into_iter().enumerate()
    {
        let headers = headers.to_owned();
        let letter = Letter { headers, ..Letter::answering(&ours, &format!("I am away {}", "!".repeat(n))) };
        assert_eq!(takes(&world, &letter).await, Taken::New(Fate::Automatic));
    }
    // Our own mail, sent back to us by a forwarding rule.
    let looped = world.smtp.messages().last().unwrap().raw.clone().into_bytes();
    let way = mfa_desk::domain::inbound::Way::Imap;
    assert_eq!(world.desk.take_mail(looped, way).await.unwrap(), Taken::New(Fate::Automatic));
    assert!(messages(&world, &reference).await.is_empty() && undecided(&world).await.is_empty());
    assert_eq!(filed(&world, &reference).await.filing.clocks.answer_by(), owed);
    assert_eq!(world.mails().await.len(), before);
    let noted = world.actions(&reference).await.into_iter().filter(|action| action == "mail.automatic").count();
    assert_eq!(noted, 2, "a loop is nothing to note on a case");
    world.stop().await;
}
