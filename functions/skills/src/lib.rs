//! `/skill-sets`: skill sets and the skills in them, with how many use them (rules 4, 19 and 21). `/skill-presets`:
//! skills with levels, kept under a name.

mod change;
mod presets;
mod show;

use lambda_http::{Request, RequestExt};

use app::TimeAndIds;
use domain::{Refusal, SkillSetName, audit::Subject, permissions::Operation};
use http_api::{
    HttpResult, caller, history,
    idempotency::once,
    request::{path, route, skill, unknown_route},
};
use store::{
    CommitPreset, CommitSkill, IdempotencyStore, KeepCounts, ListPresets, ReadSnapshot, ViewCatalog, ViewHistory,
    ViewTeams,
};

/// The verbs of the store that this function uses.
pub trait CatalogStore:
    ReadSnapshot
    + ViewTeams
    + ViewCatalog
    + KeepCounts
    + CommitSkill
    + ListPresets
    + CommitPreset
    + ViewHistory
    + IdempotencyStore
{
}
impl<T> CatalogStore for T where
    T: ReadSnapshot
        + ViewTeams
        + ViewCatalog
        + KeepCounts
        + CommitSkill
        + ListPresets
        + CommitPreset
        + ViewHistory
        + IdempotencyStore
{
}

pub async fn handle(store: &impl CatalogStore, time_and_ids: &impl TimeAndIds, request: Request) -> HttpResult {
    let request = &request;
    let view = || caller::from_request(request, Operation::ViewCatalog);
    let manage = || caller::from_request(request, Operation::ManageSkills);
    let delete = || caller::from_request(request, Operation::DeleteSkills);
    let manage_presets = || caller::from_request(request, Operation::ManagePresets);
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
        "GET /skill-presets" => view().map(|_| presets::list(store, request))?.await,
        "POST /skill-presets" => {
            let caller = manage_presets()?;
            let create = |id| presets::create(store, time_and_ids, &caller, request, id);
            once(store, time_and_ids, &caller, request, create).await
        }
        "GET /skill-presets/{preset_id}" => view().map(|_| presets::preset(store, request))?.await,
        "PATCH /skill-presets/{preset_id}" => presets::edit(store, time_and_ids, &manage_presets()?, request).await,
        "DELETE /skill-presets/{preset_id}" => presets::delete(store, time_and_ids, &manage_presets()?, request).await,
        "GET /skill-presets/{preset_id}/history" => {
            view()?;
            history::page(store, request, Subject::Preset(path(request, "preset_id")?)).await
        }
        other => Err(unknown_route(other)),
    }
}

/// The skill set in the path.
fn set_name(request: &Request) -> Result<SkillSetName, Refusal> {
    let parameters = request.path_parameters();
    SkillSetName::existing(parameters.first("name").unwrap_or_default())
}
