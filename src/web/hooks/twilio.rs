use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::ids::CallId;
use crate::notify::voice::twilio::{call_state, hook_url};
use crate::notify::voice::twilio_signature::signature_is_valid;
use crate::notify::voice::twiml;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::customer_act;
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::workflow::Spoken;

/// The call a request is about, if its signature is the provider's; anything else is recorded and not found.
async fn signed(
    app: &App,
    caller: &Caller,
    request: &HttpRequest,
    fields: &Fields,
    call: &str,
    hook: &str,
) -> Result<CallId, PageError> {
    let Some(secret) = &app.voice_secret else { return Err(PageError::NotFound) };
    let url = hook_url(&app.desk.kit.base_url, call, hook);
    let given = request.headers().get("x-twilio-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !signature_is_valid(secret, url.as_ref(), &fields.pairs, given) {
        app.desk.refuse_hook(customer_act(app, caller)).await?;
        return Err(PageError::Forbidden);
    }
    call.parse().map_err(|_| PageError::NotFound)
}

fn spoken(app: &App, call: CallId, spoken: Option<Spoken>) -> Result<HttpResponse, PageError> {
    let spoken = spoken.ok_or(PageError::NotFound)?;
    let says = twiml::lines(&spoken.says, spoken.language, spoken.two_words.as_deref());
    let twiml = if spoken.asks {
        let url = hook_url(&app.desk.kit.base_url, &call.to_string(), "digits");
        twiml::gather(url.as_ref(), spoken.keys, &says, &twiml::lines(&spoken.unanswered, spoken.language, None))
    } else {
        twiml::say_and_hang_up(&says)
    };
    Ok(HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(twiml))
}

/// Someone picked up: what the voice says, and that digits are awaited.
pub async fn answer(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let call = signed(&app, &caller, &request, &fields, &path, "answer").await?;
    spoken(&app, call, app.desk.pick_up(call).await?)
}

/// Digits were typed.
pub async fn digits(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let call = signed(&app, &caller, &request, &fields, &path, "digits").await?;
    spoken(&app, call, app.desk.answer_call(call, fields.get("Digits").to_owned()).await?)
}

/// How far the call has come.
pub async fn status(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let call = signed(&app, &caller, &request, &fields, &path, "status").await?;
    if let Some(progress) = call_state(fields.get("CallStatus"))
        && !app.desk.call_progress(call, progress).await?
    {
        return Err(PageError::NotFound);
    }
    Ok(HttpResponse::NoContent().finish())
}
