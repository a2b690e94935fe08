//! Skills and teams for the demo, written before the first login; users join the teams through the API.

use domain::{
    Level, LevelRange, Skill, SkillName, SkillSetName, Team, TeamId, TeamName, audit::Action, catalog::SkillSet,
};
use futures_util::{
    future::try_join_all,
    stream::{self, TryStreamExt as _},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{ChangeOrigin, CommitSkill, CommitTeam, Directory, StoreError, TeamChange};
use uuid::Uuid;

use super::{CONCURRENT, SeedClient, failed, send};
use crate::StartError;
use crate::data::Addresses;

/// Skill sets with their skills, and whether a skill has levels.
const SKILL_SETS: [(&str, &[(&str, bool)]); 2] = [
    ("Languages", &[("English", true), ("French", true), ("German", true), ("Spanish", true)]),
    ("Topics", &[("Billing", true), ("Support", true), ("Sales", true), ("Onboarding", false)]),
];

type TeamSkills = &'static [(&'static str, Option<i64>)];

/// Teams with the skills that they grant.
const TEAMS: [(&str, TeamSkills); 4] = [
    ("Sales (US)", &[("English", Some(90)), ("Sales", Some(60))]),
    ("Sales (EU)", &[("French", Some(70)), ("German", Some(70)), ("Sales", Some(60))]),
    ("Support", &[("Support", Some(50)), ("Onboarding", None)]),
    ("Billing", &[("Billing", Some(80)), ("English", Some(40))]),
];

/// Puts skills and teams, those that are not there yet.
pub(super) async fn put(addresses: &Addresses, table: &str) -> Result<(), StartError> {
    let directory = Directory::new(embedded::client_at(&addresses.endpoints.dynamodb), table);
    put_all(&directory).await.map_err(|error| StartError::Seed(error.to_string()))
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn put_all(directory: &Directory) -> Result<(), Failure> {
    let by = ChangeOrigin::operator("seed", now(), Uuid::now_v7());
    let skill_sets = SKILL_SETS.iter().map(async |&(name, _)| {
        let skill_set = SkillSet::new(SkillSetName::parse(name)?, Uuid::nil());
        Ok::<_, Failure>(unless_there(directory.create_skill_set(&skill_set, by).await)?)
    });
    try_join_all(skill_sets).await?;
    let skills = SKILL_SETS.iter().flat_map(|&(set, skills)| skills.iter().map(move |skill| (set, skill)));
    let skills = skills.map(async |(set, &(name, has_levels))| {
        let levels = has_levels.then(LevelRange::default);
        let skill = Skill {
            skill_set: SkillSetName::parse(set)?,
            levels,
            version: 0,
            ..Skill::imported(SkillName::new(name)?)
        };
        unless_there(directory.commit_skill(None, skill, by, Action::Created).await.map(drop))?;
        Ok::<_, Failure>(())
    });
    try_join_all(skills).await?;
    let teams = TEAMS.into_iter().enumerate().map(async |(n, (name, skills))| {
        let skill = |&(name, level): &(&str, Option<i64>)| Ok((SkillName::new(name)?, level.map(Level)));
        let skills = skills.iter().map(skill).collect::<Result<_, domain::Refusal>>()?;
        let after = Team { skills, ..Team::new(team_id(n), TeamName::parse(name)?, by.now) };
        let team = TeamChange { before: None, after, origin: by, action: Action::Created, skills: None };
        unless_there(directory.commit_team(team).await.map(drop))?;
        Ok::<_, Failure>(())
    });
    try_join_all(teams).await?;
    Ok(())
}

/// To the millisecond, as functions have it.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// An earlier start has put it there.
fn unless_there(put: Result<(), StoreError>) -> Result<(), StoreError> {
    if matches!(put, Err(StoreError::Conflict)) { Ok(()) } else { put }
}

fn team_id(n: usize) -> TeamId {
    TeamId::new(Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0001 + n as u128))
}

/// Puts every other user of the first page into two teams, as the account owner would.
pub(super) async fn join_teams(client: &SeedClient<'_>, token: &str) -> Result<(), StartError> {
    let list = client.http.get(format!("{}/users?limit=100", client.api)).bearer_auth(token);
    let list: Value = send(list).await?.json().await.map_err(failed)?;
    let users = list["items"].as_array().into_iter().flatten().filter_map(|user| user["user_id"].as_str());
    let edits = users.step_by(2).enumerate().map(|(n, user_id)| {
        let teams = [n % TEAMS.len(), (n / 2) % TEAMS.len()].map(team_id);
        let edit = client.http.patch(format!("{}/users/{user_id}", client.api));
        Ok(edit.bearer_auth(token).json(&json!({ "teams": teams })))
    });
    let edits = stream::iter(edits);
    edits.try_for_each_concurrent(CONCURRENT, |edit| async { send(edit).await.map(drop) }).await
}
