//! What stands in front of several instances: each connection goes to the next one that takes it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};

/// The balancer; it ends with the test.
pub struct Balancer {
    address: SocketAddr,
    behind: Arc<Mutex<Vec<String>>>,
}

impl Balancer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let behind = Arc::new(Mutex::new(Vec::<String>::new()));
        let (known, turn) = (Arc::clone(&behind), AtomicUsize::new(0));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let mut hosts = known.lock().unwrap().clone();
                if !hosts.is_empty() {
                    let first = turn.fetch_add(1, Ordering::Relaxed) % hosts.len();
                    hosts.rotate_left(first);
                }
                tokio::spawn(lead(client, hosts));
            }
        });
        Self { address, behind }
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Whom it leads to, from now on.
    pub fn leads_to<'a>(&self, bases: impl Iterator<Item = &'a str>) {
        *self.behind.lock().unwrap() = bases.map(|base| base.trim_start_matches("http://").to_owned()).collect();
    }
}

async fn lead(mut client: TcpStream, hosts: Vec<String>) {
    for host in hosts {
        if let Ok(mut server) = TcpStream::connect(&host).await {
            // Whoever goes away first ends it.
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            return;
        }
    }
}
