//! `make bench`: prints a line for each figure, and fails if a stated limit is broken.
//!
//! `BENCH_USERS` holds the sizes of the directory, separated by commas; the default is `1000,15000`. With the release
//! profile and the default sizes, the figures are also written into `docs/performance.md`. The binaries of the
//! functions must have been built with the same profile. The argument `contention`, `first-morning`, `sync`, `console`, `starts`,
//! `capacity` or `export` measures only that; `search-cpu`, with folders of other builds, the processor time of a search.

mod callbacks;
mod capacity;
mod conflicts;
mod console;
mod contention;
mod cost;
mod cost_meter;
mod export_speed;
mod faults;
mod first_morning;
mod fixture;
mod functions;
mod history_check;
mod job_runner;
mod latency;
mod names;
mod numbers;
mod performance_page;
mod proxy;
mod report;
mod requests;
mod sample_users;
mod search_cpu;
mod starts;
mod sync;
mod taskrouter;
mod times;

use std::{error::Error, io::Write, process::ExitCode};

use capacity::CapacityBench;
use fixture::Fixture;
use report::Report;

const DEFAULT_SIZES: [usize; 2] = [1_000, 15_000];

const SECOND_UNITS: &str = "write units of an index in a transaction are counted twice; the embedded DynamoDB charges \
                            them once and states that DynamoDB does so too: subtract the second units for that";

/// Errors are only printed.
type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    runtime::tls::install_provider();
    let arguments = std::env::args().collect::<Vec<_>>();
    let result = match &arguments[1..] {
        [] => measure(),
        [task, url] if task == export_speed::ONLY_READ => only_read(url),
        [task] if task == contention::ALONE => contention_only(),
        [task] if task == first_morning::ALONE => first_morning_only(),
        [task] if task == sync::ALONE => sync_only(),
        [task] if task == console::ALONE => console_only(),
        [task] if task == starts::ALONE => starts_only(),
        [task, folder] if task == starts::PEERS => peers(folder),
        [task] if task == capacity::ALONE => capacity_only(),
        [task] if task == export_speed::ALONE => export_only(),
        [task, others @ ..] if task == search_cpu::ALONE => search_cpu_only(others),
        _ => {
            let alone = [
                contention::ALONE,
                first_morning::ALONE,
                sync::ALONE,
                console::ALONE,
                starts::ALONE,
                capacity::ALONE,
                export_speed::ALONE,
            ];
            let alone = alone.join(", or ");
            Err(format!("it takes no arguments, or {alone}: set BENCH_USERS").into())
        }
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// On one thread, as a function runs.
fn only_read(url: &str) -> Fallible<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seconds = runtime.block_on(export_speed::only_read(url))?;
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
    let mut pages = Vec::new();
    for (i, &size) in sizes.iter().enumerate() {
        let fixture = Fixture::of_size(size).await?;
        report.section_of_size("Calls and capacity units", size);
        pages.push(CapacityBench::new(&report, &fixture).await?.everything().await?);
        if i == 0 || i + 1 == sizes.len() {
            report.section_of_size("Export", size);
            export_speed::export_speed(&report, &fixture).await?;
        }
    }
    capacity::same_at_every_size(&report, &pages);
    report.section(&format!("Latency, {} users, one request at a time", sizes[0]));
    latency::latency(&report, sizes[0]).await?;
    sync::sync(&report).await?;
    contention::contention(&report).await?;
    first_morning::first_morning(&report).await?;
    console::console(&report).await?;
    report.section("Functions");
    starts::starts(&report).await?;
    if !cfg!(debug_assertions) && sizes == DEFAULT_SIZES && report.broken().is_empty() {
        report.write_page()?;
    }
    Ok(verdict(&report))
}

#[tokio::main]
async fn capacity_only() -> Fallible<ExitCode> {
    let report = Report::new();
    report.note(SECOND_UNITS);
    let mut pages = Vec::new();
    for size in sizes()? {
        let fixture = Fixture::of_size(size).await?;
        report.section_of_size("Calls and capacity units", size);
        pages.push(CapacityBench::new(&report, &fixture).await?.everything().await?);
    }
    capacity::same_at_every_size(&report, &pages);
    Ok(verdict(&report))
}

#[tokio::main]
async fn contention_only() -> Fallible<ExitCode> {
    let report = Report::new();
    contention::contention(&report).await?;
    Ok(verdict(&report))
}

#[tokio::main]
async fn first_morning_only() -> Fallible<ExitCode> {
    let report = Report::new();
    first_morning::first_morning(&report).await?;
    Ok(verdict(&report))
}

#[tokio::main]
async fn sync_only() -> Fallible<ExitCode> {
    let report = Report::new();
    sync::sync(&report).await?;
    Ok(verdict(&report))
}

#[tokio::main]
async fn console_only() -> Fallible<ExitCode> {
    let report = Report::new();
    console::console(&report).await?;
    Ok(verdict(&report))
}

#[tokio::main]
async fn starts_only() -> Fallible<ExitCode> {
    let report = Report::new();
    starts::starts(&report).await?;
    Ok(verdict(&report))
}

#[tokio::main]
async fn peers(folder: &str) -> Fallible<ExitCode> {
    let report = Report::new();
    starts::peers(&report, folder).await?;
    Ok(verdict(&report))
}

#[tokio::main]
async fn export_only() -> Fallible<ExitCode> {
    let report = Report::new();
    for size in sizes()? {
        let fixture = Fixture::of_size(size).await?;
        report.section_of_size("Export", size);
        CapacityBench::new(&report, &fixture).await?.exports().await?;
        export_speed::export_speed(&report, &fixture).await?;
    }
    Ok(verdict(&report))
}

#[tokio::main]
async fn search_cpu_only(others: &[String]) -> Fallible<ExitCode> {
    let (report, fixture) = (Report::new(), Fixture::of_size(sizes()?[0]).await?);
    let others = others.iter().map(std::path::PathBuf::from).collect::<Vec<_>>();
    search_cpu::search_cpu(&report, &fixture, &others).await?;
    Ok(verdict(&report))
}

fn verdict(report: &Report) -> ExitCode {
    let broken = report.broken();
    if broken.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("error: {} limits are broken: {}", broken.len(), broken.join("; "));
    ExitCode::FAILURE
}

/// From small to large.
fn sizes() -> Fallible<Vec<usize>> {
    let Ok(text) = std::env::var("BENCH_USERS") else { return Ok(DEFAULT_SIZES.to_vec()) };
    let sizes = text.split(',').map(|size| size.trim().parse()).collect::<Result<Vec<usize>, _>>();
    let mut sizes = sizes.map_err(|_| format!("BENCH_USERS is {text:?}; it is numbers separated by commas"))?;
    sizes.sort_unstable();
    if sizes[0] < 1_000 {
        return Err(format!("BENCH_USERS has {}: it takes 1000 users to fill a page for every word", sizes[0]).into());
    }
    Ok(sizes)
}
