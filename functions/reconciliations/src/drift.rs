//! `POST /users/{user_id}/drift/{field}/{decision}`: what others have changed of the worker is adopted or reverted.

use lambda_http::{Request, RequestExt};

use app::{
    AuthenticatedCaller, TimeAndIds,
    drift::{self, DriftError},
};
use domain::{Quoted, drift::DriftField, policy::RoleAuthority};
use http_api::{
    HttpResult, Problem,
    body::no_body,
    entity_tag::{etag, if_match},
    request::{path, user_id},
    response::{json_with, versioned},
    user_view::viewed,
};
use twilio::FetchWorker;

use crate::ReconciliationStore;

pub async fn decide(
    store: &impl ReconciliationStore,
    taskrouter: &impl FetchWorker,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    roles: RoleAuthority,
    request: &Request,
) -> HttpResult {
    let (user_id, field) = (user_id(request)?, path::<DriftField>(request, "field")?);
    no_body(request)?;
    match request.path_parameters().first("decision").unwrap_or_default() {
        "adopt" => {
            let expected = if_match(request)?;
            let target = (user_id, &expected);
            let user = drift::adopt(store, taskrouter, time_and_ids, caller, target, field, roles).await;
            let user = user.map_err(problem)?;
            versioned(user.version, &viewed(&user, &store.details(&user).await?))
        }
        "revert" => {
            let user = drift::revert(store, time_and_ids, caller, user_id).await?;
            let details = store.details(&user).await?;
            json_with(202, &viewed(&user, &details), &[("etag", etag(user.version))])
        }
        other => {
            let detail = format!("There is no decision {}. There are adopt and revert.", Quoted::from(other));
            Err(Problem::new(404, "unknown-decision", detail))
        }
    }
}

fn problem(error: DriftError) -> Problem {
    match error {
        DriftError::Change(error) => error.into(),
        DriftError::Twilio(error) => Problem::unavailable(&error),
    }
}
