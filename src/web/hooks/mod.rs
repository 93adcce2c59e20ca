//! Where providers report to.

pub(crate) mod twilio;
