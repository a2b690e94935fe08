//! Workers: list, create, fetch, update, delete.

use std::collections::HashMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde_json::Value;

use super::Shared;
use super::paging::{List, Parameters};
use crate::place::Place;
use crate::refusal::Refusal;
use crate::worker::Worker;
use crate::workspace::{Change, Workspace};

const FILTERS: [&str; 4] = ["Available", "ActivityName", "ActivitySid", "FriendlyName"];

/// The path parameters: workspace and worker.
type OfWorker = Path<(String, String)>;

pub(super) async fn list(State(state): Shared, Query(parameters): Parameters) -> Result<Json<Value>, Refusal> {
    let workspace = state.workspace();
    let filters = FILTERS.map(|filter| parameters.get(filter).map(|value| (filter, value.as_str())));
    let candidates: Vec<&Worker> = match parameters.get("FriendlyName") {
        Some(name) => workspace.find_by_name(name).into_iter().collect(),
        None => workspace.workers().collect(),
    };
    let matching =
        candidates.into_iter().filter(|worker| filters.iter().flatten().all(|filter| matches(worker, *filter)));
    let items: Vec<(&str, &Worker)> = matching.map(|worker| (worker.sid.as_str(), worker)).collect();
    let url = state.place.url("Workers");
    let list = List { url, key: "workers", parameters: &parameters, filters: &FILTERS };
    list.page(&items, |worker| worker.resource(&state.place))
}

pub(super) async fn create(State(state): Shared, body: Bytes) -> Result<Response, Refusal> {
    let (worker, _) = state.change(|workspace| {
        let (worker, event) = workspace.create(change(&body), Timestamp::now())?;
        Ok::<_, Refusal>((worker, vec![event]))
    })?;
    Ok(show(StatusCode::CREATED, &worker, &state.place))
}

pub(super) async fn fetch(State(state): Shared, Path((_, sid)): OfWorker) -> Result<Response, Refusal> {
    let worker = state.workspace().worker(&sid)?.clone();
    Ok(show(StatusCode::OK, &worker, &state.place))
}

pub(super) async fn update(
    State(state): Shared,
    Path((_, sid)): OfWorker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let (worker, _) = state.change(|workspace| {
        check_version(workspace, &sid, &headers)?;
        workspace.update(&sid, change(&body), Timestamp::now())
    })?;
    Ok(show(StatusCode::OK, &worker, &state.place))
}

pub(super) async fn delete(
    State(state): Shared,
    Path((_, sid)): OfWorker,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    state.change(|workspace| {
        check_version(workspace, &sid, &headers)?;
        Ok::<_, Refusal>(((), vec![workspace.delete(&sid, Timestamp::now())?]))
    })?;
    Ok(StatusCode::NO_CONTENT)
}

fn show(status: StatusCode, worker: &Worker, place: &Place) -> Response {
    (status, [(ETAG, worker.etag())], Json(worker.resource(place))).into_response()
}

fn matches(worker: &Worker, (filter, value): (&str, &str)) -> bool {
    match filter {
        "Available" => worker.activity().available == is_true(value),
        "ActivityName" => worker.activity().name == value,
        "ActivitySid" => worker.activity_sid == value,
        // The candidates were found by their friendly name.
        _ => true,
    }
}

pub(super) fn is_true(value: &str) -> bool {
    ["true", "1", "yes"].iter().any(|yes| value.eq_ignore_ascii_case(yes))
}

/// Checks `If-Match`, if present, against the version of the worker.
fn check_version(workspace: &Workspace, sid: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let worker = workspace.worker(sid)?;
    let given = headers.get(IF_MATCH).map(|value| value.to_str().unwrap_or_default());
    match given.map(|given| given.trim_start_matches("W/").trim_matches('"')) {
        None | Some("*") => Ok(()),
        Some(version) if version == worker.version.to_string() => Ok(()),
        Some(_) => Err(Refusal::stale(worker.version)),
    }
}

fn change(body: &[u8]) -> Change {
    let mut form: HashMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
    Change {
        friendly_name: form.remove("FriendlyName"),
        attributes: form.remove("Attributes"),
        activity_sid: form.remove("ActivitySid"),
        reject_pending_reservations: form.get("RejectPendingReservations").is_some_and(|value| is_true(value)),
    }
}
