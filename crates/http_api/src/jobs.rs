//! Jobs, as the API shows them.

use jiff::Timestamp;
use lambda_http::{Request, RequestExt};
use serde::Serialize;
use uuid::Uuid;

use domain::{
    Quoted, Time, UserId,
    bulk::{BulkJob, BulkPhase, BulkTask, Groups, PLAN_VALIDITY, Plan, Tally},
    import::FileFacts,
    job::{Job, JobState},
    next_step::Remark,
    permissions::{Caller, Operation, authorize},
};
use store::StoreJobs;

use crate::Problem;

/// A job; of a bulk job also its plan and results.
#[derive(Debug, Serialize)]
pub struct JobView<'a> {
    job_id: Uuid,
    kind: &'static str,
    state: JobState,
    done: u64,
    total: Option<u64>,
    created_at: Time,
    #[serde(flatten)]
    links: JobLinks,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(flatten)]
    bulk: Option<BulkView<'a>>,
}

/// Presigned links to the files of a job.
#[derive(Debug, Default, Serialize)]
pub struct JobLinks {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download_url: Option<String>,
    /// Of an import, the rows that are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_rows_url: Option<String>,
}

#[derive(Debug, Serialize)]
struct BulkView<'a> {
    task: &'static str,
    phase: BulkPhase,
    #[serde(skip_serializing_if = "Option::is_none")]
    undoes: Option<Undoes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<PlanView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Tally>,
}

/// What is taken back.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Undoes {
    Job { job_id: Uuid },
    Record { user_id: UserId, record_id: Uuid },
}

#[derive(Debug, Serialize)]
struct PlanView<'a> {
    hash: &'a str,
    planned_at: Time,
    usable_until: Time,
    #[serde(flatten)]
    tally: Tally,
    drastic: u64,
    must_confirm: bool,
    /// What the changes do not do.
    remarks: Vec<Remark>,
    groups: &'a Groups,
    /// What was found out about the file of an import.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a FileFacts>,
}

impl<'a> JobView<'a> {
    #[must_use]
    pub fn new(job: &'a Job, links: JobLinks) -> Self {
        Self {
            job_id: job.job_id,
            kind: job.kind.name(),
            state: job.state,
            done: job.done,
            total: job.total,
            created_at: job.created_at,
            links,
            error: job.error.as_deref(),
            bulk: job.bulk().map(BulkView::new),
        }
    }
}

impl<'a> BulkView<'a> {
    fn new(bulk: &'a BulkJob) -> Self {
        let undoes = match bulk.task {
            BulkTask::Edit { .. } | BulkTask::Import { .. } => None,
            BulkTask::UndoJob { job_id, .. } => Some(Undoes::Job { job_id }),
            BulkTask::UndoRecord { user_id, record_id, .. } => Some(Undoes::Record { user_id, record_id }),
        };
        let results = (bulk.phase == BulkPhase::Apply).then_some(bulk.results);
        Self { task: bulk.task.name(), phase: bulk.phase, undoes, plan: bulk.plan.as_ref().map(PlanView::new), results }
    }
}

impl<'a> PlanView<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self {
            hash: &plan.hash,
            planned_at: plan.planned_at,
            usable_until: (*plan.planned_at + PLAN_VALIDITY).into(),
            tally: plan.tally,
            drastic: plan.drastic,
            must_confirm: plan.must_confirm,
            remarks: Remark::OF_BULK.into_iter().filter(|remark| plan.remarks.contains(remark.code)).collect(),
            groups: &plan.groups,
            file: plan.imported.as_ref(),
        }
    }
}

/// The job in the path, as it is at this moment, if there is one and the caller may view it.
pub async fn find_job(
    store: &impl StoreJobs,
    caller: &Caller,
    request: &Request,
    now: Timestamp,
) -> Result<Job, Problem> {
    let parameters = request.path_parameters();
    let job_id = parameters.first("job_id").unwrap_or_default();
    let unknown = || {
        let kept = "An export, and a plan that is not applied, is kept for a day; what was applied for 30 days.";
        Problem::new(404, "unknown-job", format!("There is no job {}. {kept}", Quoted::from(job_id)))
    };
    let job = store.job(job_id.parse().map_err(|_| unknown())?).await?;
    let job = job.filter(|job| !job.is_expired(now)).ok_or_else(unknown)?;
    authorize(caller, Operation::ViewJob { requested_by: job.requested_by })?;
    Ok(job.as_of(now))
}
