//! What changes workers without REST: logins, Flex's skills panel, and reservations. Each responds when its callbacks
//! are answered.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Extract};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Shared, read};
use crate::actor::Actor;
use crate::callbacks::{Answered, Receipt};
use crate::login::{Claims, log_in as log_in_to};
use crate::panel::{Save, save};
use crate::refusal::Refusal;
use crate::reservation::{Reservation, Status};
use crate::state::State;

/// The response to a login.
#[derive(Serialize)]
pub(super) struct Session {
    worker_sid: String,
    token: String,
    /// The callbacks without a successful response.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    callbacks: Vec<Answered>,
}

/// A reservation to be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewReservation {
    worker_sid: String,
    #[serde(default = "pending")]
    status: Status,
}

/// The next status of a reservation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NextStatus {
    status: Status,
}

fn pending() -> Status {
    Status::Pending
}

pub(super) async fn log_in(Extract(state): Shared, body: Bytes) -> Result<Json<Session>, Refusal> {
    let claims: Claims = read(&body, "{identity, full_name, email, roles, attributes?}")?;
    let ((worker_sid, token), receipts) = state.change(|workspace| {
        let done = log_in_to(workspace, &claims, &Actor::Workspace.now())?;
        Ok::<_, Refusal>(((done.worker_sid, done.token), done.events))
    })?;
    Ok(Json(Session { worker_sid, token, callbacks: refused(&state, receipts).await }))
}

/// Answers with the worker, as REST does.
pub(super) async fn save_panel(Extract(state): Shared, body: Bytes) -> Result<Json<Value>, Refusal> {
    let request: Save = read(&body, "{worker_sid, skills, disabled?, levels?, stale_copy?, user_sid?}")?;
    let (worker, receipts) = state.change(|workspace| save(workspace, &request))?;
    refused(&state, receipts).await;
    Ok(Json(worker.resource(&state.place)))
}

/// Answers with the reservation, as REST does.
pub(super) async fn reserve(Extract(state): Shared, body: Bytes) -> Result<Json<Value>, Refusal> {
    let new: NewReservation = read(&body, "{worker_sid, status?}")?;
    let (reservation, receipts) =
        state.change(|workspace| workspace.reserve(&new.worker_sid, new.status, &Actor::Workspace.now()))?;
    refused(&state, receipts).await;
    show(&state, &reservation)
}

pub(super) async fn move_reservation(
    Extract(state): Shared,
    Path(sid): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let next: NextStatus = read(&body, "{status}")?;
    let (reservation, receipts) = state.change(|workspace| {
        let (reservation, event) = workspace.move_reservation(&sid, next.status, &Actor::Workspace.now())?;
        Ok::<_, Refusal>((reservation, vec![event]))
    })?;
    refused(&state, receipts).await;
    show(&state, &reservation)
}

fn show(state: &State, reservation: &Reservation) -> Result<Json<Value>, Refusal> {
    let workspace = state.workspace();
    Ok(Json(reservation.resource(workspace.worker(&reservation.worker_sid)?, &state.place)))
}

/// Sends what is held back and waits for all responses; gives the unsuccessful ones.
async fn refused(state: &State, receipts: Vec<Receipt>) -> Vec<Answered> {
    state.callbacks.release().await;
    let mut refused = Vec::new();
    for receipt in receipts {
        // The sender is dropped while the simulator stops.
        let answers = receipt.await.unwrap_or_default();
        refused.extend(answers.into_iter().filter(|answer| !answer.is_success()));
    }
    refused
}
