//! A sheet as stacked bars, in the units of an SVG's view box. The template draws them; the numbers stand beside them.

use serde_json::{Value, json};

use super::length;
use crate::domain::report::{Report, Sheet, Unit};

const WIDTH: i64 = 720;
const HEIGHT: i64 = 160;

/// Which columns a chart stacks, and what it is called.
fn charts(report: Report, sheet: &Sheet) -> Vec<(&'static str, Vec<usize>)> {
    match report {
        Report::Volume | Report::PhoneChanges => vec![("", (0..sheet.columns.len()).collect())],
        // The last column counts acts, not cases.
        Report::Outcomes => vec![("", (0..sheet.columns.len() - 1).collect())],
        Report::Times => vec![("First reply, median", vec![1]), ("To deactivation, median", vec![4])],
        Report::Load => Vec::new(),
    }
}

/// The smallest round number that is not below `most`: 1, 2 or 5 with zeros behind.
fn top(most: i64) -> i64 {
    let mut scale = 1;
    loop {
        for step in [1, 2, 5] {
            if step * scale >= most {
                return step * scale;
            }
        }
        scale *= 10;
    }
}

/// The charts of a report.
pub fn of(report: Report, sheet: &Sheet) -> Vec<Value> {
    charts(report, sheet).into_iter().map(|(title, columns)| chart(sheet, title, &columns)).collect()
}

fn chart(sheet: &Sheet, title: &str, columns: &[usize]) -> Value {
    let number = |row: &[Option<i64>], column: usize| row.get(column).copied().flatten().unwrap_or(0);
    let sum = |row: &[Option<i64>]| columns.iter().map(|column| number(row, *column)).sum::<i64>();
    let most = sheet.rows.iter().map(|(_, row)| sum(row)).max().unwrap_or(0);
    let top = top(most.max(1));
    let many = i64::try_from(sheet.rows.len()).unwrap_or(1).max(1);
    let unit = sheet.columns.get(columns[0]).map_or(Unit::Count, |column| column.unit);
    let said = |number: i64| match unit {
        Unit::Count => number.to_string(),
        Unit::Seconds => length(number),
    };
    let bars: Vec<Value> = sheet
        .rows
        .iter()
        .zip(0_i64..)
        .map(|((key, row), place)| {
            let (left, right) = (place * WIDTH / many, (place + 1) * WIDTH / many);
            let gap = i64::from(right - left > 4);
            let mut above = 0;
            let parts: Vec<Value> = columns
                .iter()
                .enumerate()
                .filter_map(|(colour, column)| {
                    let height = number(row, *column) * HEIGHT / top;
                    above += height;
                    (height > 0).then(|| json!({ "colour": colour + 1, "y": HEIGHT - above, "height": height }))
                })
                .collect();
            json!({
                "x": left, "width": (right - left - gap).max(1), "parts": parts,
                "title": format!("{key}: {}", said(sum(row))),
            })
        })
        .collect();
    let legend: Vec<Value> = columns
        .iter()
        .enumerate()
        .filter(|_| columns.len() > 1)
        .map(|(colour, column)| json!({ "colour": colour + 1, "label": sheet.columns[*column].label }))
        .collect();
    json!({
        "title": title,
        "empty": most == 0,
        "width": WIDTH,
        "height": HEIGHT,
        "top": said(top),
        "most": said(most),
        "first": sheet.rows.first().map(|(key, _)| key),
        "last": sheet.rows.last().map(|(key, _)| key),
        "bars": bars,
        "legend": legend,
    })
}

#[cfg(test)]
mod tests {
    use super::top;

    #[test]
    fn the_scale_ends_at_a_round_number() {
        let tops = [0, 1, 3, 7, 12, 200, 201, 999_999].map(top);
        assert_eq!(tops, [1, 1, 5, 10, 20, 200, 500, 1_000_000]);
    }
}
