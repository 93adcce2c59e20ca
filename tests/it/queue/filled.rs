//! Fills a database with cases as a desk has them after two years: most are over, words are as common as words are, some
//! tags and some people are busier than others.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use mfa_desk::config::DatabaseUrl;
use mfa_desk::domain::audit::timestamp;
use mfa_desk::domain::ids::{AccountId, AgentId, CaseId, EntryId, OutboxId, TagId};
use mfa_desk::domain::reference::CaseRef;
use mfa_desk::store::{AnyConnection, Purpose, migrate, open};

/// What was filled in, as far as somebody asks for it.
pub struct Filled {
    /// People at the desk.
    pub agents: Vec<AgentId>,
    /// Tags, the commonest first.
    pub tags: Vec<TagId>,
    /// Some of the cases, from old to new.
    pub references: Vec<CaseRef>,
}

/// Numbers that look random and are the same each time (Numerical Recipes' 64-bit generator).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 16
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next()).unwrap_or_default() % most
    }

    fn bytes(&mut self) -> [u8; 10] {
        let (a, b) = (self.next().to_be_bytes(), self.next().to_be_bytes());
        [a[3], a[4], a[5], a[6], a[7], b[3], b[4], b[5], b[6], b[7]]
    }

    /// One of them, by its weight of a hundred.
    fn weighted(&mut self, weights: &[(&'static str, usize)]) -> &'static str {
        let mut left = self.below(100);
        let found = weights.iter().find(|(_, weight)| {
            let here = left < *weight;
            left = left.saturating_sub(*weight);
            here
        });
        found.or(weights.last()).map_or("", |(word, _)| word)
    }
}

/// Rows that are inserted together.
struct Rows {
    into: &'static str,
    values: Vec<String>,
}

impl Rows {
    const fn new(into: &'static str) -> Self {
        Self { into, values: Vec::new() }
    }

    fn add(&mut self, fields: &[String]) {
        self.values.push(format!("({})", fields.join(",")));
    }

    fn write(&mut self, connection: &mut AnyConnection) {
        if !self.values.is_empty() {
            run(connection, &format!("INSERT INTO {} VALUES {}", self.into, self.values.join(",")));
            self.values.clear();
        }
    }
}

/// Runs a statement that both databases spell the same.
pub fn run(connection: &mut AnyConnection, sql: &str) {
    let done = match connection {
        AnyConnection::Sqlite(c) => c.batch_execute(sql),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => c.batch_execute(sql),
    };
    done.unwrap_or_else(|error| panic!("{error}: {}", sql.chars().take(400).collect::<String>()));
}

fn text(text: impl ToString) -> String {
    format!("'{}'", text.to_string().replace('\'', "''"))
}

fn maybe(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "NULL".to_owned(), text)
}

/// As both databases read it, and as SQLite keeps it.
fn moment(at: DateTime<Utc>) -> String {
    text(at.naive_utc().format("%F %T%.f"))
}

/// A word of the vocabulary: the smaller its number, the commoner it is.
fn word(n: usize) -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "vy"];
    let (mut word, mut left) = (String::new(), n + 16);
    while left > 0 {
        word.push_str(SYLLABLES[left % 16]);
        left /= 16;
    }
    word
}

const LANGUAGES: [&str; 6] = ["en", "de", "fr", "es", "pt", "ja"];
const OVER: [(&str, usize); 4] = [("closed", 60), ("rejected", 10), ("withdrawn", 10), ("expired", 20)];
const YOUNG: [(&str, usize); 10] = [
    ("submitted", 12),
    ("verifying", 30),
    ("awaiting_approval", 10),
    ("cooling_off", 15),
    ("ready", 10),
    ("deactivating", 1),
    ("deactivated", 5),
    ("disputed", 2),
    ("closed", 10),
    ("withdrawn", 5),
];

fn stage(state: &str) -> &str {
    match state {
        "submitted" | "verifying" => "customer",
        "awaiting_approval" => "approval",
        "deactivating" | "deactivated" => "carrying_out",
        "closed" | "rejected" | "withdrawn" | "expired" => "ended",
        other => other,
    }
}

