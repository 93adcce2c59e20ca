//! A running server with everything around it, and readers for what it sends.

pub mod accounts;
pub mod balancer;
pub mod browser;
pub mod database;
pub mod directory;
pub mod http_peer;
pub mod listener;
pub mod mail_reader;
pub mod oidc;
pub mod postgres;
pub mod privacyidea;
pub mod proxy;
pub mod python;
pub mod ready;
pub mod receiver;
pub mod smtp;
pub mod soft_key;
pub mod syslog;
pub mod tls;
pub mod twilio;
pub mod world;
