//! Flex's configuration, as `flex-api` answers it.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::Shared;
use super::parameters::NoQuery;
use crate::refusal::Refusal;

pub(super) async fn fetch(State(state): Shared, _: NoQuery) -> Result<Json<Value>, Refusal> {
    let workspace = state.workspace();
    let configuration = workspace.configuration().ok_or_else(|| Refusal::not_found("/v1/Configuration"))?;
    Ok(Json(configuration.resource(&state.place)))
}
