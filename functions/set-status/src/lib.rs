//! `POST /users/{user_id}/deactivate` and `/reactivate`, `DELETE /users/{user_id}` (rules 2, 3 and 12 to 14).

use lambda_http::Request;
use serde::Serialize;

use app::{
    AuthenticatedCaller, TimeAndIds,
    users::{ChangeTarget, change_and_view},
};
use domain::{next_step::Remark, status::StatusChange};
use http_api::{
    HttpResult,
    body::no_body,
    caller,
    entity_tag::if_match,
    idempotency::once,
    request::{route, unknown_route, user_id},
    response::versioned,
    user_view::{ViewedUser, viewed},
};
use store::{CommitUser, IdempotencyStore, ReadSnapshot, ViewDetails};

/// The user, and what remains to be done by hand.
#[derive(Serialize)]
struct ChangedStatus<'a> {
    #[serde(flatten)]
    user: ViewedUser<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_step: Option<Remark>,
}

/// Repeating a change of status changes nothing.
pub async fn handle(
    store: &(impl ReadSnapshot + CommitUser + ViewDetails + IdempotencyStore),
    time_and_ids: &impl TimeAndIds,
    request: Request,
) -> HttpResult {
    let (is_post, status) = match route(&request) {
        "POST /users/{user_id}/deactivate" => (true, StatusChange::Deactivate),
        "POST /users/{user_id}/reactivate" => (true, StatusChange::Reactivate),
        "DELETE /users/{user_id}" => (false, StatusChange::Delete),
        other => return Err(unknown_route(other)),
    };
    let caller = caller::manager_from_request(&request)?;
    let change = || change(store, time_and_ids, &caller, &request, status);
    if is_post { once(store, time_and_ids, &caller, &request, |_| change()).await } else { change().await }
}

async fn change(
    store: &(impl ReadSnapshot + CommitUser + ViewDetails),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
    status: StatusChange,
) -> HttpResult {
    let target = ChangeTarget::user(user_id(request)?, if_match(request)?);
    no_body(request)?;
    let decide = |user: &domain::User, context: &app::ChangeContext| status.apply(user, &context.caller);
    let (changed, details) = change_and_view(store, time_and_ids, caller, &target, status.action(), decide).await?;
    let user = changed.after;
    versioned(user.version, &ChangedStatus { user: viewed(&user, &details), next_step: status.next_step() })
}
