//! `PATCH /users/{user_id}`: role, teams, Act as Agent, and who leads a team, atomically (rules 2, 10 and 11). `POST /users`: a user before their
//! first login. `POST /users/{user_id}/sync`: another attempt to carry a user over to TaskRouter.

mod patch_user;
mod post_sync;
mod post_users;

use lambda_http::Request;
use std::collections::BTreeSet;

use app::TimeAndIds;
use domain::{Refusal, TeamId, edit::MAX_TEAMS, policy::RoleAuthority};
use http_api::{
    HttpResult,
    request::{route, unknown_route},
};
use store::{CommitUser, IdempotencyStore, ReadSnapshot, RequestSync, ViewDetails, ViewUser};

pub async fn handle(
    store: &(impl ReadSnapshot + CommitUser + ViewUser + ViewDetails + RequestSync + IdempotencyStore),
    time_and_ids: &impl TimeAndIds,
    roles: RoleAuthority,
    request: Request,
) -> HttpResult {
    match route(&request) {
        "PATCH /users/{user_id}" => patch_user::handle(store, time_and_ids, roles, &request).await,
        "POST /users" => post_users::handle(store, time_and_ids, roles, &request).await,
        "POST /users/{user_id}/sync" => post_sync::handle(store, time_and_ids, &request).await,
        other => Err(unknown_route(other)),
    }
}

/// The teams of a body. Too many are refused before any of them is parsed.
fn team_ids(teams: &[String]) -> Result<BTreeSet<TeamId>, Refusal> {
    if teams.len() > MAX_TEAMS {
        return Err(Refusal::TooManyTeams(teams.len()));
    }
    teams.iter().map(|id| id.parse()).collect()
}
