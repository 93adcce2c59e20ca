//! A page that listens: server-sent events (WHATWG HTML, “Server-sent events”) as a browser reads them.

use std::time::Duration;

use super::browser::Browser;

pub struct Listener {
    response: reqwest::Response,
    raw: String,
    read: usize,
}

#[derive(Debug)]
pub struct Event {
    pub name: String,
    pub data: String,
    pub id: Option<String>,
}

const LONG: Duration = Duration::from_secs(20);

impl Listener {
    pub async fn open(browser: &Browser, path: &str) -> Self {
        Self::open_after(browser, path, "").await
    }

    /// Like a browser that comes back: it says what it heard last. An instance that has only just started may not hear
    /// anything yet.
    pub async fn open_after(browser: &Browser, path: &str, last: &str) -> Self {
        for _ in 0..400 {
            let headers: &[(&str, &str)] = if last.is_empty() { &[] } else { &[("last-event-id", last)] };
            let response = browser.stream(path, headers).await;
            if response.status().as_u16() == 503 {
                tokio::time::sleep(Duration::from_millis(25)).await;
                continue;
            }
            assert_eq!(response.status().as_u16(), 200, "{path}");
            let kind = response.headers()["content-type"].to_str().unwrap();
            assert!(kind.starts_with("text/event-stream"), "{kind}");
            let mut listener = Self { response, raw: String::new(), read: 0 };
            while !listener.raw.contains(": listening") {
                assert!(listener.more().await, "the stream ended at once");
            }
            return listener;
        }
        panic!("nobody may listen at {path}");
    }

    /// Everything that came.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    async fn more(&mut self) -> bool {
        let chunk = tokio::time::timeout(LONG, self.response.chunk()).await.expect("nothing comes");
        match chunk {
            Ok(Some(bytes)) => {
                self.raw.push_str(std::str::from_utf8(&bytes).unwrap());
                true
            }
            Ok(None) | Err(_) => false,
        }
    }

    fn block(&mut self) -> Option<Event> {
        while let Some(end) = self.raw[self.read..].find("\n\n") {
            let block = self.raw[self.read..self.read + end].to_owned();
            self.read += end + 2;
            let field =
                |name: &str| block.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).map(str::to_owned);
            if let (Some(name), Some(data)) = (field("event"), field("data")) {
                return Some(Event { name, data, id: field("id") });
            }
        }
        None
    }

    /// The next event.
    pub async fn event(&mut self) -> Event {
        loop {
            if let Some(event) = self.block() {
                return event;
            }
            assert!(self.more().await, "the stream ended after:\n{}", self.raw);
        }
    }

    /// Whether the stream comes to its end.
    pub async fn ended(&mut self) -> bool {
        while self.more().await {}
        true
    }
}
