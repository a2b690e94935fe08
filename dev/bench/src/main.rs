//! `make bench`: prints a line for each figure, and fails where a stated limit is broken.
//!
//! `BENCH_USERS` names the sizes of the directory, separated by commas: `1000,15000` if it is not set. The figures
//! that are quoted anywhere are those of the release profile; the functions' binaries must have been built in the same.

mod callbacks;
mod capacity;
mod contention;
mod cost;
mod cost_meter;
mod exporting;
mod fixture;
mod forward;
mod function;
mod history_check;
mod latency;
mod names;
mod people;
mod proxy;
mod report;
mod requests;
mod starts;
mod template;
mod times;
mod worker;

use std::{error::Error, io::Write, process::ExitCode};

use capacity::CostMeter;
use fixture::Fixture;
use report::Report;

/// Where the capacity of writes is doubtful.
const SECOND_UNITS: &str = "write units of an index in a transaction are counted twice; the embedded DynamoDB, which says \
                            that it does as DynamoDB does, charges them once: take the second units off for that";

/// What can go wrong here is only to be read.
type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments = std::env::args().collect::<Vec<_>>();
    let done = match &arguments[1..] {
        [] => measure(),
        [task, url] if task == exporting::ONLY_READ => only_read(url),
        [task] if task == contention::ALONE => only_contention(),
        _ => Err(format!("it takes no arguments, or {}: set BENCH_USERS", contention::ALONE).into()),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// On one thread, as a function is.
fn only_read(url: &str) -> Fallible<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seconds = runtime.block_on(exporting::only_read(url))?;
    std::io::stdout().write_all(seconds.to_string().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

#[tokio::main]
async fn measure() -> Fallible<ExitCode> {
    let report = Report::new();
    let sizes = sizes()?;
    if cfg!(debug_assertions) {
        report.note("this is the dev profile: times, memory and sizes are not to be quoted");
    }
    report.note(SECOND_UNITS);
    let mut words = Vec::new();
    for (i, &size) in sizes.iter().enumerate() {
        let fixture = Fixture::of(size).await?;
        report.section(format!("Calls and capacity units, {size} people"));
        let meter = CostMeter::of(&report, &fixture).await?;
        words.push(meter.everything().await?);
        if i == 0 || i + 1 == sizes.len() {
            report.section(format!("Export, {size} people"));
            exporting::exporting(&report, &fixture).await?;
        }
    }
    capacity::same_at_every_size(&report, &words);
    report.section(format!("Latency, {} people, one request at a time", sizes[0]));
    latency::latency(&report, sizes[0]).await?;
    contention::contention(&report).await?;
    report.section("Functions");
    starts::starts(&report).await?;
    Ok(verdict(report))
}

#[tokio::main]
async fn only_contention() -> Fallible<ExitCode> {
    let report = Report::new();
    contention::contention(&report).await?;
    Ok(verdict(report))
}

fn verdict(report: Report) -> ExitCode {
    let broken = report.broken();
    if broken.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("error: {} limits are broken: {}", broken.len(), broken.join("; "));
    ExitCode::FAILURE
}

/// From small to large.
fn sizes() -> Fallible<Vec<usize>> {
    let text = std::env::var("BENCH_USERS").unwrap_or_else(|_| "1000,15000".to_owned());
    let sizes = text.split(',').map(|size| size.trim().parse()).collect::<Result<Vec<usize>, _>>();
    let mut sizes = sizes.map_err(|_| format!("BENCH_USERS is {text:?}; it is numbers separated by commas"))?;
    sizes.sort_unstable();
    if sizes[0] < 1_000 {
        return Err(format!("BENCH_USERS has {}: a page of every word is filled by 1000 people", sizes[0]).into());
    }
    Ok(sizes)
}
