//! `/teams`: made, renamed, archived and deleted; their skills, members and history (rules 4, 19 and 21).

mod change;
mod show;

use lambda_http::Request;

use domain::{TeamId, permissions::Operation};
use http_api::{
    Problem, Signed, history,
    idempotency::once,
    read,
    respond::{Answer, empty},
    serve::route,
};
use store::{
    ReadSnapshot,
    history::{Subject, ViewHistory},
    idempotency::IdempotencyStore,
    teams::{CommitTeam, ListTeams, ViewTeams},
};

/// What this function does to the table.
pub trait Store: ReadSnapshot + ViewTeams + ListTeams + CommitTeam + ViewHistory + IdempotencyStore {}
impl<T: ReadSnapshot + ViewTeams + ListTeams + CommitTeam + ViewHistory + IdempotencyStore> Store for T {}

/// Answers with what the route is about.
pub async fn handle(directory: &impl Store, request: Request) -> Answer {
    let signed = Signed::of(&request, Operation::ViewCatalog)?;
    match route(&request).as_str() {
        "GET /teams" => show::list(directory, &request).await,
        "POST /teams" => {
            let create = |seed| change::create(directory, &signed, &request, seed);
            once(directory, &signed, &request, http_api::now(), create).await
        }
        "GET /teams/{team_id}" => show::one(directory, &request).await,
        "PATCH /teams/{team_id}" => change::edit(directory, &signed, &request).await,
        "DELETE /teams/{team_id}" => {
            change::delete(directory, &signed, &request).await?;
            empty(&[])
        }
        "PUT /teams/{team_id}/skills/{skill}" => change::give(directory, &signed, &request).await,
        "DELETE /teams/{team_id}/skills/{skill}" => change::take(directory, &signed, &request).await,
        "GET /teams/{team_id}/members" => show::members(directory, &request).await,
        "GET /teams/{team_id}/history" => history::page(directory, &request, Subject::Team(team_id(&request)?)).await,
        other => Err(Problem::internal(&format!("no handler for {other}"))),
    }
}

fn team_id(request: &Request) -> Result<TeamId, Problem> {
    read::path(request, "team_id")
}
