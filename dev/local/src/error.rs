//! Errors of the start.
#![allow(missing_docs, reason = "the names say it")]

use std::path::{Path, PathBuf};

use crate::template::TemplateError;

/// Why the stack does not start. Each message is one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process listens on the port.
    #[error("port {port} of 127.0.0.1 is not available ({source}): stop the process that uses it, or set PORT")]
    Port {
        port: u16,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// There is no port after the API's for the simulator.
    #[error("PORT is {0}, and the TaskRouter simulator needs the next port: choose one up to 65534")]
    NoPortAfter(u16),
    /// The data directory cannot be used.
    #[error("cannot use the data directory {}: {source}", path.display())]
    Data {
        /// The directory or a file in it.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The data was written in another format than this version reads.
    #[error(
        "{} was written by {age} version of flex-roster (format {found}, this one needs {needed}); \
         remove it with: make clean{}",
        path.display(), data_option(path)
    )]
    Format {
        path: PathBuf,
        /// `an older` or `another`.
        age: &'static str,
        /// The format of the data, as its marker says.
        found: String,
        /// The format that this version reads and writes.
        needed: u32,
    },
    /// Another stack uses the same data directory.
    #[error("{} is in use by another running stack: stop that one, or set DATA", .0.display())]
    InUse(PathBuf),
    /// The template is wrong, or uses what `local` does not understand.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The binary of a function is not built.
    #[error("function {function} has no binary {}: build it with `cargo build -p {package}`", path.display())]
    NoBinary { function: String, package: String, path: PathBuf },
    /// The log of a function cannot be written.
    #[error("cannot write the log of function {package}: {source}")]
    Log {
        package: String,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// `DynamoDB` or S3 does not start.
    #[error(transparent)]
    Embedded(#[from] embedded::EmbeddedError),
    /// The TaskRouter simulator does not start.
    #[error("the TaskRouter simulator does not start: {0}")]
    Simulator(String),
    /// The demo users cannot log in.
    #[error("failed to create the demo users: {0}")]
    Seed(String),
}

/// What `make clean` needs to find a data directory that is not the default one.
fn data_option(path: &Path) -> String {
    if path == Path::new(".data") { String::new() } else { format!(" DATA={}", path.display()) }
}
