//! `GET /reconciliations/latest`, `POST /reconciliations`, and `POST /users/{user_id}/drift/{field}/{decision}` (rules 4, 24
//! and 28); `GET /flex/skills` and `POST /flex/skills/import` (rule 16). What they have in common is that a caller waits for
//! what Twilio answers.

mod drift;
mod flex_skills;
mod runner;

use lambda_http::Request;
use serde::Deserialize;

use app::{
    AuthenticatedCaller, TimeAndIds,
    reconcile::{Report, request_reconciliation},
};
use domain::{Refusal, permissions::Operation, policy::Policy};
use http_api::{
    HttpResult,
    body::body,
    caller,
    idempotency::{ResourceId, once},
    request::{Query, route, unknown_route},
    response::{json, json_with},
};
use store::{
    CommitSkill, CommitUser, IdempotencyStore, ImportSkills, ReadSnapshot, RequestSync, TrackReconciliation,
    ViewCatalog, ViewDetails, ViewTeams,
};
use twilio::{FetchFlexConfiguration, FetchWorker};

pub use runner::{ReconcileFunction, StartReconcile};

/// The verbs of the store that this function uses.
pub trait ReconciliationStore:
    TrackReconciliation
    + ReadSnapshot
    + ViewTeams
    + ViewDetails
    + CommitUser
    + ImportSkills
    + RequestSync
    + ViewCatalog
    + CommitSkill
    + IdempotencyStore
{
}
impl<
    T: TrackReconciliation
        + ReadSnapshot
        + ViewTeams
        + ViewDetails
        + CommitUser
        + ImportSkills
        + RequestSync
        + ViewCatalog
        + CommitSkill
        + IdempotencyStore,
> ReconciliationStore for T
{
}

pub async fn handle(
    store: &impl ReconciliationStore,
    twilio: &(impl FetchWorker + FetchFlexConfiguration),
    runner: &impl StartReconcile,
    time_and_ids: &impl TimeAndIds,
    policy: &Policy,
    request: Request,
) -> HttpResult {
    let request = &request;
    match route(request) {
        "GET /reconciliations/latest" => view(store, request).await,
        "POST /reconciliations" => {
            let caller = caller::from_request(request, Operation::StartReconciliation)?;
            let start = |id| start(store, runner, time_and_ids, &caller, request, id);
            once(store, time_and_ids, &caller, request, start).await
        }
        "POST /users/{user_id}/drift/{field}/{decision}" => {
            let caller = caller::manager_from_request(request)?;
            let decide = async |_| drift::decide(store, twilio, time_and_ids, &caller, policy, request).await;
            once(store, time_and_ids, &caller, request, decide).await
        }
        "GET /flex/skills" => {
            caller::from_request(request, Operation::ViewCatalog)?;
            flex_skills::compare(store, twilio, request).await
        }
        "POST /flex/skills/import" => {
            let caller = caller::from_request(request, Operation::ManageSkills)?;
            let import = async |_| flex_skills::import_all(store, twilio, time_and_ids, &caller, request).await;
            once(store, time_and_ids, &caller, request, import).await
        }
        other => Err(unknown_route(other)),
    }
}

async fn view(store: &impl TrackReconciliation, request: &Request) -> HttpResult {
    caller::from_request(request, Operation::ViewReconciliations)?;
    Query::read(request, &[])?;
    let latest = store.reconciliation().await?.ok_or(Refusal::NoReconciliation)?;
    json(200, &Report::from(&latest))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Start {
    /// The reconciliation that was braked, and whose report was read.
    confirm: Option<String>,
}

/// What is queued is carried out, whether or not its runner can be started: the schedule's runner takes it up.
async fn start(
    store: &(impl ReadSnapshot + TrackReconciliation),
    runner: &impl StartReconcile,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
    id: ResourceId,
) -> HttpResult {
    let Start { confirm } = body(request)?;
    let unknown = |text: &String| Refusal::NothingToConfirm(text.as_str().into());
    let confirm = confirm.as_ref().map(|text| text.parse().map_err(|_| unknown(text))).transpose()?;
    let queued = request_reconciliation(store, time_and_ids, caller, id.uuid(), confirm).await?;
    if let Err(error) = runner.start().await {
        tracing::warn!(%error, "failed to start a reconciliation; the schedule starts it");
    }
    json_with(202, &Report::from(&queued), &[("location", "/reconciliations/latest".to_owned())])
}
