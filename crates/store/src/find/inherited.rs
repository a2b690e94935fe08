//! Who has a skill from a team: the members of the teams that hand it down.

use domain::{Level, SkillName, Team};

use super::{Directory, question::Question};
use crate::{
    StoreError, keys,
    profiles::text,
    teams::{Teams, ViewTeams},
};

/// The most teams whose members are asked for by a skill. With more the skill does not lead.
const MOST_TEAMS: usize = 20;

impl Directory {
    /// The teams whose members may have this skill from them, as it is asked for; none where too many have it.
    pub(super) async fn teams_with(&self, skill: &SkillName, question: &Question) -> Result<Option<Teams>, StoreError> {
        let query = self.db.query().table_name(&self.table).limit(i32::try_from(MOST_TEAMS + 1).unwrap_or(i32::MAX));
        let query = query.key_condition_expression("pk = :pk AND begins_with(sk, :team)");
        let query = query.expression_attribute_values(":pk", text(keys::of_skill(skill)));
        let query = query.expression_attribute_values(":team", text(keys::HOLDER_TEAM));
        let answer = query.send().await.map_err(|error| StoreError::of(&error))?;
        if answer.items().len() > MOST_TEAMS {
            return Ok(None);
        }
        let keys = answer.items().iter().filter_map(|item| item.get("sk")?.as_s().ok());
        let mut teams = self.teams(keys.filter_map(|sk| keys::team_of(sk)).collect()).await?;
        teams.retain(|_, team| hands_down(team, skill, question.min_level));
        Ok(Some(teams))
    }
}

/// Whether somebody can have the skill with this level from this team alone. Who has it from a team that gives less
/// has the level from elsewhere: assigned, or from another of the teams (rules 15 to 17); there they are found, too.
fn hands_down(team: &Team, skill: &SkillName, least: Option<Level>) -> bool {
    team.gives_skills() && team.skills.get(skill).is_some_and(|&level| least.is_none_or(|least| level >= Some(least)))
}
