//! Bodies of forms: the request for assistance, and what other forms have in their fields.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use mfa_desk::domain::canned;
use mfa_desk::domain::document::Examination;
use mfa_desk::domain::form::{AssistanceForm, Typed, free_text};
use mfa_desk::domain::meeting::Meeting;
use mfa_desk::web::guard::fields::decode;
use mfa_desk_fuzz::{is_line, is_text, now};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

fuzz_target!(|data: &[u8]| {
    let Ok(fields) = decode(None, &Bytes::copy_from_slice(data)) else { return };
    // What is written again as browsers write it is read the same.
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let again: Vec<String> =
        fields.pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let again = decode(None, &Bytes::from(again.join("&"))).expect("what was written from a form is a form");
    assert_eq!(again.pairs, fields.pairs);
    assert_eq!(again.all(), fields.all());

    if let Ok(form) = AssistanceForm::parse(fields.all()) {
        is_line(&form.name, 120);
        is_line(form.account_number.as_deref().unwrap_or_default(), 160);
        is_line(&form.callback_time, 200);
        is_text(&form.failed_step, 4000);
        is_text(&form.message, 4000);
        assert!(!form.name.is_empty());
        assert!(form.email.as_str().len() <= 254);
        if let Some(phone) = &form.phone {
            assert_eq!(phone.as_str().parse().as_ref(), Ok(phone));
            assert!(!phone.masked().contains(&phone.as_str()[1..]));
            let _ = (phone.is_a_persons(), phone.countries());
        }
        let printed = Typed::from([
            ("email".to_owned(), form.email.to_string()),
            ("account_number".to_owned(), form.account_number.clone().unwrap_or_default()),
            ("name".to_owned(), form.name.clone()),
            ("device_kind".to_owned(), form.device_kind.code().to_owned()),
            ("reason".to_owned(), form.reason.code().to_owned()),
            ("failed_step".to_owned(), form.failed_step.clone()),
            ("phone".to_owned(), form.phone.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("language".to_owned(), form.language.code().to_owned()),
            ("callback_time".to_owned(), form.callback_time.clone()),
            ("message".to_owned(), form.message.clone()),
        ]);
        assert_eq!(AssistanceForm::parse(&printed).as_ref(), Ok(&form));
        let stored = serde_json::to_string(&form).expect("a form has a form in JSON");
        assert_eq!(serde_json::from_str::<AssistanceForm>(&stored).expect("it is read back"), form);
    }
    if let Ok(text) = free_text(fields.get("message")) {
        is_text(&text, 4000);
        assert_eq!(free_text(&text).as_ref(), Ok(&text));
    }
    if canned::check(fields.get("body")).is_ok() {
        // A value that looks like a placeholder is no placeholder.
        let filled = canned::fill(fields.get("body"), |place| format!("{{{}}}", place.code()));
        let _ = canned::check(&filled);
    }
    if let Ok(meeting) = Meeting::read(|name| fields.get(name), now()) {
        is_line(&meeting.place, 200);
        is_line(&meeting.reference, 200);
    }
    let _ = (Examination::read(|name| fields.get(name)), fields.authenticators());
});
