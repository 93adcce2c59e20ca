use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::audit::Head as LogHead;
use crate::domain::token::{Purpose, same};
use crate::store::audit::{Piece, Verdict};
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::SignedInAgent;
use crate::web::page::{Head, moment, show as show_page};

/// Chunks of the log that one answer recomputes.
pub const AT_ONCE: usize = 40;

/// How far the page before has come, and our word for it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    at: i64,
    hash: String,
    proof: String,
}

/// What shows that this sign-in was told that the log is whole so far: nobody can be sent to a page that begins later.
fn proof(app: &App, agent: &SignedInAgent, at: &LogHead) -> String {
    let parts = [agent.session.id.to_string(), at.seq.to_string(), at.hash.clone()];
    let parts = parts.each_ref().map(String::as_bytes);
    hex::encode(app.desk.kit.key.keyed_hash(Purpose::Verification, &parts))
}

/// A number with its thousands apart.
pub(super) fn counted(number: i64) -> String {
    let digits = number.to_string();
    let apart = |(place, digit): (usize, char)| {
        let comma = place > 0 && (digits.len() - place).is_multiple_of(3);
        comma.then_some(',').into_iter().chain(std::iter::once(digit))
    };
    digits.chars().enumerate().flat_map(apart).collect()
}

fn found(app: &App, agent: &SignedInAgent, piece: Piece) -> Value {
    match piece {
        Piece::Further { at, of } => {
            let proof = proof(app, agent, &at);
            json!({
                "further": {
                    "at": at.seq,
                    "of": of,
                    "at_text": counted(at.seq),
                    "of_text": counted(of),
                    "next_url": format!("/desk/audit/verify?at={}&hash={}&proof={proof}", at.seq, at.hash),
                },
            })
        }
        Piece::End(Verdict::Whole(head)) => json!({
            "whole": { "entries": counted(head.seq), "hash": head.hash, "at": moment(app.now()) },
        }),
        Piece::End(Verdict::Broken { seq, why }) => json!({
            "broken": { "entry": counted(seq), "seq": seq, "why": why.to_string(), "at": moment(app.now()) },
        }),
    }
}

/// Recomputes the chain of the log, a piece with each answer; the page goes on by itself until all of it was looked at.
pub async fn show(app: Data<App>, agent: SignedInAgent, asked: Query<Asked>) -> Result<HttpResponse, PageError> {
    let from = LogHead { seq: asked.at, hash: asked.hash.clone() };
    let told = same(&proof(&app, &agent, &from), &asked.proof);
    let from = if told { from } else { LogHead::genesis() };
    let piece = app.desk.verify_audit_from(agent.act(&app), from, app.verified_at_once).await?;
    let mut head = Head::desk("Verify the record", &agent);
    head.refresh = matches!(piece, Piece::Further { .. }).then_some(1);
    let content = found(&app, &agent, piece);
    show_page(&app, &agent.caller, StatusCode::OK, "desk/verify.html", head, content)
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn thousands_stand_apart() {
        let written = [0, 7, 999, 1000, 12_345, 1_234_567].map(counted);
        assert_eq!(written, ["0", "7", "999", "1,000", "12,345", "1,234,567"]);
    }
}
