use actix_web::HttpResponse;
use actix_web::web::Data;

use super::App;
use super::error::PageError;
use crate::store::audit;

/// The process is alive.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// The process can answer: its database can be read. 503 when it cannot.
pub async fn readyz(app: Data<App>) -> Result<HttpResponse, PageError> {
    app.desk.store.read(audit::head).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"))
}
