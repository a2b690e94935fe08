//! `GET /users/{user_id}`, its `/history`, and `GET /me` (rules 20, 22 and 31).

use lambda_http::Request;
use serde_json::json;

use app::sync::SyncMode;
use domain::{
    Refusal, User, UserId,
    audit::Subject,
    permissions::{Operation, permitted_operations},
};
use http_api::{
    HttpResult, Problem, caller, history,
    request::{Query, route, unknown_route, user_id},
    response::{self, versioned},
    user_view::viewed,
};
use store::{ViewDetails, ViewHistory, ViewUser};

pub async fn handle(
    store: &(impl ViewUser + ViewDetails + ViewHistory),
    sync_mode: SyncMode,
    request: Request,
) -> HttpResult {
    match route(&request) {
        "GET /users/{user_id}" => view(store, &request).await,
        "GET /users/{user_id}/history" => view_history(store, &request).await,
        "GET /me" => me(store, sync_mode, &request).await,
        other => Err(unknown_route(other)),
    }
}

async fn view(store: &(impl ViewUser + ViewDetails), request: &Request) -> HttpResult {
    caller::from_request(request, Operation::ViewUsers)?;
    Query::read(request, &[])?;
    let user = existing_user(store, user_id(request)?).await?;
    let details = store.details(&user).await?;
    versioned(user.version, &viewed(&user, &details))
}

async fn view_history(store: &(impl ViewUser + ViewHistory), request: &Request) -> HttpResult {
    caller::from_request(request, Operation::ViewUsers)?;
    let user_id = user_id(request)?;
    existing_user(store, user_id).await?;
    history::page(store, request, Subject::User(user_id)).await
}

/// The caller, the role that counts for them, and what it permits; and whether this deployment writes to TaskRouter.
async fn me(store: &impl ViewUser, sync_mode: SyncMode, request: &Request) -> HttpResult {
    let caller = caller::manager_from_request(request)?.caller;
    Query::read(request, &[])?;
    let user = existing_user(store, caller.user_id).await?;
    let body = json!({
        "user_id": user.user_id,
        "name": user.name(),
        "email": user.email(),
        "role": caller.role,
        "may": permitted_operations(caller.role),
        "sync_mode": sync_mode.name(),
    });
    response::json(200, &body)
}

async fn existing_user(store: &impl ViewUser, user_id: UserId) -> Result<User, Problem> {
    let user = store.user(user_id).await?;
    Ok(user.ok_or_else(|| Refusal::UnknownUser((&user_id).into()))?)
}
