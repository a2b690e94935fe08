//! The output of the functions: to one file each, or to the console.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::task::JoinHandle;

/// A log of more bytes than this is truncated at the next start.
const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// Where the functions log to.
#[derive(Debug, Clone)]
pub struct Logs {
    directory: PathBuf,
    on_console: bool,
}

impl Logs {
    /// To `<directory>/<function>.log`, or to the console with the function's name in front.
    pub fn new(directory: PathBuf, on_console: bool) -> std::io::Result<Self> {
        std::fs::create_dir_all(&directory)?;
        Ok(Self { directory, on_console })
    }

    pub fn of(&self, package: &str) -> std::io::Result<Log> {
        let sink = if self.on_console {
            Sink::Console(package.to_owned())
        } else {
            Sink::File(open(&self.directory.join(format!("{package}.log")))?)
        };
        Ok(Log(Arc::new(Mutex::new(sink))))
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let too_long = path.metadata().is_ok_and(|m| m.len() > MAX_BYTES);
    if too_long {
        File::create(path)?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

#[derive(Debug)]
enum Sink {
    File(File),
    Console(String),
}

/// The log of one function.
#[derive(Debug, Clone)]
pub struct Log(Arc<Mutex<Sink>>);

impl Log {
    fn write(&self, line: &str) {
        let mut sink = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *sink {
            Sink::Console(package) => eprintln!("[{package}] {line}"),
            // A log that cannot be written must not stop the function.
            Sink::File(file) => drop(writeln!(file, "{line}")),
        }
    }
}

/// The last line of output of an instance, which usually says why it ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastLine(Arc<Mutex<String>>);

impl LastLine {
    pub fn get(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, line: &str) {
        if !line.trim().is_empty() && !line.starts_with("note: run with `RUST_BACKTRACE") {
            line.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

/// Copies the lines of a pipe to the log until it closes.
pub(crate) fn copy(pipe: impl AsyncRead + Unpin + Send + 'static, log: Log, last_line: LastLine) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).await.is_ok_and(|n| n > 0) {
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end();
            last_line.set(text);
            log.write(text);
            line.clear();
        }
    })
}
