//! The log as a file that is sent while it is read.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream;

use crate::domain::audit_export::ExportFormat;
use crate::workflow::AuditChunks;

/// The answer that sends the pieces as they come.
pub(in crate::web) fn answer(now: DateTime<Utc>, format: ExportFormat, chunks: AuditChunks) -> HttpResponse {
    let body = stream::unfold(chunks, |mut chunks| async move {
        let chunk = chunks.recv().await?;
        // An error cuts the answer off, which the browser reports: half a file never looks whole.
        let chunk = chunk.map(Bytes::from).map_err(|error| std::io::Error::other(error.to_string()));
        Some((chunk, chunks))
    });
    let name = format!("attachment; filename=\"audit-{}.{}\"", now.format("%Y%m%dT%H%M%SZ"), format.extension());
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, format.content_type()))
        .insert_header((CONTENT_DISPOSITION, name))
        .streaming(body)
}
