//! The interface for programs, asked as programs ask.

mod decisions;
mod frame;
mod looks;
mod several;
mod table;
mod talk;
mod tokens;

use mfa_desk::domain::actor::Role;
use mfa_desk::domain::api_token::{ApiToken, Scope, Wish, shown};
use mfa_desk::domain::ids::AgentId;
use mfa_desk::store::agents;
use mfa_desk::workflow::Act;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::support::world::{World, address};

/// An answer to a program.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// A problem of this kind, with its status and nothing that looks like a page.
    #[track_caller]
    pub fn problem(&self, kind: &str) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}: {}", self.status, self.text);
        let problem = self.json();
        assert_eq!(problem["type"], format!("/api/v1/docs#problem-{kind}"), "{}", self.text);
        assert_eq!(problem["status"], self.status, "{}", self.text);
        problem
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

/// A program with a token.
#[derive(Clone)]
pub struct Program {
    http: reqwest::Client,
    base: String,
    pub secret: String,
    pub token: String,
}

impl Program {
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, format!("{}/api/v1{path}", self.base)).bearer_auth(&self.secret);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], None).await
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        self.ask("POST", path, headers, body).await
    }

    /// The ETag of a case as it is now.
    pub async fn etag(&self, reference: &str) -> String {
        self.get(&format!("/cases/{reference}")).await.is(200).header("etag").to_owned()
    }
}

impl World {
    pub async fn person(&self, name: &str) -> agents::Agent {
        let email = address(name).parse().unwrap();
        self.desk.store.read(move |connection| agents::find_by_email(connection, &email)).await.unwrap().unwrap()
    }

    /// A token of somebody at the desk for everything that is of use to them.
    pub async fn program(&self, name: &str) -> Program {
        let role = self.person(name).await.role;
        let scopes: Vec<&str> =
            Scope::ALL.iter().filter(|scope| scope.is_of_use_to(role)).map(|scope| scope.code()).collect();
        self.program_for(name, &scopes, "").await
    }

    /// A token of somebody at the desk for these scopes, from these networks.
    pub async fn program_for(&self, name: &str, scopes: &[&str], networks: &str) -> Program {
        let agent = self.person(name).await;
        // Roles change after a token was issued, so that every scope can be on one.
        let wish = Wish::read(("CI", "7", networks), scopes.iter().copied(), Role::Admin, 90).unwrap();
        let act = Act { actor: agent.actor(), ip: "192.0.2.1".to_owned(), at: self.now() };
        let issued = self.desk.issue_token(act, agent.id, wish).await.unwrap().unwrap();
        self.holding(&shown(&issued.secret), &issued.token)
    }

    fn holding(&self, secret: &str, token: &ApiToken) -> Program {
        mfa_desk::notify::install_tls_provider();
        Program {
            http: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
            base: self.base.clone(),
            secret: secret.to_owned(),
            token: token.id.to_string(),
        }
    }

    /// A code that somebody at the desk could send now.
    pub async fn code(&self, name: &str) -> String {
        self.fresh_code(&address(name)).await
    }
}

/// The identifier of somebody at the desk, as programs name it.
pub fn id(agent: AgentId) -> String {
    agent.to_string()
}
