//! The commands as an operator types them, beside a server that does what they decided.

use std::time::Duration;

use crate::program::{Served, err, exits, fit, out, run};
use crate::support::mail_reader::parse;
use crate::support::smtp::SmtpServer;

const SOON: Duration = Duration::from_secs(20);

/// A directory that is never asked anything here.
const DIRECTORY: &str = "[[directories]]\nname = \"corp\"\ndomains = [\"corp.example\"]\n\
    [directories.webhook]\nurl = \"http://127.0.0.1:9/\"\n\
    secret = \"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contacts_are_imported_listed_and_stopped_on_the_command_line() {
    let smtp = SmtpServer::start().await;
    let (folder, _) = fit(smtp.port(), DIRECTORY);
    let contacts =
        |arguments: &[&str]| run(folder.path(), &[&["contacts"], arguments, &["--config", "desk.toml"]].concat());
    let write = |text: &str| std::fs::write(folder.path().join("contacts.csv"), text).unwrap();

    write("login,email,phone\ncarla,nothing,12\n,x@corp.example,\n");
    let wrong = contacts(&["import", "corp", "contacts.csv"]);
    exits(&wrong, 1);
    let lines: Vec<String> = err(&wrong).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[0].starts_with("contacts.csv:2: email: ") && lines[2].starts_with("contacts.csv:3: login: "));
    assert_eq!(lines[3], "nothing was imported");

    write("login,email,phone\ncarla,carla@corp.example,+44 7911 123456\n");
    exits(&contacts(&["import", "elsewhere", "contacts.csv"]), 2);
    exits(&contacts(&["import", "corp", "not-there.csv"]), 2);
    let first = contacts(&["import", "corp", "contacts.csv"]);
    exits(&first, 0);
    assert_eq!(out(&first), "count at once: 1, held: 0, taken back: 0, unchanged: 0\n");
    let listed = out(&contacts(&["list", "corp"]));
    assert!(listed.starts_with("carla  c•••@c•••.example  +44 •••••••• 56  since "), "{listed}");

    write("login,email\ncarla,mallory@evil.example\n");
    let changed = out(&contacts(&["import", "corp", "contacts.csv"]));
    assert!(changed.starts_with("count at once: 0, held: 1,") && changed.contains("as soon as it runs"), "{changed}");
    let changes = out(&contacts(&["changes"]));
    assert!(changes.contains("  corp  carla  email  Held  not told yet") && !changes.contains("evil"), "{changes}");

    // The server tells the old address, with a link that its own key made, and that works.
    let mut served = Served::serve(folder.path());
    let received = smtp.wait_for(1, SOON).await;
    assert_eq!(received[0].to, ["carla@corp.example"]);
    let text = parse(&received[0].raw).text;
    assert!(out(&contacts(&["changes"])).contains("  Held  counts from "));
    let port = served.base.rsplit(':').next().unwrap();
    let browser = served.browser();
    let link = text.split_whitespace().find(|word| word.contains("/stop?token=")).expect("a link");
    let page = browser.get(link.strip_prefix(&format!("http://localhost:{port}")).unwrap()).await;
    page.is(200).says("Your organisation asked us to change this");
    browser.send(&page, "/stop", &[]).await.is(200).says("The change is stopped");
    assert_eq!(served.stop().0, Some(0));
    assert!(out(&contacts(&["changes"])).contains("  Stopped  ended "));

    let again = contacts(&["import", "corp", "contacts.csv"]);
    exits(&again, 1);
    assert!(err(&again).contains("--resume"), "{}", err(&again));
    exits(&contacts(&["import", "corp", "contacts.csv", "--resume"]), 0);
    let changes = out(&contacts(&["changes"]));
    let id = changes.split_whitespace().next().unwrap();
    exits(&contacts(&["stop", id]), 0);
    exits(&contacts(&["stop", id]), 1);
    let verified = run(folder.path(), &["audit", "verify", "--config", "desk.toml"]);
    exits(&verified, 0);
}
