//! What can go wrong while the embedded services start or are asked something in process.

use std::path::PathBuf;

/// Why an embedded service did not start or did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The database file cannot be opened, or is not one.
    #[error("the database {} cannot be opened: {reason}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What `SQLite` says.
        reason: String,
    },
    /// No port could be had on 127.0.0.1.
    #[error("no port could be opened on 127.0.0.1: {0}")]
    Listen(std::io::Error),
    /// A directory or file cannot be read or made.
    #[error("{} cannot be used: {source}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// `DynamoDB` refused to create, describe or read a table.
    #[error("table {table}: {reason}")]
    Table {
        /// The table.
        table: String,
        /// What `DynamoDB` says.
        reason: String,
    },
    /// The database holds a table of another shape than the template now asks for.
    #[error(
        "table {table} in this database has the indexes {found} where the template says {wanted}: \
         move the data directory away to start afresh"
    )]
    OtherShape {
        /// The table.
        table: String,
        /// The names of the indexes that are there.
        found: String,
        /// The names of the indexes that the template asks for.
        wanted: String,
    },
    /// The template cannot be read as one.
    #[error("{}: {reason}", path.display())]
    Template {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The S3 service could not be set up.
    #[error("the object store cannot start: {0}")]
    ObjectStore(String),
}

impl EmbeddedError {
    pub(crate) fn table(table: &str, reason: &impl ToString) -> Self {
        Self::Table { table: table.to_owned(), reason: reason.to_string() }
    }
}
