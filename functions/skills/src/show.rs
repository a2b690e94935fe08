//! Showing the catalog. What uses a skill is counted when it is asked for, exactly, from the items that each assignment
//! writes.

use futures_util::{StreamExt, TryStreamExt, stream};
use lambda_http::Request;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Level, Refusal, Skill, SkillName, SkillSetName, Team, TeamId, UserId,
    catalog::{SkillCounts, SkillSet, SkillUsage},
};
use http_api::{
    HttpResult, Problem,
    entity_tag::etag,
    request::{self, Query},
    response::{json, json_with, versioned},
};
use store::{Cursor, ReadSet, ReadSnapshot, SKILL_SETS_FINGERPRINT, StoreError, ViewCatalog, ViewTeams};

use crate::set_name;

/// How many skills are counted concurrently.
const COUNTED_CONCURRENTLY: usize = 16;

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
    users: usize,
    teams: usize,
    inheriting_users: usize,
    version: u64,
}

fn shown_skill(skill: &Skill, counts: SkillCounts) -> ShownSkill<'_> {
    ShownSkill {
        skill: &skill.name,
        skill_set: &skill.skill_set,
        levels: skill.levels.is_some(),
        min: skill.levels.map(|levels| levels.min),
        max: skill.levels.map(|levels| levels.max),
        level_required: skill.level_required,
        users: counts.users,
        teams: counts.teams,
        inheriting_users: counts.inheriting_users,
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
pub async fn list(store: &(impl ViewCatalog + ViewTeams), request: &Request) -> HttpResult {
    let query = Query::read(request, &["limit", "cursor"])?;
    let cursor = query.cursor(SKILL_SETS_FINGERPRINT)?;
    let (sets, next) = store.skill_sets(cursor, query.limit()?).await?;
    let names = sets.iter().map(|set| &set.name).collect::<BTreeSet<_>>();
    let skills = store.skills().await?;
    let skills = skills.iter().filter(|skill| names.contains(&skill.skill_set)).collect::<Vec<_>>();
    let counted = counted(store, &skills).await?;
    let items = sets.iter().map(|set| shown_set(set, &counted)).collect();
    json(200, &List { items, next_cursor: next.as_ref().map(Cursor::encode) })
}

fn shown_set<'a>(set: &'a SkillSet, counted: &[(&'a Skill, SkillCounts)]) -> ShownSet<'a> {
    let skills = counted.iter().filter(|(skill, _)| skill.skill_set == set.name);
    let skills = skills.map(|(skill, counts)| shown_skill(skill, *counts)).collect();
    ShownSet { name: &set.name, skills, version: set.version }
}

/// The skills with how many use them. Each team's members are read once.
async fn counted<'a>(
    store: &(impl ViewCatalog + ViewTeams),
    skills: &[&'a Skill],
) -> Result<Vec<(&'a Skill, SkillCounts)>, StoreError> {
    let usages = skills.iter().map(|skill| store.skill_usage(&skill.name)).collect::<Vec<_>>();
    let usages: Vec<SkillUsage> = stream::iter(usages).buffered(COUNTED_CONCURRENTLY).try_collect().await?;
    let teams = usages.iter().flat_map(|usage| usage.teams.iter().copied()).collect();
    let teams = store.teams(teams).await?.into_values().filter(Team::grants_skills).map(|team| team.team_id);
    let granting = teams.collect::<Vec<_>>();
    let members = granting.iter().map(|&team_id| store.team_members(team_id)).collect::<Vec<_>>();
    let members: Vec<BTreeSet<UserId>> = stream::iter(members).buffered(COUNTED_CONCURRENTLY).try_collect().await?;
    let members = granting.into_iter().zip(members).collect::<BTreeMap<TeamId, _>>();
    Ok(skills.iter().zip(&usages).map(|(skill, usage)| (*skill, SkillCounts::of(usage, &members))).collect())
}

/// `GET /skill-sets/{name}`.
pub async fn set(store: &(impl ReadSnapshot + ViewCatalog + ViewTeams), request: &Request) -> HttpResult {
    Query::read(request, &[])?;
    let set = existing_set(store, &set_name(request)?).await?;
    let skills = store.skills().await?;
    let skills = skills.iter().filter(|skill| skill.skill_set == set.name).collect::<Vec<_>>();
    let counted = counted(store, &skills).await?;
    versioned(set.version, &shown_set(&set, &counted))
}

async fn existing_set(store: &impl ReadSnapshot, name: &SkillSetName) -> Result<SkillSet, Problem> {
    let read_set = ReadSet { skill_sets: [name.clone()].into(), ..ReadSet::default() };
    let set = store.snapshot(&read_set).await?.skill_sets.remove(name);
    Ok(set.ok_or_else(|| Refusal::UnknownSkillSet(name.into()))?)
}

/// `GET /skill-sets/{name}/skills/{skill}`.
pub async fn skill(store: &(impl ReadSnapshot + ViewCatalog + ViewTeams), request: &Request) -> HttpResult {
    Query::read(request, &[])?;
    let (set, name) = (set_name(request)?, request::skill(request)?);
    let read_set = ReadSet { skills: [name.clone()].into(), ..ReadSet::default() };
    let skill = store.snapshot(&read_set).await?.skills.remove(&name);
    let skill = skill.filter(|skill| skill.skill_set == set);
    respond(store, &skill.ok_or_else(|| Refusal::UnknownSkill((&name).into()))?, 200).await
}

/// A skill with how many use it, and its entity tag.
pub async fn respond(store: &(impl ViewCatalog + ViewTeams), skill: &Skill, status: u16) -> HttpResult {
    let counted = counted(store, &[skill]).await?;
    let counts = counted.first().map(|(_, counts)| *counts).unwrap_or_default();
    json_with(status, &shown_skill(skill, counts), &[("etag", etag(skill.version))])
}
