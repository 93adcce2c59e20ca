//! How an account proves itself when it signs in, the steps that this is asked for in, and how it keeps its
//! authenticators.

mod ceremony;
mod enrolment;
mod guesses;
mod keeping;
mod passkey;
pub mod password;
mod recovery_code;
pub mod sso;
mod steps;
mod totp;

pub use ceremony::{CeremonyKind, OPEN_AT_ONCE};
pub use enrolment::{DeskStep, EnrolLink, Standing, desk_step};
pub use guesses::{Budget as GuessBudget, Guesses};
pub use keeping::{
    DeviceName, Kept, LONGEST_NAME, MOST_AUTHENTICATORS, RECOVERY_CODES, enrol, is_device, may_activate,
    may_deactivate, may_make_codes, may_rename,
};
pub use passkey::{StoredPasskey, counts_on};
pub use recovery_code::RecoveryCode;
pub use steps::{Assurance, Means, Next, Stuck, after_password, fresh};
pub use totp::{Clockwork, NotASecret, TotpCode, TotpSecret, accept, resynchronise, step_at};
