//! What operators are told and given: every command, file, setting and link of it is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mfa_desk::config::{REFERENCE, variable_name};

use crate::program::{err, exits, out, run};

const DOCS: [&str; 2] = ["docs/operations.md", "docs/security.md"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands behind `mfa-desk `, as words, up to the end of the command.
fn commands(text: &str) -> Vec<Vec<&str>> {
    let ends = "`\n#|&;";
    let rests = text.split("mfa-desk ").skip(1).map(|rest| rest.split(|c| ends.contains(c)).next().unwrap_or_default());
    let words = rests.map(|command| command.split_whitespace().collect::<Vec<_>>());
    let is_word = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-');
    words.filter(|words| words.first().is_some_and(&is_word)).collect()
}

/// The help of a command, and how many words name it.
fn help(folder: &Path, words: &[&str]) -> (String, usize) {
    let mut named = 1;
    loop {
        let mut arguments = words[..named].to_vec();
        arguments.push("--help");
        let answer = run(folder, &arguments);
        assert_eq!(answer.status.code(), Some(0), "mfa-desk {}: {}", words.join(" "), err(&answer));
        let text = out(&answer);
        if !text.contains("\nCommands:\n") {
            return (text, named);
        }
        named += 1;
        assert!(words.len() >= named, "mfa-desk {} is only half a command", words.join(" "));
    }
}

#[test]
fn every_command_that_is_told_exists_with_its_options() {
    let folder = tempfile::tempdir().unwrap();
    let unit = read("deploy/mfa-desk.service").replace("/usr/local/bin/mfa-desk", "mfa-desk");
    let mut seen = BTreeSet::new();
    for text in [read(DOCS[0]), read(DOCS[1]), unit] {
        for words in commands(&text) {
            let (help, named) = help(folder.path(), &words);
            for option in words.iter().filter(|word| word.starts_with("--")) {
                assert!(help.contains(&format!("{option} ")), "mfa-desk {}: no {option}", words.join(" "));
            }
            seen.insert(words[..named].join(" "));
        }
    }
    for told in ["serve", "config check", "agents suspend", "agents break-glass", "audit verify", "secrets rotate"] {
        assert!(seen.contains(told), "{told} is not among {seen:?}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    for doc in DOCS {
        let text = read(doc);
        let folder = root().join(doc).parent().unwrap().to_path_buf();
        let anchor = |heading: &str| {
            let kept = heading.to_lowercase().replace(' ', "-");
            kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect::<String>()
        };
        let mut links = 0;
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            links += 1;
            let (file, to) = link.split_once('#').unwrap_or((link, ""));
            let path = if file.is_empty() { root().join(doc) } else { folder.join(file) };
            assert!(path.exists(), "{doc}: {link}");
            if !to.is_empty() {
                let there = std::fs::read_to_string(&path).unwrap();
                let found = there.lines().filter(|line| line.starts_with('#')).any(|line| {
                    let heading = line.trim_start_matches('#').trim();
                    anchor(heading) == to
                });
                assert!(found, "{doc}: {link}");
            }
        }
        assert!(links > 5, "{doc}");
    }
}

/// Names in backticks that stand for a test, such as `limits::a_flood`, or a file of the repository.
#[test]
fn every_test_and_file_that_is_named_is_there() {
    let mut sources = String::new();
    for folder in ["src", "tests/it"] {
        gather(&root().join(folder), &mut sources);
    }
    for doc in DOCS {
        let text = read(doc);
        for span in text.split('`').skip(1).step_by(2) {
            if let Some((_, test)) = span.rsplit_once("::").filter(|(_, test)| test.contains('_')) {
                assert!(sources.contains(&format!("fn {test}")), "{doc}: {span}");
            }
            let is_file = ["src/", "tests/", "deploy/", "docs/", "migrations/"].iter().any(|top| span.starts_with(top));
            if is_file && !span.contains(' ') {
                assert!(root().join(span).exists(), "{doc}: {span}");
            }
        }
    }
}

fn gather(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            gather(&entry.path(), into);
        } else if entry.path().extension().is_some_and(|end| end == "rs") {
            into.push_str(&std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}

#[test]
fn the_container_file_copies_what_is_there_and_all_that_the_program_embeds() {
    let text = read("deploy/Containerfile").replace("\\\n", " ");
    let mut copied = BTreeSet::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.starts_with("--from")) {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        words.pop();
        for source in words {
            assert!(root().join(source).exists(), "{source}");
            copied.insert(source.to_owned());
        }
    }
    let mut sources = String::new();
    gather(&root().join("src"), &mut sources);
    let embedded: BTreeSet<&str> = sources
        .lines()
        .filter_map(|line| line.trim().strip_prefix("#[folder = \""))
        .filter_map(|rest| rest.split(['/', '"']).next())
        .collect();
    assert!(embedded.contains("templates"), "{embedded:?}");
    for needed in embedded.iter().copied().chain(["src", "migrations", "Cargo.toml", "Cargo.lock"]) {
        assert!(copied.contains(needed), "{needed} is not copied");
    }
    // Cargo wants every target that Cargo.toml names.
    for target in ["tests", "benches"] {
        assert!(copied.contains(target), "{target} is not copied");
    }
    for line in text.lines().filter_map(|line| line.strip_prefix("ENV ")) {
        for (name, _) in line.split_whitespace().filter_map(|pair| pair.split_once('=')) {
            assert!(REFERENCE.iter().any(|(key, _, _)| variable_name(key) == name), "{name}");
        }
    }
    let binary = text.lines().find_map(|line| line.strip_prefix("ENTRYPOINT [\"")).unwrap();
    assert!(text.contains(&format!(" {}\n", binary.trim_end_matches("\"]"))), "{binary} is not copied");
}

#[test]
fn the_unit_starts_what_it_checks_and_lets_the_program_write_nowhere_else() {
    let unit = read("deploy/mfa-desk.service");
    let value = |key: &str| unit.lines().find_map(|line| line.strip_prefix(&format!("{key}="))).unwrap_or_default();
    let config = value("ExecStart").rsplit(' ').next().unwrap();
    assert!(value("ExecStartPre").ends_with(config) && config.starts_with("/etc/mfa-desk/"), "{config}");
    for (key, wanted) in [
        ("ProtectSystem", "strict"),
        ("NoNewPrivileges", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("CapabilityBoundingSet", ""),
        ("SystemCallFilter", "@system-service"),
        ("StateDirectory", "mfa-desk"),
        ("UMask", "0077"),
        ("LimitCORE", "0"),
    ] {
        assert!(unit.contains(&format!("\n{key}=")), "{key}");
        assert_eq!(value(key), wanted, "{key}");
    }
    assert!(!unit.contains("ReadWritePaths"));
}

#[test]
fn the_command_line_says_no_empty_defaults_and_nothing_three_times() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(folder.path(), &["audit", "export", "--help"]);
    exits(&help, 0);
    assert!(!out(&help).contains("[default: \"\"]"), "{}", out(&help));
}

#[test]
fn a_mail_server_that_has_no_address_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "[inbound]\naddress = \"desk@example.org\"\n[inbound.imap]\nhost = \"mail.nowhere.invalid\"\n\
        username = \"desk\"\npassword = \"a password\"\n";
    std::fs::write(folder.path().join("desk.toml"), settings).unwrap();
    let answer = run(folder.path(), &["inbound", "check", "--config", "desk.toml"]);
    exits(&answer, 1);
    assert!(out(&answer).contains("the mail server's name `mail.nowhere.invalid` is not known"), "{}", out(&answer));
}

#[test]
fn where_nothing_is_to_be_encrypted_anew_that_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("desk.toml"), "[database]\nurl = \"sqlite:desk.sqlite3\"\n").unwrap();
    let place = ["--config", "desk.toml"];
    exits(&run(folder.path(), &[&["migrate"][..], &place].concat()), 0);
    let mut rotate = crate::program::program(folder.path());
    rotate.args(["secrets", "rotate"]).args(place).env("MFA_DESK__SECRETS__KEY", "kJ3v9Qw7Zp1Lx5Rt8Nb2Ym6Fc4Hd0Sg!");
    let answer = rotate.output().unwrap();
    exits(&answer, 0);
    assert_eq!(out(&answer).lines().count(), 1, "{}", out(&answer));
}
