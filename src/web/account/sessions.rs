//! Where an account is signed in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::page;
use crate::domain::actor::Actor;
use crate::locale::text;
use crate::web::error::PageError;
use crate::web::guard::account::SignedInAccount;
use crate::web::page::{Flash, Head, moment_in, see_other};
use crate::web::{App, cookies};
use crate::workflow::{Act, Halt};

/// What a press did, as the address of the next page says it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct After {
    done: String,
}

fn act(app: &App, me: &SignedInAccount) -> Act {
    Act { actor: Actor::Customer, ip: me.caller.ip.clone(), at: app.now() }
}

/// The list.
pub async fn show(app: Data<App>, me: SignedInAccount, after: Query<After>) -> Result<HttpResponse, PageError> {
    let language = me.caller.language;
    let own = me.session.id.to_string();
    let sessions = app.desk.account_sessions(me.session.account.id).await?;
    let line = |each: &crate::store::account_sessions::SessionLine| {
        json!({
            "id": each.id,
            "device": each.origin.device,
            "ip": each.origin.ip,
            "since": moment_in(language, each.created_at),
            "last": moment_in(language, each.last_seen_at),
            "own": each.id == own,
        })
    };
    let sessions: Vec<Value> = sessions.iter().map(line).collect();
    let title = text!("sessions-title").to(language);
    let mut head = Head::new(&title);
    head.flash = (after.done == "ended").then(|| Flash::Done(text!("sessions-ended").to(language)));
    page(&app, &me, StatusCode::OK, "account/sessions.html", head, json!({ "sessions": sessions }))
}

/// Ends one of one's own sign-ins.
pub async fn end(app: Data<App>, me: SignedInAccount, path: Path<String>) -> Result<HttpResponse, PageError> {
    let session = path.parse().map_err(|_| PageError::Halt(Halt::Gone))?;
    app.desk.end_account_session(act(&app, &me), me.session.account.id, session).await??;
    Ok(see_other("/account/sessions?done=ended"))
}

/// Ends all of them, this one too.
pub async fn end_all(app: Data<App>, me: SignedInAccount) -> Result<HttpResponse, PageError> {
    app.desk.sign_account_out_everywhere(act(&app, &me), me.session.account.id).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((SET_COOKIE, cookies::clear_account(&app)))
        .insert_header((LOCATION, "/account/sign-in"))
        .finish())
}
