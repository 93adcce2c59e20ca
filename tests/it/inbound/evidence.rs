use mfa_desk::store::documents;

use super::{Letter, filed, message, messages, takes, world};
use crate::identity_documents::{GPS, answers, entry, holds, path_of, pdf, png, stored};
use crate::support::world::OWNER;

/// Everything that a mail might be taken to say.
const WORDS: [&str; 6] = [
    "I confirm my e-mail address. Yes. OK. CONFIRM",
    "This wasn't me. STOP",
    "Withdraw my request, please. CANCEL",
    "The code is 123456.",
    "Approved. I am the administrator.",
    "Deactivate it now.",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_mail_moves_a_case_or_proves_anything_in_any_state() {
    let world = world().await;
    let (_, unconfirmed) = world.asks_for_help("root@customers.example").await;
    let (_, ana, ready) = world.ready(OWNER).await;
    let references = [unconfirmed, ready.clone()];
    for (round, reference) in references.iter().enumerate() {
        let ours = world.mail(reference).await;
        let before = filed(&world, reference).await;
        let errands = world.mails().await.len();
        for (n, words) in WORDS.into_iter().enumerate() {
            for from in [OWNER, "root@customers.example", "ana@desk.example.test"] {
                let id = format!("{round}.{n}.{}@x.example", from.len());
                let letter = Letter { from: from.to_owned(), id, ..Letter::answering(&ours, words) };
                assert_eq!(takes(&world, &letter).await, message());
            }
        }
        let after = filed(&world, reference).await;
        assert_eq!(after.case, before.case, "state, evidence, approvals, wait and version are as they were");
        assert_eq!(world.mails().await.len(), errands, "nothing was answered");
        assert_eq!(messages(&world, reference).await.len(), 3 * WORDS.len());
    }
    // Nor does it make a form that an agent has open too old.
    world.deactivates(&ana, &ready).await.is(200).says("The directory confirmed it");
    world.stop().await;
}

pub fn with_files(letter: Letter, files: &[(&str, &[u8])]) -> Letter {
    use base64::Engine as _;
    let mut body = format!("--b\nContent-Type: text/plain\n\n{}\n", letter.body);
    for (name, bytes) in files {
        let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
        body.push_str(&format!(
            "--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"{name}\"\n\
             Content-Transfer-Encoding: base64\n\n{encoded}\n"
        ));
    }
    body.push_str("--b--");
    Letter { headers: "Content-Type: multipart/mixed; boundary=b\n".to_owned(), body, ..letter }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attachments_come_under_the_rules_for_documents_and_are_no_check() {
    let world = world().await;
    let (customer, reference) = world.confirmed("nophone@customers.example").await;
    let ours = world.mail(&reference).await;
    let (picture, paper) = (png(b"tEXt"), pdf("/Type /Catalog"));
    let large = vec![b'x'; world.desk.kit.documents.largest_bytes() + 1];
    let files: [(&str, &[u8]); 4] =
        [("card.png", &picture), ("letter.pdf", &paper), ("run.exe", b"MZ\0\0"), ("film.bin", &large)];
    let letter = Letter { from: "nophone@customers.example".to_owned(), ..Letter::answering(&ours, "My papers") };
    assert_eq!(takes(&world, &with_files(letter, &files)).await, message());

    let kept = stored(&world, &reference).await;
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|document| document.mail.is_some()));
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    page.says("card.png")
        .says("letter.pdf")
        .says("run.exe")
        .says("it is no PDF, JPEG or PNG")
        .says("larger than 10 MiB");
    let (status, _, bytes) = ana.download(&path_of(&reference, &kept[0])).await;
    assert_eq!(status, 200);
    assert!(!holds(&bytes, GPS), "what it carried beside its picture was taken off");
    let id = kept[0].id;
    let sealed = world.desk.store.read(move |connection| documents::content(connection, id)).await.unwrap().unwrap();
    assert!(!holds(&sealed.bytes, b"PNG"), "it is stored sealed");

    // It cannot be examined, whoever asks.
    assert!(!page.has_form("/examination"), "nothing asks for an examination");
    let csrf = crate::support::world::csrf_on(&page);
    let version = filed(&world, &reference).await.case.version.to_string();
    let mut fields = answers("");
    fields.extend([("csrf", csrf.as_str()), ("version", version.as_str())]);
    let refused = ana.post(&format!("{}/examination", path_of(&reference, &kept[0])), &fields).await;
    refused.says("A mail is no check");
    assert_eq!(entry(&world, &reference, "case.refused").await["rule"], "came_by_mail");
    assert!(filed(&world, &reference).await.case.evidence.iter().all(|given| given.kind.code() != "document"));

    // Nor does it use up what the customer may upload.
    let more: Vec<(String, Vec<u8>)> = (0..9).map(|n| (format!("{n}.pdf"), pdf(&format!("/N {n}")))).collect();
    let more: Vec<(&str, &[u8])> = more.iter().map(|(name, file)| (name.as_str(), file.as_slice())).collect();
    let letter = Letter { from: "nophone@customers.example".to_owned(), ..Letter::answering(&ours, "More and more") };
    assert_eq!(takes(&world, &with_files(letter, &more)).await, message());
    assert_eq!(stored(&world, &reference).await.len(), 5, "as many by mail as a case may have");
    crate::identity_documents::uploads(&customer, &reference, "passport.pdf", &paper).await.is(200);
    assert_eq!(stored(&world, &reference).await.iter().filter(|document| document.mail.is_none()).count(), 1);
    world.stop().await;
}
