//! The single DynamoDB table: its keys, its items, and one module for each way in which it is read or written.
//!
//! [`keys`] alone knows what a key looks like. Each verb is a trait of its own, so that a
//! function's signature states what it may do; [`Directory`] does all of them.

mod closing;
pub mod commit;
pub mod cursor;
pub mod details;
pub mod error;
pub mod find;
pub mod history;
pub mod index;
pub mod items;
pub mod jobs;
pub mod keys;
pub mod once;
pub mod profiles;
pub mod skills;
mod stretch;
pub mod teams;
pub mod together;
mod transaction;
pub mod workers;

pub use commit::{Applied, Commit, CommitUser};
pub use cursor::{Cursor, CursorError};
pub use error::TableError;
pub use find::count;
pub use find::{FindUsers, Order, Page, Question};
pub use profiles::ViewUser;
pub use together::{ReadTogether, Together, Wanted};
pub use transaction::By;

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
