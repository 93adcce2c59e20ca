//! What the owner or member of an account sees once signed in.

pub(crate) mod alternative;
pub(crate) mod assistance;
pub(crate) mod contact;
pub(crate) mod home;
pub(crate) mod link;
pub(crate) mod new_device;
pub(crate) mod requests;
pub(crate) mod sessions;
pub(crate) mod sign_in;
pub(crate) mod step_up;
pub(crate) mod troubleshoot;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::App;
use super::error::PageError;
use super::guard::account::SignedInAccount;
use super::page::{Head, show};
use crate::domain::authn::Assurance;

/// Draws a page for someone who is signed in, with their name above it.
pub(super) fn page(
    app: &App,
    me: &SignedInAccount,
    status: StatusCode,
    template: &str,
    mut head: Head<'_>,
    mut content: Value,
) -> Result<HttpResponse, PageError> {
    head.csrf = me.csrf.clone();
    if let Value::Object(fields) = &mut content {
        let account = &me.session.account;
        let complete = me.session.assurance == Assurance::Complete;
        let about = json!({ "name": account.name, "email_masked": account.email.masked(), "complete": complete });
        fields.insert("me".to_owned(), about);
        fields.entry("unprotected").or_insert(Value::from(!me.session.has_device));
    }
    show(app, &me.caller, status, template, head, content)
}
