//! **Activate MFA**: the choice, and the page on which an app shows its codes or a passkey answers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{Keeper, qr, recovery_codes};
use crate::domain::account::AuthenticatorKind;
use crate::domain::authn::{Kept, LONGEST_NAME, TotpCode};
use crate::domain::ids::CeremonyId;
use crate::locale::{Text, label, text};
use crate::web::App;
use crate::web::error::{PageError, status_of};
use crate::web::guard::fields::Fields;
use crate::web::page::see_other;
use crate::workflow::{Activated, Halt, VirtualDevice};

/// Kinds that can be activated here, the better one first: no page that only looks like ours gets anything of a passkey.
const KINDS: [AuthenticatorKind; 2] = [AuthenticatorKind::Passkey, AuthenticatorKind::VirtualTotp];

/// What was chosen and typed, and what is wrong with it.
#[derive(Default)]
struct Said {
    kind: Option<AuthenticatorKind>,
    name: String,
    halt: Option<Halt>,
}

fn choice(app: &App, me: &Keeper, said: &Said) -> Result<HttpResponse, PageError> {
    let language = me.caller().language;
    let is_possible = |kind: &AuthenticatorKind| *kind != AuthenticatorKind::Passkey || app.desk.kit.passkeys.is_some();
    let possible: Vec<_> = KINDS.into_iter().filter(is_possible).collect();
    let chosen = said.kind.or(possible.first().copied());
    let shown = |kind: &AuthenticatorKind| {
        let label = label(language, *kind);
        json!({ "code": kind.code(), "label": label, "selected": chosen == Some(*kind) })
    };
    let kinds: Vec<Value> = possible.iter().map(shown).collect();
    let about_name = matches!(&said.halt, Some(Halt::Kept(why)) if why.is_about_name());
    let wrong = said.halt.as_ref().map(|halt| me.words(halt));
    let content = json!({
        "kinds": kinds,
        "name": said.name,
        "most": LONGEST_NAME,
        "name_error": wrong.clone().filter(|_| about_name),
        "error": wrong.filter(|_| !about_name),
    });
    let title = text!("security-activate").to(language);
    let status = said.halt.as_ref().map_or(StatusCode::OK, status_of);
    me.page(app, status, ("activate", title), |_| {}, content)
}

/// The choice of a kind and a name.
pub async fn show(app: Data<App>, me: Keeper) -> Result<HttpResponse, PageError> {
    let keyring = app.desk.keyring(&me.holder()).await?;
    me.step_up(&app, &keyring, "/activate")?;
    let halt = (!keyring.has_room()).then_some(Halt::Kept(Kept::TooMany));
    choice(&app, &me, &Said { halt, ..Said::default() })
}

/// Begins to set one up: 303 to its page.
pub async fn begin(app: Data<App>, me: Keeper, fields: Fields) -> Result<HttpResponse, PageError> {
    let keyring = app.desk.keyring(&me.holder()).await?;
    me.step_up(&app, &keyring, "/activate")?;
    let (kind, name) = (AuthenticatorKind::from_code(fields.get("kind")), fields.get("name").to_owned());
    let (act, holder) = (me.act(&app), me.holder());
    let (begun, page) = match kind {
        Some(AuthenticatorKind::Passkey) => (app.desk.begin_passkey(act, holder, &name).await?, "passkey"),
        _ => (app.desk.begin_virtual_device(act, holder, &name).await?, "device"),
    };
    match begun {
        Ok(ceremony) => Ok(see_other(me.security(&format!("/activate/{page}/{ceremony}")))),
        Err(halt) => choice(&app, &me, &Said { kind, name, halt: Some(halt) }),
    }
}

fn ceremony(path: &str) -> Result<CeremonyId, PageError> {
    path.parse().map_err(|_| PageError::Halt(Halt::Gone))
}

/// What is wrong with each of two codes.
#[derive(Default)]
struct Wrong {
    first: Option<Text>,
    second: Option<Text>,
    halt: Option<Halt>,
}

