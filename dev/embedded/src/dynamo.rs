//! The embedded `DynamoDB`.

use std::path::{Path, PathBuf};

use dynoxide::Database;
use rusqlite::Connection;
use serde_json::Value;
use uuid::Uuid;

use crate::server::Server;
use crate::{EmbeddedError, stream_records, table};

/// A `DynamoDB` in this process, served over HTTP on a port of its own.
///
/// The account, region and signatures of requests are not checked.
pub struct Dynamo {
    database: Database,
    path: PathBuf,
    server: Server,
}

impl std::fmt::Debug for Dynamo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dynamo").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Dynamo {
    /// Starts a database in memory, for a test.
    pub async fn memory() -> Result<Self, EmbeddedError> {
        // Named and shared, so that a second connection can add the index to it.
        let name = format!("file:{}?mode=memory&cache=shared", Uuid::new_v4());
        Self::start(Path::new(&name)).await
    }

    /// Starts a database in this file, which is created if missing; its directory must exist.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, EmbeddedError> {
        Self::start(path.as_ref()).await
    }

    async fn start(path: &Path) -> Result<Self, EmbeddedError> {
        let unusable = |reason: String| EmbeddedError::Open { path: path.to_owned(), reason };
        let name = path.to_str().ok_or_else(|| unusable("its name is not UTF-8".into()))?;
        let database = Database::new(name).map_err(|e| unusable(e.to_string()))?;
        Connection::open(path)
            .and_then(|connection| stream_records::add_index(&connection))
            .map_err(|e| unusable(e.to_string()))?;

        let shared = database.clone();
        let server = Server::start(|listener, stopped| async move {
            let shutdown = async { drop(stopped.await) };
            if let Err(reason) = dynoxide::server::serve_with_shutdown(listener, shared, shutdown).await {
                tracing::error!(reason, "the embedded DynamoDB stopped");
            }
        })
        .await?;
        Ok(Self { database, path: path.to_owned(), server })
    }

    /// The endpoint for a client: `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The database, for calls in this process.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Whether writes reach the disk in order. If not, writing is faster, and a power failure may destroy the data; the
    /// end of the process, however sudden, loses nothing.
    pub fn set_durable(&self, durable: bool) -> Result<(), EmbeddedError> {
        let set = if durable { self.database.disable_bulk_loading() } else { self.database.enable_bulk_loading() };
        set.map_err(|e| EmbeddedError::Open { path: self.path.clone(), reason: e.to_string() })
    }

    /// Creates the table that the `Properties` of an `AWS::DynamoDB::Table` describe: keys, indexes,
    /// stream and time to live. An existing table is kept, if it has the same indexes.
    pub fn create_table(&self, name: &str, properties: &Value) -> Result<(), EmbeddedError> {
        table::create(&self.database, name, properties)
    }

    /// Up to `limit` (at most 1,000) records of the table's stream that follow the sequence number
    /// `after`, oldest first, as `GetRecords` returns them; from the oldest if `after` is `None`.
    pub fn read_stream(&self, table: &str, after: Option<&str>, limit: usize) -> Result<Vec<Value>, EmbeddedError> {
        stream_records::read(&self.database, table, after, limit)
    }

    /// The sequence number of the newest record of the table's stream, `None` if it has none.
    pub fn newest_record(&self, table: &str) -> Result<Option<String>, EmbeddedError> {
        stream_records::newest(&self.database, table)
    }

    /// Removes the stream's records up to this sequence number that are more than a day old, and returns their number.
    pub fn trim_stream(&self, table: &str, up_to: &str) -> Result<usize, EmbeddedError> {
        Connection::open(&self.path)
            .and_then(|connection| stream_records::trim(&connection, table, up_to))
            .map_err(|e| EmbeddedError::table(table, &e))
    }

    /// Removes the expired items, and returns their number. Locks the database for one page of items at a time.
    pub fn sweep_ttl(&self) -> Result<usize, EmbeddedError> {
        self.database.sweep_ttl().map_err(|e| EmbeddedError::table("with time to live", &e))
    }

    /// Lets running requests finish, for at most a second, and stops.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
