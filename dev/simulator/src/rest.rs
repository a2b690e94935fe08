//! Twilio's REST API: `TaskRouter` and the identity service.

mod gate;
mod iam;
mod paging;
mod parts;
mod workers;

use std::sync::Arc;

use axum::Router;
use axum::extract::OriginalUri;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::refusal::Refusal;
use crate::state::State;

/// The shared state, for handlers.
type Shared = axum::extract::State<Arc<State>>;

/// All routes under `/v1`, behind the gate.
pub(crate) fn routes(state: &Arc<State>) -> Router<Arc<State>> {
    let workspace = Router::new()
        .route("/", get(parts::workspace))
        .route("/Activities", get(parts::activities))
        .route("/Activities/{sid}", get(parts::activity))
        .route("/Events", get(parts::events))
        .route("/Workers", get(workers::list).post(workers::create))
        .route("/Workers/{sid}", get(workers::fetch).post(workers::update).delete(workers::delete))
        .route("/Workers/{sid}/Channels", get(parts::channels))
        .route("/Workers/{sid}/Reservations", get(parts::reservations));
    Router::new()
        .nest("/v1/Workspaces/{workspace}", workspace)
        .route("/v1/Accounts/{account}/Tokens/validate", post(iam::validate))
        .fallback(not_found)
        .method_not_allowed_fallback(async || Refusal::method_not_allowed())
        .layer(from_fn_with_state(state.clone(), gate::pass))
}

async fn not_found(OriginalUri(uri): OriginalUri) -> Refusal {
    Refusal::not_found(uri.path())
}
