//! What leaves the program towards people, and the mails that come back: mails, voice calls and text messages; and what
//! other systems are told.

pub mod forwarder;
pub mod inbound;
pub mod mail;
pub mod subscriber;
pub mod voice;

/// Make `ring` the process's TLS provider. Call it before the first HTTP client is built; later calls change nothing.
pub fn install_tls_provider() {
    // An error only says that a provider is in place already, which is all we want.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
