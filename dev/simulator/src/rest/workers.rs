//! Workers: list, create, fetch, update, delete.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde_json::Value;

use super::Shared;
use super::paging::List;
use super::parameters::{NoQuery, Parameters, Takes, is_true};
use super::precondition;
use crate::actor::Actor;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::worker::Worker;
use crate::workspace::Change;

const LIST: Takes = Takes::list(
    &["Available", "ActivityName", "ActivitySid", "FriendlyName"],
    &["TargetWorkersExpression", "TaskQueueName", "TaskQueueSid", "Ordering"],
);
const CREATE: Takes = Takes { names: &["FriendlyName", "ActivitySid", "Attributes"], not_simulated: &[], paged: false };
const UPDATE: Takes = Takes {
    names: &["FriendlyName", "ActivitySid", "Attributes", "RejectPendingReservations"],
    not_simulated: &[],
    paged: false,
};

/// The path parameters: workspace and worker.
type OfWorker = Path<(String, String)>;

pub(super) async fn list(State(state): Shared, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let parameters = LIST.query(query.as_deref())?;
    let workspace = state.workspace();
    let candidates: Vec<&Worker> = match parameters.get("FriendlyName") {
        Some(name) => workspace.find_by_name(name).into_iter().collect(),
        None => workspace.workers().collect(),
    };
    let matching = candidates.into_iter().filter(|worker| matches(worker, &parameters));
    let items: Vec<(&str, &Worker)> = matching.map(|worker| (worker.sid.as_str(), worker)).collect();
    let list = List { url: state.place.url("Workers"), key: "workers", parameters: &parameters };
    Ok(tagged(list.page(&items, |worker| worker.resource(&state.place))?))
}

pub(super) async fn create(
    State(state): Shared,
    Extension(actor): Extension<Actor>,
    _: NoQuery,
    body: Bytes,
) -> Result<Response, Refusal> {
    let change = change(&CREATE.read(&body)?)?;
    let (worker, _) = state.change(|workspace| {
        let (worker, event) = workspace.create(change, &actor.now())?;
        Ok::<_, Refusal>((worker, vec![event]))
    })?;
    Ok(show(StatusCode::CREATED, &worker, &state.place))
}

pub(super) async fn fetch(State(state): Shared, Path((_, sid)): OfWorker, _: NoQuery) -> Result<Response, Refusal> {
    let worker = state.workspace().worker(&sid)?.clone();
    Ok(show(StatusCode::OK, &worker, &state.place))
}

pub(super) async fn update(
    State(state): Shared,
    Path((_, sid)): OfWorker,
    Extension(actor): Extension<Actor>,
    _: NoQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let change = change(&UPDATE.read(&body)?)?;
    let (worker, _) = state.change(|workspace| {
        precondition::check(&headers, workspace.worker(&sid)?)?;
        workspace.update(&sid, change, &actor.now())
    })?;
    Ok(show(StatusCode::OK, &worker, &state.place))
}

pub(super) async fn delete(
    State(state): Shared,
    Path((_, sid)): OfWorker,
    Extension(actor): Extension<Actor>,
    _: NoQuery,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    state.change(|workspace| {
        precondition::check(&headers, workspace.worker(&sid)?)?;
        Ok::<_, Refusal>(((), vec![workspace.delete(&sid, &actor.now())?]))
    })?;
    Ok(StatusCode::NO_CONTENT)
}

fn show(status: StatusCode, worker: &Worker, place: &Place) -> Response {
    (status, [(ETAG, worker.etag())], Json(worker.resource(place))).into_response()
}

/// A list with an `ETag`, which Twilio documents without saying of what: here it changes with the page.
pub(super) fn tagged(page: Json<Value>) -> Response {
    let mut hasher = DefaultHasher::new();
    page.0.to_string().hash(&mut hasher);
    ([(ETAG, format!("\"{:016x}\"", hasher.finish()))], page).into_response()
}

/// Whether the filters but `FriendlyName` match, by which the candidates were found.
fn matches(worker: &Worker, filters: &Parameters) -> bool {
    filters.get("Available").is_none_or(|value| worker.activity().available == is_true(value))
        && filters.get("ActivityName").is_none_or(|name| worker.activity().name == name)
        && filters.get("ActivitySid").is_none_or(|sid| worker.activity_sid == sid)
}

fn change(form: &Parameters) -> Result<Change, Refusal> {
    Ok(Change {
        friendly_name: form.owned("FriendlyName"),
        attributes: form.owned("Attributes"),
        activity_sid: form.owned("ActivitySid"),
        reject_pending_reservations: form.boolean("RejectPendingReservations")?,
    })
}