/// The words that a case is found by, as the program keeps them: sorted, each once.
fn words(numbers: &mut Numbers, reference: &str) -> Vec<String> {
    let mut words: Vec<String> = reference.to_lowercase().split('-').map(str::to_owned).collect();
    for (common, of_a_hundred) in [("lost", 60), ("password", 50), ("passwords", 5), ("telephone", 30), ("stolen", 15)]
    {
        words.extend((numbers.below(100) < of_a_hundred).then(|| common.to_owned()));
    }
    words.extend((numbers.below(5_000) == 0).then(|| "quetzal".to_owned()));
    for _ in 0..20 {
        // Zipf: half of what is written are the few commonest words.
        let reach = 1 << numbers.below(14);
        words.push(word(numbers.below(reach)));
    }
    words.sort();
    words.dedup();
    words
}

struct Tables {
    accounts: Rows,
    cases: Rows,
    forms: Rows,
    queue: Rows,
    clocks: Rows,
    origins: Rows,
    entries: Rows,
    outbox: Rows,
    tags: Rows,
    words: Rows,
    audit: Rows,
}

impl Tables {
    fn new(connection: &AnyConnection) -> Self {
        let words = match connection {
            AnyConnection::Sqlite(_) => "case_words (rowid, words)",
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(_) => "case_words (n, words)",
        };
        Self {
            accounts: Rows::new("accounts (id, email, email_key, name, kind, tier, status, created_at, updated_at)"),
            cases: Rows::new(
                "cases (id, reference, submission_key, state, version, account_id, tier, holder_id, evidence_since, \
                 submitted_at, state_since, expires_at, answer_by, changed_by, changed_at)",
            ),
            forms: Rows::new(
                "case_forms (case_id, email, email_key, name, device_kind, reason, failed_step, language, \
                 callback_time, message)",
            ),
            queue: Rows::new(
                "queue_rows (n, case_id, stage, is_open, state, holder_id, tier, language, submitted_at, changed_at, due_by)",
            ),
            clocks: Rows::new(
                "case_clocks (case_id, queue, reply_state, reply_spent, reply_since, reply_due, reply_warn, reply_told, \
                 step_told, alarm_at)",
            ),
            origins: Rows::new("case_origins (case_id, person, network, phone, mail_domain, wording, submitted_at)"),
            entries: Rows::new("case_entries (id, case_id, kind, agent_id, at, body)"),
            outbox: Rows::new("outbox (id, kind, case_id, payload, state, attempts, next_at, created_at, done_at)"),
            tags: Rows::new("case_tags (case_id, tag_id, agent_id, at)"),
            words: Rows::new(words),
            audit: Rows::new(
                "audit_entries (seq, at, actor_kind, actor, action, case_ref, account_id, ip, details, prev_hash, hash)",
            ),
        }
    }

    fn write(&mut self, connection: &mut AnyConnection) {
        let Self { accounts, cases, forms, queue, clocks, origins, entries, outbox, tags, words, audit } = self;
        for rows in [accounts, cases, forms, queue, clocks, origins, entries, outbox, tags, words, audit] {
            rows.write(connection);
        }
    }
}

/// Rows that one statement inserts.
const BATCH: usize = 500;

