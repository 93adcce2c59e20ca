//! What cannot be read, and in which words it is refused.

use std::ffi::OsString;

use super::{good, refusal};
use crate::config::{Settings, load};

#[test]
fn no_message_repeats_a_secret() {
    for toml in [
        "mail.smtp.password = 0987654321",
        "mail.smtp.password = 987654321",
        "mail.smtp.password = 98765.4321",
        "mail.smtp.password = ['987654321']",
        "mail.smtp.password = '987654321",
        "mail.smtp.password = '''\n987654321",
        "database.url = 'mysql://desk:987654321@db/desk'",
        "server.base_url = '//desk:987654321@host'",
    ] {
        let said = refusal(toml, &[]);
        assert!(!said.contains("98765"), "{said}");
        assert!(said.contains("mfa-desk.toml"), "{said}");
    }
    let said = refusal("mail.smtp.password = 987654321", &[]);
    assert!(said.starts_with("mail.smtp.password (file mfa-desk.toml)"), "{said}");
    assert!(said.contains("put it in quotes"), "{said}");
}

#[test]
fn an_unknown_key_is_refused_with_the_one_that_was_meant() {
    let said = refusal("[mail.smtp]\nprot = 25\n[sever]\nlisten = 'x'\n[wholly.other]\n", &[]);
    assert!(said.contains("mail.smtp.prot (file mfa-desk.toml)"), "{said}");
    assert!(said.contains("did you mean mail.smtp.port?"), "{said}");
    assert!(said.contains("did you mean server.listen?"), "{said}");
    assert!(said.contains("wholly.other (file mfa-desk.toml): there is no such key"), "{said}");
    let said = refusal("[smtp]\nhost = 'mx'", &[]);
    assert!(said.contains("did you mean mail.smtp.host?"), "{said}");

    let said = refusal("", &[("MFA_DESK__DATABASE__ULR", "x")]);
    assert!(said.contains("database.ulr (environment variable MFA_DESK__DATABASE__ULR)"), "{said}");
    assert!(said.contains("did you mean MFA_DESK__DATABASE__URL?"), "{said}");
    let said = refusal("", &[("MFA_DESK__", "x")]);
    assert!(said.contains("there is no such key"), "{said}");
}

#[test]
fn a_key_in_a_list_of_tables_has_its_dots() {
    for (toml, key) in [
        ("[[forwarders]]\nformat = 'json'", "forwarders[0].name"),
        ("[[forwarders]]\nname = 'a b c!'", "forwarders[0].name"),
        ("[[forwarders]]\nname = 'a'\n[forwarders.http]\ntoken = 'x'", "forwarders[0].http.url"),
        ("[[directories]]\nname = 'a'\ntimeout_seconds = 'x'", "directories[0].timeout_seconds"),
    ] {
        let said = refusal(toml, &[]);
        assert!(said.starts_with(key), "{said}");
    }
}

#[test]
fn a_single_underscore_is_not_ignored() {
    for name in ["MFA_DESK_SERVER__LISTEN", "MFA_DESK_SERVER_LISTEN"] {
        let said = refusal("", &[(name, "0.0.0.0:80")]);
        assert!(said.contains(name), "{said}");
        assert!(said.contains("did you mean MFA_DESK__SERVER__LISTEN?"), "{said}");
    }
    good("", &[("MFA_DESK_CONFIG", "x"), ("MFA_DESKTOP", "y")]);
}

#[test]
fn a_section_is_not_a_value() {
    for (toml, env) in [("server = 3", None), ("", Some(("MFA_DESK__MAIL__SMTP", "mx")))] {
        let said = refusal(toml, env.as_slice());
        assert!(said.contains("is a section"), "{said}");
    }
    let said = refusal("[server.listen]\nport = 3", &[]);
    assert!(said.contains("server.listen.port"), "{said}");
    let said = refusal("[server.listen]", &[]);
    assert!(said.contains("server.listen"), "{said}");
}

