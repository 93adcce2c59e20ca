//! Drawing pages from templates.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LANGUAGE, VARY};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tera::{Context, Tera};

use super::App;
use super::assets::Templates;
use super::desk::directory::banner;
use super::desk::mail::banner as mailbox_banner;
use super::error::PageError;
use super::guard::access::SignedInAgent;
use super::guard::caller::Caller;
use crate::domain::authn::Assurance;
use crate::locale::{self, Language};

/// What stands above a page's own content.
pub struct Head<'a> {
    /// The page's title.
    pub title: &'a str,
    /// Seconds after which the page looks again by itself.
    pub refresh: Option<u32>,
    /// Where it hears that there is something to look at.
    pub events: Option<String>,
    /// Who is signed in at the desk.
    pub agent: Option<&'a SignedInAgent>,
    /// The token that the page's forms carry.
    pub csrf: String,
    /// What the last press did.
    pub flash: Option<Flash>,
    /// The language of the page, where that is not the visitor's: a case is spoken of in its form's.
    pub language: Option<Language>,
}

/// What the last press did.
pub enum Flash {
    /// It was done.
    Done(String),
    /// It was refused.
    Refused(String),
}

impl<'a> Head<'a> {
    /// A page for everyone.
    pub fn new(title: &'a str) -> Self {
        Self { title, refresh: None, events: None, agent: None, csrf: String::new(), flash: None, language: None }
    }

    /// A page about a case, in the language of its form.
    pub fn of_case(title: &'a str, language: Language) -> Self {
        Self { language: Some(language), ..Self::new(title) }
    }

    /// A page for someone at the desk.
    pub fn desk(title: &'a str, agent: &'a SignedInAgent) -> Self {
        Self { agent: Some(agent), csrf: agent.csrf.clone(), ..Self::new(title) }
    }
}

/// Every page's template, parsed once.
pub fn templates() -> Result<Tera, PageError> {
    let mut tera = Tera::new();
    let broken = |error: tera::Error| PageError::Template(error_chain(&error));
    locale::register(&mut tera);
    tera.add_raw_templates(Templates::pages()).map_err(broken)?;
    tera.autoescape_on(vec![".html"]);
    Ok(tera)
}

fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The page as HTML. `content` is an object with what the template asks for.
pub fn draw(app: &App, caller: &Caller, template: &str, head: Head<'_>, content: Value) -> Result<String, PageError> {
    let agent = head.agent.map(|signed_in| {
        let agent = &signed_in.session.agent;
        // Whoever has not come further than the password is shown nothing of the desk.
        let inside = signed_in.session.assurance == Assurance::Complete;
        json!({
            "email": agent.email,
            "name": agent.name,
            "role": agent.role.code(),
            "role_label": agent.role.label(),
            "inside": inside,
            "works_cases": inside && agent.role.works_cases(),
            "supervises": inside && agent.role.supervises(),
            "audits": inside && agent.role.audits(),
            "blocks": signed_in.waiting.blocks,
            "alarms": signed_in.waiting.alarms,
            "deliveries": signed_in.waiting.deliveries,
            "mails": signed_in.waiting.mails,
            "mail_comes": app.desk.kit.inbound.imap.host.is_some()
                || app.desk.kit.mail_hook.is_some()
                || signed_in.waiting.mails > 0,
            "mailbox_down": if inside { mailbox_banner(app) } else { Value::Null },
            "tells": !app.desk.kit.listeners.is_empty() || signed_in.waiting.deliveries > 0,
            // Only other directories have contacts.
            "contacts": app.desk.directories.others.iter().next().is_some(),
            "directories_down": if inside { banner(app) } else { Vec::new() },
        })
    });
    let flash = head.flash.map(|flash| match flash {
        Flash::Done(text) => json!({ "kind": "done", "text": text }),
        Flash::Refused(text) => json!({ "kind": "refused", "text": text }),
    });
    let language = head.language.unwrap_or(caller.language);
    let languages: Option<Vec<Value>> = (head.language.is_none() && caller.back.is_some()).then(|| {
        let choice =
            |each: &Language| json!({ "code": each.code(), "label": each.label(), "current": *each == language });
        Language::ALL.iter().map(choice).collect()
    });
    let mut context = Context::from_serialize(&content).map_err(|error| PageError::Template(error.to_string()))?;
    let page = json!({
        "title": head.title,
        "product": app.desk.kit.product,
        "demo": app.demo.is_some(),
        "refresh": head.refresh,
        "events": head.refresh.and(head.events),
        "request_id": caller.request_id,
        "assets": app.assets_version,
        "languages": languages,
        "back": caller.back,
    });
    context.insert("lang", language.code());
    context.insert("page", &page);
    context.insert("agent", &agent);
    context.insert("csrf", &head.csrf);
    context.insert("flash", &flash);
    app.templates.render(template, &context).map_err(|error| PageError::Template(error_chain(&error)))
}

/// The page as an answer.
pub fn show(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    template: &str,
    head: Head<'_>,
    content: Value,
) -> Result<HttpResponse, PageError> {
    let language = head.language.unwrap_or(caller.language);
    let html = draw(app, caller, template, head, content)?;
    Ok(html_in(language, status, html))
}

/// HTML as an answer in a language.
pub fn html_in(language: Language, status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_LANGUAGE, language.code()))
        .insert_header((VARY, "Accept-Language, Cookie"))
        .body(html)
}

/// An answer that sends the browser to another of our pages.
pub fn see_other(path: impl Into<String>) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((actix_web::http::header::LOCATION, path.into())).finish()
}

/// A moment as the desk's templates show it.
pub fn moment(at: DateTime<Utc>) -> Value {
    json!({ "iso": at.to_rfc3339(), "text": in_words(at) })
}

/// A time as a reader at the desk sees it.
pub fn in_words(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// A moment as customers' templates show it.
pub fn moment_in(language: Language, at: DateTime<Utc>) -> Value {
    json!({ "iso": at.to_rfc3339(), "text": locale::moment(language, at) })
}

/// A moment that may be missing.
pub fn moment_if(at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, moment)
}

/// A length of time in its largest whole unit: `3 h`.
pub fn span(length: TimeDelta) -> String {
    let (days, hours, minutes) = (length.num_days(), length.num_hours(), length.num_minutes());
    if days >= 2 {
        format!("{days} d")
    } else if hours >= 1 {
        format!("{hours} h")
    } else {
        format!("{} min", minutes.max(1))
    }
}
