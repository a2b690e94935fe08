//! Keeps workers, reservations, tokens, Flex's configuration, the workspace's settings and Event Streams across restarts, as
//! JSON lines. The last line of each counts.
//!
//! Each change appends a line, so that a change costs the same for any number of workers. At start the file is
//! rewritten without obsolete lines. An incomplete last line, left by a crash while it was written, is ignored.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::configuration::Configuration;
use crate::event_streams::EventStreams;
use crate::reservation::{Reservation, Reservations};
use crate::settings::Settings;
use crate::token::Token;
use crate::worker::Worker;

const FILE: &str = "taskrouter.jsonl";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    Worker(Worker),
    Deleted(String),
    Token(Token),
    Reservation(Reservation),
    Configuration(Option<Configuration>),
    Settings(SavedSettings),
    EventStreams(EventStreams),
}

/// The workspace's settings, and the callback URL that the simulator was started with then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedSettings {
    pub(crate) started_with: Option<String>,
    pub(crate) settings: Settings,
}

/// The state that the lines describe.
pub(crate) struct SavedState {
    pub(crate) workers: BTreeMap<String, Worker>,
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) reservations: Reservations,
    pub(crate) configuration: Option<Configuration>,
    pub(crate) settings: Option<SavedSettings>,
    pub(crate) streams: EventStreams,
}

/// Why the journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("line {0} is not an entry")]
    Line(usize),
}

/// The open file; `None` if nothing is saved.
pub(crate) struct Journal(Option<File>);

impl Journal {
    /// Opens and reads the journal in a folder, which is created if missing.
    pub(crate) fn open(folder: Option<&Path>, now: Timestamp) -> Result<(Self, SavedState), JournalError> {
        let Some(folder) = folder else { return Ok((Self(None), SavedState::default())) };
        fs::create_dir_all(folder)?;
        let path = folder.join(FILE);
        let saved = read(&path, now)?;
        rewrite(&path, &saved)?;
        let file = File::options().append(true).open(&path)?;
        Ok((Self(Some(file)), saved))
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

    pub(crate) fn reservation(&mut self, reservation: &Reservation) {
        self.append(&Entry::Reservation(reservation.clone()));
    }

    pub(crate) fn configuration(&mut self, configuration: Option<&Configuration>) {
        self.append(&Entry::Configuration(configuration.cloned()));
    }

    pub(crate) fn settings(&mut self, settings: SavedSettings) {
        self.append(&Entry::Settings(settings));
    }

    pub(crate) fn streams(&mut self, streams: &EventStreams) {
        self.append(&Entry::EventStreams(streams.clone()));
    }

    /// A failed write is only logged: the simulator works on, and a restart will lack the change.
    fn append(&mut self, entry: &Entry) {
        let Some(file) = &mut self.0 else { return };
        if let Err(error) = line(entry).and_then(|line| file.write_all(&line)) {
            tracing::error!(%error, "failed to write the simulator's journal; a restart will lack this change");
        }
    }
}

impl Default for SavedState {
    fn default() -> Self {
        Self {
            workers: BTreeMap::new(),
            tokens: BTreeMap::new(),
            reservations: Reservations::new(),
            configuration: Some(Configuration::default()),
            settings: None,
            streams: EventStreams::default(),
        }
    }
}

impl SavedState {
    fn apply(&mut self, entry: Entry, now: Timestamp) {
        match entry {
            Entry::Worker(worker) => {
                self.workers.insert(worker.sid.clone(), worker);
            }
            Entry::Deleted(sid) => {
                self.workers.remove(&sid);
                self.reservations.retain(|_, reservation| reservation.worker_sid != sid);
            }
            Entry::Token(token) if token.expiration > now => {
                self.tokens.insert(token.value.clone(), token);
            }
            Entry::Token(_) => {}
            Entry::Reservation(reservation) => {
                self.reservations.insert(reservation.sid.clone(), reservation);
            }
            Entry::Configuration(configuration) => self.configuration = configuration,
            Entry::Settings(settings) => self.settings = Some(settings),
            Entry::EventStreams(streams) => self.streams = streams,
        }
    }
}

fn read(path: &PathBuf, now: Timestamp) -> Result<SavedState, JournalError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(SavedState::default()),
        Err(error) => return Err(error.into()),
    };
    let mut saved = SavedState::default();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for (index, line) in lines.iter().enumerate() {
        match serde_json::from_slice(line) {
            Ok(entry) => saved.apply(entry, now),
            Err(_) if index + 1 == lines.len() => {
                tracing::warn!("the last line of the simulator's journal is incomplete and ignored");
            }
            Err(_) => return Err(JournalError::Line(index + 1)),
        }
    }
    Ok(saved)
}

/// Writes a new file and renames it into place, so that a crash leaves the old file or the new one.
fn rewrite(path: &Path, saved: &SavedState) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut lines = Vec::new();
    for worker in saved.workers.values() {
        lines.extend(line(&Entry::Worker(worker.clone()))?);
    }
    for token in saved.tokens.values() {
        lines.extend(line(&Entry::Token(token.clone()))?);
    }
    for reservation in saved.reservations.values() {
        lines.extend(line(&Entry::Reservation(reservation.clone()))?);
    }
    lines.extend(line(&Entry::Configuration(saved.configuration.clone()))?);
    if let Some(settings) = saved.settings.clone() {
        lines.extend(line(&Entry::Settings(settings))?);
    }
    lines.extend(line(&Entry::EventStreams(saved.streams.clone()))?);
    fs::write(&new, lines)?;
    fs::rename(new, path)
}

fn line(entry: &Entry) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    Ok(line)
}
