//! Templates and static files, embedded so that the binary runs alone.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::error::PageError;

#[derive(RustEmbed)]
#[folder = "templates/pages"]
struct PageFiles;

#[derive(RustEmbed)]
#[folder = "static"]
struct StaticFiles;

/// The templates of the pages.
pub struct Templates;

impl Templates {
    /// Name and text of every page's template.
    pub fn pages() -> Vec<(String, String)> {
        PageFiles::iter()
            .filter_map(|name| {
                let file = PageFiles::get(&name)?;
                Some((name.to_string(), String::from_utf8_lossy(&file.data).into_owned()))
            })
            .collect()
    }
}

/// Changes when any static file does, so that browsers may keep the old ones for ever.
pub fn version() -> String {
    let mut hasher = Sha256::new();
    for name in StaticFiles::iter() {
        if let Some(file) = StaticFiles::get(&name) {
            hasher.update(name.as_bytes());
            hasher.update(file.metadata.sha256_hash());
        }
    }
    hex::encode(&hasher.finalize()[..6])
}

/// A static file. 304 when the browser has it, 404 when there is none.
pub async fn file(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, PageError> {
    let file = StaticFiles::get(&name).ok_or(PageError::NotFound)?;
    let etag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..12]));
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let known = request.headers().get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((ETAG, etag)).insert_header((CACHE_CONTROL, "public, max-age=31536000"));
    Ok(if known { answer.finish() } else { answer.insert_header((CONTENT_TYPE, kind)).body(file.data.into_owned()) })
}
