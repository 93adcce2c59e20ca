//! The connection to the database breaks in the middle of a commit: whether it was stored is asked, and nothing is done
//! twice or lost.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use mfa_desk::domain::audit_filter::Filter;
use mfa_desk::store::audit::{self, Verdict};
use mfa_desk::store::{Purpose, open};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::on_postgres;
use crate::support::browser::Browser;
use crate::support::database::TestDatabase;
use crate::support::world::{OWNER, Setup, World};

/// A line to the database that breaks when a commit goes over it.
struct Line {
    address: SocketAddr,
    /// The next commit breaks it before it arrived.
    before: AtomicBool,
    /// The next commit that stores something breaks it when it has taken place.
    after: AtomicBool,
    /// The next commit of something that says so breaks it, and arrives when what it was to store is run again.
    late: AtomicBool,
    broken: AtomicUsize,
    again: Notify,
}

/// What the text begins with that is committed late.
const LATE: &[u8] = b"late-word";

fn has(asked: &[u8], text: &[u8]) -> bool {
    asked.windows(text.len()).any(|part| part == text)
}

impl Line {
    async fn to(server: String) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Arc::new(Self {
            address: listener.local_addr().unwrap(),
            before: AtomicBool::default(),
            after: AtomicBool::default(),
            late: AtomicBool::default(),
            broken: AtomicUsize::default(),
            again: Notify::new(),
        });
        let carries = line.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, line) = (server.clone(), carries.clone());
                tokio::spawn(async move {
                    let server = TcpStream::connect(server).await.unwrap();
                    line.carry(client, server).await;
                });
            }
        });
        line
    }

    async fn carry(&self, mut client: TcpStream, mut server: TcpStream) {
        let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
        let mut is_late = false;
        loop {
            tokio::select! {
                read = client.read(&mut asked) => {
                    let Ok(read @ 1..) = read else { return };
                    let asked = &asked[..read];
                    let commits = asked.ends_with(b"COMMIT\0");
                    is_late |= has(asked, LATE);
                    if commits && self.before.swap(false, Ordering::SeqCst) {
                        self.broken.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                    if commits && is_late && self.late.swap(false, Ordering::SeqCst) {
                        let again = self.again.notified();
                        drop(client);
                        again.await;
                        server.write_all(asked).await.unwrap();
                        let _ = server.read(&mut answered).await;
                        self.broken.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                    if asked.ends_with(b"SAVEPOINT work\0") {
                        self.again.notify_waiters();
                    }
                    if server.write_all(asked).await.is_err() {
                        return;
                    }
                    if commits && self.after.swap(false, Ordering::SeqCst) {
                        // Its answer arrived here, and goes no further.
                        let _ = server.read(&mut answered).await;
                        self.broken.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                    is_late &= !commits;
                }
                read = server.read(&mut answered) => {
                    let Ok(read @ 1..) = read else { return };
                    if client.write_all(&answered[..read]).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// A desk that reaches its database over a line.
async fn on_a_line() -> Option<(TestDatabase, Arc<Line>, World)> {
    let database = on_postgres()?;
    let url = database.configured();
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let (user, host) = authority.rsplit_once('@').unwrap_or(("postgres", authority));
    let line = Line::to(host.to_owned()).await;
    let through = format!("{scheme}://{user}@{}/{path}", line.address);
    let world = World::with(Setup { database: TestDatabase::elsewhere(&through), ..Setup::default() }).await;
    Some((database, line, world))
}

/// The notes stand on the case's page and in the log, each of them once.
async fn each_is_stored_once(world: &World, agent: &Browser, reference: &str, bodies: &[String]) {
    let page = agent.get(&format!("/desk/cases/{reference}")).await.text();
    for body in bodies {
        assert_eq!(page.matches(body.as_str()).count(), 1, "{body} is there so often:\n{page}");
    }
    let filter = Filter { action: Some("case.note_added".to_owned()), ..Filter::default() };
    let entries = world.desk.store.read(move |connection| audit::after(connection, &filter, 0, 1000)).await.unwrap();
    assert_eq!(entries.len(), bodies.len());
    assert!(matches!(world.desk.verify_audit().await.unwrap(), Verdict::Whole(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_neither_lost_nor_done_twice() {
    let Some((_database, line, world)) = on_a_line().await else { return };
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    world.settle().await;
    let mut bodies = Vec::new();
    for n in 0..6 {
        for armed in [&line.before, &line.after] {
            let page = ana.get(&format!("/desk/cases/{reference}")).await;
            let (body, broken) = (format!("word-{}-{n}.", bodies.len()), line.broken.load(Ordering::SeqCst));
            armed.store(true, Ordering::SeqCst);
            // The next commit may be another's, such as the worker's.
            ana.send(&page, "/notes", &[("body", &body)]).await.is(200).says(&body);
            for _ in 0..200 {
                if line.broken.load(Ordering::SeqCst) > broken {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            assert!(line.broken.load(Ordering::SeqCst) > broken, "nothing was broken");
            bodies.push(body);
        }
    }
    each_is_stored_once(&world, &ana, &reference, &bodies).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_arrives_after_it_was_asked_for_stores_nothing() {
    let Some((_database, line, world)) = on_a_line().await else { return };
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    world.settle().await;
    let bodies: Vec<String> = (0..3).map(|n| format!("late-word-{n}.")).collect();
    for (n, body) in bodies.iter().enumerate() {
        let page = ana.get(&format!("/desk/cases/{reference}")).await;
        line.late.store(true, Ordering::SeqCst);
        ana.send(&page, "/notes", &[("body", body)]).await.is(200).says(body);
        assert_eq!(line.broken.load(Ordering::SeqCst), n + 1, "nothing was late");
    }
    each_is_stored_once(&world, &ana, &reference, &bodies).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_was_forgotten_goes_on() {
    let Some((_database, _line, world)) = on_a_line().await else { return };
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    let mut elsewhere = open(&world.database.url, Purpose::Write).unwrap();
    elsewhere.batch_execute("DELETE FROM writers").unwrap();
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    ana.send(&page, "/notes", &[("body", "word-one.")]).await.is(200).says("word-one.");
    // Whoever clears away may be the one that was idle.
    elsewhere.batch_execute("UPDATE writers SET at = at - interval '40 days'").unwrap();
    world.desk.clear().await.unwrap();
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    ana.send(&page, "/notes", &[("body", "word-two.")]).await.is(200).says("word-two.");
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let idle = "SELECT count(*) AS n FROM writers WHERE at < now() - interval '30 days'";
    assert_eq!(diesel::sql_query(idle).get_result::<Count>(&mut elsewhere).unwrap().n, 0);
    world.stop().await;
}
