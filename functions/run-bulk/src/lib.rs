//! Makes the plans of bulk jobs and applies them: invoked by `bulk`, and by the schedule, which goes on with what is due.

use lambda_runtime::Error;
use serde::Deserialize;
use uuid::Uuid;

use app::{
    SystemTimeAndIds, TimeAndIds,
    bulk::{BulkRunner, Pace, PlanFiles},
};
use domain::{bulk::BulkBrake, policy::RoleAuthority};
use files::Bucket;
use runtime::{
    config::{self, ConfigError},
    invocation::{self, Ending, Outcome},
};
use store::{
    CommitUser, Directory, FindByNames, KeepBulkJobs, ReadBulkResults, ReadSnapshot, ReadUsers, ReadWorkers,
    RunBulkJobs, ViewHistory,
};

/// What the function is invoked with.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Invocation {
    /// None in the schedule's event, of which nothing is read.
    #[serde(default)]
    pub job_id: Option<Uuid>,
}

/// Everything from the environment.
pub fn from_env() -> Result<BulkRunner<Directory, Bucket, SystemTimeAndIds>, ConfigError> {
    Ok(BulkRunner {
        store: Directory::from_env()?,
        files: Bucket::from_env()?,
        time_and_ids: SystemTimeAndIds,
        pace: Pace::new(config::seconds("JOB_LEASE_SECONDS")?),
        brake: BulkBrake { users: config::count("BULK_BRAKE_USERS")?, percent: config::count("BULK_BRAKE_PERCENT")? },
        roles: config::one_of("ROLE_AUTHORITY", &RoleAuthority::NAMES, "directory or idp")?,
    })
}

/// Works on the job, or on those that are due. What is left is due at the schedule, also after an error.
pub async fn handle<S, F: PlanFiles + Sync, T: TimeAndIds + Sync>(
    runner: &BulkRunner<S, F, T>,
    event: Invocation,
) -> Result<(), Error>
where
    S: KeepBulkJobs
        + RunBulkJobs
        + ReadBulkResults
        + ReadUsers
        + ReadWorkers
        + ReadSnapshot
        + FindByNames
        + CommitUser
        + ViewHistory
        + Sync,
{
    if let Some(job_id) = event.job_id {
        invocation::identify("job_id", &job_id);
        runner.job(job_id).await?;
    } else if !runner.due().await? {
        // Why, each job has a line of its own.
        invocation::end(Ending { outcome: Outcome::Failed, ..Ending::default() });
    }
    Ok(())
}
