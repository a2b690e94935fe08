//! Read-only resources: the workspace, activities, events, channels and reservations of a worker.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Shared;
use super::paging::{List, Parameters};
use super::workers::is_true;
use crate::activity::{ACTIVITIES, Activity};
use crate::event::Event;
use crate::place::{Place, WORKSPACE_NAME, date};
use crate::refusal::Refusal;
use crate::worker::Worker;

const EVENT_FILTERS: [&str; 6] = ["EventType", "WorkerSid", "Sid", "Minutes", "StartDate", "EndDate"];
const DEFAULT_MINUTES: i64 = 15;
/// Name and capacity of the task channels of Flex.
const CHANNELS: [(&str, u32); 3] = [("default", 1), ("voice", 1), ("chat", 3)];

pub(super) async fn workspace(State(state): Shared) -> Json<Value> {
    let place = &state.place;
    let parts = ["Activities", "Statistics", "RealTimeStatistics", "CumulativeStatistics", "TaskQueues"];
    let more = ["Tasks", "Workers", "Workflows", "TaskChannels", "Events"];
    let links = parts.iter().chain(&more).map(|part| (crate::event::snake_case(part), json!(place.url(part))));
    Json(json!({
        "account_sid": place.account_sid,
        "date_created": Timestamp::UNIX_EPOCH.to_string(),
        "date_updated": Timestamp::UNIX_EPOCH.to_string(),
        "default_activity_name": ACTIVITIES[0].name,
        "default_activity_sid": ACTIVITIES[0].sid,
        "event_callback_url": state.callback_url.as_deref().unwrap_or_default(),
        "events_filter": null,
        "friendly_name": WORKSPACE_NAME,
        "links": links.collect::<serde_json::Map<_, _>>(),
        "multi_task_enabled": true,
        "prioritize_queue_order": "FIFO",
        "sid": place.workspace_sid,
        "timeout_activity_name": ACTIVITIES[0].name,
        "timeout_activity_sid": ACTIVITIES[0].sid,
        "url": place.workspace_url(),
    }))
}

pub(super) async fn activities(State(state): Shared, Query(parameters): Parameters) -> Result<Json<Value>, Refusal> {
    let named = |activity: &&Activity| parameters.get("FriendlyName").is_none_or(|name| name == activity.name);
    let available =
        |activity: &&Activity| parameters.get("Available").is_none_or(|value| is_true(value) == activity.available);
    let items: Vec<(&str, &Activity)> =
        ACTIVITIES.iter().filter(named).filter(available).map(|activity| (activity.sid, activity)).collect();
    let url = state.place.url("Activities");
    let list = List { url, key: "activities", parameters: &parameters, filters: &["FriendlyName", "Available"] };
    list.page(&items, |activity| activity.resource(&state.place))
}

pub(super) async fn activity(
    State(state): Shared,
    Path((_, sid)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let activity = Activity::of(&sid).ok_or_else(|| Refusal::not_found(&format!("Activities/{sid}")))?;
    Ok(Json(activity.resource(&state.place)))
}

pub(super) async fn events(State(state): Shared, Query(parameters): Parameters) -> Result<Json<Value>, Refusal> {
    let (from, to) = period(&parameters)?;
    let is = |filter, value: &str| parameters.get(filter).is_none_or(|wanted| wanted == value);
    let workspace = state.workspace();
    let matching = workspace.events().filter(|event| {
        from <= event.at
            && event.at <= to
            && is("EventType", event.kind.event_type())
            && is("WorkerSid", &event.worker.sid)
            && is("Sid", &event.sid)
    });
    let items: Vec<(&str, &Event)> = matching.map(|event| (event.sid.as_str(), event)).collect();
    let url = state.place.url("Events");
    let list = List { url, key: "events", parameters: &parameters, filters: &EVENT_FILTERS };
    list.page(&items, |event| event.resource(&state.place))
}

pub(super) async fn channels(
    State(state): Shared,
    Path((_, sid)): Path<(String, String)>,
    Query(parameters): Parameters,
) -> Result<Json<Value>, Refusal> {
    let worker = state.workspace().worker(&sid)?.clone();
    let sids: Vec<String> = (0..CHANNELS.len()).map(|index| channel_sid("WC", &worker, index)).collect();
    let items: Vec<(&str, usize)> = sids.iter().enumerate().map(|(index, sid)| (sid.as_str(), index)).collect();
    let url = state.place.url(&format!("{}/Channels", worker.path()));
    let list = List { url, key: "channels", parameters: &parameters, filters: &[] };
    list.page(&items, |index| channel(&worker, *index, &state.place))
}

/// Always empty: tasks are not simulated.
pub(super) async fn reservations(
    State(state): Shared,
    Path((_, sid)): Path<(String, String)>,
    Query(parameters): Parameters,
) -> Result<Json<Value>, Refusal> {
    let url = state.place.url(&format!("{}/Reservations", state.workspace().worker(&sid)?.path()));
    let list = List { url, key: "reservations", parameters: &parameters, filters: &["ReservationStatus"] };
    list.page(&[], |nothing: &Value| nothing.clone())
}

fn channel(worker: &Worker, index: usize, place: &Place) -> Value {
    let (name, capacity) = CHANNELS[index];
    let sid = channel_sid("WC", worker, index);
    json!({
        "account_sid": place.account_sid,
        "assigned_tasks": 0,
        "available": true,
        "available_capacity_percentage": 100,
        "configured_capacity": capacity,
        "date_created": date(worker.date_created),
        "date_updated": date(worker.date_created),
        "sid": sid,
        "task_channel_sid": format!("TC{index:032}"),
        "task_channel_unique_name": name,
        "url": place.url(&format!("{}/Channels/{sid}", worker.path())),
        "worker_sid": worker.sid,
        "workspace_sid": place.workspace_sid,
    })
}

/// Derived from the worker's SID, so that it is stable.
fn channel_sid(kind: &str, worker: &Worker, index: usize) -> String {
    let own = worker.sid.get(3..).unwrap_or_default();
    format!("{kind}{index}{own}")
}

/// From `StartDate`, else `Minutes` ago, to `EndDate`, else without end.
fn period(parameters: &HashMap<String, String>) -> Result<(Timestamp, Timestamp), Refusal> {
    let to = moment(parameters, "EndDate")?.unwrap_or(Timestamp::MAX);
    if let Some(from) = moment(parameters, "StartDate")? {
        return Ok((from, to));
    }
    let minutes = match parameters.get("Minutes") {
        Some(text) => text.parse::<i32>().map_err(|_| Refusal::bad("Minutes must be a whole number"))?.into(),
        None => DEFAULT_MINUTES,
    };
    Ok((Timestamp::now() - SignedDuration::from_mins(minutes), to))
}

fn moment(parameters: &HashMap<String, String>, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let wrong = |_| Refusal::bad(format!("{name} must be a date as 2008-01-02T00:00:00Z"));
    parameters.get(name).map(|text| text.parse().map_err(wrong)).transpose()
}