/// Fills a database with so many cases, of the two years before `now`.
pub fn fill(url: &DatabaseUrl, count: usize, now: DateTime<Utc>) -> Filled {
    let mut connection = open(url, Purpose::Write).expect("the database opens");
    let c = &mut connection;
    migrate(c).expect("the tables are made");
    let mut numbers = Numbers(7);
    let began = now - TimeDelta::days(730);
    let agents: Vec<AgentId> = (0..20).map(|_| AgentId::new(began, numbers.bytes())).collect();
    let email = |n: usize| format!("agent{n}@busy.example");
    let mut people = Rows::new("agents (id, email, email_key, name, role, created_at)");
    for (n, id) in agents.iter().enumerate() {
        let role = if n < 16 { "agent" } else { "supervisor" };
        let name = format!("Agent {n}");
        people.add(&[text(id), text(email(n)), text(email(n)), text(name), text(role), moment(began)]);
    }
    people.write(c);
    let tags: Vec<TagId> = (0..20).map(|_| TagId::new(began, numbers.bytes())).collect();
    let mut names = Rows::new("tags (id, name, name_key, created_by, created_at)");
    for (n, id) in tags.iter().enumerate() {
        names.add(&[text(id), text(format!("tag {n}")), text(format!("tag {n}")), text(agents[0]), moment(began)]);
    }
    names.write(c);

    let mut tables = Tables::new(c);
    let (mut references, mut seq, hash) = (Vec::new(), 0_u64, text("0".repeat(64)));
    let mut account = None;
    for n in 0..count {
        if n % BATCH == 0 {
            tables.write(c);
            if n % (20 * BATCH) == 0 {
                run(c, if n == 0 { "BEGIN" } else { "COMMIT; BEGIN" });
            }
        }
        // The newest came just now.
        let share = i64::try_from(n + 1).unwrap_or(i64::MAX) * 730 * 86_400 / i64::try_from(count).unwrap_or(i64::MAX);
        let jitter = i64::try_from(numbers.below(1_000_000)).unwrap_or_default();
        let at = began + TimeDelta::seconds(share) - TimeDelta::microseconds(jitter);
        let age = now - at;
        let young = age < TimeDelta::days(30);
        let state = match numbers.below(200) {
            0 => "disputed",
            _ => numbers.weighted(if young { &YOUNG } else { &OVER }),
        };
        let (stage, id) = (stage(state), CaseId::new(at, numbers.bytes()));
        let open = stage != "ended";
        // Multiplied by an odd number they are all different, and look like none in particular.
        let tries = (0..8).map(|each| (n as u64 * 8 + each).wrapping_mul(11_400_714_819));
        let reference = tries.filter_map(CaseRef::from_random).next().expect("one in seven is none");
        let (tier, language) = (["standard", "standard", "standard", "privileged"][n % 4], LANGUAGES[numbers.below(6)]);
        if n % 3 == 0 {
            let made = AccountId::new(at, numbers.bytes());
            let address = format!("person{n}@home{}.example", n % 997);
            let name = format!("{} {}", word(numbers.below(500)), word(500 + numbers.below(5_000)));
            tables.accounts.add(&[
                text(made),
                text(&address),
                text(&address),
                text(name),
                text("owner"),
                text(tier),
                text("active"),
                moment(at),
                moment(at),
            ]);
            account = Some(made);
        }
        // Some hold three times what others do.
        let of = numbers.below(40).min(19);
        let holder = (numbers.below(100) < if open { 40 } else { 80 }).then(|| agents[of]);
        let changed = (at + TimeDelta::minutes(i64::try_from(numbers.below(20_000)).unwrap_or_default())).min(now);
        let owed = open && matches!(stage, "customer" | "approval" | "ready" | "disputed") && n % 3 != 0;
        let due = at + TimeDelta::hours(8);
        let due_by = if owed { due } else { at + TimeDelta::days(2_566_000) };
        tables.cases.add(&[
            text(id),
            text(&reference),
            text(n),
            text(state),
            "3".to_owned(),
            maybe(account),
            text(tier),
            maybe(holder),
            moment(at),
            moment(at),
            moment(changed),
            moment(at + TimeDelta::days(14)),
            if owed { moment(due) } else { "NULL".to_owned() },
            text("system"),
            moment(changed),
        ]);
        let address = format!("person{n}@home{}.example", n % 997);
        let words = words(&mut numbers, reference.as_str());
        tables.forms.add(&[
            text(id),
            text(&address),
            text(&address),
            text(format!("Person {n}")),
            text("virtual_totp"),
            text(["lost", "stolen", "broken"][n % 3]),
            text("It asks for a code."),
            text(language),
            text(""),
            text(words.join(" ")),
        ]);
        tables.queue.add(&[
            (n + 1).to_string(),
            text(id),
            text(stage),
            open.to_string(),
            text(state),
            maybe(holder),
            text(tier),
            text(language),
            moment(at),
            moment(changed),
            moment(due_by),
        ]);
        if open {
            let (since, due) = if owed { (moment(at), moment(due)) } else { ("NULL".to_owned(), "NULL".to_owned()) };
            let reply = if owed { "running" } else { "over" };
            tables.clocks.add(&[
                text(id),
                text(""),
                text(reply),
                "0".to_owned(),
                since,
                due.clone(),
                due,
                text("missed"),
                text("nothing"),
                "NULL".to_owned(),
            ]);
        }
        let network = format!("network {}", n / 4);
        tables.origins.add(&[
            text(id),
            text(n),
            text(network),
            maybe((n % 2 == 0).then_some(n)),
            text(n % 997),
            maybe((n % 5 == 0).then_some(n / 10)),
            moment(at),
        ]);
        if n % 2 == 0 {
            let entry = EntryId::new(at, numbers.bytes());
            let agent = maybe(holder);
            let kind = if holder.is_some() { "note" } else { "from_customer" };
            tables.entries.add(&[text(entry), text(id), text(kind), agent, moment(at), text(words.join(" "))]);
        }
        let payload = format!(
            r#"{{"kind":"mail","notice":{{"notice":"email_confirmed"}},"to":"{address}","name":"P","open":null,"object":null,"words":null,"phone_masked":null,"needs":[]}}"#
        );
        let mail = OutboxId::new(at, numbers.bytes());
        tables.outbox.add(&[
            text(mail),
            text("mail"),
            text(id),
            text(payload),
            text("done"),
            "1".to_owned(),
            moment(at),
            moment(at),
            moment(at),
        ]);
        // One tag on each twentieth case, the others on each thousandth.
        for (place, tag) in tags.iter().enumerate() {
            if (n + place) % if place == 0 { 20 } else { 1_000 } == 0 {
                tables.tags.add(&[text(id), text(tag), text(agents[0]), moment(at)]);
            }
        }
        let kept = match c {
            AnyConnection::Sqlite(_) => text(words.join(" ")),
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(_) => format!("array_to_tsvector('{{{}}}')", words.join(",")),
        };
        tables.words.add(&[(n + 1).to_string(), kept]);
        let acts = [
            ("case.submitted", false, 0),
            ("case.email_confirmed", false, 10),
            ("case.claimed", true, 60),
            ("case.message_sent", true, 90),
            ("case.note_added", true, 100),
            ("case.deactivated", false, 3_000),
        ];
        for (action, by_agent, minutes) in acts.into_iter().take(if state == "closed" { 6 } else { 1 + n % 5 }) {
            seq += 1;
            let when = at + TimeDelta::minutes(minutes + i64::try_from(numbers.below(60)).unwrap_or_default());
            let (kind, actor) = if by_agent { ("agent", email(of)) } else { ("system", String::new()) };
            tables.audit.add(&[
                seq.to_string(),
                text(timestamp(when)),
                text(kind),
                text(actor),
                text(action),
                text(&reference),
                text(""),
                text(""),
                text("{}"),
                hash.clone(),
                hash.clone(),
            ]);
        }
        if n % (count / 100).max(1) == 0 {
            references.push(reference);
        }
    }
    tables.write(c);
    // The tree over them is made when it is needed.
    let (without, with) = match c {
        AnyConnection::Sqlite(_) => ("DROP TRIGGER audit_head_with_frontier", None),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => (
            "ALTER TABLE audit_head DISABLE TRIGGER audit_head_with_frontier",
            Some("ALTER TABLE audit_head ENABLE TRIGGER audit_head_with_frontier"),
        ),
    };
    run(c, without);
    run(c, &format!("UPDATE audit_head SET seq = {seq}, hash = {hash}, frontier = ''"));
    with.into_iter().for_each(|with| run(c, with));
    run(c, "COMMIT");
    // A server does so by itself; of SQLite nobody asks it.
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(_) = c {
        run(c, "SELECT setval('queue_rows_n_seq', (SELECT max(n) FROM queue_rows))");
        run(c, "VACUUM (ANALYZE, PARALLEL 0)");
    }
    Filled { agents, tags, references }
}
