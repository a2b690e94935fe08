//! Applies to every REST request: it is recorded, may get a fault, and must have credentials.

use std::future;
use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State as Extract};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::stream;

use crate::actor::{API_KEY_SECRET, API_KEY_SID, Actor};
use crate::refusal::Refusal;
use crate::rest_fault::{Ending, Hit};
use crate::state::{Recording, State};

pub(super) async fn pass(Extract(state): Extract<Arc<State>>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/v1/") {
        return next.run(request).await;
    }
    let recording = Recording::start(state.clone(), request.method(), request.uri().path());
    let response = respond(&state, request, next).await;
    // No response: what is recorded has no status.
    response.inspect(|response| recording.end(response.status())).unwrap_or_else(broken_connection)
}

/// The response; none if a fault loses it.
async fn respond(state: &State, request: Request, next: Next) -> Option<Response> {
    let Some(hit) = hit(state, request.method(), request.uri().path()) else {
        return Some(serve(state, request, next).await);
    };
    tokio::time::sleep(hit.latency).await;
    let response = if hit.applies { Some(serve(state, request, next).await) } else { None };
    end(&hit, response).await
}

async fn end(hit: &Hit, response: Option<Response>) -> Option<Response> {
    let mut response = match hit.ending {
        Ending::AsServed => response?,
        Ending::Status(status) => Refusal::of(status).into_response(),
        Ending::Lost => return None,
        Ending::Hangs => future::pending().await,
    };
    response.headers_mut().extend(hit.headers.clone());
    Some(response)
}

async fn serve(state: &State, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let Some(actor) = authenticate(state, request.headers()) else {
        return Refusal::unauthenticated().into_response();
    };
    if is_in_another_workspace(state, path) {
        return Refusal::not_found(path).into_response();
    }
    request.extensions_mut().insert(actor);
    next.run(request).await
}

fn hit(state: &State, method: &Method, path: &str) -> Option<Hit> {
    let mut faults = state.faults();
    let faults = if path.starts_with("/v1/Accounts/") { &mut faults.tokens } else { &mut faults.rest };
    faults.iter_mut().find_map(|fault| fault.hit(method, path))
}

/// Whose the credentials are: the account's, or the API key's.
fn authenticate(state: &State, headers: &HeaderMap) -> Option<Actor> {
    let (scheme, credentials) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let given = scheme.eq_ignore_ascii_case("basic").then(|| credentials.trim())?;
    let account = (&*state.place.account_sid, &*state.auth_token, Actor::Account);
    let valid = [account, (API_KEY_SID, API_KEY_SECRET, Actor::ApiKey)];
    let is_given = |name: &str, password: &str| STANDARD.encode(format!("{name}:{password}")) == given;
    valid.into_iter().find(|(name, password, _)| is_given(name, password)).map(|(_, _, actor)| actor)
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

/// The server closes the connection without sending a byte, since the body fails before the head is sent.
fn broken_connection() -> Response {
    let lost = Err::<Bytes, _>(io::Error::other("the response is lost"));
    Response::new(Body::from_stream(stream::once(future::ready(lost))))
}
