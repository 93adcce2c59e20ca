//! The `mfa-desk` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    mfa_desk::cli::run()
}
