//! What is printed: one line for each figure, and the limits that it must keep.

use std::{
    cell::RefCell,
    fmt::{Arguments, Display},
    io::{Stdout, Write, stdout},
};

use crate::cost::Cost;

/// How long a figure's name may be.
const WIDTH: usize = 72;

/// Prints figures and remembers which limits were broken.
#[derive(Debug)]
pub struct Report {
    out: Stdout,
    broken: RefCell<Vec<String>>,
}

impl Report {
    /// Prints to the standard output.
    #[must_use]
    pub fn new() -> Self {
        Self { out: stdout(), broken: RefCell::default() }
    }

    fn line(&self, line: Arguments<'_>) {
        // Whoever reads may have seen enough.
        drop(writeln!(self.out.lock(), "{line}"));
    }

    /// A heading.
    pub fn section(&self, title: impl Display) {
        self.line(format_args!("\n{title}"));
    }

    /// One figure.
    pub fn figure(&self, name: impl Display, value: f64, unit: &str) {
        self.line(format_args!("{:<WIDTH$} {:>9}  {unit}", name.to_string(), number(value)));
    }

    /// What must be known to read the figures.
    pub fn note(&self, text: impl Display) {
        self.line(format_args!("note: {text}"));
    }

    /// What an operation costs. Units that it does not consume are left out, and so are rounds where each call
    /// is a round of its own.
    pub fn cost(&self, what: &str, cost: &Cost) {
        self.figure(format!("{what}: calls"), count(cost.calls), "calls");
        if cost.rounds != cost.calls {
            self.figure(format!("{what}: rounds of calls"), count(cost.rounds), "rounds");
        }
        for (units, unit) in [(cost.read_units, "read units"), (cost.write_units, "write units")] {
            if units > 0.0 {
                self.figure(format!("{what}: {unit}"), units, unit);
            }
        }
        if cost.second_index_units > 0.0 {
            self.figure(format!("{what}: second units of its index"), cost.second_index_units, "write units");
        }
        if cost.refused > 0 {
            self.figure(format!("{what}: refused calls, not charged here"), count(cost.refused), "calls");
        }
    }

    /// A limit that is stated in the documentation.
    pub fn limit(&self, holds: bool, what: impl Display) {
        if !holds {
            self.line(format_args!("LIMIT BROKEN: {what}"));
            self.broken.borrow_mut().push(what.to_string());
        }
    }

    /// The limits that were broken.
    pub fn broken(self) -> Vec<String> {
        self.broken.into_inner()
    }
}

/// A count, as figures are printed.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn count(count: usize) -> f64 {
    count as f64
}

fn number(value: f64) -> String {
    let digits = match value.abs() {
        big if big >= 100.0 => 1,
        small if small < 10.0 => 3,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
