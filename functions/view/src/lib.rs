//! `GET /users/{user_id}`, its `/history`, and `GET /me` (rules 20, 22 and 31).

use lambda_http::Request;
use serde_json::json;

use app::sync::SyncMode;
use domain::{
    Refusal, User, UserId,
    audit::Subject,
    permissions::{Caller, Operation, permitted_operations},
    policy::RoleAuthority,
};
use http_api::{
    HttpResult, Problem, caller, history,
    request::{Query, route, unknown_route, user_id},
    response::{self, versioned},
    user_view::viewed,
};
use store::{ViewDetails, ViewHistory, ViewUser};

/// What the caller is told about the deployment.
#[derive(Debug, Clone, Copy)]
pub struct Deployment {
    pub sync_mode: SyncMode,
    pub role_authority: RoleAuthority,
}

pub async fn handle(
    store: &(impl ViewUser + ViewDetails + ViewHistory),
    deployment: Deployment,
    request: Request,
) -> HttpResult {
    match route(&request) {
        "GET /users/{user_id}" => view(store, &request).await,
        "GET /users/{user_id}/history" => view_history(store, &request).await,
        "GET /me" => me(store, deployment, &request).await,
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

/// The caller, the role that counts for them, and what it permits; and what of it this deployment does not do.
async fn me(store: &impl ViewUser, deployment: Deployment, request: &Request) -> HttpResult {
    let caller = caller::manager_from_request(request)?.caller;
    Query::read(request, &[])?;
    let user = existing_user(store, caller.user_id).await?;
    let body = json!({
        "user_id": user.user_id,
        "name": user.name(),
        "email": user.email(),
        "role": caller.role,
        "leads": user.managed.leads,
        "may": permitted_operations(&Caller { leads: user.managed.leads.clone(), ..caller.clone() }),
        "supervisor_scope": caller.scope,
        "sync_mode": deployment.sync_mode.name(),
        "role_authority": deployment.role_authority.name(),
    });
    response::json(200, &body)
}

async fn existing_user(store: &impl ViewUser, user_id: UserId) -> Result<User, Problem> {
    let user = store.user(user_id).await?;
    Ok(user.ok_or_else(|| Refusal::UnknownUser((&user_id).into()))?)
}
