//! The agents' queue: what is found, in which order, and what each line owes.

mod deadlines;
pub mod filled;
pub mod looks;
mod order;
mod plans;
mod search;
mod together;

use diesel::connection::SimpleConnection;
use mfa_desk::config::Settings;
use mfa_desk::domain::form::{AssistanceForm, DeviceKind, Language, Reason};
use mfa_desk::store::{AnyConnection, Purpose, open};
use mfa_desk::workflow::Submission;

use crate::support::browser::Page;
use crate::support::world::{Setup, World};

/// Nobody's budget is what is tested here.
pub fn unhindered(settings: &mut Settings) {
    settings.limits.forms_per_network_hour = 10_000;
    settings.limits.forms_per_network_day = 10_000;
    settings.limits.forms_per_address_hour = 10_000;
    settings.limits.views_per_hour = 10_000;
    settings.limits.sign_ins_per_network = 1000;
    settings.risk.network_people = 10_000;
    settings.risk.campaign_people = 10_000;
}

pub async fn world() -> World {
    World::with(Setup { change: unhindered, ..Setup::default() }).await
}

/// Does something that the program never does.
pub fn run(world: &World, sqlite: &str, postgres: &str) {
    match open(&world.database.url, Purpose::Write).unwrap() {
        AnyConnection::Sqlite(mut c) => c.batch_execute(sqlite).unwrap(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(mut c) => c.batch_execute(postgres).unwrap(),
    }
    let _ = postgres;
}

/// A form, sent by nobody's browser.
pub async fn asks(world: &World, email: &str, name: &str, message: &str) -> String {
    asks_in(world, Language::English, email, name, message).await
}

pub async fn asks_in(world: &World, language: Language, email: &str, name: &str, message: &str) -> String {
    let form = AssistanceForm {
        email: email.parse().unwrap(),
        account_number: None,
        name: name.to_owned(),
        device_kind: DeviceKind::VirtualTotp,
        reason: Reason::Lost,
        failed_step: String::new(),
        phone: Some("+447911123456".parse().unwrap()),
        language,
        callback_time: String::new(),
        message: message.to_owned(),
    };
    let key = Some(world.desk.kit.entropy.token().hash().to_string());
    let submission = Submission { form, key, ip: "127.0.0.1".to_owned(), country: None };
    world.desk.submit_case(submission).await.unwrap().unwrap().to_string()
}

/// The references of a page's lines, in their order.
pub fn lines(page: &Page) -> Vec<String> {
    let links = page.html.split("class=\"row-link").skip(1);
    let reference = |rest: &str| {
        let at = rest.find("MFA-").unwrap();
        rest[at..at + 13].to_owned()
    };
    links.map(reference).collect()
}

/// The address of a link with this text.
pub fn link(page: &Page, text: &str) -> Option<String> {
    let end = page.html.find(&format!(">{text}</a>"))?;
    let start = page.html[..end].rfind("href=\"")? + 6;
    let address = &page.html[start..];
    Some(address[..address.find('"')?].replace("&amp;", "&"))
}
