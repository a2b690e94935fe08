//! The commands of README.md and docs/tour.md, run against a stack that is started as `make run` starts it, are
//! answered as the pages say. `UPDATE_DOCS=1 cargo test -p tests --test tour` writes the answers of a run into the pages.
//!
//! How a page is read:
//! - A `sh` block is run with bash. The blocks that follow it, up to the next one, are its answers. `console` blocks are
//!   for reading only.
//! - A `json` block is what the output ends with. Fields may be left out of it; lists have all of their elements.
//! - Of any other block, each line is a line of the output, in this order; other lines may stand between.
//! - `…` in an answer stands for any text. An empty block is filled by an update.
//! - Ids and SIDs are those of another run, but the same ones throughout the page. Times and addresses may be any.
//! - `NAME=…` is for the reader to fill in. The test knows `TOKEN`, the account owner's.
//! - A block that only reads is repeated until it is answered so: derived data follows a change within moments.
#![allow(clippy::unwrap_used, missing_docs)]

mod json;
mod known;
mod page;

use std::{
    env,
    process::Command,
    time::{Duration, Instant},
};

use local::{Options, Stack};

use json::Json;
use known::{IdMap, WILDCARD};
use page::{Page, Part};

/// The addresses of the pages: those of `make run` without variables.
const API: &str = "http://127.0.0.1:8080";
const SIMULATOR: &str = "http://127.0.0.1:8081";

/// As many people as `make run` lets log in.
const SEED: usize = 200;

/// How long a reading may take to show a change.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn each_command_of_the_readme_and_the_tour_is_answered_as_the_page_says() {
    let data = tempfile::tempdir().unwrap();
    let stack = Stack::start(Options { seed: SEED, ..tests::options(data.path()) }).await.unwrap();
    let wrong = ["README.md", "docs/tour.md"].into_iter().flat_map(|path| Tour::new(&stack, path).run());
    let wrong = wrong.collect::<Vec<_>>();
    stack.stop().await;
    assert!(wrong.is_empty(), "UPDATE_DOCS=1 writes the answers anew.\n\n{}", wrong.join("\n\n"));
}

/// One page on its way through the stack.
struct Tour<'a> {
    stack: &'a Stack,
    page: Page,
    id_map: IdMap,
    /// Assignments of earlier blocks.
    variables: String,
    updates_page: bool,
}

impl<'a> Tour<'a> {
    fn new(stack: &'a Stack, path: &str) -> Self {
        let updates_page = env::var_os("UPDATE_DOCS").is_some();
        Self { stack, page: Page::read(path), id_map: IdMap::default(), variables: String::new(), updates_page }
    }

    /// Runs all commands; what is answered otherwise than the page says.
    fn run(mut self) -> Vec<String> {
        let commands = self.page.commands();
        assert!(!commands.is_empty(), "the page has no commands");
        let wrong = commands.iter().filter_map(|(command, answers)| self.step(*command, answers).err()).collect();
        if self.updates_page {
            self.page.write();
            return Vec::new();
        }
        wrong
    }

