//! The desk's page of a case: what is next, one timeline, replies, colleagues beside one another, duplicates, paper.

mod drafts;
mod duplicates;
mod next_step;
mod replies;
mod timeline;
mod together;

use crate::support::browser::{Browser, Page};

/// The page of a case.
async fn case(browser: &Browser, reference: &str) -> Page {
    browser.get(&format!("/desk/cases/{reference}")).await
}

/// What a person reads between two headings.
#[track_caller]
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let at = text.find(start).unwrap_or_else(|| panic!("“{start}” is not in:\n{text}")) + start.len();
    &text[at..][..text[at..].find(end).unwrap_or(text.len() - at)]
}

/// What the timeline says.
fn timeline_of(page: &Page) -> String {
    let text = page.text();
    let at = text.rfind(" Timeline ").unwrap_or_else(|| panic!("no timeline on:\n{text}"));
    text[at..].to_owned()
}
