//! The table of operations, walked: who may, what is like it at the desk, and what the document says.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use mfa_desk::domain::actor::Role;
use mfa_desk::domain::api_token::Scope;
use mfa_desk::web::guard::access::Access;
use mfa_desk::web::routes::{self, RouteSpec};
use serde_json::Value;

use crate::support::world::{OWNER, Setup, World, people};

fn operations() -> Vec<RouteSpec> {
    routes::all(false).into_iter().filter(|route| route.api.is_some()).collect()
}

fn name(route: &RouteSpec) -> String {
    format!("{} {}", route.method, route.path)
}

/// The path with a case, and nothing else that exists.
fn path(route: &RouteSpec, reference: &str) -> String {
    let mut path = route.path.strip_prefix("/api/v1").unwrap().replace("{reference}", reference);
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=to, "00000000-0000-7000-8000-000000000000");
    }
    path
}

/// What gives evidence, takes a stop away, or changes what customers will read. Whoever is signed in at the desk gave a second factor hours ago at most; a
/// token lives for months.
const CODE_ONLY_HERE: [&str; 7] = [
    "/api/v1/blocks/{block}/lift",
    "/api/v1/cases/{reference}/documents/{document}/examination",
    "/api/v1/cases/{reference}/end-dispute",
    "/api/v1/cases/{reference}/in-person",
    "/api/v1/replies",
    "/api/v1/replies/{reply}",
    "/api/v1/replies/{reply}/remove",
];

#[test]
fn nothing_here_is_more_than_the_desk_allows() {
    let all = routes::all(false);
    for route in operations() {
        let (Access::Api(need, scope), Some(operation)) = (route.access, &route.api) else {
            panic!("{}", name(&route))
        };
        let Some((method, path)) = operation.like else {
            // Who one is, the rules, and what can be told of: nothing of it is about a case or a person.
            let about_nobody = ["/api/v1/me", "/api/v1/policy", "/api/v1/events"];
            assert!(about_nobody.contains(&route.path), "{}", name(&route));
            continue;
        };
        let like = all.iter().find(|each| each.method.as_str() == method && each.path == path);
        let like = like.unwrap_or_else(|| panic!("{} is like no route: {method} {path}", name(&route)));
        assert_eq!(like.access, Access::Desk(need), "{}", name(&route));
        // A second factor is asked for wherever the desk asks for one, and for these acts besides.
        let stricter = route.method == Method::POST && CODE_ONLY_HERE.contains(&route.path);
        assert_eq!(operation.code, like.step_up.is_some() || stricter, "{}: a second factor", name(&route));
        assert!(!(stricter && like.step_up.is_some()), "{} is no exception any more", name(&route));
        let scope = scope.unwrap_or_else(|| panic!("{} needs no scope", name(&route)));
        // A scope that nobody with the need has is of no use, and one that others have gives nothing away.
        for role in Role::ALL.iter().filter(|role| need.is_met_by(**role)) {
            assert!(scope.is_of_use_to(*role), "{} for {role:?}", name(&route));
        }
    }
}

#[test]
fn everything_that_the_desk_does_can_be_done_here() {
    // The page that reads a number back does nothing, and a draft belongs to the page that it is typed on.
    let others = ["/desk/cases/{reference}/phone-change", "/desk/cases/{reference}/draft"];
    // How somebody signs in is for that person alone, at a browser. A token that could issue tokens would outlive every
    // attempt to take it away; taking away is done with whoever it belongs to (`/people/{agent}/end-sessions`).
    // Everything that is held about a person leaves the desk by hand, and is erased by hand: no program answers for who
    // they are.
    let own = [
        "/desk/sign-",
        "/desk/step-up",
        "/desk/password",
        "/desk/sessions",
        "/desk/security",
        "/desk/tokens",
        "/desk/privacy",
    ];
    // Pages that ask before something is done, or show again what another operation gives: a case on paper, one person of
    // the list, an empty form. What is told to an open page is told to programs as events. Programs read every entry of
    // the log with its hashes, and so verify it themselves; its checkpoints are handed to places outside.
    let pages = [
        "/desk/cases/{reference}/print",
        "/desk/cases/{reference}/approve",
        "/desk/cases/{reference}/deactivate",
        "/desk/people/{agent}",
        "/desk/people/add",
        "/desk/replies/new",
        "/desk/events",
        "/desk/audit/verify",
        "/desk/audit/checkpoint",
    ];
    let covered: BTreeSet<(&str, &str)> = operations().iter().filter_map(|route| route.api.as_ref()?.like).collect();
    let covered: BTreeSet<String> = covered.into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    for route in routes::all(false) {
        let Access::Desk(_) = route.access else { continue };
        let is_own = own.iter().any(|part| route.path.starts_with(part));
        let exempt: &[&str] = if route.method == Method::POST { &others } else { &pages };
        if is_own {
            assert!(!covered.contains(&name(&route)), "{} is no exception any more", name(&route));
        } else {
            let without = exempt.contains(&route.path);
            assert_ne!(covered.contains(&name(&route)), without, "{}", name(&route));
        }
    }
}

