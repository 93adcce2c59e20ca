//! The reports, as numbers.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::Answer;
use super::problem::{Kind, Problem};
use super::program::Program;
use crate::domain::report::{Period, Report, Sheet, Unit};
use crate::web::App;
use crate::workflow::Halt;

/// Every report of a period.
#[derive(Serialize, ToSchema)]
pub struct ReportList {
    /// The first day.
    from: String,
    /// The last day.
    to: String,
    items: Vec<ReportSheet>,
}

/// A report.
#[derive(Serialize, ToSchema)]
struct ReportSheet {
    report: &'static str,
    /// What each row is about: `day`, or `agent`.
    key: &'static str,
    columns: Vec<ReportColumn>,
    rows: Vec<ReportRow>,
    /// The numbers of the whole period.
    whole: Vec<Option<i64>>,
}

/// A column of a report.
#[derive(Serialize, ToSchema)]
struct ReportColumn {
    code: &'static str,
    label: &'static str,
    /// `count` or `seconds`.
    unit: &'static str,
}

/// A row of a report: a number for each column, nothing where there was nothing to measure.
#[derive(Serialize, ToSchema)]
struct ReportRow {
    key: String,
    numbers: Vec<Option<i64>>,
}

fn sheet(report: Report, sheet: &Sheet) -> ReportSheet {
    let columns = sheet.columns.iter().map(|column| ReportColumn {
        code: column.code,
        label: column.label,
        unit: match column.unit {
            Unit::Count => "count",
            Unit::Seconds => "seconds",
        },
    });
    let row = |(key, numbers): &(String, Vec<Option<i64>>)| ReportRow { key: key.clone(), numbers: numbers.clone() };
    ReportSheet {
        report: report.code(),
        key: sheet.key,
        columns: columns.collect(),
        rows: sheet.rows.iter().map(row).collect(),
        whole: sheet.whole.clone(),
    }
}

fn period(app: &App, program: &Program) -> Result<Period, Problem> {
    let asked = |name| program.query.get(name).unwrap_or_default();
    Period::parse(asked("from"), asked("to"), app.now()).map_err(|wrong| {
        let (name, words) = wrong.into_iter().next().unwrap_or(("from", "This cannot be read.".to_owned()));
        Problem::parameter(Kind::Invalid, name, words)
    })
}

/// Every report.
pub async fn list(app: Data<App>, program: Program) -> Answer {
    let period = period(&app, &program)?;
    let sheets = app.desk.reports(period).await?;
    let items = sheets.iter().map(|(report, found)| sheet(*report, found)).collect();
    let (from, to) = (period.first().to_string(), period.last().to_string());
    Ok(HttpResponse::Ok().json(ReportList { from, to, items }))
}

/// One of them as a file, which is an entry of the log.
pub async fn export(app: Data<App>, program: Program, file: Path<String>) -> Answer {
    let report = file.strip_suffix(".csv").and_then(Report::from_code).ok_or(Halt::Gone)?;
    let period = period(&app, &program)?;
    let csv = app.desk.export_report(program.act(&app), report, period).await?;
    let name = format!("{}-{}-{}.csv", report.code(), period.first(), period.last());
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(csv))
}
