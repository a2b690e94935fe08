//! `POST /users/{user_id}/drift/{field}/{decision}`: what others have changed of the worker is adopted or reverted.

use lambda_http::{Request, RequestExt};

use app::{
    AuthenticatedCaller, TimeAndIds,
    drift::{self, DriftError},
};
use domain::{
    Quoted, Role,
    drift::{DriftField, Expected},
    policy::Policy,
};
use http_api::{
    HttpResult, Problem,
    body::{body, no_body},
    entity_tag::{etag, if_match},
    request::{path, user_id},
    response::{json_with, versioned},
    user_view::viewed,
};
use serde::Deserialize;
use twilio::FetchWorker;

use crate::ReconciliationStore;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    /// The role that is to be adopted: the worker may show another one by now.
    role: Option<String>,
}

pub async fn decide(
    store: &impl ReconciliationStore,
    taskrouter: &impl FetchWorker,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    policy: &Policy,
    request: &Request,
) -> HttpResult {
    let (user_id, field) = (user_id(request)?, path::<DriftField>(request, "field")?);
    let parameters = request.path_parameters();
    let decision = parameters.first("decision").unwrap_or_default();
    let shown = shown(request, decision, field)?;
    let expected = if_match(request)?;
    let target = (user_id, &expected);
    match decision {
        "adopt" => {
            let user = drift::adopt(store, taskrouter, time_and_ids, caller, target, (field, shown), policy).await;
            let user = user.map_err(problem)?;
            versioned(user.version, &viewed(&user, &store.details(&user).await?))
        }
        "revert" => {
            let user = drift::revert(store, time_and_ids, caller, target, field).await?;
            let details = store.details(&user).await?;
            json_with(202, &viewed(&user, &details), &[("etag", etag(user.version))])
        }
        other => {
            let detail = format!("There is no decision {}. There are adopt and revert.", Quoted::from(other));
            Err(Problem::new(404, "unknown-decision", detail))
        }
    }
}

/// Only where a role is adopted does the body say something.
fn shown(request: &Request, decision: &str, field: DriftField) -> Result<Expected, Problem> {
    if (decision, field) != ("adopt", DriftField::Role) {
        return no_body(request).map(|()| Expected::default());
    }
    let Body { role } = body(request)?;
    Ok(Expected { role: role.as_deref().map(str::parse::<Role>).transpose()? })
}

fn problem(error: DriftError) -> Problem {
    match error {
        DriftError::Change(error) => error.into(),
        DriftError::Twilio(error) => Problem::unavailable(&error),
    }
}
