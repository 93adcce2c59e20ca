//! Where providers report to.

pub(crate) mod mail;
pub(crate) mod twilio;
