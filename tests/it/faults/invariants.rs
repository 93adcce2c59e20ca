//! What has to be so at every moment, whatever was killed: nothing that was acknowledged is lost, nothing is half, and
//! nothing happened twice.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use mfa_desk::store::{AnyConnection, StoreError};

/// What people were told that it is done.
#[derive(Default, Clone)]
pub struct Acknowledged {
    /// References of forms.
    pub cases: BTreeSet<String>,
    pub confirmed: BTreeSet<String>,
    pub notes: BTreeSet<String>,
    pub told: BTreeSet<String>,
    pub claimed: BTreeSet<String>,
    pub rejected: BTreeSet<String>,
}

impl Acknowledged {
    const KINDS: [&str; 6] = ["case", "confirmed", "note", "told", "claimed", "rejected"];

    fn sets(&mut self) -> [&mut BTreeSet<String>; 6] {
        [&mut self.cases, &mut self.confirmed, &mut self.notes, &mut self.told, &mut self.claimed, &mut self.rejected]
    }

    /// What an earlier run wrote down.
    pub fn read(text: &str) -> Self {
        let mut read = Self::default();
        for line in text.lines() {
            let (kind, what) = line.split_once(' ').unwrap();
            let at = Self::KINDS.iter().position(|each| *each == kind).unwrap();
            read.sets()[at].insert(what.to_owned());
        }
        read
    }

    pub fn written(mut self) -> String {
        let mut text = String::new();
        for (kind, set) in Self::KINDS.iter().zip(self.sets()) {
            for what in set.iter() {
                text.push_str(&format!("{kind} {what}\n"));
            }
        }
        text
    }

    pub fn add(&mut self, mut other: Self) {
        for (mine, theirs) in self.sets().into_iter().zip(other.sets()) {
            mine.append(theirs);
        }
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    t: String,
}

/// Sentences whose number is 0.
const NOTHING_OF: [(&str, &str); 17] = [
    ("entries without the head", "SELECT COUNT(*) - (SELECT seq FROM audit_head) AS n FROM audit_entries"),
    ("gaps in the sequence", "SELECT COALESCE(MAX(seq), 0) - COUNT(*) AS n FROM audit_entries"),
    (
        "another hash at the head",
        "SELECT COUNT(*) AS n FROM audit_head h JOIN audit_entries e ON e.seq = h.seq WHERE e.hash <> h.hash",
    ),
    (
        "cases without their opening entry",
        "SELECT COUNT(*) AS n FROM cases c WHERE NOT EXISTS (SELECT 1 FROM audit_entries e \
         WHERE e.case_ref = c.reference AND e.action = 'case.submitted')",
    ),
    (
        "opening entries without a case",
        "SELECT COUNT(*) AS n FROM audit_entries e WHERE e.action = 'case.submitted' \
         AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.reference = e.case_ref)",
    ),
    // Each is sent from an address of its own.
    ("forms stored twice", "SELECT COUNT(*) - COUNT(DISTINCT email_key) AS n FROM case_forms"),
    (
        "cases without a form",
        "SELECT COUNT(*) AS n FROM cases c WHERE NOT EXISTS (SELECT 1 FROM case_forms f WHERE f.case_id = c.id)",
    ),
    (
        "cases without their origin",
        "SELECT COUNT(*) AS n FROM cases c WHERE NOT EXISTS (SELECT 1 FROM case_origins o WHERE o.case_id = c.id)",
    ),
    (
        "cases without clocks",
        "SELECT COUNT(*) AS n FROM cases c WHERE NOT EXISTS (SELECT 1 FROM case_clocks k WHERE k.case_id = c.id)",
    ),
    (
        "cases that are not in the queue as they are",
        "SELECT COUNT(*) AS n FROM cases c WHERE NOT EXISTS (SELECT 1 FROM queue_rows q WHERE q.case_id = c.id \
         AND q.state = c.state AND COALESCE(q.holder_id, '') = COALESCE(c.holder_id, ''))",
    ),
    (
        "cases without the errand that looks for their account",
        "SELECT COUNT(*) AS n FROM cases c WHERE NOT EXISTS (SELECT 1 FROM outbox o \
         WHERE o.case_id = c.id AND o.kind = 'intake')",
    ),
    (
        "errands without a case",
        "SELECT COUNT(*) AS n FROM outbox o WHERE o.case_id IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = o.case_id)",
    ),
    (
        "addresses that were proved more than once",
        "SELECT COUNT(*) AS n FROM (SELECT case_id FROM evidence WHERE kind = 'email_link' \
         GROUP BY case_id HAVING COUNT(*) > 1) AS twice",
    ),
    (
        "links that were used and proved nothing",
        "SELECT COUNT(*) AS n FROM links l WHERE l.purpose = 'open' AND l.used_at IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.case_id = l.case_id AND e.kind = 'email_link')",
    ),
    (
        "proofs without a link that was used",
        "SELECT COUNT(*) AS n FROM evidence e WHERE e.kind = 'email_link' AND NOT EXISTS (SELECT 1 FROM links l \
         WHERE l.case_id = e.case_id AND l.purpose = 'open' AND l.used_at IS NOT NULL)",
    ),
    (
        "cases that are submitted and proved, or neither",
        "SELECT COUNT(*) AS n FROM cases c WHERE c.state IN ('submitted', 'verifying') AND (c.state = 'submitted') = \
         EXISTS (SELECT 1 FROM evidence e WHERE e.case_id = c.id AND e.kind = 'email_link')",
    ),
    (
        "checkpoints over more than there is",
        "SELECT COUNT(*) AS n FROM audit_checkpoints WHERE size > (SELECT seq FROM audit_head)",
    ),
];

/// Everything that is not as it has to be, in words.
pub fn broken(connection: &mut AnyConnection, acknowledged: &Acknowledged) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for (what, query) in NOTHING_OF {
        let n = sql_query(query).get_result::<Count>(connection)?.n;
        if n != 0 {
            found.push(format!("{what}: {n}"));
        }
    }
    let sqlite = matches!(connection, AnyConnection::Sqlite(_));
    let detail = |name: &str| match sqlite {
        true => format!("details ->> '$.{name}'"),
        false => format!("details::json ->> '{name}'"),
    };
    let mut texts = |query: &str| -> Result<BTreeMap<String, usize>, StoreError> {
        let mut counts = BTreeMap::new();
        for line in sql_query(query).load::<Line>(connection)? {
            *counts.entry(line.t).or_default() += 1;
        }
        Ok(counts)
    };

