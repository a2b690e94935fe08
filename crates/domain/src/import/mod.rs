//! Users from a CSV file: an export that was changed in a spreadsheet, or a file of the same columns.
//!
//! ```text
//! bytes ─► File: head (version, separator, columns) ─► Row: cells ─► Values: what the row states
//!                                                                     ├─ of a user who is there ─► what is made of them
//!                                                                     └─ of nobody ──────────────► who is added (rule 22)
//! ```
//!
//! An [export](crate::export) is read back as it was written: a `'` that defuses a cell is taken off, an escaped name is
//! whole again. A blank cell means unchanged, [`CLEARED`] that nothing is left. A cell of a column that the directory does not
//! decide has to be as it is, so that no change is silently lost.

mod columns;
mod fault;
mod file;
mod row;
mod values;

pub use columns::{Column, FAULT_COLUMNS};
pub use fault::{FileFault, RowFault};
pub use file::{File, FileFacts, MAX_FILE_BYTES, Row};
pub use row::{ResolvedNames, RowRefusal, failed_rows};
pub use values::Values;

pub use crate::export::CLEARED;

#[cfg(test)]
mod tests;
