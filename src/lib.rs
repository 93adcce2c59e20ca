//! mfa-desk: a support-desk case tool for people who have lost, or can no longer use, their MFA device.

pub mod cli;
pub mod clock;
pub mod config;
mod descriptors;
pub mod directory;
pub mod dkim;
pub mod domain;
pub mod entropy;
mod http_client;
pub mod locale;
pub mod metrics;
pub mod notify;
pub mod passkeys;
pub mod passwords;
mod private_files;
pub mod server;
pub mod signed_webhooks;
pub mod sso;
pub mod store;
mod tls_client;
pub mod web;
pub mod worker;
pub mod workflow;
