//! The log as a file that is sent while it is read, and the manifest of it.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream;

use crate::domain::audit_export::ExportFormat;
use crate::workflow::AuditChunks;

/// The answer that sends the pieces of a file as they come. `manifest` is where its manifest is.
pub(in crate::web) fn answer(
    now: DateTime<Utc>,
    format: ExportFormat,
    chunks: AuditChunks,
    manifest: Option<String>,
) -> HttpResponse {
    let link = manifest.map(|path| (LINK, format!("<{path}>; rel=\"describedby\"")));
    sent(now, format.extension(), format.content_type(), chunks, link)
}

/// The answer that sends the manifest of such a file.
pub(in crate::web) fn manifest(now: DateTime<Utc>, format: ExportFormat, chunks: AuditChunks) -> HttpResponse {
    sent(now, &format!("{}.manifest", format.extension()), "text/plain; charset=utf-8", chunks, None)
}

fn sent(
    now: DateTime<Utc>,
    extension: &str,
    kind: &'static str,
    chunks: AuditChunks,
    link: Option<(actix_web::http::header::HeaderName, String)>,
) -> HttpResponse {
    let body = stream::unfold(chunks, |mut chunks| async move {
        let chunk = chunks.recv().await?;
        // An error cuts the answer off, which the browser reports: half a file never looks whole.
        let chunk = chunk.map(Bytes::from).map_err(|error| std::io::Error::other(error.to_string()));
        Some((chunk, chunks))
    });
    let name = format!("attachment; filename=\"audit-{}.{extension}\"", now.format("%Y%m%dT%H%M%SZ"));
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, kind)).insert_header((CONTENT_DISPOSITION, name));
    if let Some(link) = link {
        response.insert_header(link);
    }
    response.streaming(body)
}
