//! What Prometheus is told. Counters move where things happen; gauges are set when somebody asks.
//!
//! A label is a word of this program or of its configuration: no reference, no address, nothing that anybody typed.

mod entries;
mod process;
mod readings;

use std::borrow::Cow;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chrono::{DateTime, Utc};
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};

pub use readings::{Checkpoint, Errands, Live, Readings};

use crate::domain::audit::NewEntry;

/// What [`Metrics::text`] is written in.
pub const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

type Word = Cow<'static, str>;
type Labels<const N: usize> = [(&'static str, Word); N];
type Counters<const N: usize> = Family<Labels<N>, Counter>;
type Gauges = Family<Labels<1>, Gauge>;
type Seconds = Gauge<f64, AtomicU64>;

/// Seconds of an answer, from a page out of memory to one that waited for the database.
const ANSWERS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Seconds of a transaction, from a fast disk to one that stalls.
const COMMITS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];
/// Acts that share a transaction.
const GROUPS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// Everything that is counted in this process.
pub struct Metrics {
    registry: Registry,
    started: Seconds,
    requests: Counters<3>,
    request_seconds: Family<Labels<2>, Histogram>,
    entries: Counters<1>,
    opened: Counters<1>,
    closed: Counters<1>,
    deactivations: Counters<1>,
    disputes: Counter,
    checks: Counters<2>,
    refusals: Counters<1>,
    sign_ins_refused: Counters<1>,
    throttles: Counters<1>,
    mails: Counters<1>,
    calls: Counters<1>,
    texts: Counters<1>,
    database_errors: Counters<1>,
    write_queue: Gauge,
    group_size: Histogram,
    group_seconds: Histogram,
    commit_seconds: Histogram,
    gauges: readings::Shown,
}

fn answers() -> Histogram {
    Histogram::new(ANSWERS)
}

fn keep<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

impl Metrics {
    /// Nothing counted yet, by a program that keeps its data in `database`.
    pub fn new(database: &'static str) -> Self {
        let mut registry = Registry::default();
        let about = "Start of the process, in seconds since 1970";
        let started = keep(&mut registry, "process_start_time_seconds", about, Seconds::default());
        registry.register_collector(Box::new(process::Process));
        let ours = registry.sub_registry_with_prefix("mfa_desk");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION")), ("database", database)]);
        ours.register("build", "Version of the program, and which database it uses", build);
        let seconds = Family::new_with_constructor(answers as fn() -> Histogram);
        let metrics = Self {
            started,
            requests: keep(ours, "http_requests", "Requests answered", Family::default()),
            request_seconds: keep(ours, "http_request_duration_seconds", "Time until an answer began", seconds),
            entries: keep(ours, "audit_entries", "Entries of the audit log that this process wrote", Family::default()),
            opened: keep(ours, "cases_opened", "Cases opened, by how they began", Family::default()),
            closed: keep(ours, "cases_closed", "Cases that ended, by how they did", Family::default()),
            deactivations: keep(
                ours,
                "deactivations",
                "Orders to deactivate a device that a directory answered",
                Family::default(),
            ),
            disputes: keep(ours, "disputes", "Cases that somebody stopped with: this was not me", Counter::default()),
            checks: keep(ours, "checks", "Checks, by what they showed", Family::default()),
            refusals: keep(ours, "policy_refusals", "Acts that a rule refused", Family::default()),
            sign_ins_refused: keep(ours, "sign_ins_refused", "Sign-ins refused, by side", Family::default()),
            throttles: keep(ours, "throttles", "Limits that were reached", Family::default()),
            mails: keep(ours, "mails", "Tries to hand over a mail, by what became of them", Family::default()),
            calls: keep(ours, "calls", "Automated calls asked for, by what became of them", Family::default()),
            texts: keep(ours, "texts", "Text messages, by what became of them", Family::default()),
            database_errors: keep(ours, "database_errors", "Uses of the database that failed", Family::default()),
            write_queue: keep(ours, "database_write_queue", "Acts that wait for the writer", Gauge::default()),
            group_size: keep(ours, "database_group_size", "Acts that shared a transaction", Histogram::new(GROUPS)),
            group_seconds: keep(
                ours,
                "database_group_seconds",
                "Time of a transaction, its commit included",
                Histogram::new(COMMITS),
            ),
            commit_seconds: keep(ours, "database_commit_seconds", "Time of the commit alone", Histogram::new(COMMITS)),
            gauges: readings::Shown::in_registry(ours),
            registry,
        };
        metrics.begin_at_zero();
        metrics
    }

    /// Prometheus sees no growth in a counter whose first value is not zero.
    fn begin_at_zero(&self) {
        let begin = |family: &Counters<1>, label, words: &[&'static str]| {
            for word in words {
                drop(family.get_or_create(&[(label, Cow::Borrowed(*word))]));
            }
        };
        begin(&self.opened, "by", &entries::OPENED);
        begin(&self.closed, "outcome", &entries::CLOSED);
        begin(&self.deactivations, "result", &["done", "failed"]);
        begin(&self.sign_ins_refused, "side", &["account", "api", "desk"]);
        begin(&self.mails, "result", &["sent", "retried", "failed"]);
        begin(&self.calls, "result", &["placed", "not_placed", "refused", "unknown"]);
        begin(&self.texts, "result", &["sent", "not_sent", "unknown"]);
        begin(&self.database_errors, "kind", &["busy", "contended", "corrupt", "doubtful", "statement", "unavailable"]);
    }

    /// The process began to serve.
    pub fn started(&self, at: DateTime<Utc>) {
        self.started.set(at.timestamp_millis() as f64 / 1_000.0);
    }

    /// A request was answered. The route is its pattern.
    pub fn answered(&self, method: &str, route: String, status: u16, took: Duration) {
        let method = match method {
            "GET" => "GET",
            "HEAD" => "HEAD",
            "POST" => "POST",
            // Whoever asks may call a method anything.
            _ => "other",
        };
        let class = ["1xx", "2xx", "3xx", "4xx", "5xx"].get(usize::from(status / 100).wrapping_sub(1));
        let class = class.copied().unwrap_or("other");
        let (method, route): (Word, Word) = (method.into(), route.into());
        self.requests
            .get_or_create(&[("route", route.clone()), ("method", method.clone()), ("status", class.into())])
            .inc();
        self.request_seconds.get_or_create(&[("route", route), ("method", method)]).observe(took.as_secs_f64());
    }

    /// An act waits for the writer.
    pub fn queued(&self) {
        self.write_queue.inc();
    }

    /// The writer took this many acts from its queue.
    pub fn taken(&self, acts: usize) {
        self.write_queue.dec_by(i64::try_from(acts).unwrap_or(i64::MAX));
    }

    /// A group of acts is durable, with what it recorded. Times are of all of it, and of the commit alone.
    pub fn committed(&self, acts: usize, (whole, commit): (Duration, Duration), entries: &[NewEntry]) {
        self.group_size.observe(f64::from(u32::try_from(acts).unwrap_or(u32::MAX)));
        self.group_seconds.observe(whole.as_secs_f64());
        self.commit_seconds.observe(commit.as_secs_f64());
        entries.iter().for_each(|entry| self.recorded(entry));
    }

    /// The database did not do what was asked.
    pub fn database_failed(&self, kind: &'static str) {
        self.database_errors.get_or_create(&[("kind", kind.into())]).inc();
    }

    /// A try to hand over a mail ended: `sent`, `retried` later, or `failed` for good.
    pub fn mailed(&self, result: &'static str) {
        self.mails.get_or_create(&[("result", result.into())]).inc();
    }

    /// Shows what was read from the database, or that it could not be read: then what was read last stays.
    pub fn show(&self, read: Option<&Readings>) {
        self.gauges.show(read);
    }

    /// Shows what this process knows of itself.
    pub fn show_live(&self, live: &Live) {
        self.gauges.show_live(live);
    }

    /// All of it in Prometheus' text format.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
