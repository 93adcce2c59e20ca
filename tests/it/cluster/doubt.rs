//! The connection to the database breaks in the middle of a commit: whether it was stored is asked, and nothing is done
//! twice or lost.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use mfa_desk::domain::audit_filter::Filter;
use mfa_desk::store::audit::{self, Verdict};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::on_postgres;
use crate::support::database::TestDatabase;
use crate::support::world::{OWNER, Setup, World};

/// A line to the database that breaks when a commit goes over it.
struct Line {
    address: SocketAddr,
    /// The next commit breaks it before it arrived.
    before: Arc<AtomicBool>,
    /// The next commit that stores something breaks it when it has taken place.
    after: Arc<AtomicBool>,
    broken: Arc<AtomicUsize>,
}

impl Line {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (before, after) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let broken = Arc::new(AtomicUsize::new(0));
        let line = Self { address, before: before.clone(), after: after.clone(), broken: broken.clone() };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, before, after, broken) = (server.clone(), before.clone(), after.clone(), broken.clone());
                tokio::spawn(async move {
                    let server = TcpStream::connect(server).await.unwrap();
                    carry(client, server, (&before, &after, &broken)).await;
                });
            }
        });
        line
    }
}

async fn carry(
    mut client: TcpStream,
    mut server: TcpStream,
    (before, after, broken): (&AtomicBool, &AtomicBool, &AtomicUsize),
) {
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(read @ 1..) = read else { return };
                let commits = asked[..read].ends_with(b"COMMIT\0");
                if commits && before.swap(false, Ordering::SeqCst) {
                    broken.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                if server.write_all(&asked[..read]).await.is_err() {
                    return;
                }
                if commits && after.swap(false, Ordering::SeqCst) {
                    // Its answer arrived here, and goes no further.
                    let _ = server.read(&mut answered).await;
                    broken.fetch_add(1, Ordering::SeqCst);
                    return;
                }
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_neither_lost_nor_done_twice() {
    let Some(database) = on_postgres() else { return };
    let url = database.configured();
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let (user, host) = authority.rsplit_once('@').unwrap_or(("postgres", authority));
    let line = Line::to(host.to_owned()).await;
    let through = format!("{scheme}://{user}@{}/{path}", line.address);
    let world = World::with(Setup { database: TestDatabase::elsewhere(&through), ..Setup::default() }).await;
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
    let page = ana.get(&format!("/desk/cases/{reference}")).await.text();
    for body in &bodies {
        assert_eq!(page.matches(body.as_str()).count(), 1, "{body} is there so often:\n{page}");
    }
    let filter = Filter { action: Some("case.note_added".to_owned()), ..Filter::default() };
    let entries = world.desk.store.read(move |connection| audit::after(connection, &filter, 0, 1000)).await.unwrap();
    assert_eq!(entries.len(), bodies.len());
    assert!(matches!(world.desk.verify_audit().await.unwrap(), Verdict::Whole(_)));
    world.stop().await;
}
