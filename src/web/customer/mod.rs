//! What customers see.

pub(crate) mod contact;
pub(crate) mod document;
pub(crate) mod form;
pub(crate) mod fresh;
pub(crate) mod home;
pub(crate) mod language;
pub(crate) mod link;
pub(crate) mod phone;
pub(crate) mod status;
pub(crate) mod ways;
