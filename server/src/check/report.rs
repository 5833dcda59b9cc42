//! A case's report as the portal gives it out, and waiting for what it will say.

use super::Browser;
use anyhow::{Context as _, Result, bail};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::{Instant, sleep};

/// Longer than anything in the demo takes, however slow the machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// One recipient of a case.
#[derive(Clone, Debug)]
pub struct Row(BTreeMap<String, String>);

impl Row {
    pub fn get(&self, column: &str) -> &str {
        self.0.get(column).map_or("", String::as_str)
    }

    /// The recipient has an outcome, and the correction isn't on its way any more.
    fn is_settled(&self) -> bool {
        !self.get("outcome").is_empty() && !["planned", "queued", "sending"].contains(&self.get("correction"))
    }
}

pub async fn fetch(browser: &mut Browser, number: &str) -> Result<Vec<Row>> {
    let page = browser.open(&format!("/cases/{number}/report.csv")).await?;
    let text = page.body.trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| {
        Row(columns.iter().cloned().zip(record.iter().map(str::to_owned)).collect())
    };
    Ok(reader.records().map(|record| record.map(row)).collect::<Result<_, _>>()?)
}

/// The report once every recipient has an outcome.
pub async fn when_settled(browser: &mut Browser, number: &str) -> Result<Vec<Row>> {
    let until = Instant::now() + PATIENCE;
    loop {
        let rows = fetch(browser, number).await?;
        if !rows.is_empty() && rows.iter().all(Row::is_settled) {
            return Ok(rows);
        }
        if Instant::now() > until {
            let open: Vec<&str> =
                rows.iter().filter(|row| !row.is_settled()).map(|row| row.get("address")).collect();
            bail!("{number} isn't finished after {} s; open: {}", PATIENCE.as_secs(), open.join(", "));
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Waits until `is_so`; how long it took.
pub async fn wait_until(what: &str, mut is_so: impl FnMut() -> Result<bool>) -> Result<Duration> {
    let begun = Instant::now();
    while !is_so()? {
        if begun.elapsed() > PATIENCE {
            bail!("{what}: not so after {} s", PATIENCE.as_secs());
        }
        sleep(LOOK_AGAIN).await;
    }
    Ok(begun.elapsed())
}

/// For the terminal.
pub fn table(rows: &[Row]) -> Vec<Vec<String>> {
    const COLUMNS: [&str; 6] = ["recipient", "address", "outcome", "trouble", "folder", "correction"];
    let head = COLUMNS.map(str::to_owned).to_vec();
    let line = |row: &Row| COLUMNS.iter().map(|column| row.get(column).to_owned()).collect();
    std::iter::once(head).chain(rows.iter().map(line)).collect()
}

pub fn row_of<'a>(rows: &'a [Row], address: &str) -> Result<&'a Row> {
    rows.iter()
        .find(|row| row.get("address") == address)
        .with_context(|| format!("{address} isn't in the report"))
}
