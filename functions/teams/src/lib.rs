//! `/teams`: created, renamed, archived and deleted; their skills, members and history (rules 4, 19 and 21).

mod change;
mod fan_out;
mod show;

use lambda_http::Request;

use app::TimeAndIds;
use domain::{TeamId, audit::Subject, permissions::Operation};
use http_api::{
    HttpResult, Problem, caller, history,
    idempotency::once,
    request::{path, route, unknown_route},
};
use store::{CommitTeam, FindTeam, IdempotencyStore, KeepCounts, ListTeams, ReadSnapshot, ViewHistory, ViewTeams};

pub use fan_out::{FanOutFunction, StartFanOut};

/// The verbs of the store that this function uses.
pub trait TeamStore:
    ReadSnapshot + ViewTeams + FindTeam + ListTeams + KeepCounts + CommitTeam + ViewHistory + IdempotencyStore
{
}
impl<T> TeamStore for T where
    T: ReadSnapshot + ViewTeams + FindTeam + ListTeams + KeepCounts + CommitTeam + ViewHistory + IdempotencyStore
{
}

pub async fn handle(
    store: &impl TeamStore,
    fan_out: &impl StartFanOut,
    time_and_ids: &impl TimeAndIds,
    request: Request,
) -> HttpResult {
    let request = &request;
    let view = || caller::from_request(request, Operation::ViewCatalog);
    let manage = || caller::manager_from_request(request);
    match route(request) {
        "GET /teams" => view().map(|_| show::list(store, time_and_ids, request))?.await,
        "POST /teams" => {
            let caller = manage()?;
            let create = |id| change::create(store, time_and_ids, &caller, request, id);
            once(store, time_and_ids, &caller, request, create).await
        }
        "GET /teams/{team_id}" => view().map(|_| show::team(store, time_and_ids, request))?.await,
        "PATCH /teams/{team_id}" => change::edit(store, fan_out, time_and_ids, &manage()?, request).await,
        "DELETE /teams/{team_id}" => {
            let caller = caller::from_request(request, Operation::DeleteTeams)?;
            change::delete(store, time_and_ids, &caller, request).await
        }
        "PUT /teams/{team_id}/skills/{skill}" => change::grant(store, fan_out, time_and_ids, &manage()?, request).await,
        "DELETE /teams/{team_id}/skills/{skill}" => {
            change::revoke(store, fan_out, time_and_ids, &manage()?, request).await
        }
        "GET /teams/{team_id}/members" => view().map(|_| show::members(store, request))?.await,
        "GET /teams/{team_id}/history" => {
            view()?;
            history::page(store, request, Subject::Team(team_id(request)?)).await
        }
        other => Err(unknown_route(other)),
    }
}

fn team_id(request: &Request) -> Result<TeamId, Problem> {
    path(request, "team_id")
}
