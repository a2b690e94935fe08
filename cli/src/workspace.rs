//! The workspace and the directory together, as the environment names them: it is that of the function `reconcile`.

use std::time::Duration;

use app::{
    SystemTimeAndIds,
    ingest::WorkerIngest,
    reconcile::{Pace, WorkerReconcile},
    sync::OfflineActivity,
};
use domain::policy::{Policy, RoleAuthority, SkillAuthority};
use runtime::config::{one_of, required};
use store::Directory;
use twilio::{Client, account::Account};

use crate::Failure;

pub type Reconciler = WorkerReconcile<Directory, Client, SystemTimeAndIds>;

/// Longer than any run: a command ends when it is stopped, not, as a function, after some minutes.
const RUN_FOR: Duration = Duration::from_hours(24);

pub async fn client() -> Result<Client, Failure> {
    Account::from_env().await?.client().map_err(|error| -> Failure { error })
}

pub async fn reconciler() -> Result<Reconciler, Failure> {
    let roles = one_of("ROLE_AUTHORITY", &RoleAuthority::NAMES, "directory or idp")?;
    let skills = one_of("SKILL_AUTHORITY", &SkillAuthority::NAMES, "directory or shared")?;
    let ingest = WorkerIngest {
        store: Directory::from_env()?,
        taskrouter: client().await?,
        time_and_ids: SystemTimeAndIds,
        policy: Policy::new(&required("ACCOUNT_OWNERS")?, roles, skills),
    };
    let pace = Pace { run_for: RUN_FOR, ..Pace::default() };
    Ok(WorkerReconcile { ingest, offline: OfflineActivity::default(), pace })
}
