//! **I'm still having problems and would like to contact support**: the form for assistance, filled in with what is
//! known, which hands over to the desk what its sender began alone.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::{Data, Query};
use serde::Deserialize;

use crate::domain::account::AccountKind;
use crate::domain::authn::Assurance;
use crate::domain::form::{AssistanceForm, FieldErrors, Language, Typed};
use crate::domain::recovery::Setback;
use crate::locale::label;
use crate::web::customer::form::{self, Sent};
use crate::web::error::{PageError, status_of};
use crate::web::guard::account::SignedInAccount;
use crate::web::guard::fields::Fields;
use crate::web::page::see_other;
use crate::web::{App, cookies};
use crate::workflow::Halt;

type Answer = Result<HttpResponse, PageError>;

/// What failed, where the page that led here knows it better than the case does.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Led {
    failed: String,
}

fn draw(
    app: &App,
    me: &SignedInAccount,
    status: StatusCode,
    (typed, errors): (&Typed, &FieldErrors),
    (failed, refusal): (&str, Option<&Halt>),
) -> Answer {
    let to = match me.session.assurance {
        Assurance::Recovery => "/account/security/assistance",
        Assurance::Password | Assurance::Complete => "/account/sign-in/assistance",
    };
    let sent = Sent { to, csrf: me.csrf.clone(), account_email: Some(me.session.account.email.to_string()), failed };
    form::page(app, &me.caller, status, (typed, errors), ("", refusal), sent)
}

/// The form for everyone, for those who have no case of their own to hand over: members, who ask their administrators,
/// and whoever is signed in with both steps.
fn for_everyone(me: &SignedInAccount) -> Option<HttpResponse> {
    let own = me.session.account.kind == AccountKind::Owner && me.session.assurance != Assurance::Complete;
    (!own).then(|| see_other("/assistance"))
}

/// The form, filled in.
pub async fn show(app: Data<App>, me: SignedInAccount, led: Query<Led>) -> Answer {
    let account = &me.session.account;
    if let Some(answer) = for_everyone(&me) {
        return Ok(answer);
    }
    let language = me.caller.language;
    let said = Setback::from_code(&led.failed);
    let setback = match said {
        Some(said) => Some(said),
        None => app.desk.owners_setback(me.session.clone()).await?,
    };
    let device = app.desk.likely_device(account.id).await?;
    let mut typed = Typed::new();
    for (field, value) in [
        ("name", Some(account.name.clone())),
        ("account_number", account.number.clone()),
        ("device_kind", device.map(|kind| kind.code().to_owned())),
        ("failed_step", setback.map(|setback| label(language, setback))),
        ("language", Some(language.code().to_owned())),
    ] {
        typed.insert(field.to_owned(), value.unwrap_or_default());
    }
    let failed = said.map(Setback::code).unwrap_or_default();
    draw(&app, &me, StatusCode::OK, (&typed, &FieldErrors::new()), (failed, None))
}

/// Takes the form: 303 to the page of the case, which is from now on the desk's, with the cookie that opens it. Before
/// the address of record is confirmed it is answered like the form for everyone, and a mail has the link.
pub async fn submit(app: Data<App>, mut me: SignedInAccount, fields: Fields) -> Answer {
    if let Some(answer) = for_everyone(&me) {
        return Ok(answer);
    }
    let mut typed = fields.all().clone();
    let failed = fields.get("failed");
    if let Some(language) = Language::from_code(fields.get(form::OTHER_LANGUAGE)) {
        me.caller.language = language;
        typed.insert("language".to_owned(), language.code().to_owned());
        let answer = draw(&app, &me, StatusCode::OK, (&typed, &FieldErrors::new()), (failed, None))?;
        return Ok(cookies::remember_language(&app, answer, language));
    }
    // It is about the account that is signed in, whatever is typed.
    typed.insert("email".to_owned(), me.session.account.email.to_string());
    let form = match AssistanceForm::parse(&typed) {
        Ok(form) => form,
        Err(errors) => return draw(&app, &me, StatusCode::UNPROCESSABLE_ENTITY, (&typed, &errors), (failed, None)),
    };
    let (said, language) = (Setback::from_code(failed), form.language);
    let whence = (language, me.caller.country.clone());
    match app.desk.hand_over(me.as_owner(&app), me.session.clone(), (form, said), whence).await? {
        Ok(handed) => {
            let Some(cookie) = handed.cookie else {
                return form::received(&app, &me.caller, &handed.reference, language);
            };
            let phone = if said == Some(Setback::PhoneOutdated) { "/phone" } else { "" };
            let answer = HttpResponse::SeeOther()
                .insert_header((SET_COOKIE, cookies::set_customer(&app, &handed.reference, &cookie)))
                .insert_header((LOCATION, format!("/cases/{}{phone}", handed.reference)))
                .finish();
            Ok(cookies::remember_language(&app, answer, language))
        }
        Err(halt) => draw(&app, &me, status_of(&halt), (&typed, &FieldErrors::new()), (failed, Some(&halt))),
    }
}
