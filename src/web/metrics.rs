//! `/metrics` for Prometheus: on a listener of its own, which no customer reaches.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use tokio::sync::Mutex;

use super::App;
use crate::metrics::{CONTENT_TYPE, Live};

/// Several who ask within this time are told the same of the database.
const FRESH: Duration = Duration::from_secs(10);
/// How long whoever asks waits for the database.
const PATIENCE: Duration = Duration::from_secs(3);

/// When the database was read last. Held while it is being read, so that it is read once at a time.
#[derive(Default)]
pub struct LastRead(Arc<Mutex<Option<Instant>>>);

/// The one route of the listener.
pub fn configure(config: &mut ServiceConfig) {
    config.service(web::resource("/metrics").route(web::get().to(show)).route(web::head().to(show)));
}

async fn show(app: Data<App>, last: Data<LastRead>) -> impl Responder {
    read(&app, &last).await;
    let metrics = app.desk.store.metrics();
    metrics.show_live(&Live { streams: app.streams.count(), ..app.desk.live() });
    match metrics.text() {
        Ok(text) => HttpResponse::Ok().content_type(CONTENT_TYPE).body(text),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn read(app: &Data<App>, last: &LastRead) {
    // What others are reading now is shown the next time.
    let Ok(mut last) = Arc::clone(&last.0).try_lock_owned() else { return };
    if last.is_some_and(|at| at.elapsed() < FRESH) {
        return;
    }
    let desk = Arc::clone(&app.desk);
    let reading = tokio::spawn(async move {
        let read = desk.readings().await;
        desk.store.metrics().show(read.ok().as_ref());
        *last = Some(Instant::now());
    });
    if !matches!(tokio::time::timeout(PATIENCE, reading).await, Ok(Ok(()))) {
        app.desk.store.metrics().show(None);
    }
}
