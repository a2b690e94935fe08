//! Showing the catalog. How many use a skill is kept for the sets, and counted when a single skill is asked for.

use lambda_http::Request;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use app::{
    TimeAndIds,
    counts::{count_skills, skill_counts},
};
use domain::{
    Counted, Level, Refusal, Skill, SkillName, SkillSetName, Time,
    catalog::{SkillCounts, SkillSet},
};
use http_api::{
    HttpResult, Problem,
    entity_tag::etag,
    request::{self, Query},
    response::{json, json_with, versioned},
};
use store::{Cursor, KeepCounts, ReadSet, ReadSnapshot, SKILL_SETS_FINGERPRINT, ViewCatalog, ViewTeams};

use crate::set_name;

#[derive(Debug, Serialize)]
struct ShownSkill<'a> {
    skill: &'a SkillName,
    skill_set: &'a SkillSetName,
    levels: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<Level>,
    level_required: bool,
    users: Option<usize>,
    teams: Option<usize>,
    inheriting_users: Option<usize>,
    counted_at: Option<Time>,
    version: u64,
}

/// Without counts if it was never counted.
fn shown_skill(skill: &Skill, counted: Option<Counted<SkillCounts>>) -> ShownSkill<'_> {
    let counts = counted.map(|counted| counted.counts);
    ShownSkill {
        skill: &skill.name,
        skill_set: &skill.skill_set,
        levels: skill.levels.is_some(),
        min: skill.levels.map(|levels| levels.min),
        max: skill.levels.map(|levels| levels.max),
        level_required: skill.level_required,
        users: counts.map(|counts| counts.users),
        teams: counts.map(|counts| counts.teams),
        inheriting_users: counts.map(|counts| counts.inheriting_users),
        counted_at: counted.map(|counted| counted.counted_at),
        version: skill.version,
    }
}

#[derive(Debug, Serialize)]
struct ShownSet<'a> {
    name: &'a SkillSetName,
    skills: Vec<ShownSkill<'a>>,
    version: u64,
}

#[derive(Serialize)]
struct List<'a> {
    items: Vec<ShownSet<'a>>,
    next_cursor: Option<String>,
}

/// `GET /skill-sets`: in order of name, with all their skills.
pub async fn list(
    store: &(impl ViewCatalog + ViewTeams + KeepCounts),
    time_and_ids: &impl TimeAndIds,
    request: &Request,
) -> HttpResult {
    let query = Query::read(request, &["limit", "cursor"])?;
    let cursor = query.cursor(SKILL_SETS_FINGERPRINT)?;
    let (sets, next) = store.skill_sets(cursor, query.limit()?).await?;
    let names = sets.iter().map(|set| &set.name).collect::<BTreeSet<_>>();
    let skills = store.skills().await?;
    let skills = skills.iter().filter(|skill| names.contains(&skill.skill_set)).collect::<Vec<_>>();
    let counted = skill_counts(store, time_and_ids, &skills).await?;
    let items = sets.iter().map(|set| shown_set(set, &skills, &counted)).collect();
    json(200, &List { items, next_cursor: next.as_ref().map(Cursor::encode) })
}

fn shown_set<'a>(
    set: &'a SkillSet,
    skills: &[&'a Skill],
    counted: &BTreeMap<SkillName, Counted<SkillCounts>>,
) -> ShownSet<'a> {
    let skills = skills.iter().filter(|skill| skill.skill_set == set.name);
    let skills = skills.map(|skill| shown_skill(skill, counted.get(&skill.name).copied())).collect();
    ShownSet { name: &set.name, skills, version: set.version }
}

/// `GET /skill-sets/{name}`.
pub async fn set(
    store: &(impl ReadSnapshot + ViewCatalog + ViewTeams + KeepCounts),
    time_and_ids: &impl TimeAndIds,
    request: &Request,
) -> HttpResult {
    Query::read(request, &[])?;
    let set = existing_set(store, &set_name(request)?).await?;
    let skills = store.skills().await?;
    let skills = skills.iter().filter(|skill| skill.skill_set == set.name).collect::<Vec<_>>();
    let counted = skill_counts(store, time_and_ids, &skills).await?;
    versioned(set.version, &shown_set(&set, &skills, &counted))
}

async fn existing_set(store: &impl ReadSnapshot, name: &SkillSetName) -> Result<SkillSet, Problem> {
    let read_set = ReadSet { skill_sets: [name.clone()].into(), ..ReadSet::default() };
    let set = store.snapshot(&read_set).await?.skill_sets.remove(name);
    Ok(set.ok_or_else(|| Refusal::UnknownSkillSet(name.into()))?)
}

/// `GET /skill-sets/{name}/skills/{skill}`.
pub async fn skill(
    store: &(impl ReadSnapshot + ViewCatalog + ViewTeams),
    time_and_ids: &impl TimeAndIds,
    request: &Request,
) -> HttpResult {
    Query::read(request, &[])?;
    let (set, name) = (set_name(request)?, request::skill(request)?);
    let read_set = ReadSet { skills: [name.clone()].into(), ..ReadSet::default() };
    let skill = store.snapshot(&read_set).await?.skills.remove(&name);
    let skill = skill.filter(|skill| skill.skill_set == set);
    respond(store, time_and_ids, &skill.ok_or_else(|| Refusal::UnknownSkill((&name).into()))?, 200).await
}

/// A skill with how many use it now, and its entity tag.
pub async fn respond(
    store: &(impl ViewCatalog + ViewTeams),
    time_and_ids: &impl TimeAndIds,
    skill: &Skill,
    status: u16,
) -> HttpResult {
    let now = time_and_ids.now();
    let counts = count_skills(store, &[skill]).await?.remove(&skill.name);
    let counted = counts.map(|counts| Counted::new(counts, now));
    json_with(status, &shown_skill(skill, counted), &[("etag", etag(skill.version))])
}
