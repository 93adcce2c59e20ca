//! A mail server that swallows what comes to it, and a line to a real one once it has had enough.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What becomes of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// It is taken, and nothing is ever said.
    Mute,
    /// A greeting comes byte by byte and has no end.
    Dripping,
    /// It leads to the real server.
    Open,
    /// It leads there, but the answer to the end of a mail is kept back until the way is open.
    Holding,
}

pub struct Hole {
    pub address: SocketAddr,
    way: watch::Sender<Way>,
    /// Connections that were taken, and those that are open.
    pub taken: Arc<AtomicUsize>,
    pub open: Arc<AtomicUsize>,
    /// Answers that are kept back.
    pub held: Arc<AtomicUsize>,
}

struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn one(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Hole {
    pub async fn before(server: u16, way: Way) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let hole = Self {
            address,
            way: watch::Sender::new(way),
            taken: Arc::default(),
            open: Arc::default(),
            held: Arc::default(),
        };
        let (taken, open, held) = (Arc::clone(&hole.taken), Arc::clone(&hole.open), Arc::clone(&hole.held));
        let ways = hole.way.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                taken.fetch_add(1, Ordering::SeqCst);
                let (open, held, ways) = (Counted::one(&open), Arc::clone(&held), ways.clone());
                tokio::spawn(async move {
                    let _open = open;
                    swallow(client, server, ways, held).await;
                });
            }
        });
        hole
    }

    pub fn becomes(&self, way: Way) {
        self.way.send_replace(way);
    }
}

async fn swallow(mut client: TcpStream, server: u16, ways: watch::Receiver<Way>, held: Arc<AtomicUsize>) {
    let way = *ways.borrow();
    match way {
        Way::Mute => {
            let mut ignored = [0; 1024];
            while matches!(client.read(&mut ignored).await, Ok(1..)) {}
        }
        Way::Dripping => {
            for byte in b"220 ".iter().chain(std::iter::repeat(&b'x')) {
                if client.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
        Way::Open | Way::Holding => {
            let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
            lead(client, server, ways, held).await;
        }
    }
}

/// Leads both ways, and keeps the answer to the end of a mail back while that is asked for.
async fn lead(client: TcpStream, server: TcpStream, mut ways: watch::Receiver<Way>, held: Arc<AtomicUsize>) {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let (said, mut ended) = watch::channel(0_u32);
    let forth = async move {
        let (mut bytes, mut tail) = ([0; 16_384], Vec::new());
        while let Ok(read @ 1..) = from_client.read(&mut bytes).await {
            tail.extend_from_slice(&bytes[..read]);
            if tail.ends_with(b"\r\n.\r\n") {
                said.send_modify(|n| *n += 1);
            }
            tail.drain(..tail.len().saturating_sub(5));
            if to_server.write_all(&bytes[..read]).await.is_err() {
                return;
            }
        }
    };
    let back = async move {
        let mut bytes = [0; 16_384];
        while let Ok(read @ 1..) = from_server.read(&mut bytes).await {
            if ended.has_changed().unwrap_or(false) {
                ended.borrow_and_update();
                let _held = Counted::one(&held);
                if ways.wait_for(|way| *way != Way::Holding).await.is_err() {
                    return;
                }
            }
            if to_client.write_all(&bytes[..read]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = forth => {}
        () = back => {}
    }
}
