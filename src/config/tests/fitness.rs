//! What makes readable settings unfit, per mode.

use chrono::TimeDelta;
use secrecy::ExposeSecret;

use super::good;
use crate::config::*;

/// Settings that can serve.
const FIT: &str = "
server.base_url = 'https://desk.example.org'
secrets.key = '7tB4Pq0zYw9LkR2nXc8VdM5sHj1GfA6e'
mail.from = 'mfa-desk <desk@example.org>'
mail.smtp.host = 'mail.example.org'
";

fn fit_but(change: &str) -> Settings {
    let key = change.split(' ').next().unwrap();
    let kept: Vec<&str> = FIT.lines().filter(|line| !line.starts_with(key)).collect();
    good(&format!("{}\n{change}", kept.join("\n")), &[])
}

fn keys(settings: &Settings, mode: Mode) -> Vec<&'static str> {
    settings.problems(mode).iter().map(|problem| problem.key).collect()
}

#[test]
fn fit_settings_have_no_problem() {
    for mode in [Mode::Serve, Mode::Demo, Mode::Tool] {
        assert_eq!(good(FIT, &[]).problems(mode), []);
    }
    assert_eq!(Settings::default().problems(Mode::Tool), []);
    assert_eq!(Settings::default().problems(Mode::Demo), []);
}

#[test]
fn serving_names_everything_that_is_missing_at_once() {
    let missing = ["server.base_url", "secrets.key", "mail.from", "mail.smtp.host"];
    assert_eq!(keys(&Settings::default(), Mode::Serve), missing);
    let problems = Settings::default().problems(Mode::Serve);
    let said = problems.last().unwrap().to_string();
    assert!(said.contains("no mail transport"), "{said}");
    assert!(said.contains("MFA_DESK__MAIL__SMTP__HOST"), "{said}");
}

#[test]
fn a_problem_names_its_source() {
    let settings = good(FIT, &[("MFA_DESK__SERVER__BASE_URL", "http://desk.example.org")]);
    let said = settings.problems(Mode::Serve)[0].to_string();
    let head = "server.base_url (environment variable MFA_DESK__SERVER__BASE_URL): is http";
    assert!(said.starts_with(head), "{said}");
    let said = fit_but("log.filter = 'mfa_desk=loud'").problems(Mode::Tool)[0].to_string();
    assert!(said.starts_with("log.filter (file mfa-desk.toml)"), "{said}");
}

/// Single sign-on that can serve.
const SSO: &str = "
sso.issuer = 'https://login.example.org'
sso.client_id = 'desk'
sso.client_secret = 'a secret'
sso.roles.agent = ['agents']
";

#[test]
fn single_sign_on_is_whole_or_not_there() {
    let with = |change: &str| {
        let key = change.split(' ').next().unwrap();
        let kept: Vec<&str> = SSO.lines().filter(|line| !line.starts_with(key)).collect();
        keys(&good(&format!("{FIT}{}\n{change}", kept.join("\n")), &[]), Mode::Serve)
    };
    assert_eq!(with("sso.name = 'Example Login'"), Vec::<&str>::new());
    assert_eq!(with("sso.password_sign_in = false"), Vec::<&str>::new());
    for (change, key) in [
        ("sso.issuer = 'http://login.example.org'", "sso.issuer"),
        ("sso.issuer = 'http://localhost:5005'", "sso.issuer"),
        ("sso.issuer = 'https://login.example.org/?a=b'", "sso.issuer"),
        ("sso.issuer = 'login'", "sso.issuer"),
        ("sso.client_id = ''", "sso.client_id"),
        ("sso.client_secret = ''", "sso.client_secret"),
        ("sso.roles.agent = []", "sso.roles.agent"),
        ("sso.roles.admin = ['ops', 'agents']", "sso.roles.agent"),
        ("sso.allow_insecure_loopback = true", "sso.allow_insecure_loopback"),
    ] {
        assert_eq!(with(change), [key], "{change}");
    }
    assert_eq!(keys(&fit_but("sso.password_sign_in = false"), Mode::Serve), ["sso.password_sign_in"]);
    let local = "server.base_url = 'http://localhost:8080'\nsso.allow_insecure_loopback = true";
    let issuer = SSO.replace("https://login.example.org", "http://127.0.0.1:5005");
    assert_eq!(
        keys(
            &good(
                &FIT.replace("server.base_url = 'https://desk.example.org'", local)
                    .replace("secrets", &format!("{issuer}secrets")),
                &[]
            ),
            Mode::Serve
        ),
        Vec::<&str>::new()
    );
}

