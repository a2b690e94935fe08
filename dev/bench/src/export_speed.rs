//! How fast an export is, compared with only reading the same pages, and how much memory its job runner takes.

use std::time::Instant;

use domain::search::UserQuery;
use store::{FindUsers, Order};
use tokio::process::Command;

use crate::{
    Fallible,
    fixture::{Fixture, directory_at},
    job_runner::{EXPORTS, JobRunner},
    numbers::count,
    report::Report,
    times::fastest,
};

/// The argument with which this binary only reads.
pub const ONLY_READ: &str = "only-read";

/// How many users the job runner reads at a time.
const PAGE: usize = 250;

/// The argument with which this binary measures exports alone.
pub const ALONE: &str = "export";

/// The least share of only reading, in percent, and the most memory, in MiB, of the release build.
const LEAST_SHARE: f64 = 95.0;
const MOST_MEMORY: f64 = 20.0;

/// Of fewer rows the share says nothing.
const LEAST_ROWS: usize = 10_000;

/// How often each is timed; the fastest counts.
const TIMES: usize = 10;

/// Prints rows a second and memory. Both are processes of their own, on one thread as a function is.
pub async fn export_speed(report: &Report, fixture: &Fixture) -> Fallible<()> {
    let runner = JobRunner::start(EXPORTS).await?;
    let url = fixture.dynamo.url();
    let directory = directory_at(&url);
    let (mut rows, mut exporting, mut reading, mut peak_kib) = (0, Vec::new(), Vec::new(), 0);
    for _ in 0..TIMES {
        let exported = runner.export(UserQuery::default(), &directory, &url).await?;
        rows = usize::try_from(exported.rows)?;
        exporting.push(exported.took.as_secs_f64());
        peak_kib = peak_kib.max(exported.peak_kib);
        reading.push(read_elsewhere(&url).await?);
    }
    let (exporting, reading) = (fastest(&mut exporting), fastest(&mut reading));
    report.figure("export: rows", count(rows), "rows");
    report.figure("export: speed", count(rows) / exporting, "rows/s");
    report.figure("only reading the same pages: speed", count(rows) / reading, "rows/s");
    let (share, memory) = (100.0 * reading / exporting, count(peak_kib) / 1_024.0);
    report.figure("export: speed as a share of only reading", share, "%");
    report.figure("export: peak memory of the job runner", memory, "MiB");
    if !cfg!(debug_assertions) {
        // Fewer rows take less time than it takes to begin and to end a file.
        let is_timed = rows >= LEAST_ROWS;
        report.limit(
            !is_timed || share >= LEAST_SHARE,
            format!("an export of {rows} rows: {share:.1} % of only reading"),
        );
        report.limit(memory <= MOST_MEMORY, format!("an export of {rows} rows takes {memory:.1} MiB"));
    }
    Ok(())
}

/// Seconds that another process takes to read all active users.
async fn read_elsewhere(url: &str) -> Fallible<f64> {
    let output = Command::new(std::env::current_exe()?).args([ONLY_READ, url]).output().await?;
    if !output.status.success() {
        return Err(format!("reading failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// Reads all active users page after page, with the teams of each page; returns the seconds that it took.
pub async fn only_read(url: &str) -> Fallible<f64> {
    let (directory, began) = (directory_at(url), Instant::now());
    let query = UserQuery::default();
    let mut cursor = None;
    loop {
        let page = directory.find_users(&query, Order::ByName, cursor, PAGE).await?;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(began.elapsed().as_secs_f64());
        }
    }
}
