//! What the head of the log, the one row that all instances share, allows: forms and appends per second of 1, 3 and 8
//! instances on one PostgreSQL, beside the durable commits that it makes one by one in the same run.
//! `BENCH_POSTGRES_URL=postgres://… cargo bench --features postgres --bench head`; the database is filled.
//!
//! An instance here is what a process has of the database: a writer with its connection. All run in one process, so that
//! what is measured is the row and not how many programs two processors carry.

#[cfg(feature = "postgres")]
#[path = "shared/commits.rs"]
mod commits;
#[cfg(feature = "postgres")]
#[path = "shared/desk.rs"]
mod desk;

#[cfg(feature = "postgres")]
mod measured {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::time::{Duration, Instant};

    use diesel::RunQueryDsl;
    use mfa_desk::clock::{Clock, SystemClock};
    use mfa_desk::config::DatabaseUrl;
    use mfa_desk::domain::actor::Actor;
    use mfa_desk::domain::form::{AssistanceForm, DeviceKind, Language, Reason};
    use mfa_desk::store::{Purpose, open};
    use mfa_desk::workflow::{Act, Desk, Submission};

    use super::commits::raw_commits;
    use super::desk::{desk_with, settings_over};

    const TIME: Duration = Duration::from_secs(5);
    /// Acts that are under way at once, over all instances.
    const ACTS: usize = 96;

    fn instance(url: &DatabaseUrl) -> Arc<Desk> {
        Arc::new(desk_with(&settings_over(url)))
    }

    fn form(n: u32) -> Submission {
        let form = AssistanceForm {
            email: format!("head{n}@home{}.example", n % 4999).parse().expect("an address"),
            account_number: None,
            name: "A Customer".to_owned(),
            device_kind: DeviceKind::VirtualTotp,
            reason: Reason::Lost,
            failed_step: String::new(),
            phone: None,
            language: Language::English,
            callback_time: String::new(),
            message: format!("It fell into lake {n}."),
        };
        // Each from a network and in words of its own, as a crowd's forms come.
        let ip = format!("{}.{}.{}.1", 10 + n / 65_536, n / 256 % 256, n % 256);
        Submission { form, key: None, ip, country: None }
    }

    async fn append(desk: &Desk) {
        let act = Act { actor: Actor::System, ip: String::new(), at: SystemClock.now() };
        let entry = move |tx: &mut mfa_desk::store::Tx<'_>| {
            tx.record(act.entry("bench.appended", None, None, Default::default()));
            Ok(())
        };
        desk.store.write(entry).await.expect("it is stored");
    }

    /// Acts per second, and the longest that one took.
    async fn rate(desks: &[Arc<Desk>], first: u32, forms: bool) -> (f64, Duration, u32) {
        let (done, next) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(first)));
        let began = Instant::now();
        let acts: Vec<_> = (0..ACTS)
            .map(|n| {
                let (desk, done, next) = (desks[n % desks.len()].clone(), done.clone(), next.clone());
                tokio::spawn(async move {
                    let mut longest = Duration::ZERO;
                    while began.elapsed() < TIME {
                        let asked = Instant::now();
                        if forms {
                            let form = form(next.fetch_add(1, Ordering::Relaxed));
                            desk.submit_case(form).await.expect("it is stored").expect("it is taken");
                        } else {
                            append(&desk).await;
                        }
                        longest = longest.max(asked.elapsed());
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    longest
                })
            })
            .collect();
        let mut longest = Duration::ZERO;
        for act in acts {
            longest = longest.max(act.await.expect("an act"));
        }
        let rate = f64::from(done.load(Ordering::Relaxed)) / began.elapsed().as_secs_f64();
        (rate, longest, next.load(Ordering::Relaxed))
    }

    /// The longest that one session had the head, as far as looks every other millisecond can tell.
    fn watch(url: DatabaseUrl, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<Duration> {
        #[derive(diesel::QueryableByName)]
        struct Holder {
            #[diesel(sql_type = diesel::sql_types::Text)]
            name: String,
        }
        // Whoever has asked for the row and does not wait for it; the same session in its next transaction is another.
        const QUERY: &str = "SELECT pid || ' ' || xact_start AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE relation = 'audit_head'::regclass AND mode = 'RowShareLock' AND locktype = 'relation'
            AND wait_event_type IS DISTINCT FROM 'Lock' AND xact_start IS NOT NULL";
        std::thread::spawn(move || {
            let mut connection = open(&url, Purpose::Read).expect("the database opens");
            let (mut holding, mut longest) = (None::<(String, Instant)>, Duration::ZERO);
            while !stop.load(Ordering::Relaxed) {
                let seen: Vec<Holder> = diesel::sql_query(QUERY).load(&mut connection).expect("the statistics");
                holding = match (seen.into_iter().next(), holding) {
                    (None, _) => None,
                    (Some(now), Some((name, since))) if now.name == name => {
                        longest = longest.max(since.elapsed());
                        Some((name, since))
                    }
                    (Some(now), _) => Some((now.name, Instant::now())),
                };
                std::thread::sleep(Duration::from_millis(2));
            }
            longest
        })
    }

    pub fn run(url: String) {
        let url = DatabaseUrl::Postgres(url.into());
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let mut first = 0;
        for count in [1, 3, 8] {
            let raw = raw_commits(&url, TIME);
            let desks: Vec<_> = (0..count).map(|_| instance(&url)).collect();
            let stop = Arc::new(AtomicBool::new(false));
            let watched = watch(url.clone(), stop.clone());
            let (appends, slowest_append, _) = runtime.block_on(rate(&desks, 0, false));
            let (forms, slowest_form, next) = runtime.block_on(rate(&desks, first, true));
            first = next;
            stop.store(true, Ordering::Relaxed);
            let held = watched.join().expect("the watcher");
            println!(
                "{count} instances: {appends:.0} appends/s ({:.1} × raw, slowest {slowest_append:.0?}), \
                 {forms:.0} forms/s ({:.1} × raw, slowest {slowest_form:.0?}); {raw:.0} single durable commits/s; \
                 the head was had for {held:.0?} at most",
                appends / raw,
                forms / raw,
            );
            drop(desks);
        }
    }
}

fn main() {
    #[cfg(feature = "postgres")]
    if let Ok(url) = std::env::var("BENCH_POSTGRES_URL") {
        mfa_desk::notify::install_tls_provider();
        measured::run(url);
        return;
    }
    println!("not measured: build with --features postgres and set BENCH_POSTGRES_URL");
}
