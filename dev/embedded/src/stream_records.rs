//! Reads and trims a table's stream, in this process.

use dynoxide::Database;
use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::streams::{shard_id, stream_arn};
use rusqlite::{Connection, params};
use serde_json::Value;

use crate::EmbeddedError;

/// Each write and each read looks up a sequence number by this expression. Without the index that takes time in
/// proportion to all records ever written.
const INDEX: &str = "CREATE INDEX IF NOT EXISTS stream_records_by_sequence_number
     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// `DynamoDB` keeps stream records for a day, read or not. The embedded one keeps unread records without limit, so that
/// none is lost while a developer's machine is off.
const TRIM: &str = "DELETE FROM _stream_records
     WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2 AND created_at < unixepoch() - 86400";

/// The difference between a sequence number of the API and the stored one.
const OFFSET: u128 = 100_000_000_000_000_000_000;

pub(crate) fn add_index(connection: &Connection) -> rusqlite::Result<()> {
    let exists: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_stream_records')",
        [],
        |row| row.get(0),
    )?;
    if exists {
        connection.execute_batch(INDEX)?;
    }
    Ok(())
}

/// Removes the records up to this one that are more than a day old.
pub(crate) fn trim(connection: &Connection, table: &str, up_to: &str) -> rusqlite::Result<usize> {
    let stored = up_to.parse::<u128>().ok().and_then(|public| i64::try_from(public.checked_sub(OFFSET)?).ok());
    match stored {
        Some(stored) => connection.execute(TRIM, params![table, stored]),
        None => Ok(0),
    }
}

pub(crate) fn newest(database: &Database, table: &str) -> Result<Option<String>, EmbeddedError> {
    let response = database
        .describe_stream(DescribeStreamRequest {
            stream_arn: stream_arn(table, "current"),
            ..DescribeStreamRequest::default()
        })
        .map_err(|e| EmbeddedError::table(table, &e))?;
    Ok(response
        .stream_description
        .shards
        .into_iter()
        .find_map(|shard| shard.sequence_number_range.ending_sequence_number))
}

pub(crate) fn read(
    database: &Database,
    table: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Value>, EmbeddedError> {
    let shard_iterator = iterator(database, table, after)?;
    let response = database
        .get_records(GetRecordsRequest { shard_iterator, limit: Some(limit) })
        .map_err(|e| EmbeddedError::table(table, &e))?;
    response
        .records
        .iter()
        .map(|record| serde_json::to_value(record).map_err(|e| EmbeddedError::table(table, &e)))
        .collect()
}

fn iterator(database: &Database, table: &str, after: Option<&str>) -> Result<String, EmbeddedError> {
    let kind = match after {
        Some(_) => "AFTER_SEQUENCE_NUMBER",
        None => "TRIM_HORIZON",
    };
    let response = database
        .get_shard_iterator(GetShardIteratorRequest {
            stream_arn: stream_arn(table, "current"),
            shard_id: shard_id(table),
            shard_iterator_type: kind.to_owned(),
            sequence_number: after.map(str::to_owned),
        })
        .map_err(|e| EmbeddedError::table(table, &e))?;
    response.shard_iterator.ok_or_else(|| EmbeddedError::table(table, &"its stream gave no iterator"))
}
