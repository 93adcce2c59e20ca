//! What stands in front of every handler.

pub mod access;
pub mod account;
pub mod caller;
pub mod fields;
pub mod headers;
pub mod session_token;
pub mod step_up;
pub mod trace;
pub mod upload;
