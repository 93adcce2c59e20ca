//! A lean client: one thread, kept connections, requests that are bytes. What it takes itself is told beside the figures.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How answers came.
pub struct Answers {
    /// A second.
    pub rate: f64,
    /// How long each took, from short to long.
    pub times: Vec<Duration>,
}

impl Answers {
    /// What so many of a thousand took at most.
    pub fn quantile(&self, of_a_thousand: usize) -> Duration {
        let last = self.times.len().saturating_sub(1);
        self.times.get((self.times.len() * of_a_thousand / 1000).min(last)).copied().unwrap_or_default()
    }
}

/// One kept connection.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(to: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads its whole answer, whose status it gives back.
    pub async fn ask(&mut self, request: &[u8]) -> std::io::Result<u16> {
        self.stream.write_all(request).await?;
        self.read.clear();
        let mut whole = None;
        loop {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if whole.is_none() {
                whole = length(&self.read);
            }
            if whole.is_some_and(|whole| self.read.len() >= whole) {
                let status = self.read.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
                return status
                    .and_then(|digits| digits.parse().ok())
                    .ok_or_else(|| std::io::ErrorKind::InvalidData.into());
            }
        }
    }

    /// What was answered last, head and body.
    pub fn answer(&self) -> String {
        String::from_utf8_lossy(&self.read).into_owned()
    }
}

/// How long an answer is, once its head is there. Pages say their length.
fn length(read: &[u8]) -> Option<usize> {
    let head = read.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&read[..head]).ok()?;
    let body = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some(head + body.unwrap_or(0))
}

/// Makes the request with this number.
pub type Make<'a> = &'a dyn Fn(u64) -> Vec<u8>;

fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    tokio::task::LocalSet::new().block_on(&runtime, work)
}

/// As many clients as `clients`, each of which asks again as soon as it was answered.
pub fn closed(to: SocketAddr, clients: usize, time: Duration, make: Make<'_>) -> Answers {
    let began = Instant::now();
    run(to, clients, make, |_| (began.elapsed() < time).then_some(None))
}

/// Asks until there is no next request; each is due at a moment, or at once.
pub fn run(to: SocketAddr, clients: usize, make: Make<'_>, next: impl Fn(u64) -> Option<Option<Instant>>) -> Answers {
    let (count, times) = (Rc::new(Cell::new(0)), Rc::new(RefCell::new(Vec::new())));
    let began = Instant::now();
    on_one_thread(async {
        let ask = async || {
            let mut connection = Connection::open(to).await.expect("it listens");
            loop {
                let n = count.get();
                let Some(due) = next(n) else { return };
                count.set(n + 1);
                let request = make(n);
                if let Some(due) = due {
                    tokio::time::sleep_until(due.into()).await;
                }
                let from = due.unwrap_or_else(Instant::now);
                let status = connection.ask(&request).await.expect("an answer");
                assert_eq!(status, 200, "{}", connection.answer());
                times.borrow_mut().push(from.elapsed());
            }
        };
        futures_util::future::join_all((0..clients).map(|_| ask())).await;
    });
    let mut times = times.take();
    let rate = times.len() as f64 / began.elapsed().as_secs_f64();
    times.sort_unstable();
    Answers { rate, times }
}

/// A form of a customer with an address, a network and words of their own: what many share is taken for a campaign, which
/// is looked into.
pub fn form(run: u64, n: u64) -> Vec<u8> {
    let body = format!(
        "email=c{n}r{run}%40home{home}.example&name=A+Customer&device_kind=virtual_totp&reason=lost\
         &message=It+fell+into+lake+{n}+of+{run}.&key={run}-{n}",
        home = n % 4999
    );
    format!(
        "POST /assistance HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {}.{}.{}.1\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        10 + n / 65_536 % 200,
        n / 256 % 256,
        n % 256,
        body.len()
    )
    .into_bytes()
}
