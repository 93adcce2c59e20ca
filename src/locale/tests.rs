//! The catalogues hold the same texts, and exactly those that the program says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_bundle::FluentArgs;
use fluent_syntax::ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

use super::*;

/// The variables of a text.
type Variables = BTreeSet<String>;

fn in_pattern(pattern: &Pattern<&str>, found: &mut Variables) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression(expression: &Expression<&str>, found: &mut Variables) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, found),
        Expression::Select { selector, variants } => {
            in_inline(selector, found);
            variants.iter().for_each(|variant| in_pattern(&variant.value, found));
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, found: &mut Variables) {
    let in_arguments = |arguments: &CallArguments<&str>, found: &mut Variables| {
        arguments.positional.iter().for_each(|argument| in_inline(argument, found));
        arguments.named.iter().for_each(|argument| in_inline(&argument.value, found));
    };
    match inline {
        InlineExpression::VariableReference { id } => {
            found.insert(id.name.to_owned());
        }
        InlineExpression::FunctionReference { arguments, .. } => in_arguments(arguments, found),
        InlineExpression::TermReference { arguments: Some(arguments), .. } => in_arguments(arguments, found),
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        _ => {}
    }
}

/// Every text of a language with its variables.
fn catalogue(language: Language) -> BTreeMap<String, Variables> {
    let mut texts = BTreeMap::new();
    for (path, source) in sources(language) {
        let tree = parser::parse(source.as_str()).unwrap_or_else(|(_, wrong)| panic!("{path}: {wrong:?}"));
        for entry in &tree.body {
            match entry {
                Entry::Message(message) => {
                    let key = message.id.name;
                    let value = message.value.as_ref().unwrap_or_else(|| panic!("{path}: {key} says nothing"));
                    assert!(message.attributes.is_empty(), "{path}: {key} has attributes, which nothing reads");
                    let mut variables = Variables::new();
                    in_pattern(value, &mut variables);
                    assert!(texts.insert(key.to_owned(), variables).is_none(), "{path}: {key} is there twice");
                }
                Entry::Junk { content } => panic!("{path}: cannot be read: {content}"),
                _ => {}
            }
        }
    }
    texts
}

fn names(language: Language) -> BTreeSet<String> {
    sources(language).into_iter().filter_map(|(path, _)| Some(path.rsplit_once('/')?.1.to_owned())).collect()
}

#[track_caller]
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_language_says_everything_with_the_same_values() {
    let english = catalogue(Language::English);
    let mut wrong = Vec::new();
    for language in &Language::ALL[1..] {
        let code = language.code();
        assert_eq!(names(*language), names(Language::English), "the files in locales/{code}");
        let texts = catalogue(*language);
        for key in english.keys().filter(|key| !texts.contains_key(*key)) {
            wrong.push(format!("locales/{code} lacks the text {key}"));
        }
        for (key, variables) in &texts {
            match english.get(key) {
                None => wrong.push(format!("locales/{code} has the text {key}, which is not in locales/en")),
                Some(expected) => {
                    for lost in expected.difference(variables) {
                        wrong.push(format!("locales/{code}: {key} has lost ${lost}"));
                    }
                    for invented in variables.difference(expected) {
                        wrong.push(format!("locales/{code}: {key} uses ${invented}, which the English text has not"));
                    }
                }
            }
        }
    }
    none(&wrong);
}

#[test]
fn every_text_can_be_said_and_holds_no_markup() {
    let mut wrong = Vec::new();
    for language in Language::ALL {
        let bundle = bundle(*language);
        for (key, variables) in catalogue(*language) {
            for number in [0, 1, 2, 5, 11] {
                let mut arguments = FluentArgs::new();
                for variable in &variables {
                    arguments.set(variable.clone(), number);
                }
                let mut problems = Vec::new();
                let pattern = bundle.get_message(&key).and_then(|message| message.value()).expect("the text");
                let said = bundle.format_pattern(pattern, Some(&arguments), &mut problems).into_owned();
                if !problems.is_empty() || said.trim().is_empty() {
                    wrong.push(format!("{}: {key} cannot be said: {problems:?}", language.code()));
                } else if said.contains(['<', '>', '&', '"', '{', '}']) {
                    wrong.push(format!("{}: {key} holds markup or a straight quotation mark: {said}", language.code()));
                } else if said.to_lowercase().split(|c: char| !c.is_alphabetic()).any(|word| word == "reset") {
                    wrong.push(format!("{}: {key} says reset: {said}", language.code()));
                }
            }
        }
    }
    wrong.dedup();
    none(&wrong);
}

/// A place where the program says a text.
struct Said {
    place: String,
    key: Result<String, String>,
    values: BTreeSet<String>,
}

/// The arguments of the call whose opening parenthesis stands before `source`, split at their commas.
fn arguments(source: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for c in source.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = found.last_mut() {
            last.push(c);
        }
    }
    found.iter().map(|argument| argument.trim().to_owned()).filter(|argument| !argument.is_empty()).collect()
}

