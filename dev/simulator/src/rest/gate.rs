//! Applies to every REST request: it is recorded, may get a fault, and must have credentials.

use std::sync::Arc;

use axum::extract::{Request, State as Extract};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;

use crate::refusal::Refusal;
use crate::state::{Call, State};

const WORKSPACES: &str = "/v1/Workspaces/";

pub(super) async fn pass(Extract(state): Extract<Arc<State>>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/v1/") {
        return next.run(request).await;
    }
    let at = Timestamp::now();
    let (head, body) = request.into_parts();
    let (method, path) = (head.method.to_string(), head.uri.path().to_owned());
    let answer = match admit(&state, &head).await {
        Ok(()) => next.run(Request::from_parts(head, body)).await,
        Err(refusal) => refusal.into_response(),
    };
    state.record(Call { method, path, status: answer.status().as_u16(), at });
    answer
}

async fn admit(state: &State, head: &Parts) -> Result<(), Refusal> {
    let path = head.uri.path();
    inject_fault(state, &head.method, path).await?;
    if !is_authenticated(state, &head.headers) {
        return Err(Refusal::unauthenticated());
    }
    if is_in_another_workspace(state, path) { Err(Refusal::not_found(path)) } else { Ok(()) }
}

async fn inject_fault(state: &State, method: &Method, path: &str) -> Result<(), Refusal> {
    let hit = {
        let mut faults = state.faults();
        let fault = if path.starts_with(WORKSPACES) { &mut faults.rest } else { &mut faults.tokens };
        fault.as_mut().and_then(|fault| fault.hit(method))
    };
    let Some(hit) = hit else { return Ok(()) };
    tokio::time::sleep(hit.latency).await;
    hit.status.map_or(Ok(()), |status| Err(Refusal::of(status)))
}

fn is_authenticated(state: &State, headers: &HeaderMap) -> bool {
    let expected = STANDARD.encode(format!("{}:{}", state.place.account_sid, state.auth_token));
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    given
        .and_then(|given| given.split_once(' '))
        .is_some_and(|(scheme, credentials)| scheme.eq_ignore_ascii_case("basic") && credentials.trim() == expected)
}

/// Whether the path names another account or workspace than the only one.
fn is_in_another_workspace(state: &State, path: &str) -> bool {
    let mut segments = path.split('/').skip(2);
    match (segments.next(), segments.next()) {
        (Some("Workspaces"), Some(sid)) => sid != state.place.workspace_sid,
        (Some("Accounts"), Some(sid)) => sid != state.place.account_sid,
        _ => false,
    }
}
