mod chart;

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::report::{Column, Period, Report, Sheet, Unit};
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::SignedInAgent;
use crate::web::page::{Head, show as show_page};

/// What the address of a report says.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    from: String,
    to: String,
}

const fn title(report: Report) -> &'static str {
    match report {
        Report::Volume => "Requests by cause",
        Report::Times => "Time to first reply and to deactivation",
        Report::Outcomes => "Outcomes, refusals and disputes",
        Report::PhoneChanges => "Phone changes",
        Report::Load => "Load of each agent",
    }
}

const fn explanation(report: Report) -> &'static str {
    match report {
        Report::Volume => "Every request by the day it came in, UTC, and by what the form says happened.",
        Report::Times => {
            "A first reply is the desk's first message, callback, rejection or deactivation; it counts for the day of the request. Clock time, nights and holidays included. What owners did without the desk is left out."
        }
        Report::Outcomes => "What the log holds of each day. A refused act is one that the policy did not let through.",
        Report::PhoneChanges => "What the log holds of each day.",
        Report::Load => "What each person did in these days, and the open cases they hold now.",
    }
}

/// The reports of a period.
pub async fn show(app: Data<App>, agent: SignedInAgent, asked: Query<Asked>) -> Result<HttpResponse, PageError> {
    let (period, errors) = match Period::parse(&asked.from, &asked.to, app.now()) {
        Ok(period) => (Some(period), BTreeMap::new()),
        Err(errors) => (None, errors),
    };
    let status = if period.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let reports = match period {
        Some(period) => {
            let sheets = app.desk.reports(period).await?;
            sheets.iter().map(|(report, sheet)| section(*report, sheet, period)).collect()
        }
        None => Vec::new(),
    };
    let content = json!({
        "from": period.map_or_else(|| asked.from.clone(), |period| period.first().to_string()),
        "to": period.map_or_else(|| asked.to.clone(), |period| period.last().to_string()),
        "errors": errors,
        "reports": reports,
    });
    show_page(&app, &agent.caller, status, "desk/reports.html", Head::desk("Reports", &agent), content)
}

fn number(column: &Column, number: Option<i64>) -> String {
    match (number, column.unit) {
        (None, _) => "–".to_owned(),
        (Some(number), Unit::Count) => number.to_string(),
        (Some(seconds), Unit::Seconds) => length(seconds),
    }
}

/// Seconds in two words.
fn length(seconds: i64) -> String {
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    match seconds {
        ..=59 => format!("{seconds} s"),
        60..=3_599 => format!("{minutes} min"),
        3_600..=172_799 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} d {} h", hours / 24, hours % 24),
    }
}

fn section(report: Report, sheet: &Sheet, period: Period) -> Value {
    let numbers = |numbers: &[Option<i64>]| -> Vec<String> {
        sheet.columns.iter().zip(numbers).map(|(column, found)| number(column, *found)).collect()
    };
    let rows: Vec<Value> = sheet.rows.iter().map(|(key, row)| json!({ "key": key, "numbers": numbers(row) })).collect();
    json!({
        "code": report.code(),
        "title": title(report),
        "explanation": explanation(report),
        "key_label": if sheet.key == "day" { "Day" } else { "Agent" },
        "by_day": sheet.key == "day",
        "columns": sheet.columns.iter().map(|column| column.label).collect::<Vec<_>>(),
        "rows": rows,
        "whole": numbers(&sheet.whole),
        "charts": chart::of(report, sheet),
        "csv_url": format!("/desk/reports/{}.csv?from={}&to={}", report.code(), period.first(), period.last()),
    })
}

/// **CSV** of one report.
pub async fn export(
    app: Data<App>,
    agent: SignedInAgent,
    file: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let report = file.strip_suffix(".csv").and_then(Report::from_code).ok_or(PageError::NotFound)?;
    let Ok(period) = Period::parse(&asked.from, &asked.to, app.now()) else { return show(app, agent, asked).await };
    let csv = app.desk.export_report(agent.act(&app), report, period).await?;
    let name = format!("{}-{}-{}.csv", report.code(), period.first(), period.last());
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(csv))
}
