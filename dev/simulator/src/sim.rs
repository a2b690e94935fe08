//! The routes under `/sim`, which control the simulator. They need no credentials.

mod body;
mod changes;
mod configuration;
mod faults;
mod sessions;

use std::sync::Arc;

use axum::extract::State as Extract;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::state::State;
use body::read;

type Shared = Extract<Arc<State>>;

pub(crate) fn routes() -> Router<Arc<State>> {
    let configuration = get(configuration::show).post(configuration::set).delete(configuration::remove);
    Router::new()
        .route("/sim/logins", get(sessions::list).post(changes::log_in))
        .route("/sim/reservations", post(changes::reserve))
        .route("/sim/reservations/{sid}", post(changes::move_reservation))
        .route("/sim/skills-panel", post(changes::save_panel))
        .route("/sim/configuration", configuration)
        .route("/sim/faults", get(faults::show).post(faults::set).delete(faults::end))
        .route("/sim/calls", get(calls))
}

async fn calls(Extract(state): Shared) -> Json<Value> {
    Json(json!({ "items": state.calls() }))
}
