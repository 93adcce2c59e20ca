//! What connections over TLS are made with, other than those of HTTP and SMTP.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

/// Connects to whoever the public roots vouch for, or those of a PEM file. `identity` is a file with the certificate to
/// show and its chain, and a file with its key.
///
/// # Errors
/// Why a file cannot be used.
pub(crate) fn connector(ca_file: Option<&Path>, identity: Option<(&Path, &Path)>) -> Result<TlsConnector, String> {
    crate::notify::install_tls_provider();
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in ca_file.map(certificates).transpose()?.unwrap_or_default() {
        let unfit = |_| format!("{} holds a certificate that cannot be used", shown(ca_file));
        roots.add(certificate).map_err(unfit)?;
    }
    let config = ClientConfig::builder().with_root_certificates(roots);
    let config = match identity {
        None => config.with_no_client_auth(),
        Some((chain, key)) => {
            let unreadable = |_| format!("{} holds no usable PEM key", key.display());
            let private = PrivateKeyDer::from_pem_file(key).map_err(unreadable)?;
            let unfit = |_| format!("{} is no key of {}", key.display(), chain.display());
            config.with_client_auth_cert(certificates(chain)?, private).map_err(unfit)?
        }
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

fn shown(path: Option<&Path>) -> String {
    path.map(|path| path.display().to_string()).unwrap_or_default()
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let shown = path.display();
    let found = CertificateDer::pem_file_iter(path).map_err(|_| format!("{shown} cannot be read"))?;
    let found: Vec<_> =
        found.collect::<Result<_, _>>().map_err(|_| format!("{shown} holds no usable PEM certificate"))?;
    if found.is_empty() { Err(format!("{shown} holds no PEM certificate")) } else { Ok(found) }
}

/// Why there is no encryption that can be trusted, in words without the other side's.
pub(crate) fn why(error: &std::io::Error) -> String {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(tls) => tls.to_string(),
        None => error.kind().to_string(),
    }
}
