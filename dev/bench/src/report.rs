//! Prints one line for each figure, and checks limits.

use std::{
    cell::RefCell,
    fmt::{Arguments, Display},
    io::{Stdout, Write, stdout},
};

use crate::{
    Fallible,
    cost::Cost,
    numbers::{count, number},
    performance_page::PerformancePage,
};

/// Of the names of figures, in characters.
const WIDTH: usize = 72;

/// Remembers what was printed, and which limits were broken.
#[derive(Debug)]
pub struct Report {
    out: Stdout,
    page: RefCell<PerformancePage>,
    broken: RefCell<Vec<String>>,
}

impl Report {
    pub fn new() -> Self {
        Self { out: stdout(), page: RefCell::default(), broken: RefCell::default() }
    }

    fn line(&self, line: Arguments<'_>) {
        // The reader may have closed the pipe.
        drop(writeln!(self.out.lock(), "{line}"));
    }

    pub fn section(&self, title: &str) {
        self.line(format_args!("\n{title}"));
        self.page.borrow_mut().section(title);
    }

    /// A section that is repeated for each size of the directory.
    pub fn section_of_size(&self, title: &str, size: usize) {
        self.line(format_args!("\n{title}, {size} users"));
        self.page.borrow_mut().section(title);
    }

    pub fn figure(&self, name: impl Display, value: f64, unit: &str) {
        let name = name.to_string();
        self.print(&name, value, unit);
        self.page.borrow_mut().figure(&name, value, unit);
    }

    fn print(&self, name: &str, value: f64, unit: &str) {
        self.line(format_args!("{name:<WIDTH$} {:>9}  {unit}", number(value)));
    }

    /// What a reader of the figures must know.
    pub fn note(&self, text: impl Display) {
        self.line(format_args!("note: {text}"));
        self.page.borrow_mut().note(text.to_string());
    }

    /// The cost of an operation. Units that it does not consume are left out, and so are rounds if each call is a
    /// round of its own.
    pub fn cost(&self, what: &str, cost: &Cost) {
        self.page.borrow_mut().cost(what, *cost);
        self.print(&format!("{what}: calls"), count(cost.calls), "calls");
        if cost.rounds != cost.calls {
            self.print(&format!("{what}: rounds of calls"), count(cost.rounds), "rounds");
        }
        for (units, unit) in [(cost.read_units, "read units"), (cost.write_units, "write units")] {
            if units > 0.0 {
                self.print(&format!("{what}: {unit}"), units, unit);
            }
        }
        if cost.second_index_units > 0.0 {
            self.print(&format!("{what}: second units of its index"), cost.second_index_units, "write units");
        }
        if cost.refused > 0 {
            self.print(&format!("{what}: refused calls, not charged here"), count(cost.refused), "calls");
        }
    }

    /// Checks a limit that the documentation states.
    pub fn limit(&self, holds: bool, what: impl Display) {
        if !holds {
            self.line(format_args!("LIMIT BROKEN: {what}"));
            self.broken.borrow_mut().push(what.to_string());
        }
    }

    pub fn broken(&self) -> Vec<String> {
        self.broken.borrow().clone()
    }

    /// Writes the figures into `docs/performance.md`.
    pub fn write_page(&self) -> Fallible<()> {
        self.page.borrow().write()
    }
}
