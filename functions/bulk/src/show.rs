//! `GET /jobs/{job_id}/plan` and `GET /jobs/{job_id}/results`: a page of what would become of users, or has.

use lambda_http::Request;
use serde::Serialize;
use std::collections::BTreeMap;

use app::{
    AuthenticatedCaller, TimeAndIds,
    bulk::{LineReader, PlanFiles, StorageError, plan_lines},
};
use domain::{
    Quoted, Refusal, User, UserId,
    bulk::{AppliedUser, BulkRefusal, Outcome, Part, PlannedUser, RefusedBecause},
    job::Job,
};
use http_api::{HttpResult, Problem, jobs::find_job, request::Query, response::json};
use store::{Cursor, CursorError, ReadBulkResults, ReadSet, ReadSnapshot, StoreJobs, results_fingerprint};

/// About what the lines of a page have.
const CHUNK: u64 = 32 * 1024;

#[derive(Serialize)]
struct Page {
    items: Vec<Line>,
    next_cursor: Option<String>,
}

#[derive(Serialize)]
struct Line {
    user_id: Option<UserId>,
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
    outcome: Outcome,
    changes: Vec<Part>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed_since: Vec<Part>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<RefusedBecause>,
}

impl From<PlannedUser> for Line {
    fn from(planned: PlannedUser) -> Self {
        let PlannedUser { user_id, name, outcome, changes, refusal, changed_since, row, edit: _, adds: _ } = planned;
        Self { user_id, name, row, outcome, changes, changed_since, refusal }
    }
}

impl Line {
    fn of(applied: AppliedUser, users: &BTreeMap<UserId, User>) -> Self {
        let AppliedUser { user_id, row, outcome, changes, refusal } = applied;
        let name = users.get(&user_id).map(|user| user.name().to_owned());
        let user_id = Some(user_id);
        Self { user_id, name, row, outcome, changes, changed_since: Vec::new(), refusal }
    }
}

/// The lines of one outcome, in order of name; by default those that are refused.
pub async fn plan(
    store: &impl StoreJobs,
    files: &impl PlanFiles,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    let query = Query::read(request, &["outcome", "cursor", "limit"])?;
    let (outcome, limit) = (outcome(&query)?.unwrap_or(Outcome::Refused), query.limit()?);
    let job = find_job(store, &caller.caller, request, time_and_ids.now()).await?;
    let Some(plan) = job.bulk().and_then(|bulk| bulk.plan.as_ref()) else { return Err(no_plan(&job)) };
    let fingerprint = format!("{}{}", &plan.hash, outcome.name());
    let from = match query.cursor(&fingerprint)? {
        Some(cursor) => cursor.after.parse().map_err(|_| CursorError::Malformed)?,
        None => 0,
    };
    let mut lines = LineReader::new(files, plan_lines(&plan.files, outcome), from).with_chunk(CHUNK);
    let (mut items, mut next) = (Vec::with_capacity(limit), from);
    let is_first = |items: &Vec<Line>| items.is_empty() && from > 0;
    while let Some(line) = lines.next().await.map_err(|error| unreadable(&error))? {
        if items.len() == limit {
            let next_cursor = Some(Cursor::new(&fingerprint, None, next.to_string()).encode());
            return json(200, &Page { items, next_cursor });
        }
        let planned = match line.parse::<PlannedUser>() {
            // A cursor that was made up leads into the midst of a line.
            Err(StorageError::Line(_)) if is_first(&items) => return Err(CursorError::Malformed.into()),
            planned => planned.map_err(|error| unreadable(&error))?,
        };
        items.push(planned.into());
        next = line.next;
    }
    json(200, &Page { items, next_cursor: None })
}

/// What was made of the users whom the plan changes, in its order; with `outcome` a page may be short and still have a next
/// one.
pub async fn results(
    store: &(impl StoreJobs + ReadBulkResults + ReadSnapshot),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    let query = Query::read(request, &["outcome", "cursor", "limit"])?;
    let (outcome, limit) = (outcome(&query)?, query.limit()?);
    let job = find_job(store, &caller.caller, request, time_and_ids.now()).await?;
    if job.bulk().is_none() {
        return Err(no_plan(&job));
    }
    let cursor = query.cursor(&results_fingerprint(job.job_id))?;
    let (mut applied, next) = store.bulk_results(job.job_id, cursor, limit).await?;
    applied.retain(|applied| outcome.is_none_or(|outcome| applied.outcome == outcome));
    let users = if applied.is_empty() {
        BTreeMap::new()
    } else {
        let users = applied.iter().map(|applied| applied.user_id).collect();
        store.snapshot(&ReadSet { users, ..ReadSet::default() }).await?.users
    };
    let items = applied.into_iter().map(|applied| Line::of(applied, &users)).collect();
    json(200, &Page { items, next_cursor: next.map(|next| next.encode()) })
}

fn outcome(query: &Query) -> Result<Option<Outcome>, Problem> {
    let Some(text) = query.text("outcome") else { return Ok(None) };
    let known = Outcome::ALL.into_iter().find(|outcome| outcome.name() == text);
    known.map(Some).ok_or_else(|| {
        let text = Quoted::from(text);
        Problem::invalid(
            "unknown-outcome",
            format!("There is no outcome {text}. It is one of changed, unchanged, refused."),
        )
    })
}

fn unreadable(error: &StorageError) -> Problem {
    match error {
        StorageError::Gone => Refusal::from(BulkRefusal::PlanGone).into(),
        StorageError::Line(_) | StorageError::Failed(_) => Problem::internal(error),
    }
}

fn no_plan(job: &Job) -> Problem {
    let state = job.state.name();
    Problem::new(409, "no-plan", format!("This job is {state} and has no plan. Ask for it once the job is planned."))
}
