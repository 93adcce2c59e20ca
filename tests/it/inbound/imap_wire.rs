//! What a server, or somebody on the way to it, could do before the connection is encrypted.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use mfa_desk::config::{ImapSettings, MailTls};
use mfa_desk::notify::inbound::{ImapError, ImapMailbox};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::support::tls::encrypts;

/// Reads a command and answers it.
async fn answers<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, answer: &str) -> String {
    let mut buffer = [0; 1024];
    let read = stream.read(&mut buffer).await.unwrap_or_default();
    let heard = String::from_utf8_lossy(&buffer[..read]).into_owned();
    let tag = heard.split(' ').next().unwrap_or_default();
    stream.write_all(answer.replace("TAG", tag).as_bytes()).await.unwrap_or_default();
    heard
}

/// A server that greets so and answers the first command so. Then it leaves, or encrypts the connection and takes no
/// password. Answers with what was said to it in the clear, and how signing in failed.
async fn talk(
    greeting: &'static str,
    answer: &'static str,
    encrypts: Option<(TlsAcceptor, PathBuf)>,
) -> (String, ImapError) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let said = Arc::new(Mutex::new(String::new()));
    let hears = Arc::clone(&said);
    let (acceptor, ca_file) = encrypts.unzip();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(greeting.as_bytes()).await.unwrap();
        let heard = answers(&mut stream, answer).await;
        hears.lock().unwrap().push_str(&heard);
        match acceptor {
            Some(acceptor) => {
                let mut stream = acceptor.accept(stream).await.unwrap();
                answers(&mut stream, "TAG NO not you\r\n").await;
                answers(&mut stream, "").await;
            }
            None => {
                let heard = answers(&mut stream, "").await;
                hears.lock().unwrap().push_str(&heard);
            }
        }
    });
    let settings = ImapSettings {
        host: Some("127.0.0.1".to_owned()),
        port: Some(port),
        tls: MailTls::Starttls,
        username: Some("desk".to_owned()),
        password: Some("hunter2".into()),
        ca_file,
        ..ImapSettings::default()
    };
    let error = ImapMailbox::new(&settings).unwrap().unwrap().look().await.unwrap_err();
    let said = said.lock().unwrap().clone();
    (said, error)
}

#[tokio::test]
async fn no_password_is_sent_before_the_connection_is_encrypted() {
    // No STARTTLS; somebody who says it is not needed; and somebody who puts answers in before it begins.
    let refused = talk("* OK hello\r\n", "TAG BAD unknown\r\n", None).await;
    assert_eq!(refused.1, ImapError::Refused("STARTTLS"));
    let signed_in = talk("* PREAUTH welcome\r\n", "TAG OK\r\n", None).await;
    assert_eq!(signed_in.1, ImapError::Refused("the connection"));
    let folder = tempfile::tempdir().unwrap();
    let early = "TAG OK go on\r\nA0001 OK signed in\r\nA0002 OK signed in\r\n";
    let injected = talk("* OK hello\r\n", early, Some(encrypts(folder.path()))).await;
    assert_eq!(injected.1, ImapError::SignIn, "only what was said encrypted is believed");
    for (said, _) in [refused, signed_in, injected] {
        assert!(!said.contains("hunter2") && !said.to_uppercase().contains("LOGIN"), "{said}");
    }
}
