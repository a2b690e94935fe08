//! Who is logged in: the local stack's page lets a developer choose whom to be.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State as Extract;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Shared;
use crate::token::Token;
use crate::workspace::Workspace;

/// The latest valid token of each worker that is still there, in order of identity.
pub(super) async fn list(Extract(state): Shared) -> Json<Value> {
    let workspace = state.workspace();
    let mut latest: BTreeMap<&str, &Token> = BTreeMap::new();
    for token in workspace.tokens(Timestamp::now()) {
        let known = latest.entry(&token.identity).or_insert(token);
        if token.expiration > known.expiration {
            *known = token;
        }
    }
    let items: Vec<Value> = latest.into_values().filter_map(|token| session(&workspace, token)).collect();
    Json(json!({ "items": items }))
}

fn session(workspace: &Workspace, token: &Token) -> Option<Value> {
    let worker = workspace.worker(&token.worker_sid).ok()?;
    let attributes: Value = serde_json::from_str(&worker.attributes).unwrap_or_default();
    let full_name = attributes["full_name"].as_str().unwrap_or(&token.identity);
    Some(json!({
        "identity": token.identity,
        "full_name": full_name,
        "roles": token.roles,
        "worker_sid": token.worker_sid,
        "token": token.value,
    }))
}
