use super::Desk;
use super::act::Act;
use super::export_audit::written;
use crate::domain::audit::{details, inert_cell};
use crate::domain::audit_export::csv_of;
use crate::domain::report::{self, Period, Report, Sheet};
use crate::store::views::reports;
use crate::store::{AnyConnection, StoreError, Tx};

fn sheet(connection: &mut AnyConnection, report: Report, period: Period) -> Result<Sheet, StoreError> {
    let actions = report::actions(report);
    Ok(match report {
        Report::Volume => report::volume(period, &reports::arrived(connection, period)?),
        Report::Outcomes => report::outcomes(period, &reports::acted(connection, period, &actions)?),
        Report::PhoneChanges => report::phone_changes(period, &reports::acted(connection, period, &actions)?),
        Report::Load => report::load(&reports::worked(connection, period, &actions)?),
        Report::Times => {
            let replies = reports::first_replies(connection, period)?;
            report::times(period, &replies, &reports::deactivations(connection, period)?)
        }
    })
}

/// The sheet as the lines of a CSV file: a header of stable names, then a line for each row. What could not be measured
/// is empty.
fn lines(sheet: &Sheet) -> Vec<Vec<String>> {
    let header = std::iter::once(sheet.key).chain(sheet.columns.iter().map(|column| column.code)).map(str::to_owned);
    let line = |(key, numbers): &(String, Vec<Option<i64>>)| {
        let numbers = numbers.iter().map(|number| number.map(|number| number.to_string()).unwrap_or_default());
        std::iter::once(inert_cell(key).into_owned()).chain(numbers).collect()
    };
    std::iter::once(header.collect()).chain(sheet.rows.iter().map(line)).collect()
}

impl Desk {
    /// Every report of a period, all as of the same moment, in the order of [`Report::ALL`].
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reports(&self, period: Period) -> Result<Vec<(Report, Sheet)>, StoreError> {
        let all = move |connection: &mut AnyConnection| {
            Report::ALL.into_iter().map(|report| Ok((report, sheet(connection, report, period)?))).collect()
        };
        self.store.read_snapshot(all).await
    }

    /// A report as a CSV file. That it was exported is an entry of the log.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing is exported that was not recorded.
    pub async fn export_report(&self, act: Act, report: Report, period: Period) -> Result<Vec<u8>, StoreError> {
        let record = move |tx: &mut Tx<'_>| {
            let about = [
                ("report", report.code().into()),
                ("from", period.first().to_string().into()),
                ("to", period.last().to_string().into()),
            ];
            tx.record(act.entry("report.exported", None, None, details(about)));
            Ok(())
        };
        self.store.write(record).await?;
        let sheet = self.store.read_snapshot(move |connection| sheet(connection, report, period)).await?;
        written(csv_of(lines(&sheet).into_iter()))
    }
}
