//! The token check of the identity service.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Shared;
use crate::token::Token;

#[derive(Deserialize)]
struct Check {
    token: String,
}

/// The result is in the body; the status is always 200, since clients ignore it.
pub(super) async fn validate(State(state): Shared, body: Bytes) -> Json<Value> {
    let check: Option<Check> = serde_json::from_slice(&body).ok();
    let workspace = state.workspace();
    let token = check.and_then(|check| workspace.token(&check.token, Timestamp::now()));
    Json(token.map_or_else(|| json!({ "valid": false, "message": "not valid" }), Token::answer))
}
