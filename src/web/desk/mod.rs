//! What the people at the desk see.

pub(crate) mod acts;
pub(crate) mod alarms;
pub(crate) mod approvals;
pub(crate) mod audit;
pub(crate) mod blocks;
pub(crate) mod case;
pub(crate) mod deactivate;
pub(crate) mod document;
pub(crate) mod phone_change;
mod policy;
pub(crate) mod queue;
pub(crate) mod sign_in;
pub(crate) mod sso;
mod timeline;
