//! Handing a worker whose callback cannot be applied to `reconcile`, which fetches the worker and applies that.

use std::time::Duration;

use domain::WorkerSid;
use http_api::Problem;
use invoke::{Function, InvokeError};
use runtime::{
    config::ConfigError,
    metrics::{self, Metric},
};
use serde_json::json;

use crate::apply::ApplyError;

/// Comes after the time for the callback: both together end before the function's timeout.
const MAX_START_TIME: Duration = Duration::from_secs(2);

/// Hands the worker of a report over that cannot be applied.
pub async fn instead(reconcile: &impl HandOver, worker_sid: &WorkerSid, error: ApplyError) -> Result<(), Problem> {
    match reconcile.hand_over(worker_sid).await {
        Ok(()) => {
            metrics::add_by_outcome(Metric::Callbacks, "handed_over");
            tracing::warn!(%worker_sid, %error, "cannot apply a callback; reconcile fetches the worker and applies it");
            Ok(())
        }
        Err(failure) => {
            metrics::add_by_outcome(Metric::Callbacks, "failed");
            let cause = format!("{error}; and {worker_sid} cannot be handed over to reconcile: {failure}");
            Err(Problem::from(error).caused_by(&cause))
        }
    }
}

pub trait HandOver {
    /// Invokes `reconcile` asynchronously: Lambda keeps the event, and invokes the function again if it fails.
    fn hand_over(&self, worker_sid: &WorkerSid) -> impl Future<Output = Result<(), InvokeError>> + Send;
}

#[derive(Debug)]
pub struct ReconcileFunction(Function);

impl ReconcileFunction {
    pub fn from_env() -> Result<Self, ConfigError> {
        Function::from_env("RECONCILE_FUNCTION", MAX_START_TIME).map(Self)
    }
}

impl HandOver for ReconcileFunction {
    async fn hand_over(&self, worker_sid: &WorkerSid) -> Result<(), InvokeError> {
        self.0.start(&json!({"worker_sid": worker_sid.as_str()})).await
    }
}
