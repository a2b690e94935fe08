//! `POST /exports` and `GET /jobs/{job_id}`: the list as CSV, written by a job (rule 29), and how far any job is.

mod aws_services;

use lambda_http::Request;

use app::{
    AuthenticatedCaller, TimeAndIds,
    bulk::{plan_csv, plan_failed_rows},
    query::check_existence,
};
use domain::{
    Quoted,
    job::{Job, JobKind, JobState},
    permissions::Operation,
};
use http_api::{
    HttpResult, Problem,
    body::body,
    caller,
    idempotency::{ResourceId, once},
    jobs::{JobLinks, JobView, find_job},
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
    let for_import = for_import(request)?;
    let query = body::<UserQueryParams>(request)?.into_query()?;
    check_existence(store, &query).await?;
    let requested_by = caller.caller.user_id;
    let job =
        Job::queued(id.uuid(), JobKind::Export { query, for_import, file: None }, requested_by, time_and_ids.now());
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
    json_with(202, &JobView::new(&job, JobLinks::default()), &[("location", format!("/jobs/{}", job.job_id))])
}

/// Whether the file is to be changed and imported.
fn for_import(request: &Request) -> Result<bool, Problem> {
    match Query::read(request, &["for_import"])?.text("for_import") {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => {
            let detail = format!("for_import is {}; it is true or false.", Quoted::from(other));
            Err(Problem::invalid("invalid-for-import", detail))
        }
    }
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
    let (file, failed) = match (&job.kind, job.state) {
        (JobKind::Export { file, .. }, JobState::Done) => (file.clone(), None),
        (JobKind::Bulk(bulk), _) => {
            let plan = bulk.plan.as_ref();
            let failed = plan.filter(|plan| plan.imported.is_some() && plan.tally.refused > 0);
            (plan.map(|plan| plan_csv(&plan.files)), failed.map(|plan| plan_failed_rows(&plan.files)))
        }
        _ => (None, None),
    };
    let (download_url, failed_rows_url) = (link(services, file).await?, link(services, failed).await?);
    json(200, &JobView::new(&job, JobLinks { download_url, failed_rows_url }))
}

async fn link(services: &impl PresignDownload, file: Option<String>) -> Result<Option<String>, Problem> {
    let Some(file) = file else { return Ok(None) };
    services.presign(&file).await.map(Some).map_err(|error| Problem::internal(&error))
}
