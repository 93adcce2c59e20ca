//! Request numbers, logs, and error pages.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue, USER_AGENT};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use tracing::Instrument;

use super::caller::{Caller, client_ip, country, is_below, is_for_staff, visitor_language};
use super::fields::Fields;
use crate::domain::device::described;
use crate::locale::Language;
use crate::web::App;
use crate::web::error::{ErrorInfo, error_page};

/// Names the request, logs how it went, and gives errors their page. The log has the route's pattern, not
/// the path: paths hold references and queries hold tokens.
pub async fn trace(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
        return Err(actix_web::error::ErrorInternalServerError("no application"));
    };
    let request_id = hex::encode(app.desk.kit.entropy.bytes::<8>());
    let ip = client_ip(&request, &app.trusted_proxies);
    let staff = is_for_staff(request.path());
    let at_desk = is_below(request.path(), "/desk");
    let caller = Caller {
        ip,
        country: country(&request, &app.trusted_proxies, app.desk.kit.country_header.as_deref()),
        device: described(request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()),
        request_id: request_id.clone(),
        language: if staff { Language::English } else { visitor_language(&request) },
        back: (!staff).then(|| page_of(&request, &app)),
    };
    request.extensions_mut().insert(caller.clone());
    let started = std::time::Instant::now();
    let method = request.method().clone();
    let route = request.match_pattern().unwrap_or_else(|| "none".to_owned());
    let counted = (method.clone(), route.clone());
    let span = tracing::info_span!("request", id = %request_id, %method, %route);
    async move {
        let mut response = match next.call(request).await {
            Ok(response) => response.map_into_boxed_body(),
            Err(error) => return Err(error),
        };
        let info = response.response().extensions().get::<ErrorInfo>().cloned();
        if let Some(info) = info {
            let (request, old) = response.into_parts();
            let typed = request.extensions().get::<Fields>().and_then(Fields::free_text).map(str::to_owned);
            let mut page = error_page(&app, &caller, &info, (at_desk, typed.as_deref()));
            for (name, value) in old.headers() {
                if name == "set-cookie" || name == "location" || name == "retry-after" || name == "allow" {
                    page.headers_mut().append(name.clone(), value.clone());
                }
            }
            response = ServiceResponse::new(request, page);
        }
        if let Ok(value) = HeaderValue::from_str(&caller.request_id) {
            response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
        }
        let status = response.status().as_u16();
        let took = started.elapsed();
        let ms = took.as_millis();
        app.desk.store.metrics().answered(counted.0.as_str(), counted.1, status, took);
        if status >= 500 {
            tracing::error!(status, ms, "answered");
        } else {
            tracing::info!(status, ms, "answered");
        }
        Ok(response)
    }
    .instrument(span)
    .await
}

/// The page that a request belongs to: its own path, or, for a form that has no page of its own, the nearest above it.
fn page_of(request: &ServiceRequest, app: &App) -> String {
    let (mut path, pattern) = (request.path(), request.match_pattern());
    let mut pattern = pattern.as_deref().unwrap_or_default();
    let shown = |pattern: &str| app.routes.iter().any(|route| route.path == pattern && route.method == Method::GET);
    while request.method() == Method::POST && !shown(pattern) {
        let above = |whole: &'_ str| whole.rfind('/').unwrap_or(0);
        (path, pattern) = (&path[..above(path)], &pattern[..above(pattern)]);
        if pattern.is_empty() || path.is_empty() {
            return "/".to_owned();
        }
    }
    path.to_owned()
}
