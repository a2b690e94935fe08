//! The records of the table's stream, which each consumer of each shard reads, and at the end the oracles.

use std::sync::{Arc, Mutex, PoisonError};

use embedded::InProcess;
use serde_json::Value;

use super::TABLE;

/// More than one change writes.
const PAGE: usize = 1_000;

/// Those that have been read, in their order: what all readers read is read once.
#[derive(Debug)]
pub(super) struct Stream {
    database: Arc<InProcess>,
    records: Mutex<Vec<Arc<Value>>>,
}

impl Stream {
    pub(super) fn new(database: Arc<InProcess>) -> Self {
        Self { database, records: Mutex::default() }
    }

    /// Up to so many that follow the first `read`.
    pub(super) fn after(&self, read: usize, limit: usize) -> Vec<Arc<Value>> {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if records.len() < read + limit {
            let last = records.last().and_then(|record| record["dynamodb"]["SequenceNumber"].as_str());
            let new = self.database.read_stream(TABLE, last, PAGE).unwrap_or_else(|error| panic!("{error}"));
            records.extend(new.into_iter().map(Arc::new));
        }
        records.iter().skip(read).take(limit).cloned().collect()
    }
}
