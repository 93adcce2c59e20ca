//! A program that was let in, as handlers get it.

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use futures_util::future::{Ready, ready};

use super::problem::{Kind, Problem};
use super::query::Query;
use crate::domain::ids::AgentId;
use crate::web::App;
use crate::web::guard::caller::Caller;
use crate::workflow::{Act, Entered};

/// A program that was let in, and what its headers and its query say.
#[derive(Clone)]
pub struct Program {
    /// In whose name it acts, and with what token.
    pub entered: Entered,
    /// Where it comes from.
    pub caller: Caller,
    /// The version of a case that it acts on.
    pub version: Option<i64>,
    /// What the query asks for.
    pub query: Query,
}

impl Program {
    /// The program's person, as one who acts now.
    pub fn act(&self, app: &App) -> Act {
        self.entered.act(self.caller.ip.clone(), app.now())
    }

    /// The program's person.
    pub fn agent(&self) -> AgentId {
        self.entered.agent.id
    }
}

impl FromRequest for Program {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let program = request.extensions().get::<Self>().cloned();
        ready(program.ok_or_else(|| Problem::new(Kind::Unauthorized, "There is no token.")))
    }
}
