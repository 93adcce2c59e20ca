/// A mail's text, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    /// What was written; everything, where nothing else is to be seen.
    pub said: String,
    /// What follows it: the quoted mail and the signature. May be empty.
    pub rest: String,
}

/// Takes a text apart where the mail that it answers is quoted, or the signature begins. Answers between quoted lines
/// stay among them.
pub fn fold(text: &str) -> Folded {
    let lines: Vec<&str> = text.lines().collect();
    let begin = begins(&lines);
    let said = lines[..begin].join("\n").trim().to_owned();
    if said.is_empty() {
        return Folded { said: text.trim().to_owned(), rest: String::new() };
    }
    Folded { said, rest: lines[begin..].join("\n").trim_end().to_owned() }
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// The first line of what is folded away.
fn begins(lines: &[&str]) -> usize {
    let marked = (0..lines.len()).find(|at| is_signature(lines[*at]) || is_separator(lines, *at));
    let end = marked.unwrap_or(lines.len());
    // Quoted lines at the end of what is left, with the line that introduces them.
    let mut begin = end;
    while begin > 0 && (is_quoted(lines[begin - 1]) || lines[begin - 1].trim().is_empty()) {
        begin -= 1;
    }
    if !lines[begin..end].iter().any(|line| is_quoted(line)) {
        return end;
    }
    introduction(&lines[..begin])
}

/// Where the introduction of a quotation begins: a line that ends with a colon, and the one before where it was wrapped.
fn introduction(above: &[&str]) -> usize {
    let end = above.len();
    let Some(last) = above.last() else { return end };
    if !last.trim_end().ends_with([':', '：']) {
        return end;
    }
    let has_date = |line: &str| line.chars().any(|c| c.is_ascii_digit());
    match above.iter().rev().nth(1) {
        Some(before) if !before.trim().is_empty() && !has_date(last) && has_date(before) => end - 2,
        _ => end - 1,
    }
}

/// RFC 3676 §4.3: two hyphens and a space, which many programs take off.
fn is_signature(line: &str) -> bool {
    line == "-- " || line == "--"
}

/// The names under which mail programs repeat the head of a mail that is answered.
const FROM: [&str; 8] = ["from:", "von:", "de:", "da:", "van:", "差出人:", "差出人：", "送信者:"];
const SENT: [&str; 14] = [
    "sent:",
    "date:",
    "gesendet:",
    "datum:",
    "envoyé :",
    "envoyé:",
    "enviado:",
    "enviada em:",
    "fecha:",
    "data:",
    "inviato:",
    "verzonden:",
    "送信日時:",
    "日時:",
];

/// Whether the mail that is answered begins here without a mark on each line.
fn is_separator(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim().trim_matches('*');
    let dashes = |text: &str| text.chars().take_while(|c| *c == '-').count();
    let titled = dashes(line) >= 3
        && line.chars().rev().take_while(|c| *c == '-').count() >= 3
        && line.chars().any(char::is_alphabetic);
    if titled {
        return true;
    }
    let lower = line.to_lowercase();
    let ruled = line.len() >= 20 && line.chars().all(|c| c == '_');
    let begins_with = |text: &str, names: &[&str]| names.iter().any(|name| text.starts_with(name));
    let next =
        |n: usize| lines.get(at + n).map(|line| line.trim().trim_matches('*').to_lowercase()).unwrap_or_default();
    if ruled {
        return begins_with(&next(1), &FROM);
    }
    begins_with(&lower, &FROM) && (1..=3).any(|n| begins_with(&next(n), &SENT))
}
