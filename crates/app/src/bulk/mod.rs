//! Bulk jobs: the plan that shows what would become of each user, and applying it, user by user.
//!
//! ```text
//! plan:   read users by the page ─► decide each ─► a line in the file of its outcome, and in a CSV ─► hash, counts
//! apply:  each line of the file of changes ─► read and decide anew ─► one transaction: user, record, outbox ─► its result
//! ```
//!
//! Planning changes nothing: a runner that dies is replaced by one that begins anew. Applying goes on after the last
//! result. The user is marked with the job in the transaction of the change, so that none is changed twice and none is left
//! out, whatever dies and however many runners are at it.

mod apply;
mod files;
mod import;
mod plan;
mod plan_writer;
mod runner;

pub use files::{
    Line, LineReader, LineWriter, PlanFiles, StorageError, plan_csv, plan_failed_rows, plan_lines, uploaded_file,
};
pub use runner::{BulkError, BulkRunner, BulkStore, Pace};
