//! Who works at the desk.

use super::super::people;
use super::{PEOPLE, get, post, says};
use crate::domain::api_token::Scope;
use crate::web::guard::access::Need;
use crate::web::routes::RouteSpec;

/// People.
pub fn routes() -> Vec<RouteSpec> {
    let manages = (Need::Supervises, Scope::PeopleManage);
    let act = |summary, path| says(PEOPLE, summary).like("POST", path).with_code().gives::<people::Person>();
    vec![
        get(
            "/api/v1/people",
            (Need::Supervises, Scope::PeopleRead),
            people::list,
            says(PEOPLE, "List people").like("GET", "/desk/people").with_code().gives::<people::PersonList>(),
        ),
        post(
            "/api/v1/people",
            manages,
            people::add,
            act("Add a person", "/desk/people/add").takes::<people::NewPerson>(),
        ),
        post(
            "/api/v1/people/{agent}/role",
            manages,
            people::change_role,
            act("Change a role", "/desk/people/{agent}/role").takes::<people::NewRole>(),
        ),
        post(
            "/api/v1/people/{agent}/suspend",
            manages,
            people::suspend,
            act("Suspend a person", "/desk/people/{agent}/suspend"),
        ),
        post(
            "/api/v1/people/{agent}/restore",
            manages,
            people::restore,
            act("Restore a person", "/desk/people/{agent}/restore"),
        ),
        post(
            "/api/v1/people/{agent}/end-sessions",
            manages,
            people::end_sessions,
            act("Sign a person out everywhere", "/desk/people/{agent}/end-sessions"),
        ),
        post(
            "/api/v1/people/{agent}/invite",
            manages,
            people::invite,
            act("Mail a person a link to set a password", "/desk/people/{agent}/invite"),
        ),
    ]
}
