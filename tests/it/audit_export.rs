//! The log as a file: every form holds the same entries, from the page, for programs and on the command line.

use mfa_desk::domain::audit::Entry;
use mfa_desk::domain::audit_export::ExportFormat;
use mfa_desk::domain::audit_line::json_line;
use serde_json::Value;

use crate::program::{exits, out, run, with_a_log};
use crate::support::world::{OWNER, World};

/// A log with many kinds of entries.
async fn busy() -> World {
    let world = World::new().await;
    let (_, ana, reference) = world.ready(OWNER).await;
    world.deactivates(&ana, &reference).await.is(200);
    ana.get("/desk/people").await.is(403);
    let browser = world.browser();
    let page = browser.get("/desk/sign-in").await;
    browser.send(&page, "/desk/sign-in", &[("email", "nobody@x.example"), ("password", "not known here")]).await;
    world.settle().await;
    world
}

fn as_text(format: ExportFormat, entries: &[Entry]) -> String {
    let bytes = [format.beginning().unwrap(), format.chunk(entries).unwrap()].concat();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_holds_what_the_log_holds() {
    let world = busy().await;
    let aud = world.agent("aud").await;
    let api = world.program("aud").await;
    for format in ExportFormat::ALL {
        let code = format.code();
        let page = aud.get(&format!("/desk/audit.{code}")).await;
        let entries = world.entries("").await;
        assert_eq!(page.is(200).html, as_text(*format, &entries), "{code}");
        assert_eq!(page.headers["content-type"], format.content_type());
        let name = page.headers["content-disposition"].to_str().unwrap();
        assert!(name.ends_with(&format!(".{}\"", format.extension())), "{name}");
        // The export is the last entry in it, and says how it left.
        let last = entries.last().unwrap();
        assert!(
            last.action == "audit.exported" && last.details.contains(&format!("\"format\":\"{code}\"")),
            "{last:?}"
        );
        aud.get(&format!("/desk/audit.{code}?from=x")).await.is(422);
        world.agent("ana").await.get(&format!("/desk/audit.{code}")).await.is(403);
        // For programs it is the same file, and needs a second factor too.
        api.get(&format!("/audit.{code}")).await.is(403);
        let mfa = world.code("aud").await;
        let kind = if *format == ExportFormat::Csv { "text/csv" } else { "application/x-ndjson" };
        let headers = [("mfa-code", mfa.as_str()), ("accept", kind)];
        let answer = api.ask("GET", &format!("/audit.{code}?action=case."), &headers, None).await;
        let of_cases: Vec<Entry> =
            world.entries("").await.into_iter().filter(|entry| entry.action.starts_with("case.")).collect();
        assert_eq!(answer.is(200).text, as_text(*format, &of_cases), "{code}");
    }
    aud.get("/desk/audit").await.says("Export CSV").says("Export JSON Lines").says("Export OCSF");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_is_the_entry_and_an_event_says_what_it_was() {
    let world = busy().await;
    for entry in world.entries("").await {
        let line: Value = serde_json::from_str(&json_line(&entry)).unwrap();
        assert_eq!(line["details"], serde_json::from_str::<Value>(&entry.details).unwrap());
        assert_eq!((&line["hash"], &line["actor"]), (&entry.hash.as_str().into(), &entry.actor.as_str().into()));
        let event: Value = serde_json::from_str(&mfa_desk::domain::ocsf::event_line(&entry)).unwrap();
        // Nothing that this version records is unknown to the table.
        assert_ne!(event["class_uid"], 0, "{}", entry.action);
        assert_eq!(
            event["type_uid"],
            100 * event["class_uid"].as_u64().unwrap() + event["activity_id"].as_u64().unwrap()
        );
        assert_eq!(event["status_id"], if entry.action.ends_with("refused") { 2 } else { 1 }, "{}", entry.action);
        assert_eq!(event["unmapped"]["hash"], entry.hash);
        if !entry.ip.is_empty() {
            assert_eq!(event["src_endpoint"]["ip"], entry.ip);
        }
    }
    world.stop().await;
}

#[test]
fn the_command_line_writes_every_form() {
    let folder = with_a_log();
    let export = |format: &str| run(folder.path(), &["audit", "export", "--data", ".", "--format", format]);
    for format in ["jsonl", "ocsf"] {
        let output = export(format);
        exits(&output, 0);
        let lines: Vec<Value> = out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let seqs: Vec<Option<i64>> =
            lines.iter().map(|line| line["seq"].as_i64().or(line["metadata"]["sequence"].as_i64())).collect();
        assert_eq!(seqs, (1..=i64::try_from(lines.len()).unwrap()).map(Some).collect::<Vec<_>>());
    }
    exits(&export("xml"), 2);
}
