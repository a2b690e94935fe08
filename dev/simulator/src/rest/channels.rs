//! The task channels of a worker, those of Flex.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

use super::Shared;
use super::paging::List;
use super::parameters::{NoQuery, Takes};
use crate::place::{Place, date};
use crate::refusal::Refusal;
use crate::worker::Worker;

const LIST: Takes = Takes::list(&[], &[]);
/// Name and capacity.
const CHANNELS: [(&str, u32); 3] = [("default", 1), ("voice", 1), ("chat", 3)];

pub(super) async fn list(
    State(state): Shared,
    Path((_, sid)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let parameters = LIST.query(query.as_deref())?;
    let worker = state.workspace().worker(&sid)?.clone();
    let sids: Vec<String> = (0..CHANNELS.len()).map(|index| channel_sid(&worker, index)).collect();
    let items: Vec<(&str, usize)> = sids.iter().enumerate().map(|(index, sid)| (sid.as_str(), index)).collect();
    let url = state.place.url(&format!("{}/Channels", worker.path()));
    let list = List { url, key: "channels", parameters: &parameters };
    list.page(&items, |index| resource(&worker, *index, &state.place))
}

/// By SID or by the unique name of the task channel, as Twilio does.
pub(super) async fn fetch(
    State(state): Shared,
    Path((_, worker_sid, sid)): Path<(String, String, String)>,
    _: NoQuery,
) -> Result<Json<Value>, Refusal> {
    let worker = state.workspace().worker(&worker_sid)?.clone();
    let index = (0..CHANNELS.len()).find(|index| channel_sid(&worker, *index) == sid || CHANNELS[*index].0 == sid);
    index.map(|index| Json(resource(&worker, index, &state.place))).ok_or_else(|| Refusal::no("WorkerChannel", &sid))
}

fn resource(worker: &Worker, index: usize, place: &Place) -> Value {
    let (name, capacity) = CHANNELS[index];
    let sid = channel_sid(worker, index);
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
fn channel_sid(worker: &Worker, index: usize) -> String {
    let own = worker.sid.get(3..).unwrap_or_default();
    format!("WC{index}{own}")
}
