//! A fresh authenticator app, on the page of the case that deactivated the old one.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use secrecy::ExposeSecret;
use serde_json::json;

use super::link::{Private, private};
use super::status;
use crate::locale::text;
use crate::web::error::{PageError, reference};
use crate::web::guard::access::{csrf_of_browser, customer_act};
use crate::web::guard::caller::Caller;
use crate::web::page::{Head, show};
use crate::web::security::qr;
use crate::web::{App, cookies};

/// **Set up an authenticator app**: its secret, in this answer and never again.
pub async fn set_up(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let Some(cookie) = cookies::customer(&request, &app, reference.as_str()) else {
        return private(&app, &caller, &reference, Private::Ended(None));
    };
    let Some(file) = app.desk.view_own_case(reference.clone(), cookie.clone()).await? else {
        return private(&app, &caller, &reference, Private::Ended(None));
    };
    let language = file.form.language;
    match app.desk.set_up_fresh(customer_act(&app, &caller), reference.clone(), file.session).await? {
        Ok(fresh) => {
            let title = text!("fresh-title").to(language);
            let mut head = Head::of_case(&title, language);
            head.csrf = csrf_of_browser(&app, &cookie);
            let content = json!({
                "reference": reference,
                "qr": qr::drawn(fresh.uri.expose_secret()),
                "secret": qr::in_groups(fresh.secret.expose_secret()),
            });
            show(&app, &caller, StatusCode::OK, "customer/fresh.html", head, content)
        }
        Err(halt) => status::page_refused(&app, &caller, &reference, cookie, &halt).await,
    }
}
