//! Going back to the version before, and forth again, with rows in the tables.

use diesel::connection::SimpleConnection;
use diesel::{QueryDsl, RunQueryDsl};
use mfa_desk::store::schema::{accounts, outbox};
use mfa_desk::store::{AnyConnection, Purpose, open};

use crate::support::database::TestDatabase;

fn run(connection: &mut AnyConnection, (sqlite, postgres): (&str, &str)) {
    match connection {
        AnyConnection::Sqlite(c) => c.batch_execute(&format!("BEGIN; {sqlite} COMMIT;")).unwrap(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => c.batch_execute(&format!("BEGIN; {postgres} COMMIT;")).unwrap(),
    }
    let _ = postgres;
}

/// What a migration does on SQLite and on PostgreSQL.
macro_rules! script {
    ($migration:literal, $way:literal) => {
        (
            include_str!(concat!("../../migrations/sqlite/", $migration, "/", $way, ".sql")),
            include_str!(concat!("../../migrations/postgres/", $migration, "/", $way, ".sql")),
        )
    };
}

/// A connection to a database that is up to date.
fn migrated(database: &TestDatabase) -> AnyConnection {
    let mut connection = open(&database.url, Purpose::Write).unwrap();
    mfa_desk::store::migrate(&mut connection).unwrap();
    connection
}

const UP: (&str, &str) = script!("0003_sign_in", "up");
const DOWN: (&str, &str) = script!("0003_sign_in", "down");

/// What came last has to be taken back first.
const LAST: (&str, &str) = script!("0005_queue", "down");

/// What came after it has to be taken back first.
const LATER: (&str, &str) = script!("0004_directories", "down");

const ROWS: &str = "
    INSERT INTO agents (id, email, email_key, name, role, password_hash, failures, created_at)
        VALUES ('a1', 'ana@x.test', 'ana@x.test', 'Ana', 'agent', 'HASH', 2, '2026-01-01 00:00:00');
    INSERT INTO accounts (id, email, email_key, name, kind, tier, status, created_at, updated_at)
        VALUES ('c1', 'ana@x.test', 'ana@x.test', 'Ana', 'owner', 'standard', 'active', '2026-01-01 00:00:00',
            '2026-01-01 00:00:00');
    INSERT INTO cases (id, reference, submission_key, state, version, account_id, evidence_since, submitted_at,
            state_since, expires_at, changed_by, changed_at)
        VALUES ('k1', 'MFA-1', 'k', 'verifying', 1, 'c1', '2026-01-01 00:00:00', '2026-01-01 00:00:00',
            '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'x', '2026-01-01 00:00:00');
    INSERT INTO outbox (id, kind, case_id, payload, state, attempts, next_at, created_at)
        VALUES ('o1', 'mail', 'k1', '{}', 'waiting', 0, '2026-01-01 00:00:00', '2026-01-01 00:00:00');";

/// What the new version alone can write.
const NEW_ROWS: &str = "
    INSERT INTO recoveries (case_id, account_id, session_id, started_at, language)
        VALUES ('k1', 'c1', 's', '2026-01-01 00:00:00', 'en');
    INSERT INTO outbox (id, kind, account_id, payload, state, attempts, next_at, created_at)
        VALUES ('o2', 'letter', 'c1', '{}', 'waiting', 0, '2026-01-01 00:00:00', '2026-01-01 00:00:00');";

#[test]
fn the_sign_in_tables_can_be_taken_back_and_made_again() {
    let database = TestDatabase::new();
    let c = &mut migrated(&database);
    run(c, LAST);
    run(c, LATER);
    run(c, DOWN);
    run(c, (ROWS, ROWS));
    for again in [false, true] {
        run(c, UP);
        let staff: Vec<(String, String, Option<String>)> = accounts::table
            .filter(diesel::ExpressionMethods::eq(accounts::staff, true))
            .select((accounts::id, accounts::email_key, accounts::password_hash))
            .load(c)
            .unwrap();
        // The person at the desk is no customer's namesake.
        assert_eq!(staff, [("a1".to_owned(), "staff:ana@x.test".to_owned(), Some("HASH".to_owned()))], "{again}");
        assert_eq!(outbox::table.count().get_result::<i64>(c).unwrap(), 1, "{again}");
        if !again {
            run(c, (NEW_ROWS, NEW_ROWS));
            run(c, DOWN);
            let forms = mfa_desk::store::schema::case_forms::table.count().get_result::<i64>(c).unwrap();
            assert_eq!(forms, 1, "older versions show no case without a form");
        }
    }
}

const SEVERAL_UP: (&str, &str) = script!("0004_directories", "up");

/// Cases as the version before left them: each with one authenticator, in one of the states that tell how far it came.
const CASES_BEFORE: &str = "
    INSERT INTO accounts (id, email, email_key, name, kind, tier, status, created_at, updated_at)
        VALUES ('c1', 'ana@x.test', 'ana@x.test', 'Ana', 'owner', 'standard', 'active', '2026-01-01 00:00:00',
            '2026-01-01 00:00:00');
    INSERT INTO agents (id, email, email_key, name, role, created_at)
        VALUES ('a1', 'ben@x.test', 'ben@x.test', 'Ben', 'agent', '2026-01-01 00:00:00');
    INSERT INTO authenticators (id, account_id, kind, label, state, enrolled_at, drift)
        VALUES ('d1', 'c1', 'virtual_totp', 'Phone', 'active', '2026-01-01 00:00:00', 0);
    INSERT INTO cases (id, reference, submission_key, state, version, account_id, evidence_since, submitted_at,
            state_since, expires_at, changed_by, changed_at, authenticator_id, failure, disputed_from)
        SELECT 'k-' || name, 'MFA-' || name, name, state, 1, 'c1', at, at, at, at, 'x', at, device, failure, disputed_from
        FROM (
            SELECT 'waits' AS name, 'cooling_off' AS state, 'd1' AS device, NULL AS failure, NULL AS disputed_from
            UNION ALL SELECT 'failed', 'ready', 'd1', 'no answer', NULL
            UNION ALL SELECT 'asked', 'deactivating', 'd1', NULL, NULL
            UNION ALL SELECT 'done', 'deactivated', 'd1', NULL, NULL
            UNION ALL SELECT 'frozen', 'disputed', 'd1', NULL, 'deactivating'
            UNION ALL SELECT 'new', 'verifying', NULL, NULL, NULL
        ) AS cases, (SELECT TIMESTAMPAT AS at) AS moment;
    INSERT INTO approvals (id, case_id, agent_id, at, path, evidence)
        VALUES ('p1', 'k-waits', 'a1', '2026-01-01 00:00:00', 'addresses', '');";

#[test]
fn the_one_authenticator_of_a_case_becomes_the_first_of_its_authenticators_and_is_found_again_on_the_way_back() {
    use mfa_desk::store::schema::case_authenticators as kept;
    let database = TestDatabase::new();
    let c = &mut migrated(&database);
    run(c, LAST);
    run(c, LATER);
    let sqlite = CASES_BEFORE.replace("TIMESTAMPAT", "'2026-01-01 00:00:00'");
    let postgres = CASES_BEFORE.replace("TIMESTAMPAT", "TIMESTAMP '2026-01-01 00:00:00'");
    run(c, (&sqlite, &postgres));
    for _ in 0..2 {
        run(c, SEVERAL_UP);
        let rows: Vec<(String, bool, Option<String>, Option<String>)> = kept::table
            .order(kept::case_id)
            .select((kept::case_id, kept::approved, kept::progress, kept::failure))
            .load(c)
            .unwrap();
        let found: Vec<_> = rows
            .iter()
            .map(|(case, approved, progress, failure)| (&case[2..], *approved, progress.as_deref(), failure.as_deref()))
            .collect();
        let expected = [
            ("asked", false, Some("ordered"), None),
            ("done", false, Some("deactivated"), None),
            ("failed", false, Some("failed"), Some("no answer")),
            ("frozen", false, Some("ordered"), None),
            ("waits", true, None, None),
        ];
        assert_eq!(found, expected);
        run(c, LATER);
    }
}

const MAIL_DOWN: (&str, &str) = script!("0007_mail", "down");

/// One message on the page, and two by mail: from the address of record, and from another.
const MAILS: &str = "
    INSERT INTO accounts (id, email, email_key, name, kind, tier, status, created_at, updated_at)
        VALUES ('c1', 'ana@x.test', 'ana@x.test', 'Ana', 'owner', 'standard', 'active', '2026-01-01 00:00:00',
            '2026-01-01 00:00:00');
    INSERT INTO cases (id, reference, submission_key, state, version, account_id, evidence_since, submitted_at,
            state_since, expires_at, changed_by, changed_at)
        VALUES ('k1', 'MFA-1', 'k', 'verifying', 1, 'c1', '2026-01-01 00:00:00', '2026-01-01 00:00:00',
            '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'x', '2026-01-01 00:00:00');
    INSERT INTO case_entries (id, case_id, kind, at, body)
        VALUES ('page', 'k1', 'from_customer', '2026-01-01 00:00:00', 'x'),
            ('theirs', 'k1', 'from_customer', '2026-01-01 00:00:00', 'x'),
            ('another', 'k1', 'from_customer', '2026-01-01 00:00:00', 'x');
    INSERT INTO inbound_mails (id, digest, way, fate, case_id, entry_id, sender, from_address, subject, rest, files, size,
            received_at)
        VALUES ('m1', 'd1', 'imap', 'message', 'k1', 'theirs', 'record', '', '', '', '[]', 1, '2026-01-01 00:00:00'),
            ('m2', 'd2', 'imap', 'message', 'k1', 'another', 'other', '', '', '', '[]', 1, '2026-01-01 00:00:00'),
            ('m3', 'd3', 'imap', 'unmatched', NULL, NULL, 'other', '', '', '', '[]', 1, '2026-01-01 00:00:00');";

#[test]
fn what_somebody_else_mailed_is_not_the_customers_on_the_way_back() {
    use mfa_desk::store::schema::case_entries;
    let database = TestDatabase::new();
    let c = &mut migrated(&database);
    run(c, (MAILS, MAILS));
    run(c, script!("0013_mends", "down"));
    run(c, script!("0010_keep", "down"));
    run(c, MAIL_DOWN);
    let left: Vec<String> = case_entries::table.order(case_entries::id).select(case_entries::id).load(c).unwrap();
    assert_eq!(left, ["page", "theirs"]);
}

const API_UP: (&str, &str) = script!("0008_api", "up");
const API_DOWN: (&str, &str) = script!("0008_api", "down");

/// Two people: one who completed a sign-in twice and gave a password alone since, and one who gave a password alone.
const SIGN_INS: &str = "
    INSERT INTO agents (id, email, email_key, name, role, created_at)
        VALUES ('a1', 'ana@x.test', 'ana@x.test', 'Ana', 'agent', '2026-01-01 00:00:00'),
            ('a2', 'ben@x.test', 'ben@x.test', 'Ben', 'agent', '2026-01-01 00:00:00');
    INSERT INTO agent_sessions (id, agent_id, assurance, method, ip, device, created_at, last_seen_at, expires_at)
        SELECT id, agent, assurance, 'password', '', '', at, at, at FROM (
            SELECT 's1' AS id, 'a1' AS agent, 'complete' AS assurance, TIMESTAMP2 AS at
            UNION ALL SELECT 's2', 'a1', 'complete', TIMESTAMP3
            UNION ALL SELECT 's3', 'a1', 'password', TIMESTAMP4
            UNION ALL SELECT 's4', 'a2', 'password', TIMESTAMP4
        ) AS sessions;";

#[test]
fn when_somebody_last_completed_a_sign_in_is_found_in_their_sessions() {
    use mfa_desk::store::schema::agents;
    let database = TestDatabase::new();
    let c = &mut migrated(&database);
    run(c, API_DOWN);
    let on = |kind: &str| {
        let day =
            |sql: String, day: u8| sql.replace(&format!("TIMESTAMP{day}"), &format!("{kind}'2026-01-0{day} 00:00:00'"));
        (2..=4).fold(SIGN_INS.to_owned(), day)
    };
    run(c, (&on(""), &on("TIMESTAMP ")));
    for _ in 0..2 {
        run(c, API_UP);
        let found: Vec<(String, Option<chrono::NaiveDateTime>)> =
            agents::table.order(agents::id).select((agents::id, agents::signed_in_at)).load(c).unwrap();
        let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap().and_hms_opt(0, 0, 0);
        assert_eq!(found, [("a1".to_owned(), day(3)), ("a2".to_owned(), None)]);
        run(c, API_DOWN);
    }
}
