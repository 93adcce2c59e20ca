//! How the sources are read, and which of them wins.

mod fields;
mod fitness;
mod reference;
mod refusals;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use super::*;

fn read(toml: &str, env: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let env: BTreeMap<String, String> = env.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Settings::from_sources(toml, &env)
}

fn good(toml: &str, env: &[(&str, &str)]) -> Settings {
    read(toml, env).unwrap()
}

fn refusal(toml: &str, env: &[(&str, &str)]) -> String {
    read(toml, env).unwrap_err().to_string()
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let toml = "[server]\nworkers = 3\nproduct_name = 'Acme'\n[mail.smtp]\nport = 2525\n";
    let settings = good(toml, &[("MFA_DESK__SERVER__WORKERS", "7")]);
    assert_eq!(settings.server.workers, 7);
    assert_eq!(settings.server.product_name, "Acme");
    assert_eq!(settings.mail.smtp.port(), 2525);
    assert_eq!(settings.server.shutdown_seconds, 20);
    let variable = Source::Variable("MFA_DESK__SERVER__WORKERS".into());
    assert_eq!(settings.origins.of("server.workers"), variable);
    let file = Source::File(PathBuf::from("mfa-desk.toml"));
    assert_eq!(settings.origins.of("mail.smtp.port"), file);
    assert_eq!(settings.origins.of("server.shutdown_seconds"), Source::Default);
}

#[test]
fn every_type_can_be_set_from_the_environment() {
    let settings = good(
        "",
        &[
            ("MFA_DESK__SERVER__LISTEN", "[::1]:9000"),
            ("MFA_DESK__SERVER__BASE_URL", "https://desk.example.org/"),
            ("MFA_DESK__SERVER__TRUSTED_PROXIES", "10.0.0.5, ::1,"),
            ("MFA_DESK__MAIL__FROM", "Desk <desk@example.org>"),
            ("MFA_DESK__MAIL__SMTP__TLS", "tls"),
            ("MFA_DESK__MAIL__SMTP__CA_FILE", "/etc/ca.pem"),
            ("MFA_DESK__LOG__FORMAT", "json"),
            ("MFA_DESK__VOICE__PROVIDER", "twilio"),
        ],
    );
    assert_eq!(settings.server.listen, "[::1]:9000".parse().unwrap());
    assert_eq!(settings.server.base_url.unwrap().as_str(), "https://desk.example.org/");
    let proxies: Vec<ProxyRange> = vec!["10.0.0.5".parse().unwrap(), "::1".parse().unwrap()];
    assert_eq!(settings.server.trusted_proxies, proxies);
    assert_eq!(settings.mail.from.unwrap().email.to_string(), "desk@example.org");
    assert_eq!(settings.mail.smtp.port(), 465);
    assert_eq!(settings.mail.smtp.ca_file.as_deref(), Some(Path::new("/etc/ca.pem")));
    assert_eq!(settings.log.format, LogFormat::Json);
    assert_eq!(settings.voice.provider, VoiceProvider::Twilio);
}

#[test]
fn lists_can_be_written_in_the_file() {
    let settings = good("server.trusted_proxies = ['10.0.0.5', '10.0.0.6']", &[]);
    assert_eq!(settings.server.trusted_proxies.len(), 2);
    let ranges = good("server.trusted_proxies = ['10.0.0.0/8', 'fd00::/64']", &[]).server.trusted_proxies;
    assert!(ranges[0].contains("::ffff:10.1.2.3".parse().unwrap()) && !ranges[0].contains("11.0.0.0".parse().unwrap()));
    for wrong in ["10.0.0.0/33", "10.0.0", "proxy.example", "10.0.0.5:80"] {
        let said = refusal(&format!("server.trusted_proxies = ['10.0.0.5', '{wrong}']"), &[]);
        assert!(said.contains("server.trusted_proxies"), "{said}");
        assert!(said.contains(&format!("`{wrong}`")) && said.contains("file mfa-desk.toml"), "{said}");
    }
}

#[test]
fn secrets_survive_exactly() {
    for secret in ["0123", "1e5", "true", " spaced ", "a,b", "1_000", "#'\"", "mañana"] {
        let settings = good("", &[("MFA_DESK__MAIL__SMTP__PASSWORD", secret)]);
        assert_eq!(settings.mail.smtp.password.unwrap().expose_secret(), secret);
        let settings = good(&format!("[mail.smtp]\npassword = {secret:?}"), &[]);
        assert_eq!(settings.mail.smtp.password.unwrap().expose_secret(), secret);
    }
    for (name, key) in [("ACCOUNT_SID", "007"), ("FROM", "0015551230100")] {
        let settings = good("", &[(&format!("MFA_DESK__VOICE__TWILIO__{name}"), key)]);
        let twilio = settings.voice.twilio;
        assert_eq!(twilio.account_sid.or(twilio.from).as_deref(), Some(key));
    }
}

#[test]
fn debug_shows_no_secret() {
    let settings = good(
        "database.url = 'postgres://desk:hidden-1@db/desk'\nsecrets.key = 'hidden-2'",
        &[("MFA_DESK__MAIL__SMTP__PASSWORD", "hidden-3"), ("MFA_DESK__VOICE__TWILIO__AUTH_TOKEN", "hidden-4")],
    );
    let shown = format!("{settings:?} {settings:#?}");
    assert!(shown.contains("REDACTED") && !shown.contains("hidden"), "{shown}");
}

#[test]
fn the_database_address_has_four_sources() {
    let path = |settings: &Settings| match &settings.database.url {
        DatabaseUrl::Sqlite(path) => path.display().to_string(),
        DatabaseUrl::Postgres(url) => url.expose_secret().to_owned(),
    };
    let shared = ("DATABASE_URL", "postgresql://u:p@db/desk");
    let own = ("MFA_DESK__DATABASE__URL", "sqlite:///own");
    assert_eq!(path(&good("", &[])), "mfa-desk-data/mfa-desk.sqlite3");
    assert_eq!(path(&good("", &[shared])), "postgresql://u:p@db/desk");
    assert_eq!(path(&good("", &[shared, own])), "/own");
    assert_eq!(path(&good("database.url = 'sqlite:file.db'", &[shared])), "file.db");
    assert_eq!(path(&good("database.url = 'sqlite:file.db'", &[shared, own])), "/own");
    let said = refusal("", &[("DATABASE_URL", "mysql://u:p@db/desk")]);
    assert!(said.contains("database.url (environment variable DATABASE_URL)"), "{said}");
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let empty = [("MFA_DESK__SERVER__WORKERS", ""), ("DATABASE_URL", "")];
    let settings = good("server.workers = 5", &empty);
    assert_eq!(settings.server.workers, 5);
    assert_eq!(settings.origins.of("server.workers"), Source::File("mfa-desk.toml".into()));
    assert_eq!(good("", &empty).origins.of("server.workers"), Source::Default);
    let shared = ("DATABASE_URL", "sqlite:x");
    let settings = good("", &[("MFA_DESK__DATABASE__URL", ""), shared]);
    assert!(matches!(settings.database.url, DatabaseUrl::Sqlite(path) if path == *"x"));
}
