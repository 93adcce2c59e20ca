//! **Security credentials**: how people keep their authenticators. One set of handlers for the accounts of customers
//! and for the desk; the route's access and its `Side` are all that differs.

pub(crate) mod activate;
pub(crate) mod deactivate;
pub(crate) mod list;
pub(super) mod qr;
pub(crate) mod recovery_codes;
pub(crate) mod rename;

use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload};
use futures_util::future::{Ready, ready};
use serde_json::{Value, json};

use super::App;
use super::account::page as account_page;
use super::error::PageError;
use super::guard::access::{SignedInAgent, customer_act};
use super::guard::account::SignedInAccount;
use super::guard::caller::Caller;
use super::guard::step_up::is_fresh;
use super::page::{Head, moment, moment_in, show};
use super::words::text_of;
use crate::domain::authn::Assurance;
use crate::domain::ids::AuthenticatorId;
use crate::locale::{Text, label, text};
use crate::store::credentials::HeldAuthenticator;
use crate::workflow::{Act, Halt, Holder, Keyring};

/// Somebody in front of the pages, whose authenticators they are.
#[derive(Clone)]
pub enum Keeper {
    /// A customer, at `/account`.
    Account(SignedInAccount),
    /// Somebody at the desk, at `/desk`.
    Desk(SignedInAgent),
}

impl FromRequest for Keeper {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extensions = request.extensions();
        let account = extensions.get::<SignedInAccount>().cloned().map(Self::Account);
        let agent = || extensions.get::<SignedInAgent>().cloned().map(Self::Desk);
        ready(account.or_else(agent).ok_or(PageError::NotFound))
    }
}

impl Keeper {
    /// Where this side's pages begin.
    const fn base(&self) -> &'static str {
        match self {
            Self::Account(_) => "/account",
            Self::Desk(_) => "/desk",
        }
    }

    fn security(&self, rest: &str) -> String {
        format!("{}/security{rest}", self.base())
    }

    fn caller(&self) -> &Caller {
        match self {
            Self::Account(me) => &me.caller,
            Self::Desk(me) => &me.caller,
        }
    }

    fn holder(&self) -> Holder {
        match self {
            Self::Account(me) => Holder { account: me.session.account.id, session: me.session.id.to_string() },
            Self::Desk(me) => Holder { account: me.session.agent.id.account(), session: me.session.id.to_string() },
        }
    }

    fn act(&self, app: &App) -> Act {
        match self {
            Self::Account(me) => customer_act(app, &me.caller),
            Self::Desk(me) => me.act(app),
        }
    }

    /// What was refused, in the words of this side.
    fn words(&self, halt: &Halt) -> String {
        match self {
            Self::Account(me) => text_of(halt).to(me.caller.language),
            Self::Desk(_) => halt.to_string(),
        }
    }

    /// Leads to the step-up where what is about to be done needs a fresh second factor. There is none to give while
    /// somebody at the desk still has to activate their first authenticator, and a session that was won by alternative
    /// factors has just shown what it has. An account that has nothing to give a factor with may go on as long as a
    /// factor counts, from its last one or from the beginning of the session, and has to sign in again then.
    fn step_up(&self, app: &App, keyring: &Keyring, next: &str) -> Result<(), PageError> {
        let next = self.security(next);
        match self {
            Self::Account(me) => {
                let bare = keyring.devices.is_empty() && keyring.codes_left == 0;
                let session = &me.session;
                let since = if bare { session.proved_at.or(Some(session.began_at)) } else { session.proved_at };
                match session.assurance {
                    Assurance::Recovery => Ok(()),
                    _ if is_fresh(app, since) => Ok(()),
                    _ if bare => Err(PageError::SignInAccount { next }),
                    _ => Err(PageError::StepUp { next }),
                }
            }
            Self::Desk(me) if me.session.assurance == Assurance::Password && keyring.devices.is_empty() => Ok(()),
            Self::Desk(me) if is_fresh(app, me.session.proved_at) => Ok(()),
            Self::Desk(_) => Err(PageError::StepUp { next }),
        }
    }

    /// What a session that may do nothing else is told above the list.
    fn hint(&self) -> Option<Text> {
        match self {
            Self::Account(me) if me.session.assurance == Assurance::Recovery => Some(text!("security-hint-recovery")),
            Self::Desk(me) if me.session.assurance == Assurance::Password => Some(text!("security-hint-first")),
            Self::Account(_) | Self::Desk(_) => None,
        }
    }

    fn moment(&self, at: chrono::DateTime<chrono::Utc>) -> Value {
        match self {
            Self::Account(me) => moment_in(me.caller.language, at),
            Self::Desk(_) => moment(at),
        }
    }

    /// An authenticator as the pages show it.
    fn shown(&self, device: &HeldAuthenticator) -> Value {
        json!({
            "id": device.id,
            "name": device.name,
            "kind": label(self.caller().language, device.kind),
            "activated_at": self.moment(device.activated_at),
            "last_used_at": device.last_used_at.map(|at| self.moment(at)),
        })
    }

    /// One of the account's active authenticators.
    fn device<'a>(&self, keyring: &'a Keyring, id: &str) -> Result<&'a HeldAuthenticator, PageError> {
        let id: Option<AuthenticatorId> = id.parse().ok();
        let found = keyring.devices.iter().find(|device| Some(device.id) == id);
        found.ok_or(PageError::Halt(Halt::Gone))
    }

    /// Draws one of the pages in the frame of this side. `view` names its template.
    fn page(
        &self,
        app: &App,
        status: StatusCode,
        (view, title): (&str, String),
        change: impl FnOnce(&mut Head<'_>),
        mut content: Value,
    ) -> Result<HttpResponse, PageError> {
        content["view"] = view.into();
        content["base"] = self.security("").into();
        match self {
            Self::Account(me) => {
                let mut head = Head::new(&title);
                change(&mut head);
                account_page(app, me, status, "account/security.html", head, content)
            }
            Self::Desk(me) => {
                let mut head = Head::desk(&title, me);
                change(&mut head);
                show(app, &me.caller, status, "desk/security.html", head, content)
            }
        }
    }
}
