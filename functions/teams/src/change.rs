//! Changing teams.

use lambda_http::Request;
use serde::Deserialize;

use domain::{
    Level, Refusal, SkillName, Team, TeamId,
    audit::Action,
    permissions::{Operation, authorize},
    team::{TeamEdit, give_skill, take_skill, team_name},
};
use http_api::{
    Problem, Signed,
    change::{ChangeError, Reading, settle},
    idempotency::Seed,
    precondition::IfMatch,
    read,
    respond::{Answer, created},
};
use store::{
    ReadSet, ReadSnapshot, StoreError,
    teams::{CommitTeam, ListTeams, TeamChange, ViewTeams},
};

use crate::{
    show::{answer, shown},
    team_id,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
}

/// `POST /teams`.
pub async fn create(
    directory: &(impl ReadSnapshot + CommitTeam + ViewTeams),
    signed: &Signed,
    request: &Request,
    seed: Seed,
) -> Answer {
    let name = team_name(&read::body::<New>(request)?.name)?;
    let team_id = TeamId::new(seed.id());
    let team = settle(|| make(directory, signed, team_id, &name)).await?;
    created(&format!("/teams/{team_id}"), team.version, &shown(&team, 0))
}

async fn make(
    directory: &(impl ReadSnapshot + CommitTeam + ViewTeams),
    signed: &Signed,
    team_id: TeamId,
    name: &str,
) -> Result<Team, ChangeError> {
    let read = Reading::of(directory, signed, ReadSet::default()).await?;
    authorize(read.caller, Operation::ManageTeams)?;
    let by = read.by();
    let after = Team::new(team_id, name, by.now);
    let change = TeamChange { before: None, after, by, action: Action::Created, skills: None };
    match directory.commit_team(change).await {
        Err(StoreError::Conflict) => taken(directory, team_id, name).await,
        made => Ok(made?),
    }
}

/// Whether it is the very team that is there already, from an earlier try whose answer was lost, or another one.
async fn taken(directory: &(impl ReadSnapshot + ViewTeams), team_id: TeamId, name: &str) -> Result<Team, ChangeError> {
    let wanted = ReadSet { teams: [team_id].into(), ..ReadSet::default() };
    if let Some(made) = directory.snapshot(&wanted).await?.teams.remove(&team_id) {
        return Ok(made);
    }
    match directory.whose_team_name(name).await? {
        Some(_) => Err(Refusal::TeamNameTaken(name.to_owned()).into()),
        None => Err(StoreError::Conflict.into()),
    }
}

/// Changes a team as `decide` says and gives it as written. That its new name is another team's shows when it is written.
async fn change(
    directory: &(impl ReadSnapshot + CommitTeam + ViewTeams),
    signed: &Signed,
    request: &Request,
    skill: Option<&SkillName>,
    decide: impl Fn(&Team, &Reading) -> Result<Team, Refusal>,
) -> Result<Team, Problem> {
    let (team_id, if_match) = (team_id(request)?, IfMatch::of(request)?);
    settle(|| async {
        let wanted =
            ReadSet { teams: [team_id].into(), skills: skill.into_iter().cloned().collect(), ..ReadSet::default() };
        let read = Reading::of(directory, signed, wanted).await?;
        let team = team_in(&read, team_id)?;
        if_match.check("team", team.version)?;
        let (after, by, skills) = (decide(team, &read)?, read.by(), Some(&read.about.skills));
        let name = after.name.clone();
        let change = TeamChange { before: Some(team), after, by, action: Action::Edited, skills };
        match directory.commit_team(change).await {
            Err(StoreError::Conflict) => match directory.whose_team_name(&name).await? {
                Some(other) if other != team_id => Err(Refusal::TeamNameTaken(name).into()),
                _ => Err(StoreError::Conflict.into()),
            },
            changed => Ok(changed?),
        }
    })
    .await
}

fn team_in(read: &Reading, team_id: TeamId) -> Result<&Team, Refusal> {
    read.about.teams.get(&team_id).ok_or_else(|| Refusal::UnknownTeam(team_id.to_string()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    name: Option<String>,
    archived: Option<bool>,
}

/// `PATCH /teams/{team_id}`.
pub async fn edit(
    directory: &(impl ReadSnapshot + CommitTeam + ListTeams + ViewTeams),
    signed: &Signed,
    request: &Request,
) -> Answer {
    let body = read::body::<Edit>(request)?;
    let edit = TeamEdit { name: body.name.as_deref().map(team_name).transpose()?, archived: body.archived };
    let team = change(directory, signed, request, None, |team, read| edit.apply(team, read.caller)).await?;
    answer(directory, &team).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    level: Option<i64>,
    skill_set: Option<String>,
}

/// `PUT /teams/{team_id}/skills/{skill}`.
pub async fn give(
    directory: &(impl ReadSnapshot + CommitTeam + ListTeams + ViewTeams),
    signed: &Signed,
    request: &Request,
) -> Answer {
    let (name, body) = (read::skill(request)?, read::body::<Given>(request)?);
    let team = change(directory, signed, request, Some(&name), |team, read| {
        let skill = read.about.skills.get(&name).ok_or_else(|| Refusal::UnknownSkill(name.to_string()))?;
        give_skill(team, read.caller, skill, body.level.map(Level), body.skill_set.as_deref())
    });
    answer(directory, &team.await?).await
}

/// `DELETE /teams/{team_id}/skills/{skill}`.
pub async fn take(
    directory: &(impl ReadSnapshot + CommitTeam + ListTeams + ViewTeams),
    signed: &Signed,
    request: &Request,
) -> Answer {
    let name = read::skill(request)?;
    let team = change(directory, signed, request, Some(&name), |team, read| {
        read.about.skills.get(&name).ok_or_else(|| Refusal::UnknownSkill(name.to_string()))?;
        take_skill(team, read.caller, &name)
    });
    answer(directory, &team.await?).await
}

/// `DELETE /teams/{team_id}` (rule 21).
pub async fn delete(
    directory: &(impl ReadSnapshot + CommitTeam),
    signed: &Signed,
    request: &Request,
) -> Result<(), Problem> {
    let (team_id, if_match) = (team_id(request)?, IfMatch::of(request)?);
    settle(|| async {
        let wanted = ReadSet { teams: [team_id].into(), ..ReadSet::default() };
        let read = Reading::of(directory, signed, wanted).await?;
        authorize(read.caller, Operation::DeleteTeams)?;
        let team = team_in(&read, team_id)?;
        if_match.check("team", team.version)?;
        Ok(directory.delete_team(team, read.by()).await??)
    })
    .await
}
