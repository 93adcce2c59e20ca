use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt;

use crate::domain::inbound::Way;
use crate::domain::origin::network;
use crate::signed_webhooks::{ID, SIGNATURE, Seal, TIMESTAMP, Trusted};
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::customer_act;
use crate::web::guard::caller::Caller;
use crate::workflow::Taken;

/// Mails that are read at once: each is in memory a few times.
const AT_ONCE: usize = 3;
/// Those of one network.
const OF_ONE_NETWORK: usize = 2;
/// How long the largest mail may take.
const SLOWEST: Duration = Duration::from_secs(60);
/// A connection on which nothing comes for so long is given up: whoever is not known yet holds a place that others need.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Bytes that have to come in a second, after the first ones.
const SLOWEST_RATE: usize = 1024 * 1024;

/// Places for mail servers that hand a mail over. Nobody knows who they are before all of it was read, so one network
/// never has them all.
#[derive(Debug, Default)]
pub struct Places(Mutex<HashMap<String, usize>>);

/// A place, given back when it is dropped.
struct Place<'p> {
    places: &'p Places,
    network: String,
}

impl Places {
    fn place(&self, ip: &str) -> Option<Place<'_>> {
        let network = network(ip).unwrap_or_default();
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.get(&network).copied().unwrap_or_default();
        if own >= OF_ONE_NETWORK || taken.values().sum::<usize>() >= AT_ONCE {
            return None;
        }
        taken.insert(network.clone(), own + 1);
        Some(Place { places: self, network })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut taken = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = taken.get(&self.network).copied().unwrap_or_default().saturating_sub(1);
        match left {
            0 => taken.remove(&self.network),
            left => taken.insert(self.network.clone(), left),
        };
    }
}

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
    let _place = app.mail_posts.place(&caller.ip).ok_or(PageError::Busy)?;
    let reading = tokio::time::timeout(SLOWEST, body(payload, largest));
    let mail = reading.await.map_err(|_| PageError::TooSlow)??;
    if trusted.verify(&seal, &mail, app.now()).is_err() {
        return refused(&app, &caller).await;
    }
    match app.desk.take_mail(mail, Way::Hook).await? {
        // Whoever hands it over keeps it and comes again.
        Taken::NoRoom => Err(PageError::Busy),
        Taken::New(_) | Taken::Known => Ok(HttpResponse::NoContent().finish()),
    }
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
    let began = Instant::now();
    while let Some(chunk) = tokio::time::timeout(LONGEST_PAUSE, payload.next()).await.map_err(|_| PageError::TooSlow)? {
        let chunk = chunk.map_err(|_| PageError::NotAForm)?;
        if body.len() + chunk.len() > most {
            return Err(PageError::TooLarge);
        }
        body.extend_from_slice(&chunk);
        if is_slow(body.len(), began.elapsed()) {
            return Err(PageError::TooSlow);
        }
    }
    Ok(body)
}

/// Whether less came than a mail server sends, which is how strangers would keep others waiting.
fn is_slow(came: usize, within: Duration) -> bool {
    let counted = within.saturating_sub(LONGEST_PAUSE).as_secs();
    usize::try_from(counted).unwrap_or(usize::MAX).saturating_mul(SLOWEST_RATE) > came
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sends_by_drops_is_given_up_and_a_large_mail_is_not() {
        assert!(!is_slow(0, LONGEST_PAUSE), "the first ones may take their time");
        assert!(is_slow(1_000, LONGEST_PAUSE + Duration::from_secs(1)));
        assert!(is_slow(10 * SLOWEST_RATE, LONGEST_PAUSE + Duration::from_secs(11)));
        assert!(!is_slow(25 * 1024 * 1024, Duration::from_secs(30)));
    }

    #[test]
    fn one_network_leaves_a_place_to_others() {
        let places = Places::default();
        let first = places.place("192.0.2.1").unwrap();
        let second = places.place("192.0.2.2").unwrap();
        assert!(places.place("192.0.2.1").is_none() && places.place("192.0.2.99").is_none());
        let other = places.place("198.51.100.1").unwrap();
        assert!(places.place("203.0.113.1").is_none(), "there are no more");
        drop(first);
        assert!(places.place("192.0.2.3").is_some());
        drop((second, other));
        assert!(places.0.lock().unwrap().is_empty(), "nothing is kept of whom nobody waits for");
    }
}
