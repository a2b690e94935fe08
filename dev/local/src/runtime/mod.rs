//! The functions, run as Lambda runs them: the same binaries, over the Lambda Runtime API.
//!
//! `lambda-simulator` serves that API too, and is not used: it keeps every invocation with its
//! payload for as long as it lives, wakes every waiter for each answer, and does not enforce
//! timeouts. What is needed is small: see [`api`].

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
pub(crate) use logs::Logs;
use pool::Pool;

/// The largest payload of an invocation and of its answer: 6 MB.
pub(crate) const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// What a function answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// What its handler returned.
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

/// How the functions are started.
#[derive(Debug)]
pub(crate) struct Launch {
    /// Where the binaries are.
    pub bin_dir: PathBuf,
    /// Where the services are that functions call.
    pub endpoints: Endpoints,
    /// Where what they print goes.
    pub logs: Logs,
}

/// All functions of the template.
#[derive(Debug)]
pub(crate) struct Functions {
    pools: BTreeMap<String, Arc<Pool>>,
    stopping: watch::Sender<bool>,
}

impl Functions {
    /// Does not start any yet, but says which binaries are missing.
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

    /// Starts an instance of each, so that one that cannot start is known at once; says which.
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

    /// The logical id of the function that is called by its name or ARN.
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

    /// What is done about asynchronous events that a function fails.
    pub fn retries(&self, id: &str) -> Option<&AsyncRetries> {
        self.pools.get(id).map(|pool| &pool.function().retries)
    }

    /// Hands the function an event and waits for its answer. The function goes on with it even if
    /// nobody waits any more, as it would on Lambda.
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

    /// Ends every instance, busy or not.
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
