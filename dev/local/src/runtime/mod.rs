//! The functions, run as Lambda runs them: the same binaries, over the Lambda Runtime API.
//!
//! The crate `lambda-simulator` serves that API too. It is not used, because it keeps every invocation with its payload
//! in memory, wakes every waiter for each response, and does not enforce timeouts.

mod api;
mod environment;
mod instance;
mod logs;
mod pool;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Bytes;
use tokio::sync::watch;

use crate::StartError;
use crate::template::{AsyncRetries, Function};
pub use environment::Endpoints;
pub use instance::{Instance, Outcome};
pub use logs::{Log, Logs};
use pool::Pool;

/// The largest payload of an invocation and of its response, in bytes: 6 MB.
pub(crate) const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// The response of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The result of its handler.
    Returned(Bytes),
    /// It failed, crashed or took too long: `{"errorType", "errorMessage"}`.
    Failed(Bytes),
}

impl Answer {
    fn failed(kind: &str, message: &str) -> Self {
        let body = serde_json::json!({"errorType": kind, "errorMessage": message});
        Self::Failed(body.to_string().into())
    }
}

/// The settings with which functions are started.
#[derive(Debug)]
pub struct Launch {
    pub bin_dir: PathBuf,
    pub endpoints: Endpoints,
    pub logs: Logs,
}

/// The functions of the template.
#[derive(Debug)]
pub(crate) struct Functions {
    pools: BTreeMap<String, Arc<Pool>>,
    stopping: watch::Sender<bool>,
}

impl Functions {
    /// Checks that the binaries exist; starts none.
    pub fn new(functions: &[Function], launch: Launch) -> Result<Self, StartError> {
        let (stopping, stopped) = watch::channel(false);
        let launch = Arc::new(launch);
        let mut pools = BTreeMap::new();
        for function in functions {
            let binary = launch.bin_dir.join(&function.package);
            if !binary.is_file() {
                return Err(StartError::NoBinary {
                    function: function.id.clone(),
                    package: function.package.clone(),
                    path: binary,
                });
            }
            let pool = Pool::new(function.clone(), launch.clone(), stopped.clone())?;
            pools.insert(function.id.clone(), Arc::new(pool));
        }
        Ok(Self { pools, stopping })
    }

    /// Starts an instance of each function. Gives a message for each function that does not start.
    pub async fn warm(&self) -> Vec<String> {
        let starting: Vec<_> = self
            .pools
            .values()
            .map(|pool| {
                let pool = pool.clone();
                tokio::spawn(async move { pool.warm().await })
            })
            .collect();
        let mut failures = Vec::new();
        for started in starting {
            if let Ok(Err(reason)) = started.await {
                failures.push(reason);
            }
        }
        failures
    }

    /// The logical id of the function with this name, package, logical id or ARN.
    pub fn id_of(&self, name_or_arn: &str) -> Option<&str> {
        let name = name_or_arn.rsplit(':').next().unwrap_or(name_or_arn);
        self.pools
            .iter()
            .find(|(id, pool)| {
                let function = pool.function();
                function.name == name || function.package == name || *id == name
            })
            .map(|(id, _)| id.as_str())
    }

    /// The retries of asynchronous events.
    pub fn retries(&self, id: &str) -> Option<&AsyncRetries> {
        self.pools.get(id).map(|pool| &pool.function().retries)
    }

    /// Invokes the function and waits for its answer. As on Lambda, the invocation goes on if the caller stops waiting.
    pub async fn invoke(&self, id: &str, payload: impl Into<Bytes>) -> Answer {
        let Some(pool) = self.pools.get(id).cloned() else {
            let message = format!("there is no function {id}");
            return Answer::failed("ResourceNotFoundException", &message);
        };
        let payload = payload.into();
        let running = tokio::spawn(async move { pool.invoke(payload).await });
        running
            .await
            .unwrap_or_else(|error| Answer::failed("Runtime.Unknown", &format!("the invocation was lost: {error}")))
    }

    /// Whether the functions are being or have been ended.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Kills every instance, also busy ones.
    pub fn shut_down(&self) {
        self.stopping.send_replace(true);
        for pool in self.pools.values() {
            pool.clear();
        }
    }
}

impl Drop for Functions {
    fn drop(&mut self) {
        self.shut_down();
    }
}
