//! Stand-ins for the services outside, and readers for what they are sent.

pub mod mail_reader;
pub mod smtp;
pub mod twilio;
