//! Background tasks: event source mappings, schedules, and the removal of expired items.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use embedded::Dynamo;
use tokio::task::JoinSet;

use crate::data::Data;
use crate::failures::Failures;
use crate::queue::Queue;
use crate::runtime::Functions;
use crate::stream::{Mapping, Position, Reader};
use crate::template::{Function, StreamSource, System};
use crate::{StartError, schedule};

/// The interval between removals of expired items.
const SWEEP: Duration = Duration::from_mins(1);

/// The parts of the stack that background tasks use.
pub(crate) struct Background<'a> {
    pub system: &'a System,
    pub dynamo: &'a Arc<Dynamo>,
    pub functions: &'a Arc<Functions>,
    pub queue: Queue,
    pub failures: Failures,
    pub data: &'a Data,
}

impl Background<'_> {
    /// Starts one task for each event source mapping and schedule, and one for expired items, in `tasks`; goes on with
    /// the asynchronous events of before.
    pub fn start(&self, tasks: &mut JoinSet<()>) -> Result<(), StartError> {
        self.start_streams(tasks)?;
        self.queue.resume()?;
        for function in &self.system.functions {
            for schedule in &function.schedules {
                tasks.spawn(schedule::run(function.id.clone(), schedule.clone(), self.queue.clone()));
            }
        }
        tasks.spawn(sweep(self.dynamo.clone()));
        Ok(())
    }

    fn start_streams(&self, tasks: &mut JoinSet<()>) -> Result<(), StartError> {
        let mut positions: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
        for function in &self.system.functions {
            for source in &function.streams {
                let Some((mapping, read)) = self.mapping(function, source)? else {
                    continue;
                };
                positions.entry(mapping.reader.table.clone()).or_default().push(read);
                tasks.spawn(mapping.run());
            }
        }
        trim(self.dynamo, positions)
    }

    /// The mapping and its stored position; `None` if its table is not in the template.
    fn mapping(
        &self,
        function: &Function,
        source: &StreamSource,
    ) -> Result<Option<(Mapping, Option<String>)>, StartError> {
        let Some(table) = self.system.tables.iter().find(|t| t.stream_arn == source.stream_arn) else {
            return Ok(None);
        };
        let path = self.data.join(Path::new("streams").join(format!("{}.{}", function.id, source.id)));
        let position = Position::at(path.clone());
        let read = position.load().map_err(|source| StartError::Data { path, source })?;
        let mapping = Mapping {
            function: function.id.clone(),
            source: source.clone(),
            reader: Reader {
                dynamo: self.dynamo.clone(),
                table: table.name.clone(),
                partition_key: table.partition_key.clone(),
            },
            position,
            functions: self.functions.clone(),
            failures: self.failures.clone(),
        };
        Ok(Some((mapping, read)))
    }
}

/// Removes the old records of each stream that all its readers have handled.
fn trim(dynamo: &Dynamo, positions: BTreeMap<String, Vec<Option<String>>>) -> Result<(), StartError> {
    for (table, positions) in positions {
        // A reader without a position needs all records. Sequence numbers have the same length, so that the smallest text
        // is the smallest number.
        if let Some(up_to) = positions.into_iter().collect::<Option<Vec<_>>>()
            && let Some(up_to) = up_to.into_iter().min()
        {
            dynamo.trim_stream(&table, &up_to)?;
        }
    }
    Ok(())
}

/// Removes expired items until the task is aborted.
async fn sweep(dynamo: Arc<Dynamo>) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        let dynamo = dynamo.clone();
        let swept = tokio::task::spawn_blocking(move || dynamo.sweep_ttl()).await;
        if let Ok(Err(error)) = swept {
            tracing::warn!("failed to remove expired items: {error}; next attempt in a minute");
        }
    }
}
