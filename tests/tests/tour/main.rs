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
use known::{ANYTHING, Known};
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
    let stack = Stack::start(Options { seed: SEED, ..Options::for_test(data.path()) }).await.unwrap();
    let wrong = ["README.md", "docs/tour.md"].into_iter().flat_map(|path| Tour::new(&stack, path).run());
    let wrong = wrong.collect::<Vec<_>>();
    stack.stop().await;
    assert!(wrong.is_empty(), "UPDATE_DOCS=1 writes the answers anew.\n\n{}", wrong.join("\n\n"));
}

/// One page on its way through the stack.
struct Tour<'a> {
    stack: &'a Stack,
    page: Page,
    known: Known,
    /// Assignments of earlier blocks.
    variables: String,
    is_updated: bool,
}

impl<'a> Tour<'a> {
    fn new(stack: &'a Stack, path: &str) -> Self {
        let is_updated = env::var_os("UPDATE_DOCS").is_some();
        Self { stack, page: Page::read(path), known: Known::default(), variables: String::new(), is_updated }
    }

    /// Runs all commands; what is answered otherwise than the page says.
    fn run(mut self) -> Vec<String> {
        let commands = self.page.commands();
        assert!(!commands.is_empty(), "the page has no commands");
        let wrong = commands.iter().filter_map(|(command, answers)| self.step(*command, answers).err()).collect();
        if self.is_updated {
            self.page.write();
            return Vec::new();
        }
        wrong
    }

    fn step(&mut self, command: usize, answers: &[usize]) -> Result<(), String> {
        let text = self.known.in_command(self.text(command));
        let patience = Instant::now() + if only_reads(&text) { PATIENCE } else { Duration::ZERO };
        let output = loop {
            let output = self.output(&text);
            match self.check(answers, &output) {
                Ok(known) => {
                    self.known = known;
                    break Ok(output);
                }
                Err(_) if Instant::now() < patience => std::thread::sleep(Duration::from_millis(50)),
                Err(error) => break Err((format!("{text}{error}"), output)),
            }
        };
        let assignments = text.lines().filter(|line| is_assignment(line) && !line.contains(ANYTHING));
        self.variables.extend(assignments.map(|line| format!("{line}\n")));
        let (output, wrong) = match output {
            Ok(output) => (output, Ok(())),
            Err((error, output)) => (output, Err(error)),
        };
        if self.is_updated {
            self.update(command, text, answers, &output);
        }
        wrong
    }

    fn text(&self, position: usize) -> &str {
        let Part::Block { text, .. } = &self.page.parts[position] else { panic!("prose is not run") };
        text
    }

    /// What bash prints, with the addresses of the page.
    fn output(&self, command: &str) -> String {
        let command = command.lines().filter(|line| !(is_assignment(line) && line.contains(ANYTHING)));
        let command = command.collect::<Vec<_>>().join("\n");
        let script = format!("set -u\n{}{command}\n", self.variables);
        let script = script.replace(API, self.stack.url()).replace(SIMULATOR, self.stack.simulator_url());
        let owner = self.stack.people().iter().find(|person| person.role == "account_owner").unwrap();
        let output = Command::new("bash").arg("-c").arg(script).env("TOKEN", &owner.token).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{command}\n{}: {said}", output.status);
        let output = String::from_utf8(output.stdout).unwrap().replace(['\r', '\u{feff}'], "");
        output.replace(self.stack.url(), API).replace(self.stack.simulator_url(), SIMULATOR)
    }

    /// The ids that are known after this answer.
    fn check(&self, answers: &[usize], output: &str) -> Result<Known, String> {
        let mut known = self.known.clone();
        for answer in answers {
            let Part::Block { language, text } = &self.page.parts[*answer] else { continue };
            match language.as_str() {
                "json" => {
                    let said = serde_json::from_str::<Json>(text).map_err(|error| format!("the page: {error}"))?;
                    said.says(&body(output)?, &mut known).map_err(|error| format!("{error}\n{output}"))?;
                }
                _ => has_lines(text, output, &mut known)?,
            }
        }
        Ok(known)
    }

    fn update(&mut self, command: usize, text: String, answers: &[usize], output: &str) {
        self.page.parts[command] = Part::Block { language: "sh".to_owned(), text };
        for answer in answers {
            let Part::Block { language, text } = &mut self.page.parts[*answer] else { continue };
            *text = if language == "json" { shown_body(text, output) } else { shown_lines(text, output) };
        }
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
fn body(output: &str) -> Result<Json, String> {
    let starts = output.match_indices(['{', '[']).map(|(start, _)| start);
    let mut whole = starts.filter_map(|start| serde_json::from_str(&output[start..]).ok());
    whole.next().ok_or_else(|| format!("the answer does not end with JSON:\n{output}"))
}

fn has_lines(said: &str, output: &str, known: &mut Known) -> Result<(), String> {
    let mut lines = output.lines();
    for said in said.lines() {
        if !lines.by_ref().any(|line| known.is_same(said, line)) {
            return Err(format!("the answer has no line {said:?}:\n{output}"));
        }
    }
    Ok(())
}

fn shown_body(said: &str, output: &str) -> String {
    let actual = body(output).unwrap_or_else(|error| panic!("{error}"));
    let shown = serde_json::from_str::<Json>(said).map_or_else(|_| actual.clone(), |said| said.shown_of(&actual));
    format!("{}\n", shown.pretty(0))
}

/// Of this run's lines those that the page shows; all of them where it shows others.
fn shown_lines(said: &str, output: &str) -> String {
    let mut lines = output.lines();
    let mut find = |said: &str| lines.by_ref().find(|line| Known::default().is_same(said, line));
    let shown = |said: &str| {
        Some(if said.contains(ANYTHING) { find(said).map(|_| said.to_owned())? } else { find(said)?.to_owned() })
    };
    let shown = said.lines().map(shown).collect::<Option<Vec<_>>>().filter(|lines| !lines.is_empty());
    let all = || output.lines().map(str::to_owned).collect();
    shown.unwrap_or_else(all).into_iter().map(|line| line + "\n").collect()
}
