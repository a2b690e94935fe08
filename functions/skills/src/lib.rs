//! `/skill-sets`: skill sets and the skills in them, with how many use them (rules 4, 19 and 21).

mod change;
mod show;

use lambda_http::{Request, RequestExt};

use app::TimeAndIds;
use domain::{Refusal, SkillSetName, audit::Subject, permissions::Operation};
use http_api::{
    HttpResult, caller, history,
    idempotency::once,
    request::{route, skill, unknown_route},
};
use store::{CommitSkill, IdempotencyStore, KeepCounts, ReadSnapshot, ViewCatalog, ViewHistory, ViewTeams};

/// The verbs of the store that this function uses.
pub trait CatalogStore:
    ReadSnapshot + ViewTeams + ViewCatalog + KeepCounts + CommitSkill + ViewHistory + IdempotencyStore
{
}
impl<T> CatalogStore for T where
    T: ReadSnapshot + ViewTeams + ViewCatalog + KeepCounts + CommitSkill + ViewHistory + IdempotencyStore
{
}

pub async fn handle(store: &impl CatalogStore, time_and_ids: &impl TimeAndIds, request: Request) -> HttpResult {
    let request = &request;
    let view = || caller::from_request(request, Operation::ViewCatalog);
    let manage = || caller::from_request(request, Operation::ManageSkills);
    let delete = || caller::from_request(request, Operation::DeleteSkills);
    match route(request) {
        "GET /skill-sets" => view().map(|_| show::list(store, time_and_ids, request))?.await,
        "POST /skill-sets" => {
            let caller = manage()?;
            let create = |id| change::create_set(store, time_and_ids, &caller, request, id);
            once(store, time_and_ids, &caller, request, create).await
        }
        "GET /skill-sets/{name}" => view().map(|_| show::set(store, time_and_ids, request))?.await,
        "DELETE /skill-sets/{name}" => change::delete_set(store, time_and_ids, &delete()?, request).await,
        "GET /skill-sets/{name}/history" => {
            view()?;
            history::page(store, request, Subject::SkillSet(&set_name(request)?)).await
        }
        "GET /skill-sets/{name}/skills/{skill}" => view().map(|_| show::skill(store, time_and_ids, request))?.await,
        "PUT /skill-sets/{name}/skills/{skill}" => change::put_skill(store, time_and_ids, &manage()?, request).await,
        "DELETE /skill-sets/{name}/skills/{skill}" => {
            change::delete_skill(store, time_and_ids, &delete()?, request).await
        }
        "GET /skill-sets/{name}/skills/{skill}/history" => {
            view()?;
            history::page(store, request, Subject::Skill(&skill(request)?)).await
        }
        other => Err(unknown_route(other)),
    }
}

/// The skill set in the path.
fn set_name(request: &Request) -> Result<SkillSetName, Refusal> {
    let parameters = request.path_parameters();
    SkillSetName::existing(parameters.first("name").unwrap_or_default())
}
