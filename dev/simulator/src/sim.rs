//! The routes under `/sim`, which control the simulator. They need no credentials.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::callbacks::{Answered, Receipt};
use crate::faults::Faults;
use crate::login::{Claims, log_in};
use crate::refusal::Refusal;
use crate::state::State;

type Shared = Extract<Arc<State>>;

/// The response to a login.
#[derive(Serialize)]
struct Session {
    worker_sid: String,
    token: String,
    /// The callbacks without a successful response.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    callbacks: Vec<Answered>,
}

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/sim/logins", post(login))
        .route("/sim/faults", get(faults).post(set_faults).delete(end_faults))
        .route("/sim/calls", get(calls))
}

async fn login(Extract(state): Shared, body: Bytes) -> Result<impl IntoResponse, Refusal> {
    let claims: Claims = read(&body, "{identity, full_name, email, roles, attributes?}")?;
    let ((worker_sid, token), receipts) = state.change(|workspace| {
        let done = log_in(workspace, &claims, Timestamp::now())?;
        Ok::<_, Refusal>(((done.worker_sid, done.token), done.events))
    })?;
    state.callbacks.release().await;
    let callbacks = refused(receipts).await;
    Ok(Json(Session { worker_sid, token, callbacks }))
}

/// Waits for all responses; gives the unsuccessful ones.
async fn refused(receipts: Vec<Receipt>) -> Vec<Answered> {
    let mut refused = Vec::new();
    for receipt in receipts {
        // The sender is dropped while the simulator stops.
        let answers = receipt.await.unwrap_or_default();
        refused.extend(answers.into_iter().filter(|answer| !answer.is_success()));
    }
    refused
}

async fn faults(Extract(state): Shared) -> Json<Faults> {
    Json(state.faults().clone())
}

/// Replaces all faults. Callbacks that are held back are sent if the new faults do not reorder.
async fn set_faults(Extract(state): Shared, body: Bytes) -> Result<Response, Refusal> {
    let form = "{callbacks?: {drop, duplicate, reorder, delay_ms}, rest?: {method, status, times, latency_ms}, \
                tokens?: {as rest}}";
    let faults: Faults = read(&body, form)?;
    faults.check().map_err(Refusal::bad)?;
    state.faults().clone_from(&faults);
    if !faults.callbacks.reorder {
        state.callbacks.release().await;
    }
    Ok(Json(faults).into_response())
}

/// Ends all faults. Responds when the callbacks that were held back have a response.
async fn end_faults(Extract(state): Shared) -> StatusCode {
    *state.faults() = Faults::default();
    state.callbacks.release().await;
    StatusCode::NO_CONTENT
}

async fn calls(Extract(state): Shared) -> Json<Value> {
    Json(json!({ "items": state.calls() }))
}

/// Parses a body. The error names the expected form.
fn read<T: DeserializeOwned>(body: &[u8], form: &str) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::bad(format!("{error}; expected {form}")))
}
