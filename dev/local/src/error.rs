//! Why the stack does not start.

use std::path::{Path, PathBuf};

use crate::template::TemplateError;

/// Why the stack does not start: one sentence for the person who started it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else listens on the port.
    #[error("port {port} of 127.0.0.1 cannot be had ({source}): stop what listens there, or set PORT")]
    Port {
        /// The port.
        port: u16,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is no room for the simulator's port.
    #[error("PORT is {0}, and the TaskRouter simulator needs the port after it: take one up to 65534")]
    NoPortAfter(u16),
    /// The data directory cannot be used.
    #[error("the data directory {} cannot be used: {source}", path.display())]
    Data {
        /// The directory or a file in it.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The data was written in another format than this version reads.
    #[error(
        "{} was written by {age} version of flex-roster (format {found}, this one needs {needed}); \
         remove it with: make clean{}",
        path.display(), data_option(path)
    )]
    Format {
        /// The data directory.
        path: PathBuf,
        /// `an older` or `another`.
        age: &'static str,
        /// The format of the data, as its marker says.
        found: String,
        /// The format that this version reads and writes.
        needed: u32,
    },
    /// Another stack works on the same data.
    #[error("{} is in use by another running stack: stop that one, or set DATA", .0.display())]
    InUse(PathBuf),
    /// The template is wrong or says what cannot be done here.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The binary of a function is not built.
    #[error("function {function}: there is no binary {}: build it with `cargo build -p {package}`", path.display())]
    NoBinary {
        /// The logical id.
        function: String,
        /// The package.
        package: String,
        /// Where it should be.
        path: PathBuf,
    },
    /// The log of a function cannot be written.
    #[error("the log of function {package} cannot be written: {source}")]
    Log {
        /// The function's package.
        package: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// `DynamoDB` or S3 does not start.
    #[error(transparent)]
    Embedded(#[from] embedded::EmbeddedError),
    /// The TaskRouter simulator does not start.
    #[error("the TaskRouter simulator does not start: {0}")]
    Simulator(String),
    /// The demo people cannot be let in.
    #[error("the directory could not be seeded: {0}")]
    Seed(String),
}

/// What `make clean` needs to find a data directory that is not the default one.
fn data_option(path: &Path) -> String {
    if path == Path::new(".data") { String::new() } else { format!(" DATA={}", path.display()) }
}
