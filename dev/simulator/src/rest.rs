//! Twilio's REST API: `TaskRouter`, Flex's configuration, Event Streams, the rules of webhooks, and the
//! identity service.

mod channels;
mod configuration;
mod event_streams;
mod events;
mod gate;
mod iam;
mod paging;
mod parameters;
mod precondition;
mod queues;
mod reservations;
mod statistics;
mod webhook_rules;
mod workers;
mod workspaces;

use std::sync::Arc;

use axum::Router;
use axum::extract::OriginalUri;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};

use crate::refusal::Refusal;
use crate::state::State;

/// The shared state, for handlers.
type Shared = axum::extract::State<Arc<State>>;

/// What Twilio's workspace has and the simulator does not.
const NOT_SIMULATED: [&str; 14] = [
    "/CumulativeStatistics",
    "/RealTimeStatistics",
    "/Statistics",
    "/TaskChannels",
    "/TaskChannels/{*rest}",
    "/TaskQueues/RealTimeStatistics",
    "/TaskQueues/Statistics",
    "/TaskQueues/{sid}/{*rest}",
    "/Tasks",
    "/Tasks/{*rest}",
    "/Workers/CumulativeStatistics",
    "/Workers/Statistics",
    "/Workflows",
    "/Workflows/{*rest}",
];

/// All routes under `/v1`, behind the gate.
pub(crate) fn routes(state: &Arc<State>) -> Router<Arc<State>> {
    Router::new()
        .route("/v1/Workspaces", get(workspaces::list))
        .nest("/v1/Workspaces/{workspace}", workspace())
        .route("/v1/Configuration", get(configuration::fetch))
        .route("/v1/Sinks", get(event_streams::sinks).post(event_streams::create_sink))
        .route("/v1/Sinks/{sid}", get(event_streams::sink).delete(event_streams::delete_sink))
        .route("/v1/Sinks/{sid}/Test", post(event_streams::test_sink))
        .route("/v1/Subscriptions", get(event_streams::subscriptions).post(event_streams::create_subscription))
        .route("/v1/Subscriptions/{sid}", get(event_streams::subscription).delete(event_streams::delete_subscription))
        .route("/v1/Subscriptions/{sid}/SubscribedEvents", get(event_streams::subscribed_events))
        .route("/v1/Webhooks/Rules", get(webhook_rules::rules))
        .route("/v1/Webhooks/Settings", get(webhook_rules::settings))
        .route("/v1/Accounts/{account}/Tokens/validate", post(iam::validate))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(state.clone(), gate::pass))
}

fn workspace() -> Router<Arc<State>> {
    let simulated = Router::new()
        .route("/", get(workspaces::fetch).post(workspaces::update))
        .route("/Activities", get(workspaces::activities))
        .route("/Activities/{sid}", get(workspaces::activity))
        .route("/Events", get(events::list))
        .route("/Events/{sid}", get(events::fetch))
        .route("/TaskQueues", get(queues::list))
        .route("/TaskQueues/{sid}", get(queues::fetch))
        .route("/Workers", get(workers::list).post(workers::create))
        .route("/Workers/RealTimeStatistics", get(statistics::real_time))
        .route("/Workers/{sid}", get(workers::fetch).post(workers::update).delete(workers::delete))
        .route("/Workers/{sid}/Channels", get(channels::list))
        .route("/Workers/{sid}/Channels/{channel}", get(channels::fetch))
        .route("/Workers/{sid}/Reservations", get(reservations::list))
        .route("/Workers/{sid}/Reservations/{reservation}", get(reservations::fetch))
        .route("/Workers/{sid}/Statistics", any(not_simulated));
    NOT_SIMULATED.iter().fold(simulated, |router, path| router.route(path, any(not_simulated)))
}

async fn not_found(OriginalUri(uri): OriginalUri) -> Refusal {
    Refusal::not_found(uri.path())
}

async fn not_simulated(OriginalUri(uri): OriginalUri) -> Refusal {
    Refusal::not_simulated(uri.path())
}

async fn method_not_allowed(method: Method) -> Refusal {
    Refusal::method_not_allowed(&method)
}
