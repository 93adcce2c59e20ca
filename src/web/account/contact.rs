//! **Contact information**: an administrator of an owner's account has its phone number changed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::{Value, json};

use super::page;
use crate::domain::form::Wrong;
use crate::domain::phone_change::{Requester, State};
use crate::locale::{Text, moment, text};
use crate::web::App;
use crate::web::error::{PageError, reference, status_of};
use crate::web::guard::account::SignedInAccount;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, see_other};
use crate::web::{new_number, words};
use crate::workflow::Halt;

/// What was typed for which account, and what is wrong with it.
#[derive(Default)]
struct Said {
    account: String,
    typed: String,
    wrong: Option<Wrong>,
    halt: Option<Halt>,
}

async fn contact(app: &App, me: &SignedInAccount, said: Said) -> Result<HttpResponse, PageError> {
    let language = me.caller.language;
    let owners: Vec<Value> = app
        .desk
        .administered_by(me.session.account.id)
        .await?
        .iter()
        .map(|administered| {
            let account = &administered.account;
            let mine = said.account == account.id.to_string();
            let change = administered.change.as_ref().map(|(file, reference)| {
                let change = &file.change;
                let words = match (change.state, &change.hold) {
                    (State::Held, _) if change.order.is_some() => text!("phone-now-ordered"),
                    (State::Held, Some(hold)) => text!("phone-now-held", ends = moment(language, hold.ends_at)),
                    (State::Frozen, _) => text!("phone-now-frozen"),
                    (State::AwaitingApproval, _) => text!("phone-now-awaiting"),
                    _ => text!("phone-now-requested"),
                };
                let own = change.requester == Requester::Administrator(me.session.account.id);
                json!({
                    "reference": reference,
                    "words": words.to(language),
                    "new_masked": change.new.masked(),
                    "may_withdraw": own && change.state != State::Frozen,
                })
            });
            json!({
                "id": account.id,
                "name": account.name,
                "email_masked": account.email.masked(),
                "phone_masked": account.phone.as_ref().map(|phone| phone.masked()),
                "change": change,
                "typed": if mine { said.typed.as_str() } else { "" },
                "error": said.wrong.filter(|_| mine).map(|wrong| Text::from(wrong).to(language)),
            })
        })
        .collect();
    let title = text!("contact-title").to(language);
    let mut head = Head::new(&title);
    head.flash = said.halt.as_ref().map(|halt| Flash::Refused(words::text_of(halt).to(language)));
    let status = match (&said.wrong, &said.halt) {
        (Some(_), _) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, Some(halt)) => status_of(halt),
        (None, None) => StatusCode::OK,
    };
    let hours = app.desk.kit.policy.phone_change.cooling_off.num_hours();
    page(app, me, status, "account/contact.html", head, json!({ "owners": owners, "hours": hours }))
}

/// The accounts that one administers, with their numbers.
pub async fn show(app: Data<App>, me: SignedInAccount) -> Result<HttpResponse, PageError> {
    contact(&app, &me, Said::default()).await
}

/// **Continue**: shows the number back as it was understood. Nothing is stored yet.
pub async fn check(app: Data<App>, me: SignedInAccount, fields: Fields) -> Result<HttpResponse, PageError> {
    let (account, typed) = (fields.get("account").to_owned(), fields.get("number").to_owned());
    let number = match new_number::read(&typed) {
        Ok(number) => number,
        Err(wrong) => return contact(&app, &me, Said { account, typed, wrong: Some(wrong), halt: None }).await,
    };
    let title = text!("phone-confirm-title").to(me.caller.language);
    let content = json!({ "number": new_number::shown(&number), "account": account });
    page(&app, &me, StatusCode::OK, "account/contact_confirm.html", Head::new(&title), content)
}

/// The number was shown back and confirmed: asks for the change on the owner's behalf.
pub async fn confirm(app: Data<App>, me: SignedInAccount, fields: Fields) -> Result<HttpResponse, PageError> {
    let (account, typed) = (fields.get("account").to_owned(), fields.get("number").to_owned());
    let asked = match (account.parse(), new_number::confirmed(&typed)) {
        (Ok(owner), Ok(number)) => {
            let asker = (me.session.account.clone(), me.caller.language);
            app.desk.change_phone_of(me.as_administrator(&app), owner, number, asker).await?
        }
        (Ok(_), Err(wrong)) => {
            return contact(&app, &me, Said { account, typed, wrong: Some(wrong), halt: None }).await;
        }
        (Err(_), _) => Err(Halt::Gone),
    };
    match asked {
        Ok(_) => Ok(see_other("/account/contact")),
        Err(halt) => contact(&app, &me, Said { account, typed, wrong: None, halt: Some(halt) }).await,
    }
}

/// **Withdraw the change**.
pub async fn withdraw(app: Data<App>, me: SignedInAccount, fields: Fields) -> Result<HttpResponse, PageError> {
    let reference = reference(fields.get("reference"))?;
    match app.desk.withdraw_phone_change_of(me.as_administrator(&app), reference).await? {
        Ok(()) => Ok(see_other("/account/contact")),
        Err(halt) => contact(&app, &me, Said { halt: Some(halt), ..Said::default() }).await,
    }
}