#[test]
fn only_operations_are_below_api_and_each_has_its_body_and_its_version() {
    for route in routes::all(true) {
        let below = route.path.starts_with("/api/");
        assert_eq!(
            below,
            matches!(route.access, Access::Api(..)) || route.path.contains("/docs") || route.path.contains("openapi"),
            "{}",
            name(&route)
        );
        assert_eq!(route.api.is_some(), matches!(route.access, Access::Api(..)), "{}", name(&route));
    }
    let ids: Vec<&str> = operations().iter().filter_map(|route| Some(route.api.as_ref()?.summary)).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "each has a name of its own");
    assert!(ids.len() >= 73, "{}", ids.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_role_gets_with_each_scope_what_both_allow() {
    let change = |settings: &mut mfa_desk::config::Settings| settings.api.requests_per_minute = 100_000;
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (mut let_in, mut scope_missing, mut role_missing) = (0, 0, 0);
    for (person, role) in people() {
        for scope in Scope::ALL {
            let program = world.program_for(person, &[scope.code()], "").await;
            for route in operations() {
                let Access::Api(need, wanted) = route.access else { continue };
                let what = format!("{} as {role:?} with {}", name(&route), scope.code());
                // Without a body and a version nothing is done by those that are let in.
                let headers = [("content-type", "application/json")];
                let answer = program.ask(route.method.as_str(), &path(&route, &reference), &headers, None).await;
                if wanted.is_some_and(|wanted| wanted != *scope) {
                    answer.is(403).problem("insufficient-scope");
                    assert!(answer.header("www-authenticate").contains(wanted.unwrap().code()), "{what}");
                    scope_missing += 1;
                } else if !need.is_met_by(role) {
                    answer.is(403).problem("forbidden");
                    role_missing += 1;
                } else {
                    assert!(answer.status != 401 && answer.status < 500, "{what}: {} {}", answer.status, answer.text);
                    if answer.status == 403 {
                        let kind = answer.json()["type"].as_str().unwrap().to_owned();
                        assert!(kind.contains("mfa-code"), "{what}: {}", answer.text);
                    }
                    let_in += 1;
                }
            }
            let revoked = world.desk.revoke_token(act_of(&world, person).await, program.token.parse().unwrap()).await;
            revoked.unwrap().unwrap();
        }
    }
    assert!(let_in > 100 && scope_missing > 1000 && role_missing > 50, "{let_in} {scope_missing} {role_missing}");
    let refused = world.entries("").await.into_iter().filter(|entry| entry.action == "access.refused").count();
    assert_eq!(refused, role_missing);
    world.stop().await;
}

async fn act_of(world: &World, person: &str) -> mfa_desk::workflow::Act {
    mfa_desk::workflow::Act { actor: world.person(person).await.actor(), ip: String::new(), at: world.now() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_says_what_the_table_says() {
    let world = World::new().await;
    let browser = world.browser();
    let page = browser.get("/api/v1/openapi.json").await;
    let document: Value = serde_json::from_str(&page.is(200).html).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut documented = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            documented.insert(format!("{} {path}", method.to_uppercase()), operation.clone());
        }
    }
    let names: BTreeSet<String> = operations().iter().map(name).collect();
    assert_eq!(documented.keys().cloned().collect::<BTreeSet<_>>(), names);
    let docs = browser.get("/api/v1/docs").await;
    assert!(!docs.is(200).html.contains("style=") && !docs.html.contains("<script>"));
    for route in operations() {
        let said = &documented[&name(&route)];
        let scopes = match route.access {
            Access::Api(_, Some(scope)) => vec![scope.code()],
            _ => vec![],
        };
        assert_eq!(said["security"][0]["token"], serde_json::json!(scopes), "{}", name(&route));
        let parameters: Vec<&str> = said["parameters"]
            .as_array()
            .map(|all| all.iter().filter_map(|each| each["name"].as_str()).collect())
            .unwrap_or_default();
        let operation = route.api.as_ref().unwrap();
        assert_eq!(parameters.contains(&"If-Match"), operation.versioned, "{}", name(&route));
        assert_eq!(parameters.contains(&"mfa-code"), operation.code, "{}", name(&route));
        assert_eq!(said["requestBody"].is_object(), operation.body.is_some(), "{}", name(&route));
        assert!(docs.html.contains(route.path), "{}", name(&route));
    }
    // Every reference leads somewhere.
    let text = document.to_string();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for part in text.split("#/components/schemas/").skip(1) {
        let schema = part.split('"').next().unwrap();
        assert!(schemas.contains_key(schema), "{schema}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_body_has_an_example_that_can_be_sent() {
    let world = World::new().await;
    let page = world.browser().get("/api/v1/openapi.json").await;
    let document: Value = serde_json::from_str(&page.is(200).html).unwrap();
    let (_, reference) = world.confirmed(OWNER).await;
    let ada = world.program("ada").await;
    let mut sent = 0;
    for route in operations() {
        let Some(body) = route.api.as_ref().and_then(|operation| operation.body.as_ref()) else { continue };
        let example = &document["components"]["schemas"][&body.name()]["examples"][0];
        assert!(example.is_object(), "{} has no example", body.name());
        let (code, etag) = (world.code("ada").await, ada.etag(&reference).await);
        let headers = [("if-match", etag.as_str()), ("mfa-code", code.as_str())];
        let answer = ada.post(&path(&route, &reference), &headers, Some(example.clone())).await;
        // What it names is not there, or a rule refuses it; what it says is in order.
        assert!(matches!(answer.status, 200 | 404 | 409), "{}: {} {}", name(&route), answer.status, answer.text);
        sent += 1;
    }
    assert!(sent > 25, "{sent}");
    world.stop().await;
}