fn device_page(
    app: &App,
    me: &Keeper,
    (id, device): (CeremonyId, &VirtualDevice),
    wrong: Wrong,
) -> Result<HttpResponse, PageError> {
    let language = me.caller().language;
    let said = |text: Option<Text>| text.map(|text| text.to(language));
    let status = match &wrong {
        Wrong { halt: Some(halt), .. } => status_of(halt),
        Wrong { first: None, second: None, .. } => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let content = json!({
        "name": device.name,
        "qr": qr::drawn(device.uri.expose_secret()),
        "secret": qr::in_groups(device.secret.expose_secret()),
        "action": me.security(&format!("/activate/device/{id}")),
        "first_error": said(wrong.first).or_else(|| wrong.halt.as_ref().map(|halt| me.words(halt))),
        "second_error": said(wrong.second),
    });
    let title = text!("security-device-title").to(language);
    me.page(app, status, ("device", title), |_| {}, content)
}

/// The secret of an app that is being set up, and the fields for its codes.
pub async fn device(app: Data<App>, me: Keeper, path: Path<String>) -> Result<HttpResponse, PageError> {
    let id = ceremony(&path)?;
    let keyring = app.desk.keyring(&me.holder()).await?;
    me.step_up(&app, &keyring, &format!("/activate/device/{id}"))?;
    let device = app.desk.virtual_device(me.holder(), id).await?.ok_or(PageError::Halt(Halt::Gone))?;
    device_page(&app, &me, (id, &device), Wrong::default())
}

/// Takes two codes in a row.
pub async fn codes(app: Data<App>, me: Keeper, path: Path<String>, fields: Fields) -> Result<HttpResponse, PageError> {
    let id = ceremony(&path)?;
    let keyring = app.desk.keyring(&me.holder()).await?;
    me.step_up(&app, &keyring, &format!("/activate/device/{id}"))?;
    let device = app.desk.virtual_device(me.holder(), id).await?.ok_or(PageError::Halt(Halt::Gone))?;
    let typed = |name: &str| TotpCode::typed(fields.get(name)).ok_or_else(|| text!("device-unreadable"));
    let (first, second) = match (typed("first_code"), typed("second_code")) {
        (Ok(first), Ok(second)) => (first, second),
        (first, second) => {
            let wrong = Wrong { first: first.err(), second: second.err(), halt: None };
            return device_page(&app, &me, (id, &device), wrong);
        }
    };
    match app.desk.activate_virtual_device(me.act(&app), me.holder(), id, (first, second)).await? {
        Ok(activated) => done(&app, &me, activated),
        Err(Halt::Gone) => Err(PageError::Halt(Halt::Gone)),
        Err(halt) => device_page(&app, &me, (id, &device), Wrong { halt: Some(halt), ..Wrong::default() }),
    }
}

/// The list again, or first the recovery codes that were made.
fn done(app: &App, me: &Keeper, activated: Activated) -> Result<HttpResponse, PageError> {
    if activated.codes.is_empty() {
        Ok(see_other(me.security("?done=activated")))
    } else {
        recovery_codes::shown(app, me, &activated.codes, true)
    }
}

async fn passkey_page(app: &App, me: &Keeper, id: CeremonyId, halt: Option<Halt>) -> Result<HttpResponse, PageError> {
    let asked = app.desk.passkey_set_up(&me.holder(), id).await?.ok_or(PageError::Halt(Halt::Gone))?;
    let content = json!({
        "name": asked.name,
        "options": asked.options,
        "action": me.security(&format!("/activate/passkey/{id}")),
        "error": halt.as_ref().map(|halt| me.words(halt)),
    });
    let title = text!("security-passkey-title").to(me.caller().language);
    let status = halt.as_ref().map_or(StatusCode::OK, status_of);
    me.page(app, status, ("passkey", title), |_| {}, content)
}

/// The page that asks for a passkey which is being set up.
pub async fn passkey(app: Data<App>, me: Keeper, path: Path<String>) -> Result<HttpResponse, PageError> {
    let id = ceremony(&path)?;
    let keyring = app.desk.keyring(&me.holder()).await?;
    me.step_up(&app, &keyring, &format!("/activate/passkey/{id}"))?;
    passkey_page(&app, &me, id, None).await
}

/// Takes the answer of a browser. One that does not fit is asked for anew, under the name that was typed.
pub async fn answer(app: Data<App>, me: Keeper, path: Path<String>, fields: Fields) -> Result<HttpResponse, PageError> {
    let id = ceremony(&path)?;
    let keyring = app.desk.keyring(&me.holder()).await?;
    me.step_up(&app, &keyring, &format!("/activate/passkey/{id}"))?;
    let asked = app.desk.passkey_set_up(&me.holder(), id).await?.ok_or(PageError::Halt(Halt::Gone))?;
    let halt = match app.desk.activate_passkey(me.act(&app), me.holder(), id, fields.get("answer")).await? {
        Ok(activated) => return done(&app, &me, activated),
        Err(Halt::Gone) => return Err(PageError::Halt(Halt::Gone)),
        Err(halt) => halt,
    };
    match app.desk.begin_passkey(me.act(&app), me.holder(), &asked.name).await? {
        Ok(again) => passkey_page(&app, &me, again, Some(halt)).await,
        Err(halt) => {
            let said = Said { kind: Some(AuthenticatorKind::Passkey), name: asked.name, halt: Some(halt) };
            choice(&app, &me, &said)
        }
    }
}
