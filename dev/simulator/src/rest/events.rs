//! The Events list: what happened, newest first, and who did it.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Shared;
use super::paging::List;
use super::parameters::{NoQuery, Parameters, Takes};
use crate::event::Event;
use crate::refusal::Refusal;

const LIST: Takes = Takes::list(
    &["EventType", "WorkerSid", "ReservationSid", "TaskSid", "Sid", "Minutes", "StartDate", "EndDate"],
    &["TaskQueueSid", "WorkflowSid", "TaskChannel"],
);
const DEFAULT_MINUTES: i64 = 15;

pub(super) async fn list(State(state): Shared, RawQuery(query): RawQuery) -> Result<Json<Value>, Refusal> {
    let parameters = LIST.query(query.as_deref())?;
    let (from, to) = period(&parameters)?;
    let workspace = state.workspace();
    let matching = workspace.events().filter(|event| from <= event.at && event.at <= to && matches(event, &parameters));
    let items: Vec<(&str, &Event)> = matching.map(|event| (event.sid.as_str(), event)).collect();
    let list = List { url: state.place.url("Events"), key: "events", parameters: &parameters };
    list.page(&items, |event| event.resource(&state.place))
}

pub(super) async fn fetch(
    State(state): Shared,
    Path((_, sid)): Path<(String, String)>,
    _: NoQuery,
) -> Result<Json<Value>, Refusal> {
    let workspace = state.workspace();
    let event = workspace.events().find(|event| event.sid == sid).ok_or_else(|| Refusal::no("Event", &sid))?;
    Ok(Json(event.resource(&state.place)))
}

fn matches(event: &Event, parameters: &Parameters) -> bool {
    let is = |filter, value: Option<&str>| parameters.get(filter).is_none_or(|wanted| value == Some(wanted));
    let reservation = event.reservation.as_ref();
    is("EventType", Some(event.kind.event_type()))
        && is("WorkerSid", Some(&event.worker.sid))
        && is("ReservationSid", reservation.map(|reservation| &*reservation.sid))
        && is("TaskSid", reservation.map(|reservation| &*reservation.task_sid))
        && is("Sid", Some(&event.sid))
}

/// From `StartDate`, else `Minutes` ago, to `EndDate`, else without end.
fn period(parameters: &Parameters) -> Result<(Timestamp, Timestamp), Refusal> {
    let to = moment(parameters, "EndDate")?.unwrap_or(Timestamp::MAX);
    let minutes = minutes(parameters)?;
    let from = moment(parameters, "StartDate")?;
    Ok((from.unwrap_or_else(|| Timestamp::now() - SignedDuration::from_mins(minutes)), to))
}

fn minutes(parameters: &Parameters) -> Result<i64, Refusal> {
    let Some(text) = parameters.get("Minutes") else { return Ok(DEFAULT_MINUTES) };
    text.parse::<u32>()
        .ok()
        .filter(|minutes| i32::try_from(*minutes).is_ok())
        .map(i64::from)
        .ok_or_else(|| Refusal::bad("Minutes must be a whole number from 0"))
}

fn moment(parameters: &Parameters, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let wrong = |_| Refusal::bad(format!("{name} must be a date as 2008-01-02T00:00:00Z"));
    parameters.get(name).map(|text| text.parse().map_err(wrong)).transpose()
}
