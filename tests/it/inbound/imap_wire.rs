//! What a server, or somebody on the way to it, could do before the connection is encrypted.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use mfa_desk::config::{ImapSettings, MailTls};
use mfa_desk::notify::inbound::{ImapError, ImapMailbox};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::dkim::openssl;

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

/// What a server needs to encrypt, and the file with the authority that vouches for it.
fn encrypts(folder: &Path) -> (TlsAcceptor, PathBuf) {
    let at = |name: &str| folder.join(name).display().to_string();
    let (ca, ca_key, leaf, key, asked, extensions) =
        (at("ca.pem"), at("ca.key"), at("leaf.pem"), at("leaf.key"), at("leaf.csr"), at("leaf.ext"));
    let ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    let vouches = ["-x509", "-subj", "/CN=test CA", "-addext", "basicConstraints=critical,CA:TRUE"];
    openssl(&[&["req"], &ec[..], &vouches, &["-keyout", &ca_key, "-out", &ca]].concat());
    openssl(&[&["req"], &ec[..], &["-subj", "/CN=127.0.0.1", "-keyout", &key, "-out", &asked]].concat());
    std::fs::write(&extensions, "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
    let signs = ["x509", "-req", "-in", &asked, "-CA", &ca, "-CAkey", &ca_key, "-CAcreateserial"];
    openssl(&[&signs[..], &["-extfile", &extensions, "-out", &leaf]].concat());
    let chain = vec![CertificateDer::from_pem_file(&leaf).unwrap()];
    let key = PrivateKeyDer::from_pem_file(&key).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    (TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).unwrap())), PathBuf::from(ca))
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
