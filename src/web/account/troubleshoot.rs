//! **Troubleshoot your authentication device**: what somebody can do whose second step does not work.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::alternative;
use crate::domain::account::AccountKind;
use crate::domain::authn::TotpCode;
use crate::domain::recovery::Setback;
use crate::locale::{Text, text};
use crate::web::error::{PageError, status_of};
use crate::web::guard::account::SignedInAccount;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, see_other, show as show_page};
use crate::web::words::text_of;
use crate::web::{App, cookies};
use crate::workflow::Halt;

const DEVICE: &str = "/account/sign-in/device?done=resynchronised";

/// What did not work, above the page or beside the two codes.
#[derive(Default)]
struct Said {
    halt: Option<Halt>,
    codes: Option<Halt>,
}

async fn page(app: &App, me: &SignedInAccount, said: Said) -> Result<HttpResponse, PageError> {
    let language = me.caller.language;
    let means = app.desk.account_means(me.session.account.id).await?;
    let words = |halt: &Halt| text_of(halt).to(language);
    let halt = said.halt.as_ref().or(said.codes.as_ref());
    let status = halt.map_or(StatusCode::OK, status_of);
    let content = json!({
        "member": me.session.account.kind == AccountKind::Member,
        "resync": means.codes,
        "recovery_codes": means.recovery_codes,
        "codes_error": said.codes.as_ref().map(words),
        "setback": said.codes.as_ref().map(|_| Setback::DeviceCodes.code()),
    });
    let title = text!("troubleshoot-title").to(language);
    let mut head = Head::new(&title);
    head.csrf = me.csrf.clone();
    head.flash = said.halt.as_ref().map(|halt| Flash::Refused(words(halt)));
    show_page(app, &me.caller, status, "account/troubleshoot.html", head, content)
}

/// The choices.
pub async fn show(app: Data<App>, me: SignedInAccount) -> Result<HttpResponse, PageError> {
    page(&app, &me, Said::default()).await
}

/// **Sign in using alternative factors**.
pub async fn begin(app: Data<App>, me: SignedInAccount) -> Result<HttpResponse, PageError> {
    let whence = (me.caller.language, me.caller.country.clone());
    match app.desk.begin_recovery(me.as_owner(&app), me.session.clone(), whence).await? {
        Ok(()) => Ok(see_other(alternative::PAGE)),
        Err(halt) => page(&app, &me, Said { halt: Some(halt), codes: None }).await,
    }
}

/// **My device is out of sync**: two codes in a row put its clock right, and a third one signs in.
pub async fn resynchronise(
    app: Data<App>,
    me: SignedInAccount,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let codes = (TotpCode::typed(fields.get("first_code")), TotpCode::typed(fields.get("second_code")));
    let done = match codes {
        (Some(first), Some(second)) => {
            let from = (me.caller.ip.clone(), cookies::browser(&request, &app));
            app.desk.resynchronise_at_sign_in(from, &me.session, (first, second)).await?
        }
        _ => Err(Halt::UnreadableCode),
    };
    match done {
        Ok(()) => Ok(see_other(DEVICE)),
        Err(halt) => page(&app, &me, Said { halt: None, codes: Some(halt) }).await,
    }
}

/// What the page of the second step says after a clock was put right.
pub(super) fn done(code: &str) -> Option<Text> {
    (code == "resynchronised").then(|| text!("resync-done"))
}