#[test]
fn a_switch_is_true_or_false_and_nothing_else() {
    for (toml, env) in [("sso.provision = false", None), ("", Some(("MFA_DESK__SSO__PROVISION", "false")))] {
        assert!(!good(toml, env.as_slice()).sso.provision);
    }
    for toml in ["sso.provision = 'no'", "sso.provision = 0"] {
        let said = super::refusal(toml, &[]);
        assert!(said.starts_with("sso.provision (file mfa-desk.toml)") && said.contains("true or false"), "{said}");
    }
}

#[test]
fn serving_refuses() {
    for change in [
        "server.base_url = 'ftp://desk.example.org'",
        "server.trusted_proxies = ['10.0.0.1', '0.0.0.0/0']",
        "server.trusted_proxies = ['::/0']",
        "server.base_url = 'https://desk.example.org/?a=b'",
        "server.base_url = 'https://desk.example.org/#a'",
        "server.base_url = 'https://example.org/desk'",
        "server.base_url = 'https://u:p@desk.example.org/'",
        "server.base_url = 'http://desk.example.org'",
        "server.base_url = 'http://localhost.example.org'",
        "server.product_name = \"a\\nb\"",
        "server.product_name = 'aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg'",
        "secrets.key = 'too short'",
        "secrets.key = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
        "secrets.key = 'demo-only-7tB4Pq0zYw9LkR2nXc8VdM5sHj1GfA6e'",
        "mail.smtp.tls = 'none'",
        "mail.smtp.host = 'smtp://mail.example.org'",
        "mail.smtp.host = 'mail.example.org:25'",
        "mail.smtp.ca_file = '/nonexistent/ca.pem'",
        "mail.smtp.ca_file = 'Cargo.toml'",
        "inbound.imap.tls = 'none'\ninbound.imap.host = 'imap.example.org'\ninbound.imap.username = 'u'\ninbound.imap.password = 'p'",
        "mail.longest_retry_minutes = 1\nmail.first_retry_seconds = 61",
        "policy.cooling_off_minutes = 59",
        "policy.case_expiry_days = 1",
        "policy.calls_per_day = 2",
        "sessions.idle_minutes = 500",
        "log.filter = 'mfa_desk=loud'",
    ] {
        let key = change.split(' ').next().unwrap();
        assert_eq!(keys(&fit_but(change), Mode::Serve), [key], "{change}");
    }
}

#[test]
fn serving_accepts() {
    for change in [
        "server.base_url = 'http://localhost:8080'",
        "server.base_url = 'http://desk.localhost:8080'",
        "server.base_url = 'http://127.0.0.1:8080'",
        "server.base_url = 'http://[::1]:8080'",
        "mail.smtp.host = '::1'\nmail.smtp.tls = 'none'",
        "mail.smtp.host = 'localhost'\nmail.smtp.tls = 'none'",
        "mail.smtp.username = 'u'\nmail.smtp.password = '0123'",
        "inbound.imap.tls = 'none'\ninbound.imap.host = '127.0.0.1'\ninbound.imap.username = 'u'\ninbound.imap.password = 'p'",
        "inbound.imap.tls = 'starttls'\ninbound.imap.host = 'imap.example.org'\ninbound.imap.username = 'u'\ninbound.imap.password = 'p'",
        "policy.cooling_off_minutes = 60",
        "voice.twilio.account_sid = 'kept for later'",
    ] {
        assert_eq!(fit_but(change).problems(Mode::Serve), [], "{change}");
    }
}

