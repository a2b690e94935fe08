//! The function that works on bulk jobs.

use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

use invoke::{Function, InvokeError};
use runtime::config::ConfigError;

/// The caller waits until it is started.
const MAX_START_TIME: Duration = Duration::from_secs(4);

pub trait StartBulk {
    /// Invokes the runner asynchronously.
    fn start(&self, job_id: Uuid) -> impl Future<Output = Result<(), InvokeError>> + Send;
}

#[derive(Debug)]
pub struct RunBulkFunction(Function);

impl RunBulkFunction {
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self(Function::from_env("RUN_BULK_FUNCTION", MAX_START_TIME)?))
    }
}

impl StartBulk for RunBulkFunction {
    async fn start(&self, job_id: Uuid) -> Result<(), InvokeError> {
        self.0.start(&json!({"job_id": job_id})).await
    }
}
