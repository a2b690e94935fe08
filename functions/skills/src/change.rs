//! Changing the catalog.

use lambda_http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use app::{AuthenticatedCaller, TimeAndIds, skills};
use domain::{
    SkillSetName,
    catalog::{SkillDefinition, SkillSet},
};
use http_api::{
    HttpResult,
    body::body,
    entity_tag::{if_match, put_mode},
    idempotency::ResourceId,
    request::skill,
    response::{created, empty},
};
use store::{CommitSkill, ReadSnapshot, ViewCatalog, ViewTeams};

use crate::{set_name, show::respond};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSet {
    name: String,
}

#[derive(Serialize)]
struct CreatedSet<'a> {
    name: &'a SkillSetName,
    skills: [(); 0],
    version: u64,
}

/// `POST /skill-sets`.
pub async fn create_set(
    store: &(impl ReadSnapshot + CommitSkill),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
    id: ResourceId,
) -> HttpResult {
    let set = SkillSet::new(SkillSetName::parse(&body::<NewSet>(request)?.name)?, id.uuid());
    skills::create_skill_set(store, time_and_ids, caller, &set).await?;
    let location = format!("/skill-sets/{}", utf8_percent_encode(set.name.as_str(), NON_ALPHANUMERIC));
    created(&location, set.version, &CreatedSet { name: &set.name, skills: [], version: set.version })
}

/// `DELETE /skill-sets/{name}` (rule 21).
pub async fn delete_set(
    store: &(impl ReadSnapshot + CommitSkill),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    let (name, expected) = (set_name(request)?, if_match(request)?);
    skills::delete_skill_set(store, time_and_ids, caller, &name, &expected).await?;
    empty(&[])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    min: Option<i64>,
    max: Option<i64>,
    levels: Option<bool>,
    level_required: Option<bool>,
}

/// `PUT /skill-sets/{name}/skills/{skill}`.
pub async fn put_skill(
    store: &(impl ReadSnapshot + CommitSkill + ViewCatalog + ViewTeams),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    let (set, name, expected) = (set_name(request)?, skill(request)?, if_match(request)?);
    let mode = put_mode(request)?;
    let Definition { min, max, levels, level_required } = body(request)?;
    let definition = SkillDefinition { min, max, levels, level_required };
    let expected = (&expected, mode);
    let written = skills::define_skill(store, time_and_ids, caller, (&set, &name), definition, expected).await?;
    respond(store, time_and_ids, &written.skill, if written.is_new { 201 } else { 200 }).await
}

/// `DELETE /skill-sets/{name}/skills/{skill}` (rule 21).
pub async fn delete_skill(
    store: &(impl ReadSnapshot + CommitSkill),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    let (set, name, expected) = (set_name(request)?, skill(request)?, if_match(request)?);
    skills::delete_skill(store, time_and_ids, caller, (&set, &name), &expected).await?;
    empty(&[])
}
