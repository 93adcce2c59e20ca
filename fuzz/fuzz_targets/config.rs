//! The operator's file: whatever it says, the program says what is wrong with it.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use mfa_desk::config::{Mode, Settings};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // Names of files are looked up, which is none of a fuzzer's business.
    if text.contains("file") {
        return;
    }
    match Settings::from_sources(text, &BTreeMap::new()) {
        Ok(settings) => {
            for mode in [Mode::Tool, Mode::Serve] {
                for problem in settings.problems(mode) {
                    assert!(!problem.to_string().is_empty());
                }
            }
            let _ = settings.agreements();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
