//! `/skill-sets`: skill sets and the skills in them, with how many use them (rules 4, 19 and 21).

mod change;
mod show;

use lambda_http::{Request, RequestExt};

use domain::{Refusal, catalog::skill_set_name, permissions::Operation};
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
    skills::{CommitSkill, ViewCatalog},
    teams::ViewTeams,
};

/// What this function does to the table.
pub trait Store: ReadSnapshot + ViewTeams + ViewCatalog + CommitSkill + ViewHistory + IdempotencyStore {}
impl<T: ReadSnapshot + ViewTeams + ViewCatalog + CommitSkill + ViewHistory + IdempotencyStore> Store for T {}

/// Answers with what the route is about.
pub async fn handle(directory: &impl Store, request: Request) -> Answer {
    let signed = Signed::of(&request, Operation::ViewCatalog)?;
    match route(&request).as_str() {
        "GET /skill-sets" => show::list(directory, &request).await,
        "POST /skill-sets" => {
            let create = |seed| change::create_set(directory, &signed, &request, seed);
            once(directory, &signed, &request, http_api::now(), create).await
        }
        "GET /skill-sets/{name}" => show::set(directory, &request).await,
        "DELETE /skill-sets/{name}" => {
            change::delete_set(directory, &signed, &request).await?;
            empty(&[])
        }
        "GET /skill-sets/{name}/history" => {
            history::page(directory, &request, Subject::SkillSet(&set_name(&request)?)).await
        }
        "GET /skill-sets/{name}/skills/{skill}" => show::skill(directory, &request).await,
        "PUT /skill-sets/{name}/skills/{skill}" => change::put_skill(directory, &signed, &request).await,
        "DELETE /skill-sets/{name}/skills/{skill}" => {
            change::delete_skill(directory, &signed, &request).await?;
            empty(&[])
        }
        "GET /skill-sets/{name}/skills/{skill}/history" => {
            history::page(directory, &request, Subject::Skill(&read::skill(&request)?)).await
        }
        other => Err(Problem::internal(&format!("no handler for {other}"))),
    }
}

/// The skill set in the path; a name that cannot be one names no skill set.
fn set_name(request: &Request) -> Result<String, Refusal> {
    let parameters = request.path_parameters();
    let name = parameters.first("name").unwrap_or_default();
    let fits = skill_set_name(name).is_ok_and(|fitting| fitting == name);
    if fits { Ok(name.to_owned()) } else { Err(Refusal::UnknownSkillSet(name.to_owned())) }
}
