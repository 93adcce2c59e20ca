//! Reading RFC 5322 and MIME with `mail-parser`, into what the rules look at.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Address, HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::nesting::shallow;
use crate::domain::contact::EmailAddress;
use crate::domain::inbound::{Attachment, DeliveryReport, Incoming, Marks, one_line, printable};

/// Bytes that are no mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this cannot be read as a mail")]
pub struct Unreadable;

/// Message-IDs, recipients and attachments that are looked at; no mail of a person has more.
const MOST: usize = 100;
/// A picture of a signature: shown within the text and small.
const SMALL_PICTURE: usize = 16 * 1024;

/// Where servers write whom they delivered a mail for.
const DELIVERED: [&str; 4] = ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"];

/// Reads a mail.
///
/// # Errors
/// [`Unreadable`] when it has no head.
pub fn read(raw: &[u8]) -> Result<Incoming, Unreadable> {
    let raw = shallow(raw);
    let message = MessageParser::default().parse(raw.as_ref()).ok_or(Unreadable)?;
    let mut mail = head(&message).ok_or(Unreadable)?;
    mail.text = text(&message);
    mail.attachments = attachments(&message);
    mail.report = report(&message);
    Ok(mail)
}

/// Reads nothing of a mail but its head.
///
/// # Errors
/// [`Unreadable`] when there is none.
pub fn read_head(raw: &[u8]) -> Result<Incoming, Unreadable> {
    let message = MessageParser::default().parse_headers(raw).ok_or(Unreadable)?;
    head(&message).ok_or(Unreadable)
}

