//! The checks `document` and `in_person`: uploads good and bad, who sees them, how they are examined, and their end.

mod examination;
mod keeping;
mod uploads;

use img_parts::Bytes;
use img_parts::png::PngChunk;
use mfa_desk::store::documents::Document;

use crate::support::browser::{Browser, Page};
use crate::support::world::{World, csrf_on};

pub const NO_PHONE: &str = "nophone@customers.example";
pub const GPS: &[u8] = b"GPS 48.8584 N 2.2945 E";

fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length[..], contents].concat()
}

/// A photograph as a telephone makes it, with the place in its EXIF data, lying on its side.
pub fn photograph() -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(GPS);
    [
        vec![0xFF, 0xD8],
        segment(0xE1, &exif),
        segment(0xFE, GPS),
        segment(0xDB, &[1; 65]),
        segment(0xC0, &[8, 0, 8, 0, 16, 1, 1, 0x11, 0]),
        segment(0xC4, &[0; 20]),
        segment(0xDA, &[1, 1, 0, 0, 63, 0]),
        vec![0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD9],
        GPS.to_vec(),
    ]
    .concat()
}

pub fn png(extra: &[u8; 4]) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], contents: &[u8]| {
        PngChunk::new(*kind, Bytes::copy_from_slice(contents)).encoder().bytes().to_vec()
    };
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &[0, 0, 0, 16, 0, 0, 0, 8, 8, 2, 0, 0, 0]),
        chunk(extra, GPS),
        chunk(b"IDAT", &[0x78, 0x9C, 3, 0, 0, 0, 0, 1]),
        chunk(b"IEND", b""),
        GPS.to_vec(),
    ]
    .concat()
}

pub fn pdf(inside: &str) -> Vec<u8> {
    let end = "trailer\n<< /Size 2 >>\nstartxref\n9\n%%EOF";
    format!("%PDF-1.7\n1 0 obj\n<< {inside} >>\nendobj\n{end}").into_bytes()
}

/// A whole PDF of exactly this many bytes.
pub fn pdf_of(size: usize) -> Vec<u8> {
    let mut file = pdf("/Type /Catalog");
    let at = file.len() - 40;
    let filler = vec![b'\n'; size - file.len()];
    file.splice(at..at, filler);
    file
}

pub fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|part| part == wanted)
}

pub type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

/// A form with files, and its content type.
pub fn multipart(parts: &[Part<'_>]) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "----a-boundary-that-no-file-holds";
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: text/html")).unwrap_or_default();
        body.extend_from_slice(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

/// Sends a file from the case's page.
pub async fn uploads(browser: &Browser, reference: &str, name: &str, file: &[u8]) -> Page {
    let csrf = csrf_on(browser.get(&format!("/cases/{reference}")).await.is(200));
    let (kind, body) = multipart(&[("csrf", None, csrf.as_bytes()), ("document", Some(name), file)]);
    browser.post_raw(&format!("/cases/{reference}/documents"), &kind, body).await
}

pub async fn stored(world: &World, reference: &str) -> Vec<Document> {
    let reference = reference.parse().unwrap();
    let look = move |connection: &mut mfa_desk::store::AnyConnection| {
        let case = mfa_desk::store::cases::find(connection, &reference)?.unwrap().case.id;
        mfa_desk::store::documents::of_case(connection, case)
    };
    world.desk.store.read(look).await.unwrap()
}

pub fn path_of(reference: &str, document: &Document) -> String {
    format!("/desk/cases/{reference}/documents/{}", document.id)
}

/// Every question answered alike, but one.
pub fn answers(but: &str) -> Vec<(&'static str, &'static str)> {
    let codes = ["readable", "official", "name_matches", "in_force", "untampered", "fits_statement"];
    codes.into_iter().map(|code| (code, if code == but { "no" } else { "yes" })).collect()
}

/// The holder opens the first document and answers.
pub async fn examines(world: &World, agent: &Browser, reference: &str, answers: &[(&str, &str)]) -> Page {
    let document = stored(world, reference).await.remove(0);
    agent.download(&path_of(reference, &document)).await;
    world.presses(agent, reference, &format!("{}/examination", document.id), answers).await
}

/// The details of the newest entry with this action.
pub async fn entry(world: &World, reference: &str, action: &str) -> serde_json::Value {
    let entries = world.entries(reference).await;
    let found = entries.iter().rev().find(|entry| entry.action == action);
    let found = found
        .unwrap_or_else(|| panic!("no {action} among {:?}", entries.iter().map(|e| &e.action).collect::<Vec<_>>()));
    serde_json::from_str(&found.details).unwrap()
}
