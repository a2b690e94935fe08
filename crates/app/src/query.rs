//! Checking a query before it is run.

use domain::{Refusal, SkillName, TeamId, search::UserQuery};
use store::{ViewSkill, ViewTeams};

use crate::ChangeError;

/// Rejects a query for a team or a skill that does not exist: a misspelt filter would find no users.
pub async fn check_existence(store: &(impl ViewTeams + ViewSkill), query: &UserQuery) -> Result<(), ChangeError> {
    let (team, skill) = tokio::join!(check_team(store, query.team()), check_skill(store, query.skill()));
    team.and(skill)
}

async fn check_team(store: &impl ViewTeams, team_id: Option<TeamId>) -> Result<(), ChangeError> {
    match team_id {
        Some(team_id) if !store.teams([team_id].into()).await?.contains_key(&team_id) => {
            Err(Refusal::UnknownTeam((&team_id).into()).into())
        }
        _ => Ok(()),
    }
}

async fn check_skill(store: &impl ViewSkill, skill: Option<&SkillName>) -> Result<(), ChangeError> {
    match skill {
        Some(skill) if store.skill(skill).await?.is_none() => Err(Refusal::UnknownSkill(skill.into()).into()),
        _ => Ok(()),
    }
}
