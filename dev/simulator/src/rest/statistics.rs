//! How many workers are in each activity now. Statistics over a period are not simulated.

use axum::Json;
use axum::extract::{RawQuery, State};
use serde_json::{Value, json};

use super::Shared;
use super::parameters::Takes;
use crate::activity::ACTIVITIES;
use crate::refusal::Refusal;

const REAL_TIME: Takes = Takes { names: &[], not_simulated: &["TaskChannel"], paged: false };

pub(super) async fn real_time(State(state): Shared, RawQuery(query): RawQuery) -> Result<Json<Value>, Refusal> {
    REAL_TIME.query(query.as_deref())?;
    let workspace = state.workspace();
    let activities = ACTIVITIES.iter().map(|activity| {
        let workers = workspace.workers().filter(|worker| worker.activity_sid == activity.sid).count();
        json!({ "friendly_name": activity.name, "sid": activity.sid, "workers": workers })
    });
    Ok(Json(json!({
        "account_sid": state.place.account_sid,
        "activity_statistics": activities.collect::<Vec<_>>(),
        "total_workers": workspace.workers().count(),
        "url": state.place.url("Workers/RealTimeStatistics"),
        "workspace_sid": state.place.workspace_sid,
    })))
}
