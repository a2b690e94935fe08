//! Errors of the embedded services.
#![allow(missing_docs, reason = "the names say it")]

use std::path::PathBuf;

/// Why an embedded service does not start, or why a call in this process failed.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The database file cannot be opened, or is not one.
    #[error("cannot open the database {}: {reason}", path.display())]
    Open { path: PathBuf, reason: String },
    /// Listening on 127.0.0.1 failed.
    #[error("cannot listen on 127.0.0.1: {0}")]
    Listen(std::io::Error),
    /// A directory or file cannot be read or created.
    #[error("cannot use {}: {source}", path.display())]
    File {
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// Creating, describing or reading a table failed.
    #[error("table {table}: {reason}")]
    Table { table: String, reason: String },
    /// The table has other indexes than the template.
    #[error(
        "table {table} in this database has the indexes {found}, the template has {wanted}: \
         remove the data directory to start afresh"
    )]
    OtherShape {
        table: String,
        /// The names of the indexes of the table.
        found: String,
        /// The names of the indexes of the template.
        wanted: String,
    },
    /// The template has no such table, or is not YAML.
    #[error("{}: {reason}", path.display())]
    Template { path: PathBuf, reason: String },
    /// The embedded S3 does not start.
    #[error("the embedded S3 does not start: {0}")]
    ObjectStore(String),
}

impl EmbeddedError {
    pub(crate) fn table(table: &str, reason: &impl ToString) -> Self {
        Self::Table { table: table.to_owned(), reason: reason.to_string() }
    }
}
