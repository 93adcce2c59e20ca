//! Mail that comes in: what becomes of it, and what never does.

mod aside;
mod bounces;
mod dkim;
mod evidence;
mod imap_peer;
mod imap_wire;
mod threads;
mod undecided;
mod ways;

use mfa_desk::config::Settings;
use mfa_desk::domain::inbound::{Fate, Way};
use mfa_desk::signed_webhooks::{Keys, Seal};
use mfa_desk::store::cases::{EntryKind, Filed, WrittenEntry};
use mfa_desk::store::{AnyConnection, cases, inbound};
use mfa_desk::workflow::Taken;
use secrecy::SecretString;

use crate::support::mail_reader::Mail;
use crate::support::world::{OWNER, Setup, World};

pub const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub fn takes_mail(settings: &mut Settings) {
    settings.inbound.address = Some("desk@desk.example.test".parse().unwrap());
    settings.inbound.webhook_secret = Some(SecretString::from(SECRET));
}

pub async fn world() -> World {
    World::with(Setup { change: takes_mail, ..Setup::default() }).await
}

/// A mail as somebody writes it.
#[derive(Clone)]
pub struct Letter {
    pub from: String,
    pub to: String,
    pub answers: Option<String>,
    pub headers: String,
    pub body: String,
    pub id: String,
}

impl Letter {
    /// An answer to a mail of ours, as a mail program writes it.
    pub fn answering(mail: &Mail, body: &str) -> Self {
        Self {
            from: OWNER.to_owned(),
            to: mail.header("Reply-To").or(mail.header("From")).unwrap().to_owned(),
            answers: mail.header("Message-ID").map(str::to_owned),
            headers: String::new(),
            body: body.to_owned(),
            id: format!("{}@customers.example", body.len()),
        }
    }

    pub fn raw(&self) -> Vec<u8> {
        let Self { from, to, answers, headers, body, id } = self;
        let answers = answers.as_ref().map(|id| format!("In-Reply-To: {id}\nReferences: {id}\n")).unwrap_or_default();
        let plain = if headers.contains("Content-Type") { "" } else { "Content-Type: text/plain; charset=utf-8\n" };
        let text = format!(
            "From: Somebody <{from}>\nTo: {to}\nSubject: Re: my case\nMessage-ID: <{id}>\n\
             Date: Tue, 3 Mar 2026 10:00:00 +0000\nMIME-Version: 1.0\n{plain}{answers}{headers}\n{body}\n"
        );
        text.replace('\n', "\r\n").into_bytes()
    }
}

/// Hands a mail over, however it came.
pub async fn takes(world: &World, letter: &Letter) -> Taken {
    world.desk.take_mail(letter.raw(), Way::Hook).await.unwrap()
}

pub fn message() -> Taken {
    Taken::New(Fate::Message)
}

pub fn seal(world: &World, body: &[u8]) -> Seal {
    Keys::read(&SecretString::from(SECRET)).unwrap().seal("msg1", world.now(), body)
}

/// Posts a mail to the signed route.
pub async fn posts(world: &World, seal: &Seal, body: Vec<u8>) -> u16 {
    let client = reqwest::Client::new();
    let request = client
        .post(format!("{}/hooks/mail", world.base))
        .header("content-type", "message/rfc822")
        .header("webhook-id", &seal.id)
        .header("webhook-timestamp", &seal.timestamp)
        .header("webhook-signature", &seal.signature)
        .body(body);
    request.send().await.unwrap().status().as_u16()
}

pub async fn filed(world: &World, reference: &str) -> Filed {
    let reference = reference.parse().unwrap();
    let look = move |connection: &mut AnyConnection| cases::find(connection, &reference);
    world.desk.store.read(look).await.unwrap().unwrap()
}

/// What somebody wrote to the desk on a case.
pub async fn messages(world: &World, reference: &str) -> Vec<WrittenEntry> {
    let id = filed(world, reference).await.case.id;
    let all = world.desk.store.read(move |connection| cases::entries(connection, id)).await.unwrap();
    let comes = |entry: &WrittenEntry| matches!(entry.kind, EntryKind::FromCustomer | EntryKind::FromElsewhere);
    all.into_iter().filter(comes).collect()
}

pub async fn undecided(world: &World) -> Vec<inbound::InboundMail> {
    world.desk.store.read(|connection| inbound::undecided(connection, 100)).await.unwrap()
}
