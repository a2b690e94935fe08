//! One event source mapping: reads a stream, filters, batches, invokes.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use embedded::Dynamo;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::batch::{self, GivenUp, sequence_number};
use super::position::Position;
use crate::failures::Failures;
use crate::names::REGION;
use crate::runtime::Functions;
use crate::template::{StartingPosition, StreamSource, pattern};

/// How long to wait if there are no new records.
const POLL: Duration = Duration::from_millis(20);
/// How long to wait if reading the stream or storing the position fails.
const AFTER_ERROR: Duration = Duration::from_secs(1);
/// How many records are read at a time; the filter often removes most of them.
const READ: usize = 1000;

/// Reads the stream of one table.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub dynamo: Arc<Dynamo>,
    pub table: String,
    /// The name of the table's partition key.
    pub partition_key: String,
}

impl Reader {
    async fn after(&self, position: Option<&str>) -> Result<Vec<Value>, String> {
        let reader = self.clone();
        let position = position.map(str::to_owned);
        // The call into the embedded database blocks.
        let read = move || reader.dynamo.read_stream(&reader.table, position.as_deref(), READ);
        tokio::task::spawn_blocking(read).await.map_err(|e| e.to_string())?.map_err(|e| e.to_string())
    }
}

/// A function and the stream that it reads.
#[derive(Debug)]
pub(crate) struct Mapping {
    pub function: String,
    pub source: StreamSource,
    pub reader: Reader,
    pub position: Position,
    pub functions: Arc<Functions>,
    pub failures: Failures,
}

impl Mapping {
    /// Reads on from the stored position until the task is aborted. Then the position is before the records in
    /// progress.
    pub async fn run(self) {
        let mapping = Arc::new(self);
        let mut position = mapping.start();
        let mut waiting = VecDeque::new();
        loop {
            match mapping.step(&mut waiting, position.as_deref()).await {
                Ok(Some(next)) => position = Some(next),
                Ok(None) => tokio::time::sleep(POLL).await,
                Err(reason) => {
                    tracing::warn!(
                        "failed to handle the stream for function {}: {reason}; next attempt in a second",
                        mapping.function
                    );
                    tokio::time::sleep(AFTER_ERROR).await;
                }
            }
        }
    }

    fn start(&self) -> Option<String> {
        match self.position.load() {
            Ok(Some(position)) => return Some(position),
            Ok(None) => {}
            Err(error) => tracing::warn!(
                "failed to read the stream position of function {}: {error}; it starts over",
                self.function
            ),
        }
        match self.source.starting_position {
            StartingPosition::TrimHorizon => None,
            StartingPosition::Latest => {
                let newest = self.reader.dynamo.newest_record(&self.reader.table);
                let newest = newest.ok().flatten();
                if let Some(number) = &newest {
                    // Without a stored position, a restart would skip the records in between.
                    drop(self.position.store(number));
                }
                newest
            }
        }
    }

    /// Handles some records after the position; gives the new position, or `None` if there are no records. Records that
    /// were read and not handled yet stay in `waiting`.
    async fn step(
        self: &Arc<Self>,
        waiting: &mut VecDeque<Value>,
        position: Option<&str>,
    ) -> Result<Option<String>, String> {
        if waiting.is_empty() {
            *waiting = self.reader.after(position).await?.into();
        }
        let records = self.next(waiting);
        let Some(last) = records.last().map(|r| sequence_number(r).to_owned()) else {
            return Ok(None);
        };
        self.handle(records).await;
        self.position.store(&last).map_err(|e| e.to_string())?;
        Ok(Some(last))
    }

    /// As many records as make one batch for each lane, with the filtered ones between them.
    fn next(&self, waiting: &mut VecDeque<Value>) -> Vec<Value> {
        let mut room = self.source.batch_size * self.source.parallelization_factor;
        let mut records = Vec::new();
        while room > 0
            && let Some(record) = waiting.pop_front()
        {
            room -= usize::from(pattern::passes(&self.source.patterns, &record));
            records.push(record);
        }
        records
    }

    /// Invokes the function with the records that pass the filter. Records of one partition key stay in order.
    async fn handle(self: &Arc<Self>, records: Vec<Value>) {
        let mut lanes: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
        for record in records {
            if pattern::passes(&self.source.patterns, &record) {
                lanes.entry(self.lane(&record)).or_default().push(self.localized(record));
            }
        }
        let mut running = JoinSet::new();
        for (_, lane) in lanes {
            let mapping = self.clone();
            running.spawn(async move { mapping.handle_lane(lane).await });
        }
        while let Some(finished) = running.join_next().await {
            if let Err(error) = finished {
                tracing::error!("handling records for function {} failed: {error}", self.function);
            }
        }
    }

    async fn handle_lane(&self, records: Vec<Value>) {
        for batch in records.chunks(self.source.batch_size) {
            let invoke = |payload| self.functions.invoke(&self.function, payload);
            for given_up in batch::handle(&self.source, batch.to_vec(), invoke).await {
                self.record(&given_up);
            }
        }
    }

    fn lane(&self, record: &Value) -> u64 {
        let mut hasher = DefaultHasher::new();
        let key = &record["dynamodb"]["Keys"][self.reader.partition_key.as_str()];
        key.to_string().hash(&mut hasher);
        hasher.finish() % self.source.parallelization_factor as u64
    }

    fn localized(&self, mut record: Value) -> Value {
        record["awsRegion"] = REGION.into();
        record["eventSourceARN"] = self.source.stream_arn.clone().into();
        record
    }

    fn record(&self, given_up: &GivenUp) {
        let failure = json!({
            "function": self.function,
            "condition": given_up.condition,
            "destination": self.source.on_failure,
            "stream": self.source.stream_arn,
            "start_sequence_number": given_up.first,
            "end_sequence_number": given_up.last,
            "records": given_up.records.len(),
        });
        self.failures.record(&failure);
        if let Some(bucket) = self.source.on_failure.as_ref().and_then(|arn| arn.strip_prefix("arn:aws:s3:::")) {
            self.failures.keep(bucket, &failure, &json!({"Records": given_up.records}));
        }
    }
}
