//! What is printed: one line for each figure, and the limits that it must keep.
#![allow(clippy::print_stdout, reason = "this is what prints")]

use std::{cell::RefCell, fmt::Display};

use crate::cost::Cost;

/// Prints figures and remembers which limits were broken.
#[derive(Debug, Default)]
pub struct Report {
    broken: RefCell<Vec<String>>,
}

impl Report {
    /// A heading.
    pub fn section(&self, title: impl Display) {
        println!("\n{title}");
    }

    /// One figure.
    pub fn figure(&self, name: impl Display, value: f64, unit: &str) {
        println!("{:<66} {:>10}  {unit}", name.to_string(), number(value));
    }

    /// What must be known to read the figures.
    pub fn note(&self, text: impl Display) {
        println!("note: {text}");
    }

    /// What an operation costs; units that it does not consume are left out.
    pub fn cost(&self, what: &str, cost: &Cost) {
        self.figure(format!("{what}: calls"), count(cost.calls), "calls");
        self.figure(format!("{what}: rounds of calls"), count(cost.rounds), "rounds");
        for (units, unit) in [(cost.read_units, "read units"), (cost.write_units, "write units")] {
            if units > 0.0 {
                self.figure(format!("{what}: {unit}"), units, unit);
            }
        }
        if cost.second_index_units > 0.0 {
            let name = format!("{what}: of these, the second unit of index writes");
            self.figure(name, cost.second_index_units, "write units");
        }
        if cost.refused > 0 {
            self.figure(format!("{what}: refused calls, whose units are not counted"), count(cost.refused), "calls");
        }
    }

    /// A limit that is stated in the documentation.
    pub fn limit(&self, holds: bool, what: impl Display) {
        if !holds {
            println!("LIMIT BROKEN: {what}");
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

/// A number alone, for another process to read.
pub fn bare(value: f64) {
    println!("{value}");
}
