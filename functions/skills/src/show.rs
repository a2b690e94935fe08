//! Looking at the catalog. What uses a skill is counted when it is asked for: exactly, from what was written with each
//! assignment.

use futures_util::{StreamExt, TryStreamExt, stream};
use lambda_http::Request;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use domain::{Level, Refusal, Skill, SkillName, Team, TeamId, UserId, catalog::SkillSet};
use http_api::{
    Problem,
    read::{self, Query},
    respond::{Answer, json, respond, versioned},
};
use store::{
    Cursor, ReadSet, ReadSnapshot, StoreError,
    skills::{Counts, LIST_QUESTION, Uses, ViewCatalog},
    teams::ViewTeams,
};

use crate::set_name;

/// How many skills are counted at a time.
const COUNTED_AT_ONCE: usize = 16;

#[derive(Debug, Serialize)]
struct ShownSkill<'a> {
    skill: &'a SkillName,
    skill_set: &'a str,
    levels: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<Level>,
    users: usize,
    teams: usize,
    inheriting_users: usize,
    version: u64,
}

fn shown(skill: &Skill, counts: Counts) -> ShownSkill<'_> {
    ShownSkill {
        skill: &skill.name,
        skill_set: &skill.skill_set,
        levels: skill.levels.is_some(),
        min: skill.levels.map(|levels| levels.min),
        max: skill.levels.map(|levels| levels.max),
        users: counts.users,
        teams: counts.teams,
        inheriting_users: counts.inheriting_users,
        version: skill.version,
    }
}

#[derive(Debug, Serialize)]
struct ShownSet<'a> {
    name: &'a str,
    skills: Vec<ShownSkill<'a>>,
    version: u64,
}

#[derive(Serialize)]
struct List<'a> {
    items: Vec<ShownSet<'a>>,
    next_cursor: Option<String>,
}

/// `GET /skill-sets`: in order of name, with all their skills.
pub async fn list(directory: &(impl ViewCatalog + ViewTeams), request: &Request) -> Answer {
    let query = Query::of(request, &["limit", "cursor"])?;
    let cursor = query.text("cursor").map(|cursor| Cursor::decode(cursor, LIST_QUESTION)).transpose()?;
    let (sets, next) = directory.skill_sets(cursor, query.limit()?).await?;
    let names = sets.iter().map(|set| set.name.as_str()).collect::<BTreeSet<_>>();
    let skills = directory.skills().await?;
    let skills = skills.iter().filter(|skill| names.contains(skill.skill_set.as_str())).collect::<Vec<_>>();
    let counted = counted(directory, &skills).await?;
    let items = sets.iter().map(|set| shown_set(set, &counted)).collect();
    json(200, &List { items, next_cursor: next.as_ref().map(Cursor::encode) })
}

fn shown_set<'a>(set: &'a SkillSet, counted: &[(&'a Skill, Counts)]) -> ShownSet<'a> {
    let skills = counted.iter().filter(|(skill, _)| skill.skill_set == set.name);
    let skills = skills.map(|(skill, counts)| shown(skill, *counts)).collect();
    ShownSet { name: &set.name, skills, version: set.version }
}

/// The skills with how many use them; each team's members are read once.
async fn counted<'a>(
    directory: &(impl ViewCatalog + ViewTeams),
    skills: &[&'a Skill],
) -> Result<Vec<(&'a Skill, Counts)>, StoreError> {
    let uses = skills.iter().map(|skill| directory.uses(&skill.name)).collect::<Vec<_>>();
    let uses: Vec<Uses> = stream::iter(uses).buffered(COUNTED_AT_ONCE).try_collect().await?;
    let teams = uses.iter().flat_map(|uses| uses.teams.iter().copied()).collect();
    let giving = directory.teams(teams).await?.into_values().filter(Team::gives_skills).map(|team| team.team_id);
    let giving = giving.collect::<Vec<_>>();
    let members = giving.iter().map(|&team_id| directory.in_team(team_id)).collect::<Vec<_>>();
    let members: Vec<BTreeSet<UserId>> = stream::iter(members).buffered(COUNTED_AT_ONCE).try_collect().await?;
    let members = giving.into_iter().zip(members).collect::<BTreeMap<TeamId, _>>();
    Ok(skills.iter().zip(&uses).map(|(skill, uses)| (*skill, Counts::of(uses, &members))).collect())
}

/// `GET /skill-sets/{name}`.
pub async fn set(directory: &(impl ReadSnapshot + ViewCatalog + ViewTeams), request: &Request) -> Answer {
    Query::of(request, &[])?;
    let set = existing_set(directory, &set_name(request)?).await?;
    let skills = directory.skills().await?;
    let skills = skills.iter().filter(|skill| skill.skill_set == set.name).collect::<Vec<_>>();
    let counted = counted(directory, &skills).await?;
    versioned(set.version, &shown_set(&set, &counted))
}

/// The skill set as of now.
pub async fn existing_set(directory: &impl ReadSnapshot, name: &str) -> Result<SkillSet, Problem> {
    let wanted = ReadSet { skill_sets: [name.to_owned()].into(), ..ReadSet::default() };
    let set = directory.snapshot(&wanted).await?.skill_sets.remove(name);
    Ok(set.ok_or_else(|| Refusal::UnknownSkillSet(name.to_owned()))?)
}

/// `GET /skill-sets/{name}/skills/{skill}`.
pub async fn skill(directory: &(impl ReadSnapshot + ViewCatalog + ViewTeams), request: &Request) -> Answer {
    Query::of(request, &[])?;
    let (set, name) = (set_name(request)?, read::skill(request)?);
    let wanted = ReadSet { skills: [name.clone()].into(), ..ReadSet::default() };
    let skill = directory.snapshot(&wanted).await?.skills.remove(&name);
    let skill = skill.filter(|skill| skill.skill_set == set);
    answer(directory, &skill.ok_or_else(|| Refusal::UnknownSkill(name.to_string()))?, 200).await
}

/// A skill with how many use it, and its entity tag.
pub async fn answer(directory: &(impl ViewCatalog + ViewTeams), skill: &Skill, status: u16) -> Answer {
    let counted = counted(directory, &[skill]).await?;
    let counts = counted.first().map(|(_, counts)| *counts).unwrap_or_default();
    respond(status, &shown(skill, counts), &[("etag", http_api::precondition::etag(skill.version))])
}
