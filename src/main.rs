//! The `mfa-desk` program.

fn main() {}
