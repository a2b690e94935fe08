//! What a command prints: its report to stdout, as text or as JSON; progress and errors to stderr.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is what prints")]

use std::io::{IsTerminal as _, Write as _};

use domain::Quoted;
use serde_json::Value;

/// How many names a cell holds.
const NAMED: usize = 8;

/// What a command has done, or found.
pub trait Report {
    /// Lines, each with its end.
    fn text(&self) -> String;
    /// What is said after [`text`](Self::text) once something was done; empty if there is nothing to say.
    fn last_text(&self) -> String {
        String::new()
    }
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

    /// What is known before something is done; as JSON everything is printed at the end.
    pub fn report_first(self, report: &impl Report) {
        if !self.json {
            print!("{}", report.text());
        }
    }

    /// What is known afterwards.
    pub fn report_last(self, report: &impl Report) {
        if self.json {
            println!("{:#}", report.json());
        } else {
            print!("{}", report.last_text());
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

/// The first of so many, as a cell.
pub fn named<T: ToString>(first: impl IntoIterator<Item = T>, count: u64) -> String {
    let names = first.into_iter().take(NAMED).map(|name| shown(&name.to_string())).collect::<Vec<_>>();
    let rest = if count > names.len() as u64 { ", …" } else { "" };
    names.join(", ") + rest
}

/// A text from outside: nothing in it reaches the terminal that cannot be seen.
pub fn shown(text: &str) -> String {
    Quoted::from(text).text()
}

/// Likewise, however long it is: an address has to be read whole.
pub fn whole(text: &str) -> String {
    text.chars().map(|character| shown(&character.to_string())).collect()
}

/// A line each.
pub fn listed(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().fold(String::new(), |text, item| text + "- " + &item + "\n")
}

/// Rows below a heading.
pub fn indented(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let indent = |mut row: Vec<String>| {
        row.iter_mut().take(1).for_each(|cell| cell.insert_str(0, "  "));
        row
    };
    rows.into_iter().map(indent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_columns_as_wide_as_their_widest_cell() {
        let rows = [vec!["7".to_owned(), "Zoë".to_owned()], vec!["1,000".to_owned(), "x".to_owned()]];
        assert_eq!(table(&["n", "name"], &rows), "n      name\n7      Zoë\n1,000  x\n");
    }

    #[test]
    fn a_cell_names_the_first_ones_and_says_that_there_are_more() {
        assert_eq!(named(["a", "b"], 2), "a, b");
        assert_eq!(named(1..=9, 40), "1, 2, 3, 4, 5, 6, 7, 8, …");
        assert_eq!(named::<&str>([], 0), "");
    }

    #[test]
    fn what_cannot_be_seen_does_not_reach_the_terminal() {
        assert_eq!(shown("a\u{1b}[31mb"), "a[U+001B][31mb");
    }
}
