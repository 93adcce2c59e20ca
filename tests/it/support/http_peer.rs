//! The HTTP side of a system that the test plays: what it answers is the test's, and what it was asked is kept. It can
//! also cut the line or answer by half, which no well-behaved server library does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use mfa_desk::notify::install_tls_provider;
use percent_encoding::percent_decode_str;

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    /// With the query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Asked {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(each, _)| each == name).map(|(_, value)| value.as_str())
    }

    /// A field of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        field(self.target.split_once('?')?.1, name)
    }

    /// A field of the form in the body.
    pub fn form(&self, name: &str) -> Option<String> {
        field(&self.body, name)
    }
}

fn field(text: &str, name: &str) -> Option<String> {
    let all = text.split('&').filter_map(|pair| pair.split_once('='));
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8().unwrap().into_owned();
    all.map(|(key, value)| (decoded(key), decoded(value))).find(|(key, _)| key == name).map(|(_, value)| value)
}

/// What is answered.
#[derive(Debug, Clone)]
pub enum Answer {
    Whole {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Half of the body, and then the line is cut.
    Half(String),
    /// The line is cut before any answer.
    Cut,
}

impl Answer {
    pub fn json(status: u16, body: impl ToString) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self::Whole { status, headers, body: body.to_string() }
    }

    pub fn text(status: u16, body: impl ToString) -> Self {
        Self::Whole { status, headers: Vec::new(), body: body.to_string() }
    }
}

type Play = dyn Fn(&Asked) -> Answer + Send + Sync;

/// The running peer. Its thread ends with the program.
pub struct HttpPeer {
    pub base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl HttpPeer {
    pub fn start(play: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        install_tls_provider();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let base = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (kept, play): (_, Arc<Play>) = (Arc::clone(&asked), Arc::new(play));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, play) = (Arc::clone(&kept), Arc::clone(&play));
                std::thread::spawn(move || serve(stream, &kept, &*play));
            }
        });
        Self { base, asked }
    }

    /// What it was asked, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How many requests there were of this kind.
    pub fn times(&self, kind: impl Fn(&Asked) -> bool) -> usize {
        self.asked().iter().filter(|asked| kind(asked)).count()
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, v)| v.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, target, headers, body: String::from_utf8(body).unwrap() })
}

fn serve(mut stream: TcpStream, kept: &Mutex<Vec<Asked>>, play: &Play) {
    let Some(asked) = read(&stream) else { return };
    kept.lock().unwrap().push(asked.clone());
    let mut send = |status: u16, headers: &[(&str, String)], length: usize, body: &str| {
        let mut head = format!("HTTP/1.1 {status} Status\r\nconnection: close\r\ncontent-length: {length}\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        // The program under test may have gone away, which is its own affair.
        let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes());
    };
    match play(&asked) {
        Answer::Whole { status, headers, body } => send(status, &headers, body.len(), &body),
        Answer::Half(body) => send(200, &[], body.len(), &body[..body.len() / 2]),
        Answer::Cut => {}
    }
}
