//! Starting `reconcile`, which runs what is queued.

use std::time::Duration;

use invoke::{Function, InvokeError};
use runtime::config::ConfigError;
use serde_json::json;

/// The reconciliation is queued and the caller waits: the schedule starts what cannot be started in this time.
const MAX_START_TIME: Duration = Duration::from_secs(2);

pub trait StartReconcile {
    /// Invokes `reconcile` asynchronously.
    fn start(&self) -> impl Future<Output = Result<(), InvokeError>> + Send;
}

#[derive(Debug)]
pub struct ReconcileFunction(Function);

impl ReconcileFunction {
    pub fn from_env() -> Result<Self, ConfigError> {
        Function::from_env("RECONCILE_FUNCTION", MAX_START_TIME).map(Self)
    }
}

impl StartReconcile for ReconcileFunction {
    async fn start(&self) -> Result<(), InvokeError> {
        self.0.start(&json!({})).await
    }
}
