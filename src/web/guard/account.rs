//! Accounts that are signed in, or on the way to it.

use actix_web::dev::ServiceRequest;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use futures_util::future::{Ready, ready};

use super::access::{LIVE, check_csrf, csrf_of_browser};
use super::caller::Caller;
use crate::domain::actor::Actor;
use crate::domain::authn::Assurance;
use crate::domain::token::Token;
use crate::store::account_sessions::AccountSession;
use crate::web::error::PageError;
use crate::web::{App, cookies};
use crate::workflow::Act;

/// An account that is signed in, as handlers get it.
#[derive(Clone)]
pub struct SignedInAccount {
    /// The session and the account.
    pub session: AccountSession,
    /// The secret of the session's cookie.
    pub cookie: Token,
    /// The token that forms of this session carry.
    pub csrf: String,
    /// Where the request came from.
    pub caller: Caller,
}

impl SignedInAccount {
    /// The account's owner, who helps themself now. Whether they may is for the rules to say.
    pub fn as_owner(&self, app: &App) -> Act {
        let actor = Actor::Owner { account: self.session.account.id };
        Act { actor, ip: self.caller.ip.clone(), at: app.now() }
    }

    /// The account as one that administers others now. Whether it may is for the rules to say.
    pub fn as_administrator(&self, app: &App) -> Act {
        let actor = Actor::Administrator { account: self.session.account.id };
        Act { actor, ip: self.caller.ip.clone(), at: app.now() }
    }
}

impl FromRequest for SignedInAccount {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(PageError::NotFound))
    }
}

/// Lets a session through that has come as far as the route asks for, and sends others to the page that is theirs.
pub(super) async fn admit_account(
    request: &mut ServiceRequest,
    app: &Data<App>,
    admitted: &[Assurance],
    posted: bool,
) -> Result<(), PageError> {
    let here = if posted { "/account".to_owned() } else { request.uri().to_string() };
    let from_start = || PageError::SignInAccount { next: here.clone() };
    let cookie = cookies::account(request.request(), app).ok_or_else(from_start)?;
    // A page that looks again by itself is no sign that anyone sits in front of it.
    let by_hand = !request.headers().contains_key(LIVE);
    let session = app.desk.account_session(&cookie, by_hand).await?.ok_or_else(from_start)?;
    if !admitted.contains(&session.assurance) {
        return Err(match session.assurance {
            Assurance::Password => PageError::SecondStep { next: here },
            Assurance::Recovery => PageError::RecoveryOnly,
            Assurance::Complete => PageError::SignedInAlready,
        });
    }
    let csrf = csrf_of_browser(app, &cookie);
    if posted {
        check_csrf(request, Some(&csrf))?;
    }
    let caller = request.extensions().get::<Caller>().cloned().ok_or(PageError::NotFound)?;
    request.extensions_mut().insert(SignedInAccount { session, cookie, csrf, caller });
    Ok(())
}
