//! The identity service: whose token is it?

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Shared;
use crate::token::Token;

#[derive(Deserialize)]
struct Question {
    token: String,
}

/// The verdict is in the body; the status is 200 either way, as clients do not look at it.
pub(super) async fn validate(State(state): Shared, body: Bytes) -> Json<Value> {
    let question: Option<Question> = serde_json::from_slice(&body).ok();
    let workspace = state.workspace();
    let token = question.and_then(|question| workspace.token(&question.token, Timestamp::now()));
    Json(token.map_or_else(|| json!({ "valid": false, "message": "not valid" }), Token::answer))
}
