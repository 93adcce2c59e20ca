//! Puts the sources on top of each other and refuses what cannot be understood.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;

use config::{Config, Environment, File, FileFormat, Map, Value, ValueKind};
use serde::Deserialize;

use super::Settings;
use super::error::{ConfigError, UnknownKey};
use super::near::nearest;
use super::origin::{Origins, Source, variable_name};
use super::reference::{REFERENCE, range};

/// Read from the working directory when no file is named.
pub(super) const DEFAULT_FILE: &str = "mfa-desk.toml";

/// Keys whose values are tables.
const LISTS_OF_TABLES: [&str; 8] = [
    "directories",
    "subscribers",
    "forwarders",
    "queues",
    "policy.standard",
    "policy.privileged",
    "policy.member",
    "policy.staff",
];

const PREFIX: &str = "MFA_DESK";
const SEPARATOR: &str = "__";
/// What hosting platforms call the address of the database.
const DATABASE_VARIABLE: &str = "DATABASE_URL";
const DATABASE_KEY: &str = "database.url";

pub(super) fn from_process(file: Option<&Path>) -> Result<Settings, ConfigError> {
    let path = file.unwrap_or(Path::new(DEFAULT_FILE));
    let toml = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && file.is_none() => String::new(),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(ConfigError::NoFile(path.to_owned()));
        }
        Err(error) => {
            return Err(ConfigError::Unreadable { path: path.to_owned(), error });
        }
    };
    from_text(&toml, path, &unicode(std::env::vars_os())?)
}

/// The variables that concern this program; others may hold anything, valid text or not.
pub(super) fn unicode(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut env = BTreeMap::new();
    for (name, value) in variables {
        let Ok(name) = name.into_string() else {
            continue;
        };
        if name != DATABASE_VARIABLE && !name.to_uppercase().starts_with(PREFIX) {
            continue;
        }
        let Ok(value) = value.into_string() else {
            return Err(variable(&name, "is not valid UTF-8"));
        };
        env.insert(name, value);
    }
    Ok(env)
}

pub(super) fn from_text(toml: &str, path: &Path, env: &BTreeMap<String, String>) -> Result<Settings, ConfigError> {
    let file = Config::builder()
        .add_source(File::from_str(toml, FileFormat::Toml))
        .build()
        .map_err(|error| syntax(path, &error))?;
    let mut origins = Origins::default();
    let mut unknown = Vec::new();

    let mut in_file = Vec::new();
    leaves("", &file.cache, &mut in_file);
    for key in &in_file {
        note(key, Source::File(path.to_owned()), &mut origins, &mut unknown)?;
    }
    let mut variables = Map::new();
    for (name, value) in env.iter().filter(|(_, value)| !value.is_empty()) {
        let Some(key) = key_of(name)? else { continue };
        let source = Source::Variable(name.clone());
        note(&key, source, &mut origins, &mut unknown)?;
        if variables.insert(variable_name(&key), value.clone()).is_some() {
            return Err(variable(name, "is set twice, in different case; unset one"));
        }
    }
    if !unknown.is_empty() {
        return Err(ConfigError::Unknown(unknown));
    }
    if let Some(url) = env.get(DATABASE_VARIABLE).filter(|url| !url.is_empty())
        && origins.of(DATABASE_KEY) == Source::Default
    {
        variables.insert(variable_name(DATABASE_KEY), url.clone());
        origins.set(DATABASE_KEY, Source::Variable(DATABASE_VARIABLE.to_owned()));
    }

    // Without `try_parsing`: it would turn a password such as 0123 into the number 123.
    let environment = Environment::with_prefix(PREFIX).separator(SEPARATOR).source(Some(variables));
    let merged =
        Config::builder().add_source(file).add_source(environment).build().map_err(|error| refused(error, &origins))?;
    let settings = Settings::deserialize(merged).map_err(|error| refused(error, &origins))?;
    Ok(Settings { origins, ..settings })
}

