use std::time::Duration;

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt;

use crate::domain::inbound::Way;
use crate::signed_webhooks::{ID, SIGNATURE, Seal, TIMESTAMP, Trusted};
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::customer_act;
use crate::web::guard::caller::Caller;

/// Mails that are read at once: each is in memory a few times.
pub const AT_ONCE: usize = 2;
/// How long the largest mail may take.
const SLOWEST: Duration = Duration::from_secs(120);
/// A connection on which nothing comes for so long is given up.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// Takes a mail from a mail server: the message as it is (RFC 5322) is the body, signed as Standard Webhooks has it. An
/// answer of 2xx says that it is stored; the same mail may come again.
pub async fn take(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    let Some(trusted) = &app.desk.kit.mail_hook else { return Err(PageError::NotFound) };
    let Some(seal) = seal(&request, trusted, &app) else { return refused(&app, &caller).await };
    let largest = app.desk.kit.inbound.largest_bytes();
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > largest) {
        return Err(PageError::TooLarge);
    }
    let _place = app.mail_posts.try_acquire().map_err(|_| PageError::Busy)?;
    let reading = tokio::time::timeout(SLOWEST, body(payload, largest));
    let mail = reading.await.map_err(|_| PageError::TooSlow)??;
    if trusted.verify(&seal, &mail, app.now()).is_err() {
        return refused(&app, &caller).await;
    }
    app.desk.take_mail(mail, Way::Hook).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn refused(app: &App, caller: &Caller) -> Result<HttpResponse, PageError> {
    app.desk.refuse_hook(customer_act(app, caller)).await?;
    Err(PageError::Forbidden)
}

/// What came beside the body, unless it could not be genuine whatever the body is: then none of it is read.
fn seal(request: &HttpRequest, trusted: &Trusted, app: &App) -> Option<Seal> {
    let text = |name: &str| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
    let seal = Seal { id: text(ID)?, timestamp: text(TIMESTAMP)?, signature: text(SIGNATURE)? };
    // A full stop would let one part of what is signed pass for another.
    let sound = !seal.id.is_empty() && !seal.id.contains('.') && !seal.signature.is_empty();
    (sound && trusted.is_timely(&seal, app.now())).then_some(seal)
}

async fn body(mut payload: Payload, most: usize) -> Result<Vec<u8>, PageError> {
    let mut body = Vec::new();
    while let Some(chunk) = tokio::time::timeout(LONGEST_PAUSE, payload.next()).await.map_err(|_| PageError::TooSlow)? {
        let chunk = chunk.map_err(|_| PageError::NotAForm)?;
        if body.len() + chunk.len() > most {
            return Err(PageError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
