//! What a command prints: its report to stdout, as text or as JSON; progress and errors to stderr.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is what prints")]

use std::io::{IsTerminal as _, Write as _};

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

/// How far a command is: on a terminal one line, which is rewritten.
pub fn progress(text: &str) {
    let mut stderr = std::io::stderr();
    if stderr.is_terminal() {
        eprint!("\r\x1b[K{text}");
        // A failed flush only delays the line.
        drop(stderr.flush());
    } else {
        eprintln!("{text}");
    }
}

/// What is printed next begins a line.
pub fn end_progress() {
    if std::io::stderr().is_terminal() {
        eprintln!();
    }
}

/// Columns as wide as their widest cell, two spaces apart; each row has a cell for each column.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let header = header.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>();
    let lines = [header].iter().chain(rows).cloned().collect::<Vec<_>>();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let row = |line: &Vec<String>| {
        let cells = line.iter().enumerate().map(|(column, cell)| format!("{cell:<0$}", width(column)));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    lines.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_columns_as_wide_as_their_widest_cell() {
        let rows = [vec!["7".to_owned(), "Zoë".to_owned()], vec!["1,000".to_owned(), "x".to_owned()]];
        assert_eq!(table(&["n", "name"], &rows), "n      name\n7      Zoë\n1,000  x\n");
    }
}
