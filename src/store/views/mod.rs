//! Read models: a screen has one query, or a few, and never a loop of them.

pub mod queue;
pub mod reports;
