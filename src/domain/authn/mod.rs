//! How an account proves itself when it signs in: time-based codes, saved recovery codes, and the steps that they
//! are asked for in.

pub mod password;
mod recovery_code;
pub mod sso;
mod steps;
mod totp;

pub use recovery_code::RecoveryCode;
pub use steps::{Assurance, Means, Next, Stuck, after_password};
pub use totp::{Clockwork, NotASecret, TotpCode, TotpSecret, accept, resynchronise, step_at};
