//! What survives a restart: workers and tokens, as JSON lines, the last of each kind and key counting.
//!
//! The file is only appended to while running; at start it is read and written anew without what
//! later lines made obsolete. A last line that is torn, by a crash in the middle of writing it, never
//! happened.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::token::Token;
use crate::worker::Worker;

const FILE: &str = "taskrouter.jsonl";

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    Worker(Worker),
    Deleted(String),
    Token(Token),
}

/// What the lines come to.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) workers: BTreeMap<String, Worker>,
    pub(crate) tokens: BTreeMap<String, Token>,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("line {0} is not an entry")]
    Line(usize),
}

/// The open file; none when nothing is to be kept.
pub(crate) struct Journal(Option<File>);

impl Journal {
    /// Opens the journal of a folder, which is made if need be, and reads what it kept.
    pub(crate) fn open(folder: Option<&Path>, now: Timestamp) -> Result<(Self, Kept), JournalError> {
        let Some(folder) = folder else { return Ok((Self(None), Kept::default())) };
        fs::create_dir_all(folder)?;
        let path = folder.join(FILE);
        let kept = read(&path, now)?;
        write_anew(&path, &kept)?;
        let file = File::options().append(true).open(&path)?;
        Ok((Self(Some(file)), kept))
    }

    pub(crate) fn worker(&mut self, worker: &Worker) {
        self.append(&Entry::Worker(worker.clone()));
    }

    pub(crate) fn deleted(&mut self, sid: &str) {
        self.append(&Entry::Deleted(sid.to_owned()));
    }

    pub(crate) fn token(&mut self, token: &Token) {
        self.append(&Entry::Token(token.clone()));
    }

    /// A line that cannot be written costs what a restart would have kept, and no more.
    fn append(&mut self, entry: &Entry) {
        let Some(file) = &mut self.0 else { return };
        if let Err(error) = line(entry).and_then(|line| file.write_all(&line)) {
            tracing::error!(%error, "the simulator's journal cannot be written");
        }
    }
}

impl Kept {
    fn apply(&mut self, entry: Entry, now: Timestamp) {
        match entry {
            Entry::Worker(worker) => {
                self.workers.insert(worker.sid.clone(), worker);
            }
            Entry::Deleted(sid) => {
                self.workers.remove(&sid);
            }
            Entry::Token(token) if token.expiration > now => {
                self.tokens.insert(token.value.clone(), token);
            }
            Entry::Token(_) => {}
        }
    }
}

fn read(path: &PathBuf, now: Timestamp) -> Result<Kept, JournalError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kept::default()),
        Err(error) => return Err(error.into()),
    };
    let mut kept = Kept::default();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for (index, line) in lines.iter().enumerate() {
        match serde_json::from_slice(line) {
            Ok(entry) => kept.apply(entry, now),
            Err(_) if index + 1 == lines.len() => tracing::warn!("the journal's torn last line is left out"),
            Err(_) => return Err(JournalError::Line(index + 1)),
        }
    }
    Ok(kept)
}

/// Written beside and moved into place, so that a crash leaves the old file or the new one.
fn write_anew(path: &Path, kept: &Kept) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut lines = Vec::new();
    for worker in kept.workers.values() {
        lines.extend(line(&Entry::Worker(worker.clone()))?);
    }
    for token in kept.tokens.values() {
        lines.extend(line(&Entry::Token(token.clone()))?);
    }
    fs::write(&beside, lines)?;
    fs::rename(beside, path)
}

fn line(entry: &Entry) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    Ok(line)
}
