//! The Manage Users page: the size of its scripts, and in a browser how soon it takes input and shows what is typed.
//! `dev/bench/console.mjs` does what needs Node.js.

use std::path::{Path, PathBuf};

use local::{Options, Stack};
use serde::Deserialize;
use tokio::{fs, process::Command};

use crate::{Fallible, fixture::load, numbers::number, report::Report, sample_users::SampleUsers, times::median};

/// The argument with which this binary measures only this.
pub const ALONE: &str = "console";

/// So many that each of the words that are typed fills a page of the list.
const USERS: usize = 2_000;

/// What the page loads until it is usable, compressed.
const FIRST_KB: f64 = 40.0;

/// The page takes input after at most so many times what a blank page takes.
const TIMES_BLANK: f64 = 2.0;

/// At most so much is added to the API's answer until it is on the screen.
const ADDED_MS: f64 = 100.0;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// One field and nothing else: measured as the page is, for comparison.
const BLANK: &str = "<!doctype html>\n<html lang=\"en\">\n  <head>\n    <meta charset=\"utf-8\">\n    \
                     <title>Blank</title>\n  </head>\n  <body>\n    <input id=\"token\">\n  </body>\n</html>\n";

/// With this the page lets one choose from those who are logged in to the simulator, which no other host can.
const LOGINS: &str = " logins=\"/console/logins\"";

#[derive(Deserialize)]
struct Measured {
    first: Vec<Script>,
    later: Vec<Script>,
    plugin: Script,
    blank: Vec<f64>,
    interactive: Vec<f64>,
    logins: Vec<f64>,
    typing: Vec<Typed>,
}

#[derive(Deserialize)]
struct Script {
    file: String,
    /// In bytes.
    gzip: u32,
}

/// In milliseconds from the third letter.
#[derive(Deserialize)]
struct Typed {
    asked: f64,
    shown: f64,
    api: f64,
    rows: u32,
}

/// Prints the figures, and checks their limits.
pub async fn console(report: &Report) -> Fallible<()> {
    report.section("The Manage Users page");
    let data = tempfile::tempdir()?;
    let pages = tempfile::tempdir()?;
    write_pages(pages.path()).await?;
    let options = Options { seed: 4, console: pages.path().to_owned(), ..Options::for_test(data.path()) };
    let stack = Stack::start(options).await?;
    load(stack.dynamo().database(), &SampleUsers::new(USERS)?)?;
    let measured = measure(&stack).await;
    stack.stop().await;
    let measured = measured?;
    sizes(report, &measured);
    loading(report, measured.blank, measured.interactive, measured.logins);
    typing(report, &measured.typing);
    Ok(())
}

/// A console's folder with the page, and beside it the page as another host has it, and a blank one.
async fn write_pages(folder: &Path) -> Fallible<()> {
    let (console, dist) = (PathBuf::from(ROOT).join("console"), folder.join("dist"));
    fs::create_dir(&dist).await?;
    let mut built = fs::read_dir(console.join("dist")).await.map_err(|_| "build the page first: make console")?;
    while let Some(file) = built.next_entry().await? {
        fs::copy(file.path(), dist.join(file.file_name())).await?;
    }
    let page = fs::read_to_string(console.join("index.html")).await?;
    let elsewhere = page.replace(LOGINS, "");
    if elsewhere == page {
        return Err(format!("console/index.html no longer has {LOGINS:?}").into());
    }
    fs::write(dist.join("token.html"), elsewhere).await?;
    fs::write(dist.join("blank.html"), BLANK).await?;
    Ok(fs::write(folder.join("index.html"), page).await?)
}

async fn measure(stack: &Stack) -> Fallible<Measured> {
    let browser = output(Command::new(format!("{ROOT}/tests/browser/chrome.sh"))).await?;
    let mut node = Command::new("node");
    node.arg(format!("{ROOT}/dev/bench/console.mjs"));
    node.env("API", stack.url()).env("SIMULATOR", stack.simulator_url()).env("CHROME", browser.trim());
    Ok(serde_json::from_str(&output(node).await?)?)
}

async fn output(mut command: Command) -> Fallible<String> {
    let output = command.kill_on_drop(true).output().await?;
    if !output.status.success() {
        let program = command.as_std().get_program().to_string_lossy().into_owned();
        return Err(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn sizes(report: &Report, Measured { first, later, plugin, .. }: &Measured) {
    let kb = |script: &Script| f64::from(script.gzip) / 1_000.0;
    let total = first.iter().map(kb).sum::<f64>();
    let files = first.iter().map(|script| script.file.as_str()).collect::<Vec<_>>().join(", ");
    report.figure(format!("scripts until the page is usable, gzip: {files}"), total, "kB");
    for script in later {
        report.figure(format!("script that is loaded when it is needed, gzip: {}", script.file), kb(script), "kB");
    }
    report.figure(format!("the plugin for Flex, gzip: {}", plugin.file), kb(plugin), "kB");
    let what = format!("the page loads {} kB until it is usable: {FIRST_KB} kB are the limit", number(total));
    report.limit(total <= FIRST_KB, what);
}

fn loading(report: &Report, mut blank: Vec<f64>, mut interactive: Vec<f64>, mut logins: Vec<f64>) {
    let (blank, interactive) = (median(&mut blank), median(&mut interactive));
    report.figure("a blank page with one field, until it takes input: median", blank, "ms");
    report.figure("the page, until its sign-in takes input: median", interactive, "ms");
    report.figure(
        "the page, until its sign-in takes input: as a multiple of a blank page",
        interactive / blank,
        "times",
    );
    report.figure("the page with those who are logged in to the simulator: median", median(&mut logins), "ms");
    let limit = TIMES_BLANK * blank;
    let what = format!("the page takes input after {} ms: {} ms are the limit", number(interactive), number(limit));
    report.limit(interactive <= limit, what);
}

fn typing(report: &Report, typing: &[Typed]) {
    let median_of = |value: fn(&Typed) -> f64| median(&mut typing.iter().map(value).collect::<Vec<_>>());
    let added = median_of(|typed| typed.shown - typed.api);
    report.figure("three letters typed, until the list shows it: median", median_of(|typed| typed.shown), "ms");
    report.figure("three letters typed, until the API is asked: median", median_of(|typed| typed.asked), "ms");
    report.figure("three letters typed, the API's answer: median", median_of(|typed| typed.api), "ms");
    report.figure("three letters typed, beside the API's answer: median", added, "ms");
    report.figure("three letters typed: rows", median_of(|typed| f64::from(typed.rows)), "rows");
    let what = format!("the page adds {} ms to the API's answer: {ADDED_MS} ms are the limit", number(added));
    report.limit(added <= ADDED_MS, what);
}
