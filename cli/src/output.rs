//! What a command prints: its report to stdout, as text or as JSON; progress and errors to stderr.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is what prints")]

use serde_json::Value;

/// What a command has done, or found.
pub trait Report {
    /// Lines, each with its end.
    fn text(&self) -> String;
    fn json(&self) -> Value;
}

#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    pub fn report(self, report: &impl Report) {
        if self.json {
            println!("{:#}", report.json());
        } else {
            print!("{}", report.text());
        }
    }
}

pub fn error(error: &dyn std::error::Error) {
    eprintln!("error: {error}");
}
