//! The document (OpenAPI 3.1), made from the table that the guard obeys: it cannot say anything else.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::Data;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, Header, HttpMethod, InfoBuilder, OpenApi, OpenApiBuilder, PathsBuilder, Ref, RefOr, Required,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use super::headers::{IDEMPOTENCY_KEY, LONGEST_KEY, MFA_CODE};
use super::operation::{Answers, Named, Operation};
use super::problem::{Kind, MEDIA_TYPE, Problem, Wire};
use crate::web::App;
use crate::web::guard::access::Access;
use crate::web::routes::RouteSpec;

const SCHEME: &str = "token";
const DESCRIPTION: &str = "Everything that the desk can do, for programs. A token acts in the name of its person and can never \
    do more. Problems are told as RFC 9457 says.";

/// The document.
pub async fn document(app: Data<App>) -> Result<HttpResponse, Problem> {
    let json = made(&app.routes).to_json();
    let json = json.map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    Ok(HttpResponse::Ok().content_type("application/json").body(json))
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

fn header(name: &str, required: bool, schema: ObjectBuilder, what: &str) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(if required { Required::True } else { Required::False })
        .description(Some(what))
        .schema(Some(Schema::Object(schema.build())))
}

/// The parts of a path that stand in braces.
pub fn in_path(path: &str) -> Vec<&str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect()
}

/// The kinds of problem that an operation can be answered with, by status.
pub fn problems(operation: &Operation, posts: bool, names: bool) -> BTreeMap<u16, Vec<Kind>> {
    let mut kinds = vec![
        Kind::Malformed,
        Kind::Unauthorized,
        Kind::Dormant,
        Kind::InsufficientScope,
        Kind::Forbidden,
        Kind::NotAcceptable,
        Kind::TooMany,
        Kind::Internal,
        Kind::Unavailable,
    ];
    if names {
        kinds.push(Kind::NotFound);
    }
    if posts {
        kinds.extend([Kind::Refused, Kind::TooLarge, Kind::TooSlow, Kind::Invalid, Kind::Upstream]);
        if operation.keeps_answer {
            kinds.extend([Kind::UnderWay, Kind::OutcomeUnknown, Kind::KeyReused]);
        }
        // A decision about a phone change names its version in the body.
        kinds.extend([Kind::Stale, Kind::NotFound, Kind::VersionRequired]);
    }
    if !operation.params.is_empty() {
        kinds.extend([Kind::Invalid, Kind::NotFound]);
    }
    if operation.body.is_some() {
        kinds.push(Kind::NotJson);
    }
    if operation.code {
        kinds.extend([Kind::CodeRequired, Kind::CodeRefused, Kind::CodeUnavailable]);
    }
    let mut by_status: BTreeMap<u16, BTreeSet<Kind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.status().as_u16()).or_default().insert(kind);
    }
    by_status.into_iter().map(|(status, kinds)| (status, kinds.into_iter().collect())).collect()
}

fn id(summary: &str) -> String {
    summary.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).collect::<Vec<_>>().join("-")
}

fn described(route: &RouteSpec, operation: &Operation) -> utoipa::openapi::path::Operation {
    let posts = route.method == Method::POST;
    let names = in_path(route.path);
    let mut built = OperationBuilder::new()
        .tag(operation.tag)
        .summary(Some(operation.summary))
        .operation_id(Some(id(operation.summary)));
    for name in &names {
        let schema = Schema::Object(text().min_length(Some(1)).max_length(Some(80)).build());
        built = built.parameter(
            ParameterBuilder::new()
                .name(*name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(schema)),
        );
    }
    for param in &operation.params {
        built = built.parameter(
            ParameterBuilder::new()
                .name(param.name)
                .parameter_in(ParameterIn::Query)
                .required(Required::False)
                .description(Some(param.text))
                .schema(Some(param.values.schema())),
        );
    }
    if operation.versioned {
        let schema = text().pattern(Some("^\"[0-9]{1,18}\"$"));
        built = built.parameter(header("If-Match", true, schema, "The ETag of the case as it was read."));
    }
    if operation.code {
        let schema = text().pattern(Some("^[0-9]{6}$"));
        let what = "The code that the authenticator app of the token's person shows now. Each is taken once.";
        built = built.parameter(header(MFA_CODE, true, schema, what));
    }
    if posts && operation.keeps_answer {
        let schema = text().pattern(Some("^[!-~]+$")).min_length(Some(1)).max_length(Some(LONGEST_KEY));
        let what = "Names the request: sent again within 24 hours it is not carried out again, but answered as before.";
        built = built.parameter(header(IDEMPOTENCY_KEY, false, schema, what));
    }
    if let Some(body) = &operation.body {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(body.name()))).build();
        let body = RequestBodyBuilder::new().required(Some(Required::True)).content("application/json", content);
        built = built.request_body(Some(body.build()));
    }
    built = built.response("200", done(operation));
    for (status, kinds) in problems(operation, posts, !names.is_empty()) {
        let titles: Vec<&str> = kinds.iter().map(|kind| kind.title()).collect();
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Wire::name()))).build();
        let response = ResponseBuilder::new().description(titles.join("; ")).content(MEDIA_TYPE, content);
        built = built.response(status.to_string(), response.build());
    }
    let scopes = match route.access {
        Access::Api(_, Some(scope)) => vec![scope.code()],
        _ => Vec::new(),
    };
    built.security(SecurityRequirement::new(SCHEME, scopes)).build()
}

fn done(operation: &Operation) -> utoipa::openapi::Response {
    let schema: RefOr<Schema> = match (&operation.answer, operation.answers) {
        (Some(answer), _) => Ref::from_schema_name(answer.name()).into(),
        (None, _) => Schema::Object(text().build()).into(),
    };
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let mut response = ResponseBuilder::new().description("Done");
    response = match operation.answers {
        // What was uploaded: an image or a PDF.
        Answers::File => ["application/pdf", "image/jpeg", "image/png"]
            .into_iter()
            .fold(response, |response, kind| response.content(kind, content.clone())),
        other => response.content(other.media_type(), content),
    };
    if operation.params.iter().any(|param| param.name == "cursor") {
        response = response.header("Link", Header::new(Schema::Object(text().build())));
    }
    response.build()
}

/// The document of these routes.
pub fn made(routes: &[RouteSpec]) -> OpenApi {
    let mut schemas: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
    let mut items: BTreeMap<&str, PathItem> = BTreeMap::new();
    let mut keep = |named: &Named| {
        schemas.extend(named.schemas());
    };
    for route in routes {
        let Some(operation) = route.api.as_deref() else { continue };
        operation.body.iter().chain(&operation.answer).for_each(&mut keep);
        let method = if route.method == Method::POST { HttpMethod::Post } else { HttpMethod::Get };
        let item = PathItem::new(method, described(route, operation));
        match items.get_mut(route.path) {
            Some(before) => before.merge_operations(item),
            None => drop(items.insert(route.path, item)),
        }
    }
    let mut others = Vec::new();
    Wire::schemas(&mut others);
    schemas.extend(others);
    schemas.insert(Wire::name().into_owned(), Wire::schema());
    let scheme = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("mfad_…").build();
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(SCHEME, SecurityScheme::Http(scheme))
        .build();
    let paths = items.into_iter().fold(PathsBuilder::new(), |paths, (path, item)| paths.path(path, item));
    let info = InfoBuilder::new().title("mfa-desk").version("1").description(Some(DESCRIPTION)).build();
    OpenApiBuilder::new().info(info).paths(paths.build()).components(Some(components)).build()
}
