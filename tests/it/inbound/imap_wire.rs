//! What a server, or somebody on the way to it, could do before the connection is encrypted.

use std::sync::{Arc, Mutex};

use mfa_desk::config::{ImapSettings, MailTls};
use mfa_desk::notify::inbound::{ImapError, ImapMailbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that greets so, answers the first command so and leaves; answers with what was said to it, and how signing in
/// failed.
async fn talk(greeting: &'static str, answer: &'static str) -> (String, ImapError) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let said = Arc::new(Mutex::new(String::new()));
    let hears = Arc::clone(&said);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(greeting.as_bytes()).await.unwrap();
        let mut buffer = [0; 1024];
        for answers in [true, false] {
            let read = stream.read(&mut buffer).await.unwrap_or_default();
            let heard = String::from_utf8_lossy(&buffer[..read]).into_owned();
            let tag = heard.split(' ').next().unwrap_or_default().to_owned();
            hears.lock().unwrap().push_str(&heard);
            if answers {
                stream.write_all(answer.replace("TAG", &tag).as_bytes()).await.unwrap_or_default();
            }
        }
    });
    let settings = ImapSettings {
        host: Some("127.0.0.1".to_owned()),
        port: Some(port),
        tls: MailTls::Starttls,
        username: Some("desk".to_owned()),
        password: Some("hunter2".into()),
        ..ImapSettings::default()
    };
    let error = ImapMailbox::new(&settings).unwrap().unwrap().look().await.unwrap_err();
    let said = said.lock().unwrap().clone();
    (said, error)
}

#[tokio::test]
async fn no_password_is_sent_before_the_connection_is_encrypted() {
    // No STARTTLS; somebody who says it is not needed; and somebody who puts answers in before it begins.
    let refused = talk("* OK hello\r\n", "TAG BAD unknown\r\n").await;
    assert_eq!(refused.1, ImapError::Refused("STARTTLS"));
    let signed_in = talk("* PREAUTH welcome\r\n", "TAG OK\r\n").await;
    assert_eq!(signed_in.1, ImapError::Refused("the connection"));
    let injected = talk("* OK hello\r\n", "TAG OK go on\r\nA0002 OK signed in\r\n").await;
    assert!(matches!(injected.1, ImapError::Tls(_)), "{:?}", injected.1);
    for (said, _) in [refused, signed_in, injected] {
        assert!(!said.contains("hunter2") && !said.to_uppercase().contains("LOGIN"), "{said}");
    }
}
