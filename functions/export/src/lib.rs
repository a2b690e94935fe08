//! `POST /exports` and `GET /jobs/{job_id}`: the list as CSV, made by a job (rule 29).

mod aws_services;

use jiff::Timestamp;
use lambda_http::{Request, RequestExt, http::Method};
use serde::Serialize;
use uuid::Uuid;

use domain::permissions::{Operation, authorize};
use http_api::{
    Problem, Signed,
    idempotency::{Seed, once},
    question, read,
    respond::{Answer, json, respond},
};
use store::{
    StoreError,
    idempotency::IdempotencyStore,
    jobs::{Asked, Job, JobState, KeepJobs},
    skills::ViewSkill,
    teams::ViewTeams,
};

pub use aws_services::{AwsServices, Link, ServiceError, StartJob};

/// A job, as the API shows it.
#[derive(Debug, Serialize)]
struct JobView<'a> {
    job_id: Uuid,
    kind: &'a str,
    state: JobState,
    done: u64,
    total: Option<u64>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    download_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

impl<'a> JobView<'a> {
    fn of(job: &'a Job, download_url: Option<String>) -> Self {
        Self {
            job_id: job.job_id,
            kind: &job.kind,
            state: job.state,
            done: job.done,
            total: job.total,
            created_at: job.created_at,
            download_url,
            error: job.error.as_deref(),
        }
    }
}

/// Starts an export, or tells how far a job is.
pub async fn handle(
    directory: &(impl IdempotencyStore + KeepJobs + ViewTeams + ViewSkill),
    outside: &(impl StartJob + Link),
    request: Request,
) -> Answer {
    let signed = Signed::of(&request, Operation::ExportUsers)?;
    if request.method() == Method::POST {
        let begin = |seed| start(directory, outside, &signed, &request, seed);
        once(directory, &signed, &request, http_api::now(), begin).await
    } else {
        tell(directory, outside, &signed, &request).await
    }
}

async fn start(
    directory: &(impl KeepJobs + ViewTeams + ViewSkill),
    outside: &impl StartJob,
    signed: &Signed,
    request: &Request,
    seed: Seed,
) -> Answer {
    let asked = read::body::<Asked>(request)?;
    question::check(directory, &question::of(&asked)?).await?;
    let job = made(directory, Job::export(seed.id(), signed.caller.user_id, asked, http_api::now())).await?;
    if let Err(error) = outside.start(job.job_id).await {
        match directory.give_up(job.job_id, "The export could not be started. Start it again.").await {
            // Only the answer was lost: it has begun.
            Err(StoreError::Conflict) => {}
            given_up => {
                given_up?;
                return Err(Problem::unavailable(&error));
            }
        }
    }
    respond(202, &JobView::of(&job, None), &[("location", format!("/jobs/{}", job.job_id))])
}

/// The job, put into the table, if no earlier attempt at the request has done that. One that an earlier attempt could
/// not start has been given up for good, and another takes its place.
async fn made(directory: &impl KeepJobs, job: Job) -> Result<Job, StoreError> {
    match directory.create_job(&job).await {
        Err(StoreError::Conflict) => {}
        created => return created.map(|()| job),
    }
    let is_alive = |earlier: &Job| earlier.asked_by == job.asked_by && earlier.state != JobState::Failed;
    if let Some(earlier) = directory.job(job.job_id).await?.filter(is_alive) {
        return Ok(earlier);
    }
    let job = Job { job_id: Uuid::new_v4(), ..job };
    directory.create_job(&job).await.map(|()| job)
}

/// The link is made when asked for: it is good for 15 minutes from then on.
async fn tell(directory: &impl KeepJobs, outside: &impl Link, signed: &Signed, request: &Request) -> Answer {
    read::Query::of(request, &[])?;
    let parameters = request.path_parameters();
    let now = http_api::now();
    let job_id = parameters.first("job_id").unwrap_or_default();
    let unknown = || Problem::new(404, "unknown-job", format!("There is no job {job_id:?}. A job is kept for a day."));
    let job = directory.job(job_id.parse().map_err(|_| unknown())?).await?;
    // TTL takes its time.
    let job = job.filter(|job| job.expires_at > now.as_second()).ok_or_else(unknown)?;
    authorize(signed.caller, Operation::SeeJob { of: job.asked_by })?;
    let job = job.as_of(now);
    let link = match (job.state, &job.file) {
        (JobState::Done, Some(file)) => Some(outside.link(file).await.map_err(|error| Problem::internal(&error))?),
        _ => None,
    };
    json(200, &JobView::of(&job, link))
}