/// Every call that begins with `opening`; the key is the argument `key`, or the first one.
fn calls(path: &Path, source: &str, opening: &str) -> Vec<Said> {
    let mut said = Vec::new();
    for (at, _) in source.match_indices(opening) {
        let before = source[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.') {
            continue;
        }
        let line = source[..at].lines().count().max(1);
        let mut key = Err("no key".to_owned());
        let mut values = BTreeSet::new();
        for (index, argument) in arguments(&source[at + opening.len()..]).into_iter().enumerate() {
            let literal = |text: &str| {
                let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                bare.map(str::to_owned).ok_or_else(|| format!("the key is not written out: {text}"))
            };
            match argument.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())) {
                Some((name, value)) if name == "key" => key = literal(&value),
                Some((name, _)) if !argument.starts_with('"') => drop(values.insert(name)),
                _ if index == 0 => key = literal(&argument),
                _ => key = Err(format!("what is {argument}?")),
            }
        }
        said.push(Said { place: format!("{}:{line}", path.display()), key, values });
    }
    said
}

fn files(folder: &Path, ending: &[&str], found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|found| ending.iter().any(|ending| found == *ending)) {
            found.push(path);
        }
    }
}

/// Every place in `src` and `templates` where a text is said. Tests are no such place, and comments are none.
fn everything_said() -> Vec<Said> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut said = Vec::new();
    let mut rust = Vec::new();
    files(&root.join("src"), &["rs"], &mut rust);
    for path in rust {
        let path = path.strip_prefix(root).expect("ours");
        if path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let source = std::fs::read_to_string(root.join(path)).expect("a source file");
        let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let plain = |line: &str| if line.trim_start().starts_with("//") { String::new() } else { line.to_owned() };
        let source: Vec<String> = source.lines().map(plain).collect();
        said.extend(calls(path, &source.join("\n"), "text!("));
    }
    let mut templates = Vec::new();
    files(&root.join("templates"), &["html", "txt"], &mut templates);
    for path in templates {
        let source = std::fs::read_to_string(&path).expect("a template");
        said.extend(calls(path.strip_prefix(root).expect("ours"), &source, "t("));
    }
    said
}

#[test]
fn what_the_program_says_is_there_and_what_is_there_is_said() {
    let english = catalogue(Language::English);
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for (key, desk) in labels::all() {
        match english.get(&key) {
            None => wrong.push(format!("no catalogue has the label {key}")),
            Some(_) if Text::new(key.clone(), Vec::new()).to_string() != desk => {
                wrong.push(format!("locales/en: {key} is not what the desk reads, which is {desk}"));
            }
            Some(_) => drop(used.insert(key)),
        }
    }
    for said in everything_said() {
        let place = said.place;
        let key = match said.key {
            Ok(key) => key,
            Err(problem) => {
                wrong.push(format!("{place}: {problem}"));
                continue;
            }
        };
        match english.get(&key) {
            None => wrong.push(format!("{place}: no catalogue has the text {key}")),
            Some(variables) => {
                for lacking in variables.difference(&said.values) {
                    wrong.push(format!("{place}: {key} needs {lacking}"));
                }
                for idle in said.values.difference(variables) {
                    wrong.push(format!("{place}: {key} has no use for {idle}"));
                }
            }
        }
        used.insert(key);
    }
    for key in english.keys().filter(|key| !used.contains(*key)) {
        wrong.push(format!("nothing says the text {key}"));
    }
    none(&wrong);
}

#[test]
fn a_text_that_a_language_lacks_is_said_in_english_and_one_that_nobody_has_by_its_key() {
    assert_eq!(Text::new("no-such-text", Vec::new()).to(Language::Japanese), "no-such-text");
    assert_eq!(Text::new("home-title", Vec::new()).to(Language::German), "Hilfe bei verlorenem MFA-Gerät");
    assert_eq!(Text::new("home-title", Vec::new()).to_string(), "Help with a lost MFA device");
}

#[test]
fn a_moment_in_a_text_is_written_as_the_language_writes_it() {
    let at = chrono::TimeZone::with_ymd_and_hms(&Utc, 2026, 3, 4, 5, 6, 0).single().unwrap();
    let wait = text!("codes-wait", time = at);
    for language in Language::ALL {
        assert!(wait.to(*language).contains(&moment(*language, at)), "{}", wait.to(*language));
    }
}

#[test]
fn the_search_for_texts_sees_what_it_has_to_see() {
    let source = "a text!(\"one\", n = f(1, \")\"), m = x)\n  , text!(\n \"two\",\n)context!(\"no\") text!(key)";
    let found = calls(Path::new("x"), source, "text!(");
    let keys: Vec<_> = found.iter().map(|said| said.key.clone().unwrap_or_else(|_| "?".to_owned())).collect();
    assert_eq!(keys, ["one", "two", "?"]);
    assert_eq!(found[0].values, BTreeSet::from(["n".to_owned(), "m".to_owned()]));
    let found =
        calls(Path::new("x"), "{{ t(key=\"a-b\", n=c.d | length) }} {{ at(x) }} {{ <ui.x l={t(key=\"c\")}/> }}", "t(");
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].values, BTreeSet::from(["n".to_owned()]));
}