#[test]
fn a_user_name_and_a_password_come_together() {
    let settings = fit_but("mail.smtp.username = 'u'");
    assert_eq!(keys(&settings, Mode::Serve), ["mail.smtp.password"]);
    let settings = fit_but("mail.smtp.password = 'p'");
    assert_eq!(keys(&settings, Mode::Demo), ["mail.smtp.username"]);
}

#[test]
fn twilio_needs_its_account() {
    let settings = fit_but("voice.provider = 'twilio'\nvoice.twilio.api_base = 'http://example.org'");
    let needed = ["account_sid", "auth_token", "from", "api_base"];
    let needed: Vec<String> = needed.iter().map(|name| format!("voice.twilio.{name}")).collect();
    assert_eq!(keys(&settings, Mode::Serve), needed);
    let whole = "voice.provider = 'twilio'\n[voice.twilio]\nauth_token = 't'\n\
                 account_sid = 'AC0123456789abcdef0123456789abcdef'\nfrom = '+15551230100'";
    assert_eq!(fit_but(whole).problems(Mode::Serve), []);
    for number in ["15551230100", "+05551230100", "+1555", "+1555 123", "+1234567890123456"] {
        let wrong = whole.replace("+15551230100", number);
        assert_eq!(keys(&fit_but(&wrong), Mode::Serve), ["voice.twilio.from"], "{number}");
    }
}

#[test]
fn postgres_needs_its_feature() {
    let settings = fit_but("database.url = 'postgres://desk:hidden@db/desk'");
    let problems = settings.problems(Mode::Tool);
    if cfg!(feature = "postgres") {
        assert_eq!(problems, []);
    } else {
        let said = problems[0].to_string();
        assert!(said.contains("--features postgres") && !said.contains("hidden"), "{said}");
    }
}

#[test]
fn a_tool_looks_at_the_database_and_the_log_only() {
    let settings = fit_but("database.readers = 0\nserver.workers = 0\nlog.filter = 'a=b=c'");
    assert_eq!(keys(&settings, Mode::Tool), ["database.readers", "log.filter"]);
}

#[test]
fn an_sqlite_file_has_one_that_writes() {
    assert_eq!(keys(&fit_but("database.writers = 1"), Mode::Tool), [""; 0]);
    assert_eq!(keys(&fit_but("database.writers = 2"), Mode::Tool), ["database.writers"]);
    if cfg!(feature = "postgres") {
        let settings = fit_but("database.url = 'postgres://u:p@h/d'\ndatabase.writers = 2");
        assert_eq!(keys(&settings, Mode::Tool), [""; 0]);
    }
}

#[test]
fn a_certificate_file_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, "-----BEGIN CERTIFICATE-----\n").unwrap();
    let settings = fit_but(&format!("mail.smtp.ca_file = {path:?}"));
    assert_eq!(settings.problems(Mode::Serve), []);
}

#[test]
fn the_demonstration_is_fit_for_nothing_else() {
    let key = "demo-only-7tB4Pq0zYw9LkR2nXc8VdM5sHj1GfA6e";
    let listen = "0.0.0.0:8080".parse().unwrap();
    let demo = Settings::demo(std::path::Path::new("d"), listen, key.into());
    assert_eq!(demo.problems(Mode::Demo), []);
    assert_eq!(demo.server.listen, listen);
    assert_eq!(demo.server.base_url.as_ref().unwrap().as_str(), "http://localhost:8080/");
    let base = |listen: &str| Settings::demo(std::path::Path::new("d"), listen.parse().unwrap(), key.into());
    let base = |listen: &str| base(listen).server.base_url.unwrap().to_string();
    assert_eq!(base("127.0.0.1:9000"), "http://localhost:9000/");
    assert_eq!(base("[::1]:9000"), "http://localhost:9000/");
    assert_eq!(base("192.0.2.7:9000"), "http://192.0.2.7:9000/");
    assert_eq!(demo.policy.cooling_off(), TimeDelta::minutes(2));
    assert_eq!(demo.mail.from.as_ref().unwrap().to_string(), "mfa-desk demo <desk@demo.example>");
    assert_eq!(demo.secrets.key.as_ref().unwrap().expose_secret(), key);
    let file = std::path::Path::new("d/mfa-desk.sqlite3");
    assert!(matches!(&demo.database.url, DatabaseUrl::Sqlite(path) if path == file));
    let unfit = ["secrets.key", "mail.smtp.host", "policy.cooling_off_minutes"];
    assert_eq!(keys(&demo, Mode::Serve), unfit);
}