fn head(message: &Message<'_>) -> Option<Incoming> {
    let root = message.parts.first()?;
    // A body without a head is no mail: whatever it was, nobody wrote it to us.
    if root.headers.iter().all(|header| matches!(header.name, HeaderName::Other(_))) {
        return None;
    }
    let raw = |name: &'static str| message.header_raw(name).map(|value| value.trim().to_owned());
    let has = |name: &'static str| message.header_raw(name).is_some();
    let mut answers = ids(message.in_reply_to());
    answers.extend(ids(message.references()).into_iter().rev());
    answers.truncate(MOST);
    let mut recipients: Vec<String> = [message.to(), message.cc()].into_iter().flatten().flat_map(addresses).collect();
    for name in DELIVERED {
        recipients.extend(root.headers.iter().filter(|header| header.name() == name).filter_map(|header| {
            let raw = message.raw_message.get(header.offset_start as usize..header.offset_end as usize)?;
            Some(String::from_utf8_lossy(raw).trim().to_owned())
        }));
    }
    recipients.truncate(MOST);
    Some(Incoming {
        message_id: message.message_id().map(|id| id.chars().take(998).collect()),
        answers,
        from: message.from().and_then(only),
        recipients,
        subject: one_line(message.subject().unwrap_or_default()),
        date: raw("Date").map(|date| one_line(&date)).unwrap_or_default(),
        marks: Marks {
            auto_submitted: raw("Auto-Submitted"),
            precedence: raw("Precedence"),
            suppress: has("X-Auto-Response-Suppress"),
            autoreply: has("X-Autoreply") || has("X-Autorespond") || has("X-Autoresponder"),
            list: ["List-Id", "List-Post", "List-Unsubscribe", "List-Help"].into_iter().any(has),
            null_path: raw("Return-Path").is_some_and(|path| path == "<>"),
            ours: has("X-Mfa-Desk-Audit") || has("X-Mfa-Desk-Case"),
        },
        ..Incoming::default()
    })
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![id.to_string()],
        HeaderValue::TextList(ids) => ids.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

fn addresses(list: &Address<'_>) -> Vec<String> {
    list.iter().take(MOST).filter_map(|each| each.address().map(str::to_owned)).collect()
}

/// The address of one author; a mail of several is nobody's.
fn only(from: &Address<'_>) -> Option<EmailAddress> {
    let mut all = from.iter();
    let first = all.next()?;
    if all.next().is_some() {
        return None;
    }
    first.address()?.parse().ok()
}

/// Its text: what was written as text where there is any, else what HTML says without its markup.
fn text(message: &Message<'_>) -> String {
    let bodies: Vec<String> = (0..message.text_body.len().min(MOST))
        .filter_map(|at| message.body_text(at))
        .map(|body| body.trim().to_owned())
        .filter(|body| !body.is_empty())
        .collect();
    if bodies.is_empty() {
        let cut: Vec<String> = message.attachments().filter(|part| is_cut_text(message, part)).map(cut_text).collect();
        return printable(&cut.join("\n\n"));
    }
    printable(&bodies.join("\n\n"))
}

/// The parser takes what stands in a multipart that has no end for an attachment. It is the text that somebody wrote.
fn is_cut_text(message: &Message<'_>, part: &MessagePart<'_>) -> bool {
    let attached = part.content_disposition().is_some_and(|disposition| disposition.is_attachment());
    message.text_body.is_empty()
        && matches!(part.body, PartType::Text(_) | PartType::Html(_))
        && !attached
        && part.attachment_name().is_none()
}

fn cut_text(part: &MessagePart<'_>) -> String {
    match &part.body {
        PartType::Text(text) => text.trim().to_owned(),
        PartType::Html(html) => html_to_text(html).trim().to_owned(),
        _ => String::new(),
    }
}

fn attachments(message: &Message<'_>) -> Vec<Attachment> {
    message.attachments().take(MOST).filter(|part| !is_cut_text(message, part)).filter_map(attachment).collect()
}

fn attachment(part: &MessagePart<'_>) -> Option<Attachment> {
    let named = |bytes: &[u8]| {
        let name = part.attachment_name().map(one_line).unwrap_or_default();
        Attachment { name, bytes: bytes.to_vec() }
    };
    match &part.body {
        PartType::InlineBinary(bytes) if bytes.len() < SMALL_PICTURE && part.content_id().is_some() => None,
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => Some(named(bytes)),
        PartType::Text(text) | PartType::Html(text) => Some(named(text.as_bytes())),
        PartType::Message(inner) => {
            let mut attachment = named(inner.raw_message());
            if attachment.name.is_empty() {
                attachment.name = one_line(inner.subject().unwrap_or("a mail"));
            }
            Some(attachment)
        }
        PartType::Multipart(_) => None,
    }
}

/// A delivery report (RFC 3464): its second part has the fields, its third the mail or its head.
fn report(message: &Message<'_>) -> Option<DeliveryReport> {
    let root = message.parts.first()?;
    let kind = root.content_type()?;
    let is_report = kind.ctype().eq_ignore_ascii_case("multipart")
        && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
        && kind.attribute("report-type").is_some_and(|of| of.eq_ignore_ascii_case("delivery-status"));
    if !is_report {
        return None;
    }
    let of = |kind: &'static str, subtype: &'static str| {
        message.parts.iter().find(move |part| part.is_content_type(kind, subtype))
    };
    let fields = of("message", "delivery-status").or_else(|| of("message", "global-delivery-status"))?;
    let fields = String::from_utf8_lossy(contents(message, fields)).replace("\r\n", "\n");
    let original = ["rfc822", "global"].into_iter().find_map(|subtype| of("message", subtype));
    let headers = of("text", "rfc822-headers").or_else(|| of("message", "global-headers"));
    let message_id = match original.map(|part| &part.body) {
        Some(PartType::Message(inner)) => inner.message_id().map(str::to_owned),
        _ => None,
    };
    let message_id = message_id.or_else(|| {
        let part = original.or(headers)?;
        let head = MessageParser::default().parse_headers(contents(message, part))?;
        head.message_id().map(str::to_owned)
    });
    Some(DeliveryReport::read(&fields, message_id))
}

fn contents<'m>(message: &'m Message<'_>, part: &'m MessagePart<'_>) -> &'m [u8] {
    let inner = part.contents();
    if !inner.is_empty() {
        return inner;
    }
    message.raw_message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default()
}