/// The dotted key that an environment variable sets, if it is one of this program's.
fn key_of(name: &str) -> Result<Option<String>, ConfigError> {
    let upper = name.to_uppercase();
    let Some(rest) = upper.strip_prefix(PREFIX) else {
        return Ok(None);
    };
    if let Some(rest) = rest.strip_prefix(SEPARATOR) {
        return Ok(Some(rest.replace(SEPARATOR, ".").to_lowercase()));
    }
    // One underscore where two belong would silently leave a setting at its default.
    let squeezed = rest.replace(SEPARATOR, "_").to_lowercase();
    let meant = REFERENCE.iter().find(|(key, _, _)| squeezed.strip_prefix('_') == Some(&key.replace('.', "_")));
    match meant {
        Some((key, _, _)) => {
            let right = variable_name(key);
            Err(variable(name, &format!("has no effect; did you mean {right}?")))
        }
        None => Ok(None),
    }
}

/// Records where a key was set, or that there is no such key.
fn note(key: &str, source: Source, origins: &mut Origins, unknown: &mut Vec<UnknownKey>) -> Result<(), ConfigError> {
    let below = format!("{key}.");
    if REFERENCE.iter().any(|(known, _, _)| *known == key) {
        origins.set(key, source);
    } else if REFERENCE.iter().any(|(known, _, _)| known.starts_with(&below)) {
        let what = "is a section, not a value; set the keys in it".to_owned();
        return Err(ConfigError::Value { key: key.to_owned(), source_of: source, what });
    } else if let Some(list) = LISTS_OF_TABLES.iter().find(|list| key.starts_with(&format!("{list}."))) {
        let what = format!("only the configuration file can hold {list}: write a table [[{list}]] there");
        return Err(ConfigError::Value { key: key.to_owned(), source_of: source, what });
    } else {
        unknown.push(UnknownKey { key: key.to_owned(), source, near: nearest(key) });
    }
    Ok(())
}

/// The dotted keys of everything in a value that is not a table, and of unknown empty tables.
fn leaves(key: &str, value: &Value, found: &mut Vec<String>) {
    match &value.kind {
        ValueKind::Table(table) => {
            let mut names: Vec<_> = table.iter().collect();
            names.sort_by_key(|(name, _)| *name);
            for (name, value) in names {
                let dot = if key.is_empty() { "" } else { "." };
                leaves(&format!("{key}{dot}{name}"), value, found);
            }
            let below = format!("{key}.");
            let section = REFERENCE.iter().any(|(known, _, _)| known.starts_with(&below));
            if table.is_empty() && !key.is_empty() && !section {
                found.push(key.to_owned());
            }
        }
        _ => found.push(key.to_owned()),
    }
}

fn variable(name: &str, what: &str) -> ConfigError {
    ConfigError::Variable { name: name.to_owned(), what: what.to_owned() }
}

/// The parser's message quotes the line that it refuses, which may hold a password.
fn syntax(path: &Path, error: &config::ConfigError) -> ConfigError {
    let message = error.to_string();
    let quoted = |line: &str| line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit()).starts_with('|');
    let kept: Vec<&str> = message.lines().map(str::trim_end).filter(|line| !line.is_empty() && !quoted(line)).collect();
    ConfigError::Syntax { path: path.to_owned(), what: kept.join(": ") }
}

/// Names the key and source of a value that serde refused, and what is allowed there.
fn refused(error: config::ConfigError, origins: &Origins) -> ConfigError {
    use config::ConfigError as E;
    let (key, mut what) = match error {
        E::At { error, key: Some(key), .. } => (key, error.to_string()),
        E::Type { key: Some(key), expected, .. } => (key, format!("expected {expected}")),
        E::NotFound(key) => (key, "is missing".to_owned()),
        other => ("configuration".to_owned(), other.to_string()),
    };
    // The key of a field in a table of a list comes without its dot.
    let key = key.replace(']', "].").replace("]..", "].").trim_end_matches('.').to_owned();
    if let Some((least, most)) = range(&key) {
        what.push_str(&format!("; allowed is {least} to {most}"));
    }
    let source_of = origins.of(&key);
    ConfigError::Value { key, source_of, what }
}
