use std::time::Duration;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::support::world::{OWNER, Setup, link_in};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_lose_what_they_tell_and_keep_which_way_up_they_are() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    page.is(200).says("Identity document").says("Upload document").says("You can send 5 more.");
    uploads(&customer, &reference, "passport.jpg", &photograph()).await.is(200).says("JPEG image").says("Received");
    uploads(&customer, &reference, "a picture.pdf", &png(b"tEXt")).await.is(200).says("PNG image");
    uploads(&customer, &reference, "../../etc/passwd", &pdf("/Type /Catalog")).await.is(200).says("PDF");

    let documents = stored(&world, &reference).await;
    let kinds: Vec<&str> = documents.iter().map(|document| document.kind.code()).collect();
    assert_eq!(kinds, ["jpeg", "png", "pdf"]);
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    for (document, (media, name)) in
        documents.iter().zip([("image/jpeg", "jpg"), ("image/png", "png"), ("application/pdf", "pdf")])
    {
        let (status, headers, bytes) = ana.download(&path_of(&reference, document)).await;
        assert_eq!(status, 200);
        assert!(!holds(&bytes, GPS) && !holds(&bytes, b"GPS"));
        assert_eq!(hex::encode(Sha256::digest(&bytes)), document.digest);
        assert_eq!(bytes.len(), usize::try_from(document.size).unwrap());
        let says = |header: &str| headers[header].to_str().unwrap().to_owned();
        assert_eq!(says("content-type"), media);
        assert_eq!(says("content-disposition"), format!("attachment; filename=\"{reference}-document.{name}\""));
        assert_eq!(says("content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(says("x-content-type-options"), "nosniff");
        assert_eq!(says("cache-control"), "no-store");
        assert_eq!(headers.get_all("content-security-policy").iter().count(), 1);
        if media == "image/jpeg" {
            assert!(holds(&bytes, b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06"));
        }
    }
    // Nothing of a file's own name is kept anywhere.
    let log = world.entries(&reference).await;
    assert!(log.iter().all(|entry| !entry.details.contains("passport") && !entry.details.contains("passwd")));
    let uploaded = entry(&world, &reference, "document.uploaded").await;
    assert_eq!(uploaded["kind"], "pdf");
    assert_eq!(uploaded["size"], documents[2].size);
    ana.get(&format!("/desk/cases/{reference}")).await.says("Document uploaded").says("Document opened");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_document_is_refused_beside_the_field_whatever_its_name_says() {
    let world =
        World::with(Setup { change: |settings| settings.documents.per_network_per_hour = 1000, ..Setup::default() })
            .await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    let photo = photograph();
    let bad: [(&str, Vec<u8>, &str); 9] = [
        ("passport.jpg", b"<!doctype html><script>alert(1)</script>".to_vec(), "no PDF, JPEG or PNG"),
        ("passport.jpg", b"GIF89a/*<svg onload=alert(1)>*/=1;".to_vec(), "no PDF, JPEG or PNG"),
        ("passport.pdf", [b"PK\x03\x04".to_vec(), pdf("/Type /Catalog")].concat(), "no PDF, JPEG or PNG"),
        ("cut.jpg", photo[..100].to_vec(), "damaged or incomplete"),
        ("moves.png", png(b"acTL"), "an animation"),
        ("short.png", png(b"tEXt")[..50].to_vec(), "damaged or incomplete"),
        ("locked.pdf", pdf("/Encrypt 5 0 R"), "protected with a password"),
        ("runs.pdf", pdf("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "holds a program"),
        ("empty.pdf", Vec::new(), "Choose a file that is not empty"),
    ];
    for (name, file, says) in &bad {
        let page = uploads(&customer, &reference, name, file).await;
        page.is(422).says(says);
        assert!(page.html.contains("id=\"document-error\""), "{name}");
        assert!(page.has_form("/documents"), "{name}");
    }
    assert_eq!(stored(&world, &reference).await, []);
    assert_eq!(entry(&world, &reference, "document.refused").await["rule"], "active_content");
    // A picture that is a web page as well is only a picture afterwards.
    let both = [
        &photo[..2],
        &[0xFF, 0xFE, 0, 31],
        b"<script>alert('hello')</script>"[..29].as_ref(),
        &photo[2..],
        b"<script>x</script>",
    ]
    .concat();
    uploads(&customer, &reference, "both.html", &both).await.is(200);
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let (_, _, bytes) = ana.download(&path_of(&reference, &stored(&world, &reference).await[0])).await;
    assert!(!holds(&bytes, b"<script>"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_may_have_ten_megabytes_and_not_a_byte_more() {
    const TEN: usize = 10 * 1024 * 1024;
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    uploads(&customer, &reference, "a.pdf", &pdf_of(TEN + 1)).await.is(413).says("This file is larger than 10 MB");
    uploads(&customer, &reference, "a.pdf", &pdf_of(5 * TEN)).await.is(413).says("This file is larger than 10 MB");
    assert_eq!(stored(&world, &reference).await, []);
    uploads(&customer, &reference, "a.pdf", &pdf_of(TEN)).await.is(200).says("10.0 MB");
    assert_eq!(stored(&world, &reference).await[0].size, i64::try_from(TEN).unwrap());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_has_five_documents_and_a_network_sends_ten_an_hour() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    for _ in 0..5 {
        uploads(&customer, &reference, "a.png", &png(b"tEXt")).await.is(200);
    }
    let page = uploads(&customer, &reference, "a.png", &png(b"tEXt")).await;
    page.is(409).says("This case has had 5 documents");
    assert!(!page.has_form("/documents"));
    assert_eq!(stored(&world, &reference).await.len(), 5);

    let (other, others) = world.confirmed(OWNER).await;
    for _ in 0..5 {
        uploads(&other, &others, "a.txt", b"no document").await.is(422);
    }
    uploads(&other, &others, "a.png", &png(b"tEXt")).await.is(429).says("Many documents were sent from your network");
    world.later(TimeDelta::hours(1)).await;
    uploads(&other, &others, "a.png", &png(b"tEXt")).await.is(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_form_is_answered_on_the_page_and_stores_nothing() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    let path = format!("/cases/{reference}/documents");
    let csrf = csrf_on(&customer.get(&format!("/cases/{reference}")).await);
    let file = png(b"tEXt");
    let token: Part<'_> = ("csrf", None, csrf.as_bytes());
    let document: Part<'_> = ("document", Some("a.png"), &file);
    let (kind, whole) = multipart(&[token, document]);

    let unreadable = [
        ("multipart/form-data".to_owned(), whole.clone()),
        ("multipart/form-data; boundary=another".to_owned(), whole.clone()),
        (kind.clone(), whole[..whole.len() - 60].to_vec()),
        (kind.clone(), b"nothing of a form".to_vec()),
        (kind.clone(), Vec::new()),
        (kind.clone(), multipart(&[token, document, document]).1),
        (kind.clone(), multipart(&[token, ("another", None, b"field"), document]).1),
        (kind.clone(), multipart(&[token, token, document]).1),
    ];
    for (kind, body) in unreadable {
        let page = customer.post_raw(&path, &kind, body).await;
        page.is(400).says("What arrived could not be read");
    }
    // A form without a file, as multipart and as plain fields.
    customer.post_raw(&path, &kind, multipart(&[token]).1).await.is(422).says("Choose a file");
    customer.post(&path, &[("csrf", &csrf), ("document", "a.png")]).await.is(422).says("Choose a file");
    // A field that is longer than a token can be.
    let long = vec![b'x'; 100_000];
    let page = customer.post_raw(&path, &kind, multipart(&[("csrf", None, &long), document]).1).await;
    assert!(matches!(page.status, 400 | 413), "{}", page.status);
    assert_eq!(stored(&world, &reference).await, []);
    // The same form whole.
    customer.post_raw(&path, &kind, whole).await.is(200).says("PNG image");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_cases_own_browser_can_send_a_file() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    let (other, others) = world.confirmed(OWNER).await;
    let path = format!("/cases/{reference}/documents");
    let csrf = csrf_on(&customer.get(&format!("/cases/{reference}")).await);
    let others_csrf = csrf_on(&other.get(&format!("/cases/{others}")).await);
    let file = png(b"tEXt");
    for token in ["", "0000", &others_csrf] {
        let (kind, body) = multipart(&[("csrf", None, token.as_bytes()), ("document", Some("a.png"), &file)]);
        customer.post_raw(&path, &kind, body).await.is(403);
    }
    let (kind, body) = multipart(&[("document", Some("a.png"), &file)]);
    customer.post_raw(&path, &kind, body).await.is(403);
    // Another case's browser, and one that is let in nowhere, with the right token.
    let (kind, body) = multipart(&[("csrf", None, csrf.as_bytes()), ("document", Some("a.png"), &file)]);
    other.post_raw(&path, &kind, body.clone()).await.is(403);
    world.browser().post_raw(&path, &kind, body).await.is(403);
    assert_eq!(stored(&world, &reference).await, []);
    assert!(!world.actions(&reference).await.iter().any(|action| action.starts_with("document.")));
    world.stop().await;
}

/// Sends the head of an upload and a little of its body, and answers with the connection.
async fn begins(world: &World, path: &str, cookie: &str) -> TcpStream {
    let host = world.base.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nContent-Length: 9000000\r\n\
         Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection
}

async fn first_line(connection: &mut TcpStream) -> String {
    let mut bytes = [0; 200];
    let read = tokio::time::timeout(Duration::from_secs(10), connection.read(&mut bytes)).await.expect("no answer");
    String::from_utf8_lossy(&bytes[..read.unwrap()]).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_refused_before_the_file_is_read_and_a_case_sends_one_at_a_time() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(NO_PHONE).await;
    let path = format!("/cases/{reference}/documents");
    for cookie in ["", "mfa-desk=x", &format!("mfa-desk-{reference}={}", "A".repeat(43))] {
        // Nine megabytes are announced and never sent: whoever waits for them does not answer.
        let mut connection = begins(&world, &path, cookie).await;
        let line = first_line(&mut connection).await;
        assert!(line.contains("403"), "{line}");
    }
    // One browser that sends slowly.
    let stranger = world.browser();
    let page = stranger.get(&format!("/cases/{reference}")).await;
    stranger.send(&page, "/link", &[]).await;
    let link = link_in(&world.mail("link").await, "open");
    let (open, token) = link.split_once("?token=").unwrap();
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = client.post(format!("{}{open}", world.base)).form(&[("token", token)]).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let slow = begins(&world, &path, &cookie).await;
    let busy = async {
        loop {
            let page = uploads(&customer, &reference, "a.png", &png(b"tEXt")).await;
            if page.status == 503 {
                return page;
            }
            tokio::task::yield_now().await;
        }
    };
    let page = tokio::time::timeout(Duration::from_secs(10), busy).await.expect("two at once");
    assert!(page.headers.contains_key("retry-after"));
    // When it goes away, its place is free.
    drop(slow);
    let free = async {
        while uploads(&customer, &reference, "a.png", &png(b"tEXt")).await.status == 503 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), free).await.expect("the place is never free");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_a_phone_is_asked_for_it_first_and_may_send_a_document_too() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    page.says("Confirm your phone number").says("Call me now").says("Upload document");
    let mail = world.mail("Email address verified").await;
    assert!(mail.text.contains("phone number") && !mail.text.contains("identity document"), "{}", mail.text);
    uploads(&customer, &reference, "a.png", &png(b"tEXt")).await.is(200).says("Confirm your phone number");
    world.passes_phone_check(&customer, &reference).await;
    // Nothing is missing any more, so nothing is to be sent.
    let page = customer.get(&format!("/cases/{reference}")).await;
    assert!(!page.has_form("/documents"));
    page.says("PNG image");
    let csrf = csrf_on(&page);
    let (kind, body) = multipart(&[("csrf", None, csrf.as_bytes()), ("document", Some("a.png"), &png(b"tEXt"))]);
    customer.post_raw(&format!("/cases/{reference}/documents"), &kind, body).await.is(409);
    assert_eq!(entry(&world, &reference, "case.refused").await["command"], "upload_document");
    world.stop().await;
}
