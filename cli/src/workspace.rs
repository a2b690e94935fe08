//! The workspace and the directory together, as the environment names them: it is that of the function `reconcile`.

use std::time::Duration;

use app::{
    SystemTimeAndIds,
    ingest::WorkerIngest,
    reconcile::{Pace, WorkerReconcile},
    sync::OfflineActivity,
};
use parameters::{ParameterStore, PolicyParameter};
use store::Directory;
use twilio::{Client, account::Account};

use crate::Failure;

pub type Reconciler = WorkerReconcile<Directory, Client, SystemTimeAndIds>;

/// Longer than any run: a command ends when it is stopped, not, as a function, after some minutes.
const RUN_FOR: Duration = Duration::from_hours(24);

pub async fn client() -> Result<Client, Failure> {
    Account::from_env(&ParameterStore::from_env()?).await?.client().map_err(|error| -> Failure { error })
}

pub async fn reconciler() -> Result<Reconciler, Failure> {
    let ingest = WorkerIngest {
        store: Directory::from_env()?,
        taskrouter: client().await?,
        time_and_ids: SystemTimeAndIds,
        policy: PolicyParameter::from_env(&ParameterStore::from_env()?).await?.current().await,
    };
    let pace = Pace { run_for: RUN_FOR, ..Pace::default() };
    Ok(WorkerReconcile { ingest, offline: OfflineActivity::default(), pace })
}
