//! What stands in the address of a page: searches, filters of the log, views of the queue.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use mfa_desk::domain::audit_filter;
use mfa_desk::domain::queue::Look;
use mfa_desk::domain::search::{Terms, Words};
use mfa_desk::web::guard::fields::decode;

fuzz_target!(|data: &[u8]| {
    let Ok(fields) = decode(None, &Bytes::copy_from_slice(data)) else { return };

    let look = Look::read(|name| fields.get(name));
    let address = decode(None, &Bytes::from(look.address())).expect("an address of ours is read");
    assert_eq!(Look::read(|name| address.get(name)), look);

    let typed = fields.get("q");
    if let Some(terms) = Terms::read(typed) {
        assert!(terms.whole.len() <= 10);
        for word in terms.whole.iter().chain(&terms.start) {
            assert!(!word.is_empty() && word.chars().count() <= 40 && word.chars().all(char::is_alphanumeric));
        }
        assert!(terms.start.as_ref().is_none_or(|start| start.chars().count() >= 3));
    }
    // What a case is found by finds it, and says no whole number and no address.
    let mut words = Words::default();
    words.add_written(typed);
    for word in words.iter() {
        assert!(word.chars().all(char::is_alphanumeric));
        assert!(word.chars().filter(|c| c.is_numeric()).count() < 7, "{word:?}");
        assert!(Terms::read(word).is_some());
    }
    let mut seen = Words::default();
    seen.add(typed);
    if let Some(terms) = Terms::read(typed) {
        let all: Vec<&str> = seen.iter().collect();
        assert!(terms.whole.iter().all(|word| all.contains(&word.as_str())));
        assert!(terms.start.iter().all(|start| all.iter().any(|word| word.starts_with(start.as_str()))));
    }

    let [from, to, case, actor, action] = ["from", "to", "case", "actor", "action"].map(|name| fields.get(name));
    match audit_filter::parse(from, to, case, actor, action) {
        Ok(filter) => {
            // Moments are compared as the texts that they are, so each is as long as every other.
            for at in filter.from.iter().chain(&filter.to) {
                assert_eq!(at.len(), "2026-11-24T09:00:00.000000Z".len(), "{at}");
            }
            let text = |part: &Option<String>| part.clone().unwrap_or_default();
            let again = audit_filter::parse(
                &text(&filter.from),
                &text(&filter.to),
                &text(&filter.case_ref),
                &text(&filter.actor),
                &text(&filter.action),
            );
            assert_eq!(again.as_ref(), Ok(&filter));
        }
        Err(errors) => assert!(!errors.is_empty()),
    }
});
