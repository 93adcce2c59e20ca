//! Integration tests: one binary, a module for each journey.
#![allow(clippy::unwrap_used)]

mod account_sign_in;
mod administrators;
mod api;
mod approvals;
mod audit_export;
mod audit_log;
#[cfg(feature = "aws")]
mod aws_iam;
#[cfg(feature = "aws")]
mod aws_peer;
mod bad_input;
mod case_page;
mod cluster;
mod contacts;
mod credentials;
mod database_trouble;
mod deliveries;
mod disputes;
mod documents;
mod events;
mod export_forged;
mod export_proof;
mod faults;
mod forwarding;
mod fresh;
mod identity_documents;
mod inbound;
mod interleavings;
mod journey_2_and_5;
mod keep;
mod keycloak;
mod languages;
mod limits;
mod live;
mod mail_delivery;
mod metrics;
mod migrations;
mod operations;
mod own_proofs;
mod phone_change;
mod policy_and_risk;
mod policy_explain;
mod privacyidea;
mod privacyidea_peer;
mod program;
mod proof;
mod queue;
mod reports;
mod routes;
mod self_service;
mod several;
mod smtp_peer;
mod smtp_wire;
mod sso;
mod sso_peer;
// Not every journey uses all that the stand-ins can do.
mod desk_sign_in;
mod directories;
mod directory_faults;
mod lost_colleague;
mod people;
mod step_up;
#[allow(dead_code)]
mod support;
mod timers;
mod timing;
mod voice_twilio;
mod web_hardening;
mod webhook_directory;
