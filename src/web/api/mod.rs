//! `/api/v1`: everything the desk can do, for programs, by the same acts and under the same rules.

mod approvals;
mod audit;
mod body;
mod bulk;
mod canned;
mod case_view;
mod cases;
mod cursor;
mod decisions;
mod desk;
mod docs;
mod documents;
mod events;
mod frame;
mod headers;
mod mail;
mod me;
mod notes;
mod openapi;
mod operation;
mod people;
mod phone_change;
mod problem;
mod program;
mod query;
mod reports;
mod table;
mod tags;
mod timeline;
mod views;
mod work;

pub use frame::serve;
pub use operation::{Answers, Operation};
pub use table::routes;

/// Where it begins.
pub const BASE: &str = "/api/v1";