#[test]
fn a_bad_type_names_key_source_and_what_is_allowed() {
    let said = refusal("", &[("MFA_DESK__MAIL__SMTP__PORT", "abc")]);
    assert_eq!(
        said,
        "mail.smtp.port (environment variable MFA_DESK__MAIL__SMTP__PORT): \
         `abc` is not a whole number; allowed is 1 to 65535"
    );
    for (toml, allowed) in [
        ("mail.smtp.port = 'abc'", "allowed is 1 to 65535"),
        ("mail.smtp.port = 70000", "allowed is 1 to 65535"),
        ("server.workers = -1", "allowed is 1 to 64"),
        ("server.workers = true", "allowed is 1 to 64"),
        ("server.workers = 2.5", "allowed is 1 to 64"),
        ("server.workers = ''", "allowed is 1 to 64"),
        ("server.listen = 'localhost'", "127.0.0.1:8080"),
        ("server.listen = 8080", "127.0.0.1:8080"),
        ("server.base_url = 'desk.example.org'", "https://desk.example.org"),
        ("server.product_name = ' '", "text"),
        ("mail.from = 'nobody'", "desk@example.org"),
        ("mail.smtp.tls = 'ssl'", "starttls, tls or none"),
        ("voice.provider = 'fax'", "none or twilio"),
        ("log.format = 'xml'", "text or json"),
        ("database.url = 'mysql://db/desk'", "postgres://"),
        ("database.url = 'desk.sqlite3'", "sqlite:PATH"),
        ("database.url = 'sqlite::memory:'", "sqlite:PATH"),
        ("database.url = 'sqlite:'", "sqlite:PATH"),
        ("database.url = 'sqlite:a?mode=ro'", "sqlite:PATH"),
    ] {
        let said = refusal(toml, &[]);
        let key = toml.split(' ').next().unwrap();
        assert!(said.starts_with(&format!("{key} (file mfa-desk.toml): ")), "{said}");
        assert!(said.contains(allowed), "{said}");
    }
}

#[test]
fn variables_that_cannot_be_used_are_named() {
    let twice = [("MFA_DESK__LOG__FILTER", "a"), ("mfa_desk__log__filter", "b")];
    assert!(refusal("", &twice).contains("set twice"));
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        let bad = || OsString::from_vec(vec![0xff]);
        let own = [(OsString::from("MFA_DESK__LOG__FILTER"), bad())];
        let said = load::unicode(own.into_iter()).unwrap_err().to_string();
        assert!(said.contains("MFA_DESK__LOG__FILTER"), "{said}");
        let other = [(OsString::from("OTHER"), bad()), (bad(), bad())];
        assert!(load::unicode(other.into_iter()).unwrap().is_empty());
    }
}

#[test]
fn a_file_that_is_named_must_be_there_and_be_toml() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.toml");
    let said = Settings::load(Some(&path)).unwrap_err().to_string();
    assert_eq!(said, format!("configuration file {} does not exist", path.display()));
    let said = Settings::load(Some(folder.path())).unwrap_err().to_string();
    assert!(said.contains("cannot be read"), "{said}");
    std::fs::write(&path, "[server]\nworkers = 9\n").unwrap();
    assert_eq!(Settings::load(Some(&path)).unwrap().server.workers, 9);
    std::fs::write(&path, "[server]\nworkers 9\n").unwrap();
    let said = Settings::load(Some(&path)).unwrap_err().to_string();
    assert!(said.contains("desk.toml") && said.contains("line 2"), "{said}");
}

#[test]
fn a_path_that_cannot_be_read_names_its_key_and_what_is_allowed() {
    for (table, wrong) in [
        ("name = 'a'\nchecks = ['email_link', 'fax']", "`fax` is refused, expected checks such as"),
        ("name = 'a'\nchecks = ['email_link | ']", "expected checks such as"),
        ("name = 'a'\nchecks = ['email_link']\napproval = 1", "approval"),
        ("checks = ['email_link']", "name"),
        ("name = 'a'", "checks"),
        ("name = 'a'\nchecks = ['email_link']\napprovals = -1", "negative"),
    ] {
        let said = refusal(&format!("[[policy.standard]]\n{table}\n"), &[]);
        assert!(said.starts_with("policy.standard"), "{said}");
        assert!(said.contains("file mfa-desk.toml") && said.contains(wrong), "{said}");
    }
    let said = refusal("policy.standard = 'email_link'", &[]);
    assert!(said.contains("is a list of tables, which only the configuration file can hold"), "{said}");
}

#[test]
fn paths_cannot_be_set_from_the_environment() {
    let said = refusal("", &[("MFA_DESK__POLICY__STANDARD", "email_link")]);
    assert!(said.contains("environment variable MFA_DESK__POLICY__STANDARD"), "{said}");
    assert!(said.contains("only the configuration file can hold"), "{said}");
    let said = refusal("", &[("MFA_DESK__POLICY__STANDARD__0__NAME", "codes")]);
    assert!(said.contains("write a table [[policy.standard]] there"), "{said}");
    let settings = good("", &[("MFA_DESK__POLICY__PHONE_CHANGE__CHECKS", "email_link, in_person|document")]);
    assert_eq!(settings.policy.phone_change.checks.len(), 2);
}
