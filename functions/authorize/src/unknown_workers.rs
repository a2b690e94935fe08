//! Workers that Twilio confirms and the directory does not know: their callbacks were lost or are late.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::WorkerSid;
use invoke::{Function, InvokeError};
use jiff::{SignedDuration, Timestamp};
use runtime::config::ConfigError;
use serde_json::json;

/// The caller waits, and the gateway waits no longer than 10 seconds; the token may have taken 3 of them, the half of it for
/// its secret.
const MAX_CALL_TIME: Duration = Duration::from_secs(3);

/// A worker is reconciled once within this time, whatever came of it.
const INTERVAL: SignedDuration = SignedDuration::from_secs(60);

/// With more workers than this, those whose time has passed are dropped.
const CLEANUP_SIZE: usize = 1_000;

pub trait ReconcileWorker {
    /// Invokes `reconcile` for this worker and waits for its end.
    fn reconcile(&self, worker_sid: &WorkerSid) -> impl Future<Output = Result<(), InvokeError>> + Send;
}

#[derive(Debug)]
pub struct ReconcileFunction(Function);

impl ReconcileFunction {
    pub fn from_env() -> Result<Self, ConfigError> {
        Function::from_env("RECONCILE_FUNCTION", MAX_CALL_TIME).map(Self)
    }
}

impl ReconcileWorker for ReconcileFunction {
    async fn reconcile(&self, worker_sid: &WorkerSid) -> Result<(), InvokeError> {
        self.0.call(&json!({"worker_sid": worker_sid.as_str()})).await
    }
}

/// Has unknown workers reconciled, and remembers when.
#[derive(Debug)]
pub struct UnknownWorkers<R> {
    function: R,
    reconciled: Mutex<HashMap<WorkerSid, Timestamp>>,
}

impl<R: ReconcileWorker> UnknownWorkers<R> {
    pub fn new(function: R) -> Self {
        Self { function, reconciled: Mutex::default() }
    }

    /// Whether the worker has been reconciled now: not if that has failed, or was tried within the last minute.
    pub(crate) async fn reconcile(&self, worker_sid: &WorkerSid, now: Timestamp) -> bool {
        if !self.is_due(worker_sid, now) {
            return false;
        }
        let reconciled = self.function.reconcile(worker_sid).await;
        if let Err(error) = &reconciled {
            tracing::warn!(%worker_sid, %error, "cannot reconcile an unknown worker; its token is rejected, and tried again in a minute");
        }
        reconciled.is_ok()
    }

    fn is_due(&self, worker_sid: &WorkerSid, now: Timestamp) -> bool {
        let mut reconciled = self.reconciled.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |at: &Timestamp| now < *at + INTERVAL;
        if reconciled.get(worker_sid).is_some_and(is_recent) {
            return false;
        }
        if reconciled.len() >= CLEANUP_SIZE {
            reconciled.retain(|_, at| is_recent(at));
        }
        reconciled.insert(worker_sid.clone(), now);
        true
    }
}
