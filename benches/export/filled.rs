//! A log of many entries, each written as the program writes them: a real chain with its tree.

use std::net::Ipv4Addr;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use mfa_desk::config::DatabaseUrl;
use mfa_desk::domain::actor::{Actor, Role};
use mfa_desk::domain::audit::{NewEntry, details};
use mfa_desk::domain::ids::{AccountId, AgentId};
use mfa_desk::domain::reference::CaseRef;
use mfa_desk::store::{AnyConnection, Purpose, audit, open};
use mfa_desk::workflow::Desk;
use secrecy::ExposeSecret;

/// Entries of one transaction.
const GROUP: i64 = 1_000;

/// The action of every second entry.
pub const EVERY_SECOND: &str = "case.viewed";

fn bytes<const N: usize>(n: u64) -> [u8; N] {
    // Fibonacci hashing: spread out, and the same each time.
    let spread = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    std::array::from_fn(|i| spread[i % 8].wrapping_add(u8::try_from(i).unwrap_or_default()))
}

fn entry(n: u64, began: DateTime<Utc>) -> NewEntry {
    let at = began + TimeDelta::milliseconds(i64::try_from(n).unwrap_or_default() * 40);
    let agent = || Actor::Agent {
        id: AgentId::new(began, bytes(n % 40)),
        email: format!("agent{}@desk.example.org", n % 40).parse().expect("an address"),
        role: Role::Agent,
        via: None,
    };
    let (action, actor, more) = match n % 8 {
        0 => (
            "case.submitted",
            Actor::Customer,
            details([("device_kind", "virtual_totp".into()), ("reason", "lost".into())]),
        ),
        2 => ("case.email_confirmed", Actor::Customer, details([("check", "email_link".into())])),
        4 => ("case.check_passed", Actor::System, details([("check", "phone_code".into()), ("path", 1.into())])),
        6 => ("case.claimed", agent(), details([])),
        _ => (EVERY_SECOND, agent(), details([("state", "verifying".into()), ("version", (n % 12).into())])),
    };
    let reference = (n / 8..).find_map(|case| CaseRef::from_random(u64::from_be_bytes(bytes(case))));
    let ip = Ipv4Addr::from(u32::from_be_bytes(bytes(n / 4)));
    NewEntry {
        at,
        actor,
        action: action.to_owned(),
        case_ref: reference,
        account_id: Some(AccountId::new(began, bytes(n / 16))),
        ip: ip.to_string(),
        details: more,
    }
}

/// Fills the log up to `count` entries, unless it is.
pub async fn fill(desk: &Desk, count: i64) {
    let began = DateTime::from_timestamp(1_764_500_000, 0).expect("a moment");
    let mut seq = desk.store.read(audit::head).await.expect("the log is there").seq;
    while seq < count {
        let upto = (seq + GROUP).min(count);
        let group = move |tx: &mut mfa_desk::store::Tx<'_>| {
            (seq..upto).for_each(|n| tx.record(entry(n.unsigned_abs(), began)));
            Ok(())
        };
        desk.store.write(group).await.expect("it is stored");
        seq = upto;
    }
}

/// The file that is kept for this many entries.
pub fn sqlite(count: i64) -> DatabaseUrl {
    DatabaseUrl::Sqlite(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("export-{count}.sqlite3")))
}

/// The database that is kept for this many entries, on the server of another one's address.
pub fn postgres(url: &str, count: i64) -> DatabaseUrl {
    let (server, _) = url.rsplit_once('/').expect("an address with a database");
    let name = format!("export_{count}");
    let mut connection = open(&DatabaseUrl::Postgres(url.into()), Purpose::Write).expect("the database opens");
    // It may be there already.
    let _ = match &mut connection {
        AnyConnection::Sqlite(c) => c.batch_execute(""),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => c.batch_execute(&format!("CREATE DATABASE {name}")),
    };
    DatabaseUrl::Postgres(format!("{server}/{name}").into())
}

/// What the database's own program is given to write the same rows and columns.
pub fn own_export(url: &DatabaseUrl, count: i64) -> (&'static str, Vec<String>) {
    let rows = format!(
        "SELECT seq, at, actor_kind, actor, action, case_ref, account_id, ip, details, prev_hash, hash, form, \
         actor_salt || '.' || account_salt || '.' || ip_salt AS salts, '' AS digests, '' AS erased_by \
         FROM audit_entries WHERE seq <= {count} ORDER BY seq"
    );
    match url {
        DatabaseUrl::Sqlite(path) => {
            ("sqlite3", vec!["-csv".into(), "-header".into(), path.to_string_lossy().into_owned(), rows])
        }
        DatabaseUrl::Postgres(url) => {
            let copy = format!("\\copy ({rows}) TO STDOUT (FORMAT csv, HEADER)");
            ("psql", vec!["-qX".into(), url.expose_secret().to_owned(), "-c".into(), copy])
        }
    }
}
