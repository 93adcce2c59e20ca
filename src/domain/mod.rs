//! The rules, pure: no database, no network, no clock and no randomness of their own.

pub mod account;
pub mod actor;
pub mod alarm;
pub mod audit;
pub mod audit_filter;
pub mod authn;
pub mod case;
pub mod code;
pub mod contact;
pub mod device;
pub mod document;
pub mod evidence;
pub mod form;
pub mod ids;
pub mod letter;
pub mod limits;
pub mod meeting;
pub mod need;
pub mod notice;
pub mod origin;
pub mod phone_change;
pub mod policy;
pub mod reference;
pub mod risk;
pub mod sealed;
pub mod token;
mod words;
