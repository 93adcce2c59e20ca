//! What the documents promise.

use mfa_desk::config::{Mode, Settings, reference_table};

const README: &str = include_str!("../../README.md");

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let at = text.find(start).unwrap_or_else(|| panic!("{start} is not in the README")) + start.len();
    &text[at..][..text[at..].find(end).unwrap()]
}

#[test]
fn the_readme_lists_every_key_with_its_default_and_meaning() {
    let listed = between(README, "<!-- configuration -->", "<!-- /configuration -->");
    assert_eq!(listed.trim(), reference_table().trim());
}

#[test]
fn the_readmes_example_of_a_policy_is_fit_to_serve() {
    let policy = between(README, "## The policy\n", "### Risk signals");
    let settings = Settings::from_sources(between(policy, "```toml\n", "```"), &Default::default()).unwrap();
    let about =
        |problem: &&mfa_desk::config::Problem| problem.key.starts_with("policy") || problem.key.starts_with("risk");
    let mut settings = settings;
    settings.voice.provider = mfa_desk::config::VoiceProvider::Twilio;
    let problems: Vec<String> = settings.problems(Mode::Serve).iter().filter(about).map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(settings.policy.standard.as_ref().map(Vec::len), Some(1));
}

#[test]
fn the_readmes_example_configuration_is_fit_to_serve() {
    let example = between(README, "```toml\n", "```");
    let secrets = [
        ("MFA_DESK__SECRETS__KEY", "a key of more than thirty-two characters"),
        ("MFA_DESK__MAIL__SMTP__PASSWORD", "secret"),
        ("MFA_DESK__VOICE__TWILIO__AUTH_TOKEN", "secret"),
    ];
    let environment = secrets.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let settings = Settings::from_sources(example, &environment).unwrap();
    let problems: Vec<String> = settings.problems(Mode::Serve).iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}
