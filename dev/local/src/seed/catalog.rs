//! Skills and teams for the demo, put there before anybody has logged in; people join the teams through the API.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client, Config,
    config::{BehaviorVersion, Region},
};
use domain::{
    Level, LevelRange, Skill, SkillName, SkillSetName, Team, TeamId, TeamName, audit::Action, catalog::SkillSet,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{ChangeOrigin, CommitSkill, CommitTeam, Directory, StoreError, TeamChange};
use uuid::Uuid;

use super::failed;
use crate::StartError;
use crate::data::Addresses;
use crate::names::REGION;

/// Skill sets with their skills; a skill without levels has none to give.
const SKILL_SETS: [(&str, &[(&str, bool)]); 2] = [
    ("Languages", &[("English", true), ("French", true), ("German", true), ("Spanish", true)]),
    ("Topics", &[("Billing", true), ("Support", true), ("Sales", true), ("Onboarding", false)]),
];

type TeamSkills = &'static [(&'static str, Option<i64>)];

/// Teams with the skills that they hand down.
const TEAMS: [(&str, TeamSkills); 4] = [
    ("Sales (US)", &[("English", Some(90)), ("Sales", Some(60))]),
    ("Sales (EU)", &[("French", Some(70)), ("German", Some(70)), ("Sales", Some(60))]),
    ("Support", &[("Support", Some(50)), ("Onboarding", None)]),
    ("Billing", &[("Billing", Some(80)), ("English", Some(40))]),
];

/// Puts skills and teams, those that are not there yet.
pub(super) async fn put(addresses: &Addresses, table: &str) -> Result<(), StartError> {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .endpoint_url(&addresses.endpoints.dynamodb)
        .credentials_provider(Credentials::from_keys("seed", "seed", None));
    let directory = Directory::new(Client::from_conf(config.build()), table);
    put_all(&directory).await.map_err(|error| StartError::Seed(error.to_string()))
}

async fn put_all(directory: &Directory) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let by = ChangeOrigin::operator("seed", now(), Uuid::now_v7());
    for (skill_set, skills) in SKILL_SETS {
        let skill_set = SkillSetName::parse(skill_set)?;
        unless_there(directory.create_skill_set(&SkillSet::new(skill_set.clone(), Uuid::nil()), by).await)?;
        for &(name, has_levels) in skills {
            let levels = has_levels.then(LevelRange::default);
            let skill = Skill { name: SkillName::new(name)?, skill_set: skill_set.clone(), levels, version: 0 };
            unless_there(directory.commit_skill(None, skill, by, Action::Created).await.map(drop))?;
        }
    }
    for (n, (name, skills)) in TEAMS.into_iter().enumerate() {
        let skill = |&(name, level): &(&str, Option<i64>)| Ok((SkillName::new(name)?, level.map(Level)));
        let skills = skills.iter().map(skill).collect::<Result<_, domain::Refusal>>()?;
        let after = Team { skills, ..Team::new(team_id(n), TeamName::parse(name)?, by.now) };
        let team = TeamChange { before: None, after, origin: by, action: Action::Created, skills: None };
        unless_there(directory.commit_team(team).await.map(drop))?;
    }
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

/// Puts every other of the first people into teams, as the account owner does it.
pub(super) async fn join_teams(client: &reqwest::Client, api: &str, token: &str) -> Result<(), StartError> {
    let url = format!("{api}/users?limit=100");
    let list = client.get(url).bearer_auth(token).send().await.and_then(reqwest::Response::error_for_status);
    let list: Value = list.map_err(failed)?.json().await.map_err(failed)?;
    let people = list["items"].as_array().into_iter().flatten().filter_map(|user| user["user_id"].as_str());
    for (n, user_id) in people.step_by(2).enumerate() {
        let teams = [n % TEAMS.len(), (n / 2) % TEAMS.len()].map(team_id);
        let edit = client.patch(format!("{api}/users/{user_id}")).bearer_auth(token).json(&json!({ "teams": teams }));
        edit.send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    }
    Ok(())
}