#[test]
fn durations_have_their_units() {
    let settings = Settings::default();
    assert_eq!(settings.policy.cooling_off(), TimeDelta::days(1));
    assert_eq!(settings.policy.ready_window(), TimeDelta::days(3));
    assert_eq!(settings.policy.case_expiry(), TimeDelta::weeks(2));
    assert_eq!(settings.policy.close_after(), TimeDelta::weeks(2));
    assert_eq!(settings.policy.email_link(), TimeDelta::days(1));
    assert_eq!(settings.policy.phone_code(), TimeDelta::minutes(5));
    assert_eq!(settings.policy.dispute_link(), TimeDelta::days(30));
    assert_eq!(settings.policy.first_answer(), TimeDelta::hours(8));
    assert_eq!(settings.sessions.idle(), TimeDelta::minutes(30));
    assert_eq!(settings.sessions.absolute(), TimeDelta::hours(8));
    assert_eq!(settings.sessions.customer(), TimeDelta::days(3));
    assert_eq!(settings.mail.first_retry(), TimeDelta::seconds(30));
    assert_eq!(settings.mail.longest_retry(), TimeDelta::hours(4));
    assert_eq!(settings.mail.smtp.timeout().as_secs(), 20);
    assert_eq!(settings.database.wait().as_millis(), 5000);
    assert_eq!(settings.server.shutdown().as_secs(), 20);
    assert_eq!(settings.limits.body_bytes(), 65_536);
}

/// One path of an owner, as a table, in settings that could serve.
fn path(list: &str, table: &str) -> Settings {
    good(&format!("{FIT}\n[[policy.{list}]]\nname = 'codes'\n{table}"), &[])
}

#[test]
fn configured_paths_replace_the_defaults() {
    let table = "checks = ['email_link', 'phone_code | agent_callback']\ncooling_off_minutes = 90";
    let settings = path("standard", table);
    assert_eq!(settings.problems(Mode::Serve), []);
    let policy = settings.rules();
    let paths = policy.paths(crate::domain::account::AccountKind::Owner, crate::domain::account::Tier::Standard);
    assert_eq!(paths.len(), 1);
    assert_eq!((paths[0].name.as_str(), paths[0].checks.len(), paths[0].checks[1].len()), ("codes", 2, 2));
    assert_eq!(
        (paths[0].approvals, paths[0].cooling_off),
        (1, TimeDelta::minutes(90)),
        "one approval unless less is said"
    );
    let ordinary = path("standard", "checks = ['email_link', 'agent_callback']");
    let policy = ordinary.rules();
    let paths = policy.paths(crate::domain::account::AccountKind::Owner, crate::domain::account::Tier::Standard);
    assert_eq!(paths[0].cooling_off, TimeDelta::days(1), "as long as any other unless it says how long");
}

