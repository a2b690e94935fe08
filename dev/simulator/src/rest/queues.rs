//! Queues: list, fetch.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::Value;

use super::Shared;
use super::paging::List;
use super::parameters::{NoQuery, Takes};
use crate::queue::{Queue, skills};
use crate::refusal::Refusal;

const LIST: Takes = Takes::list(&["FriendlyName", "EvaluateWorkerAttributes"], &["WorkerSid", "Ordering"]);

pub(super) async fn list(State(state): Shared, RawQuery(query): RawQuery) -> Result<Json<Value>, Refusal> {
    let parameters = LIST.query(query.as_deref())?;
    let mut queues = state.workspace().queues();
    if let Some(name) = parameters.get("FriendlyName") {
        queues.retain(|(_, queue)| queue.friendly_name == name);
    }
    if let Some(attributes) = parameters.get("EvaluateWorkerAttributes") {
        queues = matching(queues, attributes)?;
    }
    let items: Vec<(&str, &(String, Queue))> = queues.iter().map(|queue| (queue.0.as_str(), queue)).collect();
    let list = List { url: state.place.url("TaskQueues"), key: "task_queues", parameters: &parameters };
    list.page(&items, |(sid, queue)| queue.resource(sid, &state.place))
}

fn matching(queues: Vec<(String, Queue)>, attributes: &str) -> Result<Vec<(String, Queue)>, Refusal> {
    let skills = skills(attributes).ok_or_else(|| Refusal::bad("EvaluateWorkerAttributes must be a JSON object"))?;
    let mut matching = Vec::new();
    for (sid, queue) in queues {
        if queue.matches(&skills)? {
            matching.push((sid, queue));
        }
    }
    Ok(matching)
}

pub(super) async fn fetch(
    State(state): Shared,
    Path((_, sid)): Path<(String, String)>,
    _: NoQuery,
) -> Result<Json<Value>, Refusal> {
    let queues = state.workspace().queues();
    let found = queues.iter().find(|(other, _)| *other == sid).ok_or_else(|| Refusal::no("TaskQueue", &sid))?;
    Ok(Json(found.1.resource(&sid, &state.place)))
}
