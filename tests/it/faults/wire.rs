//! Requests without a client library, many at a time, and how long they took.

use std::io::{Error, ErrorKind, Result};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends a request and reads the whole answer.
pub async fn asks(stream: &mut TcpStream, request: &[u8]) -> Result<Vec<u8>> {
    stream.write_all(request).await?;
    let mut answer = Vec::with_capacity(32_768);
    loop {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let length = length.ok_or_else(|| Error::other(text.clone()))?;
        if answer.len() >= head + 4 + length {
            return Ok(answer);
        }
    }
}

/// The time that so many of a hundred needed at most.
pub fn percentile(took: &mut [Duration], of_hundred: usize) -> Duration {
    took.sort_unstable();
    took.get((took.len() * of_hundred / 100).min(took.len().saturating_sub(1))).copied().unwrap_or_default()
}

pub fn shown(took: &mut [Duration]) -> String {
    let [p50, p99, most] = [50, 99, 100].map(|of_hundred| percentile(took, of_hundred));
    format!("{p50:.1?} (median), {p99:.1?} (p99), {most:.1?} (longest)")
}
