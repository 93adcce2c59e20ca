//! What the people at the desk see.

pub(crate) mod acts;
pub(crate) mod alarms;
pub(crate) mod approvals;
pub(crate) mod audit;
pub(crate) mod blocks;
pub(crate) mod bulk;
pub(crate) mod canned;
pub(crate) mod case;
mod clock;
pub(crate) mod contacts;
pub(crate) mod deactivate;
pub(crate) mod deliveries;
pub(crate) mod device;
mod devices;
pub mod directory;
pub(crate) mod document;
pub(crate) mod forwarding;
pub(crate) mod kin;
pub mod live;
pub(crate) mod mail;
mod next_step;
pub(crate) mod password;
pub(crate) mod people;
pub(crate) mod phone_change;
mod policy;
pub(crate) mod privacy;
pub(crate) mod queue;
pub(crate) mod reports;
pub(crate) mod sessions;
pub(crate) mod sign_in;
pub(crate) mod sso;
pub(crate) mod step_up;
pub(crate) mod tags;
pub(crate) mod timeline;
pub(crate) mod tokens;
pub(crate) mod verify;
pub(crate) mod views;

use serde::Deserialize;

/// What a press did, as the address of the next page says it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct After {
    done: String,
}
