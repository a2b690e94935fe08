//! Checking a query before it is run.

use domain::{
    Refusal,
    search::{Criterion, UserQuery},
};
use store::{ViewSkill, ViewTeams};

use crate::ChangeError;

/// Rejects a query for a team or a skill that does not exist: a misspelt filter would find no users.
pub async fn check_existence(store: &(impl ViewTeams + ViewSkill), query: &UserQuery) -> Result<(), ChangeError> {
    for criterion in query.criteria() {
        match criterion {
            Criterion::Team(team) if !store.teams([*team].into()).await?.contains_key(team) => {
                return Err(Refusal::UnknownTeam(team.to_string()).into());
            }
            Criterion::Skill { skill, .. } if store.skill(skill).await?.is_none() => {
                return Err(Refusal::UnknownSkill(skill.to_string()).into());
            }
            Criterion::Team(_) | Criterion::Skill { .. } | Criterion::Role(_) => {}
        }
    }
    Ok(())
}
