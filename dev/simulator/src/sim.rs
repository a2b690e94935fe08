//! The routes under `/sim`, which control the simulator. They need no credentials.

mod changes;
mod configuration;
mod faults;

use std::sync::Arc;

use axum::extract::State as Extract;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::state::State;

type Shared = Extract<Arc<State>>;

pub(crate) fn routes() -> Router<Arc<State>> {
    let configuration = get(configuration::show).post(configuration::set).delete(configuration::remove);
    Router::new()
        .route("/sim/logins", post(changes::log_in))
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

/// Parses a body. The error names the field, its value, and the expected form.
fn read<T: DeserializeOwned>(body: &[u8], form: &str) -> Result<T, Refusal> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let field = Some(error.path().to_string()).filter(|path| path != ".");
        let reason = reason(error.inner());
        field.map_or(reason.clone(), |field| format!("{field}: {reason}"))
    });
    let ended = parsed.and_then(|parsed| deserializer.end().map(|()| parsed).map_err(|error| error.to_string()));
    ended.map_err(|reason| Refusal::bad(format!("{reason}; the body is {form}")))
}

/// What is wrong; without line and column where the field is named.
fn reason(error: &serde_json::Error) -> String {
    let reason = error.to_string();
    let position = reason.rfind(" at line ").filter(|_| error.is_data()).unwrap_or(reason.len());
    reason[..position].to_owned()
}
