//! `POST /bulk` and `POST /imports`: a job that plans what would become of many users. `GET /jobs/{job_id}/plan` and `/results` show it,
//! `POST /jobs/{job_id}/apply`, `/cancel` and `/undo` go on with it; `POST /users/{user_id}/history/{record_id}/undo` takes
//! back one change. What is queued is carried out by `run-bulk`, which the schedule starts if this function cannot.

mod body;
mod import;
mod runner;
mod show;

use lambda_http::{Request, RequestExt};
use serde::Deserialize;
use uuid::Uuid;

use app::{AuthenticatedCaller, TimeAndIds, bulk::PlanFiles, query::check_existence};
use domain::{
    Quoted, Refusal,
    bulk::{BulkRefusal, BulkTask, CopySource, IfChanged, Selection, SkillsCopy, SkillsEdit, Standing},
    job::{Job, JobState},
    permissions::{Operation, authorize},
    preset::SkillPreset,
};
use files::uploads::PresignUpload;
use http_api::{
    HttpResult, Problem,
    body::{body, no_body},
    caller,
    idempotency::{ResourceId, once},
    jobs::{JobLinks, JobView, find_job},
    request::{route, unknown_route, user_id},
    response::json_with,
};
use store::{
    IdempotencyStore, KeepBulkJobs, ReadBulkResults, ReadSet, ReadSnapshot, Snapshot, StoreError, StoreJobs, ViewSkill,
    ViewTeams,
};

pub use runner::{RunBulkFunction, StartBulk};

/// How often a job that is changed meanwhile is looked at again.
const MAX_TRIES: usize = 5;

/// The verbs of the store that this function uses.
pub trait BulkJobStore:
    StoreJobs + KeepBulkJobs + ReadBulkResults + ReadSnapshot + ViewTeams + ViewSkill + IdempotencyStore
{
}
impl<T: StoreJobs + KeepBulkJobs + ReadBulkResults + ReadSnapshot + ViewTeams + ViewSkill + IdempotencyStore>
    BulkJobStore for T
{
}

pub async fn handle(
    store: &impl BulkJobStore,
    files: &(impl PlanFiles + PresignUpload),
    runner: &impl StartBulk,
    time_and_ids: &impl TimeAndIds,
    request: Request,
) -> HttpResult {
    let caller = &caller::manager_from_request(&request)?;
    let api = Api { store, runner, time_and_ids, caller, request: &request };
    match route(&request) {
        "GET /jobs/{job_id}/plan" => show::plan(store, files, time_and_ids, caller, &request).await,
        "GET /jobs/{job_id}/results" => show::results(store, time_and_ids, caller, &request).await,
        "POST /uploads" => {
            let upload = |id| import::upload(files, time_and_ids, caller, &request, id);
            once(store, time_and_ids, caller, &request, upload).await
        }
        "POST /imports" => once(store, time_and_ids, caller, &request, |id| api.import(files, id)).await,
        "POST /bulk" => once(store, time_and_ids, caller, &request, |id| api.plan(id)).await,
        "POST /jobs/{job_id}/apply" => once(store, time_and_ids, caller, &request, |_| api.apply()).await,
        "POST /jobs/{job_id}/cancel" => once(store, time_and_ids, caller, &request, |_| api.cancel()).await,
        "POST /jobs/{job_id}/undo" => once(store, time_and_ids, caller, &request, |id| api.undo_job(id)).await,
        "POST /users/{user_id}/history/{record_id}/undo" => {
            once(store, time_and_ids, caller, &request, |id| api.undo_record(id)).await
        }
        other => Err(unknown_route(other)),
    }
}

/// A request that changes a job or creates one.
struct Api<'a, S, R, T> {
    store: &'a S,
    runner: &'a R,
    time_and_ids: &'a T,
    caller: &'a AuthenticatedCaller,
    request: &'a Request,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Apply {
    /// The hash of the plan that was looked at.
    plan: String,
    /// How many drastic changes it has, if it asks.
    confirm: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UndoBody {
    changed_since: Option<String>,
}

/// Skills that are copied.
struct Copied {
    skills: SkillsEdit,
    /// If they are a preset's.
    preset: Option<SkillPreset>,
}

impl UndoBody {
    fn if_changed(&self) -> Result<IfChanged, Problem> {
        match self.changed_since.as_deref() {
            None | Some("keep") => Ok(IfChanged::Keep),
            Some("revert") => Ok(IfChanged::Revert),
            Some(other) => {
                let detail = format!("changed_since is {}; it is keep or revert.", Quoted::from(other));
                Err(Problem::invalid("unknown-choice", detail))
            }
        }
    }
}

