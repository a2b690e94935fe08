//! Compares all workers with the directory and repairs what callbacks have missed (rules 23 and 28): every 15 minutes, and
//! invoked by `reconciliations`. Invoked with a worker, it takes in that one alone, at once.

use lambda_runtime::Error;
use serde::Deserialize;
use std::time::Duration;

use app::{
    SystemTimeAndIds, TimeAndIds,
    ingest::WorkerIngest,
    reconcile::{Pace, ReconcileStore, ReconcileTaskRouter, WorkerReconcile},
    sync::OfflineActivity,
};
use domain::{
    WorkerSid,
    reconciliation::{Reconciliation, ReconciliationState},
};
use parameters::{ParameterStore, PolicyParameter};
use runtime::{
    invocation::{self, Ending, Outcome},
    metrics::{self, Metric},
};
use store::Directory;
use twilio::{Client, account::Account};

/// A page of a list has 1,000 workers, and Twilio may ask to wait before it.
const TIME_OF_A_CALL: Duration = Duration::from_secs(30);

/// What the function is invoked with.
#[derive(Debug, Clone, Deserialize)]
pub struct Invocation {
    /// None in the schedule's event, of which nothing is read.
    #[serde(default)]
    pub worker_sid: Option<String>,
}

/// What is built once, before the first event.
#[derive(Debug)]
pub struct Wiring {
    reconcile: WorkerReconcile<Directory, Client, SystemTimeAndIds>,
    policy: PolicyParameter,
}

impl Wiring {
    /// Everything from the environment.
    pub async fn from_env() -> Result<Self, Error> {
        let parameters = ParameterStore::from_env()?;
        let policy = PolicyParameter::from_env(&parameters).await?;
        let ingest = WorkerIngest {
            store: Directory::from_env()?,
            taskrouter: Account::from_env(&parameters).await?.client_within(TIME_OF_A_CALL)?,
            time_and_ids: SystemTimeAndIds,
            policy: policy.current().await,
        };
        let reconcile = WorkerReconcile { ingest, offline: OfflineActivity::default(), pace: Pace::default() };
        Ok(Self { reconcile, policy })
    }

    /// With the account owners of now.
    pub async fn current(&self) -> WorkerReconcile<Directory, Client, SystemTimeAndIds> {
        let mut reconcile = self.reconcile.clone();
        reconcile.ingest.policy = self.policy.current().await;
        reconcile
    }
}

/// An error is one of the table, or of the one worker: Lambda invokes the function again, and keeps the event after that.
pub async fn handle<S: ReconcileStore, T: ReconcileTaskRouter, C: TimeAndIds>(
    reconcile: &WorkerReconcile<S, T, C>,
    invocation: Invocation,
) -> Result<(), Error> {
    if let Some(sid) = invocation.worker_sid {
        let worker_sid = WorkerSid::new(&sid);
        invocation::identify("worker_sid", &worker_sid);
        reconcile.worker(&worker_sid).await?;
    } else if let Some(run) = reconcile.run(|_| {}).await? {
        end(&run);
    } else {
        tracing::info!("another runner is at the reconciliation");
    }
    Ok(())
}

/// A run that was stopped by its brake or is not finished has a line that says why.
fn end(run: &Reconciliation) {
    metrics::add(Metric::ReconciliationsDone, u64::from(run.state == ReconciliationState::Done));
    metrics::add(Metric::ReconciliationsBraked, u64::from(run.state == ReconciliationState::Braked));
    metrics::add(Metric::ContestedUsers, run.found.contested.count);
    let code = match (run.brake, run.interruption) {
        (Some(_), _) => "braked",
        (None, Some(_)) => "interrupted",
        (None, None) => return,
    };
    invocation::end(Ending { outcome: Outcome::Failed, code: Some(code), ..Ending::default() });
}
