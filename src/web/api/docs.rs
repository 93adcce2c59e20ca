//! The document as a page.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use serde_json::{Value, json};

use super::openapi::{made, problems};
use super::operation::Operation;
use super::problem::Kind;
use crate::domain::api_token::Scope;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::Access;
use crate::web::guard::caller::Caller;
use crate::web::page::{Head, show as show_page};
use crate::web::routes::RouteSpec;

/// A schema in one line: its members, those that may be left out with a question mark.
fn members(schema: &Value) -> Vec<Value> {
    let required: Vec<&str> =
        schema["required"].as_array().map(|all| all.iter().filter_map(Value::as_str).collect()).unwrap_or_default();
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    let one = |(name, property): (&String, &Value)| {
        json!({
            "name": name,
            "kind": kind(property),
            "optional": !required.contains(&name.as_str()),
            "text": property["description"].as_str().unwrap_or_default(),
        })
    };
    properties.iter().map(one).collect()
}

fn kind(property: &Value) -> String {
    if let Some(name) = property["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(choices) = property["oneOf"].as_array() {
        let kinds: Vec<String> = choices.iter().map(kind).filter(|kind| kind != "null").collect();
        return kinds.join(" or ");
    }
    let word = match &property["type"] {
        Value::String(word) => word.clone(),
        Value::Array(words) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).filter(|word| *word != "null").collect();
            words.join(" or ")
        }
        _ => String::new(),
    };
    if word == "array" { format!("list of {}", kind(&property["items"])) } else { word }
}

fn operation(route: &RouteSpec, operation: &Operation, document: &Value) -> Value {
    let posts = route.method == Method::POST;
    let named = |named: &Option<super::operation::Named>| {
        named.as_ref().map(|named| {
            json!({
                "name": named.name(),
                "members": members(&document["components"]["schemas"][&named.name()]),
            })
        })
    };
    let names = super::openapi::in_path(route.path);
    let codes = problems(operation, posts, !names.is_empty());
    json!({
        "method": route.method.as_str(),
        "path": route.path,
        "summary": operation.summary,
        "scope": match route.access {
            Access::Api(_, Some(scope)) => Some(scope.code()),
            _ => None,
        },
        "versioned": operation.versioned,
        "code": operation.code,
        "keyed": posts && operation.keeps_answer,
        "params": operation.params.iter().map(|param| json!({
            "name": param.name,
            "text": param.text,
            "values": match &param.values {
                super::operation::Values::OneOf(codes) => codes.join(", "),
                super::operation::Values::Text(most) => format!("at most {most} characters"),
                super::operation::Values::Number(least, most) => format!("{least} to {most}"),
            },
        })).collect::<Vec<_>>(),
        "body": named(&operation.body),
        "answer": named(&operation.answer),
        "media_type": operation.answers.media_type(),
        "statuses": codes.keys().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    })
}

/// The page.
pub async fn show(app: Data<App>, caller: Caller) -> Result<HttpResponse, PageError> {
    let document = serde_json::to_value(made(&app.routes)).map_err(|error| PageError::Template(error.to_string()))?;
    let mut tags: Vec<(&str, Vec<Value>)> = Vec::new();
    for route in &app.routes {
        let Some(of_route) = route.api.as_deref() else { continue };
        let shown = operation(route, of_route, &document);
        match tags.iter_mut().find(|(tag, _)| *tag == of_route.tag) {
            Some((_, list)) => list.push(shown),
            None => tags.push((of_route.tag, vec![shown])),
        }
    }
    let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let schemas: Vec<Value> =
        schemas.iter().map(|(name, schema)| json!({ "name": name, "members": members(schema) })).collect();
    let content = json!({
        "tags": tags.iter().map(|(tag, list)| json!({ "name": tag, "operations": list })).collect::<Vec<_>>(),
        "schemas": schemas,
        "scopes": Scope::ALL.iter().map(|scope| json!({ "code": scope.code(), "label": scope.label() })).collect::<Vec<_>>(),
        "problems": Kind::ALL.iter().map(|kind| json!({
            "code": kind.code(),
            "title": kind.title(),
            "status": kind.status().as_u16(),
        })).collect::<Vec<_>>(),
        "base_url": app.desk.kit.url(super::BASE),
        "per_minute": app.desk.kit.api.requests_per_minute,
    });
    let head = Head::new("Interface for programs");
    show_page(&app, &caller, StatusCode::OK, "api_docs.html", head, content)
}