impl<S: BulkJobStore, R: StartBulk, T: TimeAndIds> Api<'_, S, R, T> {
    async fn plan(&self, id: ResourceId) -> HttpResult {
        let (users, mut edit, copy) = body::<body::Body>(self.request)?.parse(self.time_and_ids.now())?;
        let copied = match copy {
            Some(copy) => Some(self.copied(copy).await?),
            None => None,
        };
        if let Some(Copied { skills, .. }) = &copied {
            edit.skills = Some(skills.clone());
        }
        let read_set = ReadSet { teams: edit.joined_teams(), skills: edit.skills(), ..ReadSet::default() };
        let names_nothing = read_set.teams.is_empty() && read_set.skills.is_empty();
        let read = if names_nothing { Snapshot::default() } else { self.store.snapshot(&read_set).await? };
        if let Some(preset) = copied.and_then(|copied| copied.preset) {
            preset.check_existence(&read.skills)?;
        }
        edit.check(&read.teams, &read.skills)?;
        if let Selection::Query(query) = &users {
            check_existence(self.store, query).await?;
        }
        self.create(id, BulkTask::Edit { users, edit }).await
    }

    async fn import(&self, files: &impl PlanFiles, id: ResourceId) -> HttpResult {
        let upload_id = import::uploaded(files, self.caller, self.request).await?;
        self.create(id, BulkTask::Import { upload_id }).await
    }

    /// The skills to copy, as they are now: the plan shows what becomes of them, whatever becomes of their source.
    async fn copied(&self, copy: SkillsCopy) -> Result<Copied, Problem> {
        authorize(&self.caller.caller, Operation::ViewUsers)?;
        let read_set = match copy.from {
            CopySource::User(user_id) => ReadSet { users: [user_id].into(), ..ReadSet::default() },
            CopySource::Preset(preset_id) => ReadSet { presets: [preset_id].into(), ..ReadSet::default() },
        };
        let mut read = self.store.snapshot(&read_set).await?;
        let (user, preset) = (read.users.pop_first(), read.presets.pop_first().map(|(_, preset)| preset));
        Ok(Copied { skills: copy.edit(user.as_ref().map(|(_, user)| user), preset.as_ref())?, preset })
    }

    async fn undo_job(&self, id: ResourceId) -> HttpResult {
        let if_changed = body::<UndoBody>(self.request)?.if_changed()?;
        let now = self.time_and_ids.now();
        let job = find_job(self.store, &self.caller.caller, self.request, now).await?;
        job.may_undo(now)?;
        self.create(id, BulkTask::UndoJob { job_id: job.job_id, if_changed }).await
    }

    async fn undo_record(&self, id: ResourceId) -> HttpResult {
        let if_changed = body::<UndoBody>(self.request)?.if_changed()?;
        let parameters = self.request.path_parameters();
        let text = parameters.first("record_id").unwrap_or_default();
        let record_id = text.parse().map_err(|_| Refusal::from(BulkRefusal::UnknownRecord(text.into())))?;
        let user_id = user_id(self.request)?;
        self.create(id, BulkTask::UndoRecord { user_id, record_id, if_changed }).await
    }

    fn standing(&self) -> Standing {
        Standing { token_role: self.caller.token_role, scope: self.caller.caller.scope }
    }

    /// Stores the job, unless an earlier attempt at the request has, and has it planned.
    async fn create(&self, id: ResourceId, task: BulkTask) -> HttpResult {
        let requested_by = self.caller.caller.user_id;
        let job = Job::bulk_queued(id.uuid(), task, self.standing(), requested_by, self.time_and_ids.now());
        let job = match self.store.create_job(&job).await {
            Ok(()) => job,
            Err(error @ (StoreError::Conflict | StoreError::Refused(_))) => {
                let earlier = self.store.job(job.job_id).await?;
                let earlier = earlier.filter(|earlier| earlier.requested_by == job.requested_by);
                earlier.ok_or(error)?
            }
            Err(error) => return Err(error.into()),
        };
        self.start(job.job_id).await;
        accepted(&job)
    }

    /// Only the requester applies a plan: it was decided by what they may do.
    async fn apply(&self) -> HttpResult {
        let Apply { plan, confirm } = body(self.request)?;
        let job = self
            .change_job(|job, now| {
                if job.requested_by != self.caller.caller.user_id {
                    return Err(BulkRefusal::ForeignPlan.into());
                }
                job.may_apply(&plan, confirm, now)?;
                Ok(job.applying(self.standing(), now))
            })
            .await?;
        self.start(job.job_id).await;
        accepted(&job)
    }

    async fn cancel(&self) -> HttpResult {
        no_body(self.request)?;
        let job = self
            .change_job(|job, now| {
                authorize(&self.caller.caller, Operation::ViewJob { requested_by: job.requested_by })?;
                job.may_cancel(now)?;
                Ok(job.cancelled())
            })
            .await?;
        accepted(&job)
    }

    /// Changes the job in the path; decides again if it has changed meanwhile.
    async fn change_job(&self, change: impl Fn(&Job, jiff::Timestamp) -> Result<Job, Refusal>) -> Result<Job, Problem> {
        for _ in 0..MAX_TRIES {
            let now = self.time_and_ids.now();
            let shown = find_job(self.store, &self.caller.caller, self.request, now).await?;
            // Of another kind of job the change is refused.
            let job = self.store.bulk_job(shown.job_id).await?.unwrap_or(shown);
            let next = change(&job, now)?;
            let written = if next.state == JobState::Queued {
                self.store.start_bulk_job(&job, &next).await
            } else {
                self.store.replace_bulk_job(&job, &next).await
            };
            if !matches!(written, Err(StoreError::Conflict)) {
                return Ok(written?);
            }
        }
        Err(StoreError::Conflict.into())
    }

    async fn start(&self, job_id: Uuid) {
        if let Err(error) = self.runner.start(job_id).await {
            tracing::warn!(%error, "failed to start the runner of bulk jobs; the schedule starts it");
        }
    }
}

fn accepted(job: &Job) -> HttpResult {
    let status = if job.state == JobState::Cancelled { 200 } else { 202 };
    json_with(status, &JobView::new(job, JobLinks::default()), &[("location", format!("/jobs/{}", job.job_id))])
}
