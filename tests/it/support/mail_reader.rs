//! Reads a mail as a person's mail program would, as far as our own mails go.

use base64::{Engine, engine::general_purpose::STANDARD};

/// A mail, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mail {
    /// The headers in their order, unfolded, with encoded words decoded.
    pub headers: Vec<(String, String)>,
    /// The first plain-text part, empty if there is none.
    pub text: String,
    /// The first HTML part, empty if there is none.
    pub html: String,
}

impl Mail {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

/// Read a raw mail. Lines of the decoded texts end with LF.
pub fn parse(raw: &str) -> Mail {
    let (head, _) = split_head(raw);
    let mut mail = Mail {
        headers: headers(head).into_iter().map(|(name, value)| (name, decode_words(&value))).collect(),
        ..Mail::default()
    };
    read_part(raw, &mut mail);
    mail
}

fn read_part(raw: &str, mail: &mut Mail) {
    let (head, body) = split_head(raw);
    let fields = headers(head);
    let content_type = find(&fields, "Content-Type").unwrap_or("text/plain");
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind.starts_with("multipart/") {
        let boundary = parameter(content_type, "boundary").expect("a multipart has a boundary");
        for part in split_parts(body, &boundary) {
            read_part(&part, mail);
        }
        return;
    }
    let place = match kind.as_str() {
        "text/plain" => &mut mail.text,
        "text/html" => &mut mail.html,
        _ => return,
    };
    if place.is_empty() {
        let encoding = find(&fields, "Content-Transfer-Encoding").unwrap_or("7bit");
        let bytes = match encoding.trim().to_ascii_lowercase().as_str() {
            "quoted-printable" => unquote_printable(body.as_bytes(), false),
            "base64" => unbase64(body),
            _ => body.as_bytes().to_vec(),
        };
        let charset = parameter(content_type, "charset").unwrap_or_else(|| "utf-8".to_owned());
        *place = to_text(&bytes, &charset).replace("\r\n", "\n");
    }
}

fn split_head(raw: &str) -> (&str, &str) {
    // A part without headers starts with the empty line itself.
    if let Some(body) = raw.strip_prefix("\r\n") {
        return ("", body);
    }
    raw.split_once("\r\n\r\n").unwrap_or((raw, ""))
}

fn headers(head: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = found.last_mut() {
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            found.push((name.to_owned(), value.trim_start().to_owned()));
        }
    }
    found
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (found, value) = parameter.split_once('=')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn split_parts(body: &str, boundary: &str) -> Vec<String> {
    let (between, last) = (format!("--{boundary}"), format!("--{boundary}--"));
    let mut parts: Vec<Vec<&str>> = Vec::new();
    for line in body.split("\r\n") {
        let marker = line.trim_end();
        if marker == last {
            break;
        } else if marker == between {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(line);
        }
    }
    parts.into_iter().map(|lines| lines.join("\r\n")).collect()
}

/// RFC 2047. Neighbouring encoded words are joined before their bytes are read, as writers may split a character.
fn decode_words(value: &str) -> String {
    let mut out = String::new();
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut rest = value;
    while let Some(start) = rest.find("=?") {
        let Some((charset, bytes, length)) = encoded_word(&rest[start..]) else {
            flush(&mut out, &mut pending);
            out.push_str(&rest[..start + 2]);
            rest = &rest[start + 2..];
            continue;
        };
        let before = &rest[..start];
        let joins = pending.as_ref().is_some_and(|(other, _)| *other == charset) && before.trim().is_empty();
        if !joins {
            let had_word = pending.is_some();
            flush(&mut out, &mut pending);
            if !(had_word && before.trim().is_empty()) {
                out.push_str(before);
            }
        }
        pending.get_or_insert_with(|| (charset, Vec::new())).1.extend(bytes);
        rest = &rest[start + length..];
    }
    flush(&mut out, &mut pending);
    out + rest
}

fn flush(out: &mut String, pending: &mut Option<(String, Vec<u8>)>) {
    if let Some((charset, bytes)) = pending.take() {
        out.push_str(&to_text(&bytes, &charset));
    }
}

/// The charset, bytes and length of the encoded word that `text` starts with.
fn encoded_word(text: &str) -> Option<(String, Vec<u8>, usize)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (content, _) = rest.split_once("?=")?;
    let bytes = match encoding {
        "B" | "b" => unbase64(content),
        "Q" | "q" => unquote_printable(content.as_bytes(), true),
        _ => return None,
    };
    let length = charset.len() + encoding.len() + content.len() + "=????=".len();
    Some((charset.to_ascii_lowercase(), bytes, length))
}

fn unbase64(text: &str) -> Vec<u8> {
    let packed: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(packed).expect("valid base64 in a mail")
}

fn unquote_printable(input: &[u8], in_header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    let mut rest = input;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'=', [b'\r', b'\n', after @ ..]) => rest = after,
            (b'=', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(nibble(*high) * 16 + nibble(*low));
                rest = after;
            }
            (b'_', _) if in_header => out.push(b' '),
            _ => out.push(*first),
        }
    }
    out
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit.to_ascii_lowercase() - b'a' + 10,
    }
}

fn to_text(bytes: &[u8], charset: &str) -> String {
    if charset.eq_ignore_ascii_case("iso-8859-1") {
        bytes.iter().map(|&byte| char::from(byte)).collect()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    }
}
