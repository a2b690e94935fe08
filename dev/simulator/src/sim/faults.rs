//! `/sim/faults`

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::http::StatusCode;

use super::{Shared, read};
use crate::faults::Faults;
use crate::refusal::Refusal;

const FORM: &str = "{callbacks?: {drop, duplicate, reorder, delay_ms}, rest?: {method, path, status, times, \
                    latency_ms, lose_response, hang, headers} or a list of them, tokens?: as rest}";

pub(super) async fn show(Extract(state): Shared) -> Json<Faults> {
    Json(state.faults().clone())
}

/// Replaces all faults. Callbacks that are held back are sent if the new faults do not reorder.
pub(super) async fn set(Extract(state): Shared, body: Bytes) -> Result<Json<Faults>, Refusal> {
    let faults: Faults = read(&body, FORM)?;
    faults.check().map_err(Refusal::bad)?;
    state.faults().clone_from(&faults);
    if !faults.callbacks.reorder {
        state.callbacks.release().await;
    }
    Ok(Json(faults))
}

/// Ends all faults. Responds when the callbacks that were held back have a response.
pub(super) async fn end(Extract(state): Shared) -> StatusCode {
    *state.faults() = Faults::default();
    state.callbacks.release().await;
    StatusCode::NO_CONTENT
}
