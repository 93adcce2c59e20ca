//! Everything that the desk's lists, searches and reports ask a database for, by name.

use chrono::{DateTime, TimeDelta, Utc};
use mfa_desk::domain::queue::{Filter, HeldBy, Look, Sort, View};
use mfa_desk::domain::report::{Period, Report, actions};
use mfa_desk::store::views::queue::{self, Place, Query, Turn};
use mfa_desk::store::views::reports;
use mfa_desk::store::{AnyConnection, StoreError, clocks, tags};

use super::filled::Filled;

/// A look at the database; it answers how much it found.
pub type Ask = Box<dyn Fn(&mut AnyConnection) -> Result<usize, StoreError>>;

fn query(filled: &Filled, now: DateTime<Utc>, look: Look, search: &str, turn: Turn) -> Query {
    Query { look, agent: filled.agents[0], search: search.to_owned(), turn, limit: 50, now }
}

/// What a page of the queue shows beside its lines.
fn page(query: Query) -> Ask {
    Box::new(move |connection| {
        let page = queue::page(connection, &query)?;
        let ids: Vec<_> = page.lines.iter().map(|line| line.id).collect();
        queue::about_staff(connection, &ids)?;
        tags::of_cases(connection, &ids)?;
        clocks::of_cases(connection, &ids)?;
        Ok(page.lines.len())
    })
}

/// A place in the middle of what there is.
fn deep(now: DateTime<Utc>, count: usize) -> Turn {
    let n = i64::try_from(count / 2).unwrap_or_default();
    Turn::After(Place { at: now - TimeDelta::days(365), n })
}

/// Every look, of a desk with so many cases.
pub fn all(filled: &Filled, count: usize, now: DateTime<Utc>) -> Vec<(String, Ask)> {
    let mut looks: Vec<(String, Ask)> = Vec::new();
    let mut add = |name: String, ask: Ask| looks.push((name, ask));
    let ask = |look: Look, search: &str, turn: Turn| page(query(filled, now, look, search, turn));
    for view in View::ALL {
        let look = Look::of(*view);
        add(format!("view {}, first page", view.code()), ask(look.clone(), "", Turn::First));
        let far = if look.sort == Sort::Due { TimeDelta::days(-2_566_000) } else { TimeDelta::zero() };
        let Turn::After(place) = deep(now, count) else { continue };
        let turn = Turn::After(Place { at: place.at - far, ..place });
        add(format!("view {}, a page far on", view.code()), ask(look, "", turn));
    }
    for sort in Sort::ALL {
        for descending in [false, true] {
            let order = if descending { "latest" } else { "earliest" };
            let look = Look { sort: *sort, descending, ..Look::of(View::Open) };
            add(format!("open by {}, {order} first", sort.code()), ask(look, "", Turn::First));
        }
    }
    let agent = filled.agents[3];
    add(
        "counts of every view".to_owned(),
        Box::new(move |connection| {
            let count = |view: &View| queue::count(connection, &Look::of(*view), agent, now);
            Ok(View::ALL.iter().map(count).collect::<Result<Vec<_>, _>>()?.iter().map(|count| count.found).sum())
        }),
    );
    let (common, rare) = (filled.tags[0], filled.tags[7]);
    let filters = [
        ("common tag", Filter { tag: Some(common), ..Filter::default() }),
        ("rare tag", Filter { tag: Some(rare), ..Filter::default() }),
        ("language", Filter { language: mfa_desk::domain::form::Language::from_code("ja"), ..Filter::default() }),
        ("holder", Filter { held_by: Some(HeldBy::Agent(agent)), ..Filter::default() }),
    ];
    for (name, filter) in filters {
        for view in [View::Open, View::Ended] {
            let look = Look { filter: filter.clone(), ..Look::of(view) };
            add(format!("view {} with a {name}", view.code()), ask(look.clone(), "", Turn::First));
            let count = move |connection: &mut AnyConnection| Ok(queue::count(connection, &look, agent, now)?.found);
            add(format!("count of view {} with a {name}", view.code()), Box::new(count));
        }
    }
    let reference = filled.references[filled.references.len() / 2].to_string();
    for (name, search) in [
        ("a reference", reference.as_str()),
        ("half a reference", &reference[..8]),
        ("an address", "person12@home12.example"),
        ("a rare word", "quetzal"),
        ("a common word", "password"),
        ("the beginning of a common word", "passw"),
        ("three letters", "los"),
        ("three letters of many words", "bab"),
        ("two common words", "lost password"),
        ("a common and a rare word", "password quetzal"),
        ("a word that nobody wrote", "zzzzzz"),
    ] {
        add(format!("search for {name}"), ask(Look::of(View::Open), search, Turn::First));
        let far = deep(now, count);
        add(format!("search for {name}, far on"), ask(Look::of(View::Open), search, far));
    }
    let month = Period::parse("", "", now).expect("a period");
    let (to, from) = (now.date_naive(), (now - TimeDelta::days(364)).date_naive());
    let year = Period::parse(&from.to_string(), &to.to_string(), now).expect("a period");
    let day = Period::parse(&to.to_string(), &to.to_string(), now).expect("a period");
    for (name, period) in [("a day", day), ("a month", month), ("a year", year)] {
        add(format!("volume of {name}"), Box::new(move |c| Ok(reports::arrived(c, period)?.len())));
        add(
            format!("outcomes of {name}"),
            Box::new(move |c| Ok(reports::acted(c, period, &actions(Report::Outcomes))?.len())),
        );
        add(
            format!("load of {name}"),
            Box::new(move |c| Ok(reports::worked(c, period, &actions(Report::Load))?.len())),
        );
        add(
            format!("times of {name}"),
            Box::new(move |c| {
                let replies = reports::first_replies(c, period)?.days.len();
                Ok(replies + reports::deactivations(c, period)?.days.len())
            }),
        );
    }
    looks
}
