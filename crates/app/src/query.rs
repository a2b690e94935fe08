//! Checking a query before it is run.

use domain::{Refusal, search::UserQuery};
use store::{ViewSkill, ViewTeams};

use crate::ChangeError;

/// Rejects a query for a team or a skill that does not exist: a misspelt filter would find no users.
pub async fn check_existence(store: &(impl ViewTeams + ViewSkill), query: &UserQuery) -> Result<(), ChangeError> {
    if let Some(team_id) = query.team()
        && !store.teams([team_id].into()).await?.contains_key(&team_id)
    {
        return Err(Refusal::UnknownTeam((&team_id).into()).into());
    }
    if let Some(skill) = query.skill()
        && store.skill(skill).await?.is_none()
    {
        return Err(Refusal::UnknownSkill(skill.into()).into());
    }
    Ok(())
}
