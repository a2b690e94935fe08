//! The files of a plan: one with lines of JSON for each outcome, and one for spreadsheets.

use domain::{UserId, bulk::Outcome};
use serde::de::DeserializeOwned;
use std::collections::VecDeque;
use thiserror::Error;
use uuid::Uuid;

/// The lines of this outcome.
#[must_use]
pub fn plan_lines(files: &str, outcome: Outcome) -> String {
    format!("{files}/{}.jsonl", outcome.name())
}

/// All of the plan as CSV.
#[must_use]
pub fn plan_csv(files: &str) -> String {
    format!("{files}/plan.csv")
}

/// The rows of an imported file that are refused, as they can be corrected and sent again.
#[must_use]
pub fn plan_failed_rows(files: &str) -> String {
    format!("{files}/failed.csv")
}

/// Where a user uploads a file to be imported. Nobody else can import it.
#[must_use]
pub fn uploaded_file(user_id: UserId, upload_id: Uuid) -> String {
    format!("imports/{user_id}/{upload_id}.csv")
}

/// Why a file could not be written or read, for the log. It says nothing of what is in it (rule 32).
#[derive(Debug, Error)]
pub enum StorageError {
    #[error("the file is gone")]
    Gone,
    /// The one that ends before this byte.
    #[error("the line before byte {0} cannot be read")]
    Line(u64),
    #[error("{0}")]
    Failed(String),
}

/// Where the files of plans are kept.
pub trait PlanFiles {
    type Writer: LineWriter + Send;
    /// A new file of this name.
    fn create(&self, file: &str) -> Self::Writer;
    /// At most `length` bytes of the file from this one on; none at its end.
    fn read(&self, file: &str, from: u64, length: u64) -> impl Future<Output = Result<Vec<u8>, StorageError>> + Send;
}

/// A file that is being written; it is not there before it is finished.
pub trait LineWriter {
    fn push(&mut self, bytes: Vec<u8>) -> impl Future<Output = Result<(), StorageError>> + Send;
    fn finish(self) -> impl Future<Output = Result<(), StorageError>> + Send;
}

/// How much of a file is read at once.
const CHUNK: u64 = 256 * 1024;

/// A line of a file, and where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub text: Vec<u8>,
    pub next: u64,
}

impl Line {
    /// What the line states.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, StorageError> {
        serde_json::from_slice(&self.text).map_err(|_| StorageError::Line(self.next))
    }
}

/// Reads a file line by line, without keeping more than a part of it.
#[derive(Debug)]
pub struct LineReader<'a, F> {
    files: &'a F,
    file: String,
    /// Where the next chunk begins.
    at: u64,
    /// Where the next line begins.
    next: u64,
    ahead: VecDeque<Vec<u8>>,
    rest: Vec<u8>,
    chunk: u64,
}

impl<'a, F: PlanFiles> LineReader<'a, F> {
    /// From the line that begins at this byte.
    #[must_use]
    pub fn new(files: &'a F, file: String, from: u64) -> Self {
        Self { files, file, at: from, next: from, ahead: VecDeque::new(), rest: Vec::new(), chunk: CHUNK }
    }

    /// Reads about so many bytes at once.
    #[must_use]
    pub fn with_chunk(self, chunk: u64) -> Self {
        Self { chunk, ..self }
    }

    /// The next line, without its end; none after the last one.
    pub async fn next(&mut self) -> Result<Option<Line>, StorageError> {
        while self.ahead.is_empty() {
            let read = self.files.read(&self.file, self.at, self.chunk).await?;
            if read.is_empty() {
                return if self.rest.is_empty() { Ok(None) } else { Err(StorageError::Line(self.next)) };
            }
            self.at += read.len() as u64;
            self.rest.extend(read);
            let Some(end) = self.rest.iter().rposition(|&byte| byte == b'\n') else { continue };
            let after = self.rest.split_off(end + 1);
            let whole = std::mem::replace(&mut self.rest, after);
            self.ahead.extend(whole[..end].split(|&byte| byte == b'\n').map(<[u8]>::to_vec));
        }
        let text = self.ahead.pop_front().unwrap_or_default();
        self.next += text.len() as u64 + 1;
        Ok(Some(Line { text, next: self.next }))
    }
}
