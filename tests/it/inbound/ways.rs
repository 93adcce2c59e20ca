use chrono::TimeDelta;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Letter, messages, posts, seal, world};
use crate::support::world::{OWNER, Setup, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_hands_mails_over_signed() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let letter = Letter::answering(&world.mail(&reference).await, "By the route").raw();
    let good = seal(&world, &letter);
    let mut changed = letter.clone();
    changed.push(b'!');
    assert_eq!(posts(&world, &good, changed).await, 403, "another mail");
    for (what, bad) in [
        ("no signature", mfa_desk::signed_webhooks::Seal { signature: String::new(), ..good.clone() }),
        ("another identifier", mfa_desk::signed_webhooks::Seal { id: "msg2".to_owned(), ..good.clone() }),
        ("parts moved", mfa_desk::signed_webhooks::Seal { id: "msg.1".to_owned(), ..good.clone() }),
        ("another time", mfa_desk::signed_webhooks::Seal { timestamp: "0".to_owned(), ..good.clone() }),
    ] {
        assert_eq!(posts(&world, &bad, letter.clone()).await, 403, "{what}");
    }
    assert!(messages(&world, &reference).await.is_empty());
    assert_eq!(posts(&world, &good, letter.clone()).await, 204);
    assert_eq!(posts(&world, &good, letter.clone()).await, 204, "handed over again, it is known");
    assert_eq!(messages(&world, &reference).await.len(), 1);
    world.clock.advance(TimeDelta::minutes(6));
    assert_eq!(posts(&world, &good, letter).await, 403, "too old to be believed");
    assert!(world.actions("").await.contains(&"hook.refused".to_owned()));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_secret_there_is_no_such_route() {
    let world = World::with(Setup::default()).await;
    assert_eq!(posts(&world, &seal(&world, b"x"), b"x".to_vec()).await, 404);
    world.stop().await;
}

/// Says how large the mail is, sends a little of it, and reads the answer.
async fn begins(world: &World, length: Option<u64>, sent: usize) -> String {
    let seal = seal(world, b"");
    let address = world.base.trim_start_matches("http://").to_owned();
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let size = length.map_or("Transfer-Encoding: chunked".to_owned(), |length| format!("Content-Length: {length}"));
    let head = format!(
        "POST /hooks/mail HTTP/1.1\r\nHost: {address}\r\n{size}\r\nwebhook-id: {}\r\nwebhook-timestamp: {}\r\n\
         webhook-signature: {}\r\nConnection: close\r\n\r\n",
        seal.id, seal.timestamp, seal.signature
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let piece = vec![b'x'; 64 * 1024];
    let mut left = sent;
    while left > 0 {
        let some = left.min(piece.len());
        let chunk = match length {
            Some(_) => piece[..some].to_vec(),
            None => [format!("{some:x}\r\n").as_bytes(), &piece[..some], b"\r\n"].concat(),
        };
        // The server may have answered and closed.
        if stream.write_all(&chunk).await.is_err() {
            break;
        }
        left -= some;
    }
    let mut answer = vec![0; 64];
    let read = stream.read(&mut answer).await.unwrap_or_default();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_of_a_hundred_megabytes_is_refused_before_it_is_read() {
    let world = world().await;
    let answer = begins(&world, Some(100 * 1024 * 1024), 1024).await;
    assert!(answer.contains(" 413 "), "announced, and refused although hardly anything was sent: {answer}");
    let most = world.desk.kit.inbound.largest_bytes();
    let answer = begins(&world, None, most + 1024 * 1024).await;
    assert!(answer.is_empty() || answer.contains(" 413 "), "not announced, and given up at the limit: {answer}");
    world.stop().await;
}
