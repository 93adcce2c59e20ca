//! The Python of the documents, run against requests that the program sent.

use std::io::Write;
use std::process::{Command, Stdio};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::receiver::Received;

const DOCUMENT: &str = include_str!("../../../docs/directories/webhook.md");

const CALL: &str = "
import sys
given = json.load(sys.stdin)
SECRETS[:] = given['secrets']
try:
    print(verify(given['headers'], bytes.fromhex(given['body']), given['now'])['type'])
except ValueError as error:
    print('refused:', error)
";

/// What the documented example makes of a request: its type, or why it refuses it.
pub fn documented_verdict(received: &Received, secrets: &[&str], now: DateTime<Utc>) -> String {
    let at = DOCUMENT.find("```python\n").unwrap() + "```python\n".len();
    let example = &DOCUMENT[at..][..DOCUMENT[at..].find("```").unwrap()];
    let mut python = Command::new("python3")
        .args(["-c", &format!("{example}{CALL}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3, which this test needs");
    let given = json!({
        "secrets": secrets, "headers": received.headers, "body": hex::encode(&received.body), "now": now.timestamp(),
    });
    python.stdin.take().unwrap().write_all(given.to_string().as_bytes()).unwrap();
    let ran = python.wait_with_output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap().trim().to_owned()
}