#[test]
fn a_path_below_the_floor_is_named_with_its_place() {
    for (list, table, wrong) in [
        ("standard", "checks = []", "path `codes` needs no check"),
        ("standard", "checks = ['email_link', 'agent_callback']\napprovals = 0", "needs no second approval"),
        (
            "standard",
            "checks = ['email_link', 'agent_callback']\ncooling_off_minutes = 59",
            "leaves nobody time to object",
        ),
        ("standard", "checks = ['email_link', 'phone_code']", "`phone_code` cannot be made here"),
        ("standard", "checks = ['email_link', 'resync']", "ends a case without a deactivation"),
        ("member", "checks = ['email_link', 'administrator', 'password']", "`password` cannot be made here"),
        ("standard", "checks = ['email_link', 'agent_callback']\napprovals = 4", "needs 4 approvals"),
        ("privileged", "checks = ['email_link', 'administrator']", "not for owners"),
        ("member", "checks = ['email_link', 'agent_callback']", "without the account's administrator"),
    ] {
        let problems = path(list, table).problems(Mode::Serve);
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let head = format!("policy.{list} (file mfa-desk.toml): path `codes` ");
        assert!(said.iter().any(|said| said.starts_with(&head) && said.contains(wrong)), "{table}: {said:?}");
    }
    let settings = good(&format!("{FIT}\npolicy.standard = []"), &[]);
    assert!(settings.problems(Mode::Serve)[0].wrong.contains("has no path"));
}

#[test]
fn a_call_is_possible_where_a_provider_is_set() {
    let table = "checks = ['email_link', 'phone_code']";
    let mut settings = path("standard", table);
    settings.voice.provider = VoiceProvider::Twilio;
    let problems = settings.problems(Mode::Serve);
    assert!(problems.iter().all(|problem| problem.key.starts_with("voice.")), "{problems:?}");
    assert_eq!(path("standard", table).problems(Mode::Demo), []);
}

#[test]
fn a_phone_change_can_be_made_harder_and_not_easier() {
    for (change, fine) in [
        ("policy.phone_change.checks = ['email_link']", false),
        ("policy.phone_change.checks = ['email_link', 'agent_callback']", false),
        ("policy.phone_change.approvals = 1", true),
    ] {
        let said = fit_but(change).problems(Mode::Serve);
        assert_eq!(said.is_empty(), fine, "{change}: {said:?}");
    }
    assert_eq!(
        keys(&fit_but("policy.phone_change.approvals = 0"), Mode::Serve).last(),
        Some(&"policy.phone_change.approvals")
    );
}

#[test]
fn a_case_outlives_its_longest_wait() {
    let long = path("standard", "checks = ['email_link', 'agent_callback']\ncooling_off_minutes = 20160");
    assert_eq!(keys(&long, Mode::Serve), ["policy.case_expiry_days"]);
}

#[test]
fn a_country_header_needs_a_proxy_that_sets_it() {
    let proxy = "server.country_header = 'CF-IPCountry'\nserver.trusted_proxies = ['10.0.0.1']";
    assert_eq!(fit_but(proxy).problems(Mode::Serve), []);
    assert_eq!(keys(&fit_but("server.country_header = 'CF-IPCountry'"), Mode::Serve), ["server.country_header"]);
    let said = fit_but("server.country_header = 'no header'").problems(Mode::Serve)[0].to_string();
    assert!(said.contains("is no header's name"), "{said}");
}

#[test]
fn the_place_of_checkpoints_holds_no_password() {
    let said = fit_but("audit.checkpoint_url = 'https://desk:987654321@log.example/'").problems(Mode::Serve);
    assert_eq!(said.iter().map(|problem| problem.key).collect::<Vec<_>>(), ["audit.checkpoint_url"]);
    assert!(!said[0].to_string().contains("98765"), "{}", said[0]);
    assert_eq!(fit_but("audit.checkpoint_url = 'https://log.example/desk'").problems(Mode::Serve), []);
}

#[test]
fn common_mail_domains_are_domains() {
    for wrong in ["risk.common_mail_domains = ['@gmail.com']", "risk.common_mail_domains = ['gmail']"] {
        assert_eq!(keys(&fit_but(wrong), Mode::Serve), ["risk.common_mail_domains"], "{wrong}");
    }
}
