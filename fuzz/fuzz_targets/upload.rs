//! Forms with a file: the first line is the content type, what follows the body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mfa_desk::domain::document::prepare;
use mfa_desk::web::guard::upload::parts;
use mfa_desk_fuzz::{first_line, wait};

const LARGEST: usize = 16 * 1024;
const BOUNDARY: &str = "----WebKitFormBoundaryfuzzfuzzfuzz";

fuzz_target!(|data: &[u8]| {
    let (kind, body) = first_line(data);
    if let Ok(form) = wait(parts(&String::from_utf8_lossy(kind), body.to_vec(), LARGEST)) {
        if let Some(file) = form.file {
            assert!(file.len() <= LARGEST);
            assert!(file.len() < body.len());
            let _ = prepare(file);
        }
    }
    // What a browser sends is read to the letter.
    let holds_boundary = body.windows(BOUNDARY.len()).any(|part| part == BOUNDARY.as_bytes());
    if body.len() <= LARGEST && !holds_boundary {
        let mut sent = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\ntoken\r\n--{BOUNDARY}\r\n\
             Content-Disposition: form-data; name=\"document\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
        )
        .into_bytes();
        sent.extend(body);
        sent.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let form = wait(parts(&format!("multipart/form-data; boundary={BOUNDARY}"), sent, LARGEST));
        let Ok(form) = form else { panic!("a browser's form was refused") };
        assert_eq!(form.token, "token");
        assert_eq!(form.file.as_deref(), Some(body));
    }
});
