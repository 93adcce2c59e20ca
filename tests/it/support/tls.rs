//! Certificates for servers that the test plays, made by openssl.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

pub fn openssl(args: &[&str]) -> String {
    let made =
        Command::new("openssl").args(args).stderr(Stdio::null()).output().expect("openssl, which this test needs");
    assert!(made.status.success(), "openssl {args:?}");
    String::from_utf8(made.stdout).unwrap()
}

/// What a server needs to encrypt, and the file with the authority that vouches for it.
pub fn encrypts(folder: &Path) -> (TlsAcceptor, PathBuf) {
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
