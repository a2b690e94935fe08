//! The embedded `DynamoDB` without a server, for a simulation: a call is answered at once, on the caller's thread.

use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{EmbeddedError, stream_records, table};

/// A `DynamoDB` in memory.
pub struct InProcess {
    database: Database,
}

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InProcess").finish_non_exhaustive()
    }
}

impl InProcess {
    pub fn new() -> Result<Self, EmbeddedError> {
        let unusable =
            |error: DynoxideError| EmbeddedError::Open { path: ":memory:".into(), reason: error.to_string() };
        Ok(Self { database: Database::memory().map_err(unusable)? })
    }

    /// Creates a table, as [`Dynamo::create_table`](crate::Dynamo::create_table).
    pub fn create_table(&self, name: &str, properties: &Value) -> Result<(), EmbeddedError> {
        table::create(&self.database, name, properties)
    }

    /// Records of the table's stream, as [`Dynamo::read_stream`](crate::Dynamo::read_stream).
    pub fn read_stream(&self, table: &str, after: Option<&str>, limit: usize) -> Result<Vec<Value>, EmbeddedError> {
        stream_records::read(&self.database, table, after, limit)
    }

    /// The answer to an operation: the status, and the body as JSON.
    #[must_use]
    pub fn call(&self, operation: &str, body: &[u8]) -> (u16, String) {
        let db = &self.database;
        let answer = match operation {
            "GetItem" => answer(body, |request| db.get_item(request)),
            "BatchGetItem" => answer(body, |request| db.batch_get_item(request)),
            "Query" => answer(body, |request| db.query(request)),
            "Scan" => answer(body, |request| db.scan(request)),
            "PutItem" => answer(body, |request| db.put_item(request)),
            "UpdateItem" => answer(body, |request| db.update_item(request)),
            "DeleteItem" => answer(body, |request| db.delete_item(request)),
            "BatchWriteItem" => answer(body, |request| db.batch_write_item(request)),
            "TransactWriteItems" => answer(body, |request| db.transact_write_items(request)),
            other => Err(DynoxideError::ValidationException(format!("{other} is not answered in this process"))),
        };
        answer.map_or_else(|error| (error.status_code(), error.to_json()), |answer| (200, answer))
    }
}

fn answer<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    call: impl FnOnce(Q) -> dynoxide::Result<A>,
) -> dynoxide::Result<String> {
    let unreadable = |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
    let answer = call(serde_json::from_slice(body).map_err(unreadable)?)?;
    serde_json::to_string(&answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
