//! `POST /exports` and `GET /jobs/{job_id}`: the list as CSV, written by a job (rule 29), and how far any job is.

mod aws_services;

use lambda_http::Request;

use app::{AuthenticatedCaller, TimeAndIds, bulk::plan_csv, query::check_existence};
use domain::{
    job::{Job, JobKind, JobState},
    permissions::Operation,
};
use http_api::{
    HttpResult, Problem,
    body::body,
    caller,
    idempotency::{ResourceId, once},
    jobs::{JobView, find_job},
    request::{Query, route, unknown_route},
    response::{json, json_with},
    user_query::UserQueryParams,
};
use store::{IdempotencyStore, StoreError, StoreJobs, ViewSkill, ViewTeams};

pub use aws_services::{AwsServices, PresignDownload, PresignError, StartJob};

pub async fn handle(
    store: &(impl IdempotencyStore + StoreJobs + ViewTeams + ViewSkill),
    services: &(impl StartJob + PresignDownload),
    time_and_ids: &impl TimeAndIds,
    request: Request,
) -> HttpResult {
    // A caller who may not export has no job to view.
    let caller = caller::from_request(&request, Operation::ExportUsers)?;
    match route(&request) {
        "POST /exports" => {
            let start = |id| start(store, services, time_and_ids, &caller, &request, id);
            once(store, time_and_ids, &caller, &request, start).await
        }
        "GET /jobs/{job_id}" => view(store, services, time_and_ids, &caller, &request).await,
        other => Err(unknown_route(other)),
    }
}

async fn start(
    store: &(impl StoreJobs + ViewTeams + ViewSkill),
    services: &impl StartJob,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
    id: ResourceId,
) -> HttpResult {
    let query = body::<UserQueryParams>(request)?.into_query()?;
    check_existence(store, &query).await?;
    let requested_by = caller.caller.user_id;
    let job = Job::queued(id.uuid(), JobKind::export(query), requested_by, time_and_ids.now());
    let job = create_job(store, time_and_ids, job).await?;
    if let Err(error) = services.start(job.job_id).await {
        match store.abandon_job(job.job_id, "The export could not be started. Start it again.").await {
            // Only the response was lost: a job runner has claimed it.
            Err(StoreError::Conflict) => {}
            abandoned => {
                abandoned?;
                return Err(Problem::unavailable(&error));
            }
        }
    }
    json_with(202, &JobView::new(&job, None), &[("location", format!("/jobs/{}", job.job_id))])
}

/// Stores the job, unless an earlier attempt at the request has done so. If that attempt could not start it, its job has
/// failed for good and another one takes its place. Refused while another export of the caller is active.
async fn create_job(store: &impl StoreJobs, time_and_ids: &impl TimeAndIds, job: Job) -> Result<Job, StoreError> {
    let not_created = match store.create_job(&job).await {
        Err(error @ (StoreError::Conflict | StoreError::Refused(_))) => error,
        created => return created.map(|()| job),
    };
    let is_alive = |earlier: &Job| earlier.requested_by == job.requested_by && earlier.state != JobState::Failed;
    if let Some(earlier) = store.job(job.job_id).await?.filter(is_alive) {
        return Ok(earlier);
    }
    if !matches!(not_created, StoreError::Conflict) {
        return Err(not_created);
    }
    let job = Job { job_id: time_and_ids.random_id(), ..job };
    store.create_job(&job).await.map(|()| job)
}

/// The download link is made when it is asked for, and is valid for 15 minutes from then on.
async fn view(
    store: &impl StoreJobs,
    services: &impl PresignDownload,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    Query::read(request, &[])?;
    let job = find_job(store, &caller.caller, request, time_and_ids.now()).await?;
    let file = match (&job.kind, job.state) {
        (JobKind::Export { file, .. }, JobState::Done) => file.clone(),
        (JobKind::Bulk(bulk), _) => bulk.plan.as_ref().map(|plan| plan_csv(&plan.files)),
        _ => None,
    };
    let download_url = match file {
        Some(file) => Some(services.presign(&file).await.map_err(|error| Problem::internal(&error))?),
        None => None,
    };
    json(200, &JobView::new(&job, download_url))
}
