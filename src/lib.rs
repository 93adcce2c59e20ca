//! mfa-desk: a support-desk case tool for people who have lost, or can no longer use, their MFA device.

pub mod config;
pub mod domain;
pub mod notify;
