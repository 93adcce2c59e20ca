use fluent_bundle::FluentArgs;
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use super::{FluentValue, Language, say};

/// Gives templates the function `t(key="…", name=value)`. It speaks the language that the context names as `lang`.
///
/// In HTML the values are escaped here unless they are markup already, and the catalogue's own words, which are ours
/// and hold no markup, are taken as they are: a link or a name in bold can so stand inside a sentence.
pub fn register(tera: &mut Tera) {
    tera.register_function("t", translate);
}

fn translate(given: Kwargs, state: &State) -> TeraResult<Value> {
    let key: String = given.must_get("key")?;
    let language = state.get::<String>("lang")?.and_then(|code| Language::from_code(&code));
    let mut arguments = FluentArgs::new();
    for (name, value) in given.iter() {
        let name = name.as_str().unwrap_or_default();
        if name == "key" {
            continue;
        }
        if value.is_undefined() {
            return Err(Error::message(format!("`{name}` of the text `{key}` is not defined")));
        }
        let number = value.as_i64().filter(|_| value.is_number());
        let value = match number {
            Some(number) => FluentValue::from(number),
            None => FluentValue::from(state.escape_if_needed(value)?),
        };
        arguments.set(name.to_owned(), value);
    }
    let said = say(language.unwrap_or(Language::English), &key, &arguments);
    Ok(if state.autoescaping_enabled() { Value::safe_string(&said) } else { Value::from(said) })
}

#[cfg(test)]
mod tests {
    use tera::Context;

    use super::*;

    fn drawn(name: &str, template: &str) -> String {
        let mut tera = Tera::new();
        tera.autoescape_on(vec![".html"]);
        register(&mut tera);
        tera.add_raw_template(name, template).unwrap();
        let mut context = Context::new();
        context.insert("lang", "de");
        context.insert("hostile", "<b>&\"'");
        context.insert("count", &2);
        tera.render(name, &context).unwrap()
    }

    #[test]
    fn values_are_escaped_in_html_and_nowhere_else() {
        let sentence = "{{ t(key=\"footer-page-number\", number=hostile) }}";
        assert_eq!(drawn("a.html", sentence), "Seitennummer für Rückfragen: &lt;b&gt;&amp;&quot;&#39;");
        assert_eq!(drawn("a.txt", sentence), "Seitennummer für Rückfragen: <b>&\"'");
    }

    #[test]
    fn markup_may_stand_in_a_sentence() {
        let page =
            "{% set number %}<code>{{ hostile }}</code>{% endset %}{{ t(key=\"footer-page-number\", number=number) }}";
        let expected = "Seitennummer für Rückfragen: <code>&lt;b&gt;&amp;&quot;&#39;</code>";
        assert_eq!(drawn("a.html", page), expected);
    }
}