    fn step(&mut self, command: usize, answers: &[usize]) -> Result<(), String> {
        let text = self.id_map.with_actual_ids(self.text(command));
        let deadline = Instant::now() + if only_reads(&text) { PATIENCE } else { Duration::ZERO };
        let (output, id_map, wrong) = loop {
            let output = self.output(&text);
            let mut id_map = self.id_map.clone();
            let wrong = self.differences(answers, &output, &mut id_map);
            if wrong.is_empty() || Instant::now() >= deadline {
                break (output, id_map, wrong);
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        self.id_map = id_map;
        let assignments = text.lines().filter(|line| is_assignment(line) && !line.contains(WILDCARD));
        self.variables.extend(assignments.map(|line| format!("{line}\n")));
        if wrong.is_empty() {
            return Ok(());
        }
        if self.updates_page {
            self.update(answers, &output);
        }
        Err(format!("{text}{}\n{output}", wrong.join("\n")))
    }

    fn text(&self, position: usize) -> &str {
        let Part::Block { text, .. } = &self.page.parts[position] else { panic!("prose is not run") };
        text
    }

    /// What bash prints, with the addresses of the page.
    fn output(&self, command: &str) -> String {
        let command = command.lines().filter(|line| !(is_assignment(line) && line.contains(WILDCARD)));
        let command = command.collect::<Vec<_>>().join("\n");
        let script = format!("set -u\n{}{command}\n", self.variables);
        let script = script.replace(API, self.stack.url()).replace(SIMULATOR, self.stack.simulator_url());
        let owner = self.stack.demo_users().iter().find(|user| user.role == "account_owner").unwrap();
        let output = Command::new("bash").arg("-c").arg(script).env("TOKEN", &owner.token).output().unwrap();
        let expected = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && expected.is_empty(), "{command}\n{}: {expected}", output.status);
        let output = String::from_utf8(output.stdout).unwrap().replace(['\r', '\u{feff}'], "");
        output.replace(self.stack.url(), API).replace(self.stack.simulator_url(), SIMULATOR)
    }

    /// Where the output is not what the answers say.
    fn differences(&self, answers: &[usize], output: &str, id_map: &mut IdMap) -> Vec<String> {
        let mut differences = Vec::new();
        for answer in answers {
            let Part::Block { language, text } = &self.page.parts[*answer] else { continue };
            if text.trim().is_empty() {
                differences.push("the page has no answer".to_owned());
            }
            match (language.as_str(), serde_json::from_str::<Json>(text)) {
                ("json", Err(error)) => differences.push(format!("the page has no JSON: {error}")),
                ("json", Ok(expected)) => match body(output) {
                    Some(actual) => differences.extend(expected.differences(&actual, id_map)),
                    None => differences.push("the answer does not end with JSON".to_owned()),
                },
                _ => differences.extend(missing_lines(text, output, id_map)),
            }
        }
        differences
    }

    /// Writes what is answered, with the ids of the page.
    fn update(&mut self, answers: &[usize], output: &str) {
        for answer in answers {
            let Part::Block { language, text } = &mut self.page.parts[*answer] else { continue };
            let shown = if language == "json" { shown_body(text, output) } else { shown_lines(text, output) };
            *text = self.id_map.with_page_ids(&shown);
        }
        let mut id_map = self.id_map.clone();
        self.differences(answers, output, &mut id_map);
        self.id_map = id_map;
    }
}

fn is_assignment(line: &str) -> bool {
    let name = line.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')
}

/// Whether running it again changes nothing.
fn only_reads(command: &str) -> bool {
    !command.contains(" -d ") && !command.contains(" -X ")
}

/// The JSON with which an answer ends.
fn body(output: &str) -> Option<Json> {
    let mut starts = output.match_indices(['{', '[']);
    starts.find_map(|(start, _)| serde_json::from_str(&output[start..]).ok())
}

fn missing_lines(expected: &str, output: &str, id_map: &mut IdMap) -> Vec<String> {
    let mut lines = output.lines();
    let missing = expected.lines().filter(|expected| !lines.by_ref().any(|line| id_map.is_same(expected, line)));
    missing.map(|line| format!("the answer has no line {line:?}")).collect()
}

fn shown_body(expected: &str, output: &str) -> String {
    let actual = body(output).unwrap_or_else(|| panic!("no JSON: {output}"));
    let shown =
        serde_json::from_str::<Json>(expected).map_or_else(|_| actual.clone(), |expected| expected.shown_of(&actual));
    format!("{}\n", shown.pretty(0))
}

/// Of this run's lines those that the page shows; all of them where it shows others.
fn shown_lines(expected: &str, output: &str) -> String {
    let mut lines = output.lines();
    let mut find = |expected: &str| lines.by_ref().find(|line| IdMap::default().is_same(expected, line));
    let shown = |expected: &str| {
        Some(if expected.contains(WILDCARD) {
            find(expected).map(|_| expected.to_owned())?
        } else {
            find(expected)?.to_owned()
        })
    };
    let shown = expected.lines().map(shown).collect::<Option<Vec<_>>>().filter(|lines| !lines.is_empty());
    let all = || output.lines().map(str::to_owned).collect();
    shown.unwrap_or_else(all).into_iter().map(|line| line + "\n").collect()
}
