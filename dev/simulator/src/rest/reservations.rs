//! The reservations of a worker. They are made and moved under `/sim/reservations`.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use serde_json::Value;

use super::Shared;
use super::paging::List;
use super::parameters::{NoQuery, Takes};
use super::workers::tagged;
use crate::refusal::Refusal;
use crate::reservation::{Reservation, Status};

const LIST: Takes = Takes::list(&["ReservationStatus"], &[]);

pub(super) async fn list(
    State(state): Shared,
    Path((_, sid)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let parameters = LIST.query(query.as_deref())?;
    let status = parameters.get("ReservationStatus").map(Status::parse).transpose()?;
    let workspace = state.workspace();
    let worker = workspace.worker(&sid)?;
    let matching =
        workspace.reservations_of(&sid).filter(|reservation| status.is_none_or(|status| status == reservation.status));
    let items: Vec<(&str, &Reservation)> =
        matching.map(|reservation| (reservation.sid.as_str(), reservation)).collect();
    let url = state.place.url(&format!("{}/Reservations", worker.path()));
    let list = List { url, key: "reservations", parameters: &parameters };
    Ok(tagged(list.page(&items, |reservation| reservation.resource(worker, &state.place))?))
}

pub(super) async fn fetch(
    State(state): Shared,
    Path((_, worker_sid, sid)): Path<(String, String, String)>,
    _: NoQuery,
) -> Result<Json<Value>, Refusal> {
    let workspace = state.workspace();
    let worker = workspace.worker(&worker_sid)?;
    let reservation = workspace.reservations_of(&worker_sid).find(|reservation| reservation.sid == sid);
    let reservation = reservation.ok_or_else(|| Refusal::no("Reservation", &sid))?;
    Ok(Json(reservation.resource(worker, &state.place)))
}