    // Each change has its entry, and each entry its change.
    let note = detail("entry");
    let pairs = [
        (
            "notes",
            "SELECT id AS t FROM case_entries WHERE kind = 'note'".to_owned(),
            format!("SELECT {note} AS t FROM audit_entries WHERE action = 'case.note_added'"),
        ),
        (
            "messages",
            "SELECT id AS t FROM case_entries WHERE kind = 'to_customer'".to_owned(),
            format!("SELECT {note} AS t FROM audit_entries WHERE action = 'case.message_sent'"),
        ),
        (
            "checks",
            "SELECT id AS t FROM evidence".to_owned(),
            format!(
                "SELECT {} AS t FROM audit_entries WHERE action IN ('check.passed', 'check.failed')",
                detail("evidence")
            ),
        ),
        (
            "mails",
            "SELECT id AS t FROM outbox WHERE kind = 'mail' AND state = 'done'".to_owned(),
            format!("SELECT {} AS t FROM audit_entries WHERE action IN ('mail.sent', 'mail.outdated')", detail("mail")),
        ),
        (
            "rejections",
            "SELECT reference AS t FROM cases WHERE state = 'rejected'".to_owned(),
            "SELECT case_ref AS t FROM audit_entries WHERE action = 'case.rejected'".to_owned(),
        ),
        (
            "expiries",
            "SELECT reference AS t FROM cases WHERE state = 'expired'".to_owned(),
            "SELECT case_ref AS t FROM audit_entries WHERE action = 'case.expired'".to_owned(),
        ),
        (
            "claims",
            "SELECT reference AS t FROM cases WHERE holder_id IS NOT NULL".to_owned(),
            "SELECT case_ref AS t FROM audit_entries WHERE action = 'case.claimed'".to_owned(),
        ),
    ];
    for (what, changes, entries) in pairs {
        let (changes, entries) = (texts(&changes)?, texts(&entries)?);
        if changes != entries {
            let only = |here: &BTreeMap<String, usize>, there: &BTreeMap<String, usize>| {
                here.iter()
                    .filter(|(id, n)| there.get(*id) != Some(n))
                    .map(|(id, n)| format!("{n} × {id}"))
                    .take(3)
                    .collect::<Vec<_>>()
            };
            let (half, empty) = (only(&changes, &entries), only(&entries, &changes));
            found.push(format!("{what}: changed without its entry {half:?}, entered without its change {empty:?}"));
        }
    }

    // What was acknowledged.
    let of = acknowledged;
    for (what, promised, query) in [
        ("cases", &of.cases, "SELECT reference AS t FROM cases"),
        (
            "confirmations",
            &of.confirmed,
            "SELECT reference AS t FROM evidence JOIN cases ON cases.id = case_id WHERE kind = 'email_link'",
        ),
        ("notes", &of.notes, "SELECT body AS t FROM case_entries WHERE kind = 'note'"),
        ("messages", &of.told, "SELECT body AS t FROM case_entries WHERE kind = 'to_customer'"),
        ("claims", &of.claimed, "SELECT case_ref AS t FROM audit_entries WHERE action = 'case.claimed'"),
        ("rejections", &of.rejected, "SELECT reference AS t FROM cases WHERE state = 'rejected'"),
    ] {
        let there = texts(query)?;
        let lost: Vec<_> = promised.iter().filter(|each| there.get(*each) != Some(&1)).take(3).collect();
        if !lost.is_empty() {
            found.push(format!("{what} were acknowledged and are not there once: {lost:?}"));
        }
    }
    Ok(found)
}
