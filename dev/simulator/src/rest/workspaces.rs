//! The only workspace, and its activities.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Shared;
use super::paging::List;
use super::parameters::{NoQuery, Takes, is_true};
use crate::activity::{ACTIVITIES, Activity};
use crate::place::WORKSPACE_NAME;
use crate::refusal::Refusal;
use crate::state::State as Everything;

const WORKSPACES: Takes = Takes::list(&["FriendlyName"], &[]);
const UPDATE: Takes = Takes {
    names: &["EventCallbackUrl", "EventsFilter"],
    not_simulated: &[
        "DefaultActivitySid",
        "FriendlyName",
        "MultiTaskEnabled",
        "TimeoutActivitySid",
        "PrioritizeQueueOrder",
    ],
    paged: false,
};
const ACTIVITY_LIST: Takes = Takes::list(&["FriendlyName", "Available"], &[]);

pub(super) async fn list(State(state): Shared, RawQuery(query): RawQuery) -> Result<Json<Value>, Refusal> {
    let parameters = WORKSPACES.query(query.as_deref())?;
    let found = parameters.get("FriendlyName").is_none_or(|name| name == WORKSPACE_NAME);
    let items: Vec<(&str, ())> = found.then_some((&*state.place.workspace_sid, ())).into_iter().collect();
    let url = format!("{}/v1/Workspaces", state.place.base_url);
    List { url, key: "workspaces", parameters: &parameters }.page(&items, |()| resource(&state))
}

pub(super) async fn fetch(State(state): Shared, _: NoQuery) -> Json<Value> {
    Json(resource(&state))
}

pub(super) async fn update(State(state): Shared, _: NoQuery, body: Bytes) -> Result<Json<Value>, Refusal> {
    let form = UPDATE.read(&body)?;
    state.workspace().change_settings(form.get("EventCallbackUrl"), form.get("EventsFilter"))?;
    Ok(Json(resource(&state)))
}

/// The links lead to what is simulated only.
fn resource(state: &Everything) -> Value {
    let (place, settings) = (&state.place, state.workspace().settings().clone());
    json!({
        "account_sid": place.account_sid,
        "date_created": Timestamp::UNIX_EPOCH.to_string(),
        "date_updated": Timestamp::UNIX_EPOCH.to_string(),
        "default_activity_name": ACTIVITIES[0].name,
        "default_activity_sid": ACTIVITIES[0].sid,
        "event_callback_url": settings.event_callback_url.unwrap_or_default(),
        "events_filter": settings.events_filter,
        "friendly_name": WORKSPACE_NAME,
        "links": {
            "activities": place.url("Activities"),
            "workers": place.url("Workers"),
            "events": place.url("Events"),
        },
        "multi_task_enabled": true,
        "prioritize_queue_order": "FIFO",
        "sid": place.workspace_sid,
        "timeout_activity_name": ACTIVITIES[0].name,
        "timeout_activity_sid": ACTIVITIES[0].sid,
        "url": place.workspace_url(),
    })
}

pub(super) async fn activities(State(state): Shared, RawQuery(query): RawQuery) -> Result<Json<Value>, Refusal> {
    let parameters = ACTIVITY_LIST.query(query.as_deref())?;
    let named = |activity: &&Activity| parameters.get("FriendlyName").is_none_or(|name| name == activity.name);
    let available =
        |activity: &&Activity| parameters.get("Available").is_none_or(|value| is_true(value) == activity.available);
    let items: Vec<(&str, &Activity)> =
        ACTIVITIES.iter().filter(named).filter(available).map(|activity| (activity.sid, activity)).collect();
    let list = List { url: state.place.url("Activities"), key: "activities", parameters: &parameters };
    list.page(&items, |activity| activity.resource(&state.place))
}

pub(super) async fn activity(
    State(state): Shared,
    Path((_, sid)): Path<(String, String)>,
    _: NoQuery,
) -> Result<Json<Value>, Refusal> {
    let activity = Activity::of(&sid).ok_or_else(|| Refusal::no("Activity", &sid))?;
    Ok(Json(activity.resource(&state.place)))
}
