//! The single DynamoDB table: its keys, its items, and one module for each way in which it is read or written.
//!
//! [`keys`] alone knows what a key looks like. Each verb is a trait of its own, so that a
//! function's signature states what it may do; [`Directory`] does all of them.

pub mod commit;
pub mod cursor;
mod deletion_lock;
pub mod details;
pub mod error;
pub mod find;
pub mod history;
pub mod idempotency;
pub mod index;
pub mod items;
pub mod jobs;
pub mod keys;
pub mod profiles;
mod query_page;
pub mod skills;
pub mod snapshot;
pub mod teams;
mod transaction;
pub mod workers;

pub use commit::{Applied, Commit, CommitUser};
pub use cursor::{Cursor, CursorError};
pub use error::StoreError;
pub use find::count;
pub use find::{FindUsers, Order, Page, Question};
pub use profiles::ViewUser;
pub use snapshot::{ReadSet, ReadSnapshot, Snapshot};
pub use transaction::ChangeOrigin;

/// The table, through one client that is built once.
#[derive(Debug, Clone)]
pub struct Directory {
    db: aws_sdk_dynamodb::Client,
    table: String,
}

impl Directory {
    /// The table of this name.
    #[must_use]
    pub fn new(db: aws_sdk_dynamodb::Client, table: impl Into<String>) -> Self {
        Self { db, table: table.into() }
    }

    /// The client, for what the table's own verbs do not cover: measuring.
    #[must_use]
    pub const fn client(&self) -> &aws_sdk_dynamodb::Client {
        &self.db
    }

    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.table
    }
}
