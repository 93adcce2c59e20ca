//! Reading an uploaded file: only for a browser that is let in, a few at a time, within a size and a time, in memory.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::{Ready, ready};
use futures_util::{StreamExt, stream};
use multer::{Constraints, Multipart, SizeLimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::access::csrf_of_browser;
use super::fields::content_type;
use crate::domain::reference::CaseRef;
use crate::domain::token::same;
use crate::web::error::PageError;
use crate::web::{App, cookies};

/// Uploads that are read and looked at at once: each is in memory a few times, never on a disk.
const AT_ONCE: usize = 4;
/// What a slow telephone connection needs for the largest document.
const SLOWEST: Duration = Duration::from_secs(300);
/// A connection on which nothing comes for so long is given up.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// What stands around the file: the parts' headers and the form's token.
const AROUND: usize = 16 * 1024;
/// Browsers show an answer only when they could send everything, so what is too large is read and thrown away up to here.
const THROWN_AWAY: usize = 64 * 1024 * 1024;
const TOKEN: &str = "csrf";
const FILE: &str = "document";

/// Why there is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadUpload {
    /// The form was sent without one.
    Missing,
    /// It is larger than is taken.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// What arrived is no form, or not all of it.
    Unreadable,
}

/// What a form with a file brought. It keeps its place among those who are sending until the request is answered.
#[derive(Clone)]
pub struct Upload {
    /// The file.
    pub file: Result<Bytes, BadUpload>,
    _place: Option<Arc<Place>>,
}

impl FromRequest for Upload {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    /// The guard has read it already; a form that was sent without a file has none.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let without = Self { file: Err(BadUpload::Missing), _place: None };
        ready(Ok(request.extensions().get::<Self>().cloned().unwrap_or(without)))
    }
}

/// Who is sending a file now.
#[derive(Clone)]
pub struct Uploads {
    slots: Arc<Semaphore>,
    cases: Arc<Mutex<HashSet<CaseRef>>>,
}

impl Default for Uploads {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)), cases: Arc::default() }
    }
}

/// A place among those who are sending, given back when it is dropped.
struct Place {
    cases: Arc<Mutex<HashSet<CaseRef>>>,
    case: CaseRef,
    _slot: OwnedSemaphorePermit,
}

impl Uploads {
    /// One place for each case, so that nobody takes them all.
    fn place(&self, case: &CaseRef) -> Result<Place, PageError> {
        let slot = Arc::clone(&self.slots).try_acquire_owned().map_err(|_| PageError::Busy)?;
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        if !cases.insert(case.clone()) {
            return Err(PageError::Busy);
        }
        Ok(Place { cases: Arc::clone(&self.cases), case: case.clone(), _slot: slot })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.cases.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.case);
    }
}

/// Whether the request brings a form with a file. A form without one is read like any other.
pub fn is_multipart(request: &ServiceRequest) -> bool {
    content_type(request).is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// Reads the file of a browser that is let in to the case the path names. What is wrong with the file itself is for
/// the page to say, which changes nothing; what was read in full has to carry the browser's token.
pub async fn admit(request: &mut ServiceRequest, app: &Data<App>) -> Result<(), PageError> {
    let reference = request.match_info().get("reference").or_else(|| request.path().split('/').nth(2));
    let reference: CaseRef = reference.unwrap_or_default().parse().map_err(|_| PageError::StaleForm)?;
    let cookie = cookies::customer(request.request(), app, reference.as_str()).ok_or(PageError::StaleForm)?;
    app.desk.customer_session(reference.clone(), &cookie).await?.ok_or(PageError::StaleForm)?;
    let place = Arc::new(app.uploads.place(&reference)?);
    let largest = app.desk.kit.documents.largest_bytes();
    let reading = read(request, largest);
    let file = match tokio::time::timeout(SLOWEST, reading).await.unwrap_or(Err(BadUpload::TooSlow)) {
        Ok(form) if !same(&csrf_of_browser(app, &cookie), &form.token) => return Err(PageError::StaleForm),
        Ok(form) => form.file.filter(|file| !file.is_empty()).ok_or(BadUpload::Missing),
        Err(bad) => Err(bad),
    };
    request.extensions_mut().insert(Upload { file, _place: Some(place) });
    Ok(())
}

/// A form with a file, as it was read.
pub struct Form {
    /// The browser's token.
    pub token: String,
    /// The file, where one was chosen.
    pub file: Option<Bytes>,
}

async fn read(request: &mut ServiceRequest, largest: usize) -> Result<Form, BadUpload> {
    let kind = content_type(request).unwrap_or_default();
    let body = body(request, largest.saturating_add(AROUND)).await?;
    parts(&kind, body, largest).await
}

/// Reads the body of a form with a file of at most `largest` bytes, given the content type it was sent with (RFC 7578).
///
/// # Errors
/// [`BadUpload`] when it is none, has other fields, or the file is larger.
pub async fn parts(content_type: &str, body: Vec<u8>, largest: usize) -> Result<Form, BadUpload> {
    let boundary = multer::parse_boundary(content_type).map_err(|_| BadUpload::Unreadable)?;
    let limits = SizeLimit::new()
        .per_field(u64::try_from(largest).unwrap_or(u64::MAX))
        .for_field(TOKEN, u64::try_from(AROUND).unwrap_or(u64::MAX));
    let constraints = Constraints::new().allowed_fields(vec![TOKEN, FILE]).size_limit(limits);
    let body = stream::iter([Ok::<_, Infallible>(Bytes::from(body))]);
    let mut parts = Multipart::with_constraints(body, boundary, constraints);
    let mut form = Form { token: String::new(), file: None };
    let wrong = |error: multer::Error| match error {
        multer::Error::FieldSizeExceeded { .. } => BadUpload::TooLarge,
        _ => BadUpload::Unreadable,
    };
    while let Some(part) = parts.next_field().await.map_err(wrong)? {
        match part.name() {
            Some(FILE) if form.file.is_none() => form.file = Some(part.bytes().await.map_err(wrong)?),
            Some(TOKEN) if form.token.is_empty() => form.token = part.text().await.map_err(wrong)?,
            _ => return Err(BadUpload::Unreadable),
        }
    }
    Ok(form)
}

async fn body(request: &mut ServiceRequest, most: usize) -> Result<Vec<u8>, BadUpload> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|length| length.parse::<usize>().ok()).unwrap_or_default();
    if announced > THROWN_AWAY {
        return Err(BadUpload::TooLarge);
    }
    let mut payload = request.take_payload();
    let mut body = Vec::with_capacity(announced.min(most));
    let mut length = 0_usize;
    while let Some(chunk) = tokio::time::timeout(LONGEST_PAUSE, payload.next()).await.map_err(|_| BadUpload::TooSlow)? {
        let chunk = chunk.map_err(|_| BadUpload::Unreadable)?;
        length = length.saturating_add(chunk.len());
        if length > THROWN_AWAY {
            break;
        }
        if length.max(announced) > most {
            body = Vec::new();
        } else {
            body.extend_from_slice(&chunk);
        }
    }
    if length.max(announced) > most { Err(BadUpload::TooLarge) } else { Ok(body) }
}
