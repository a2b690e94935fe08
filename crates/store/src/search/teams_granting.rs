//! The teams through which a user can have a skill.

use domain::{Level, SkillName, team::Teams};

use crate::{Directory, StoreError, ViewTeams, dynamo::item::text, schema::keys};

/// With more teams than this the members are not looked up, and the skill is no access path.
const MAX_TEAMS: usize = 20;

impl Directory {
    /// The teams that grant the skill with at least this level; none if too many hold it.
    pub(super) async fn teams_granting(
        &self,
        skill: &SkillName,
        min_level: Option<Level>,
    ) -> Result<Option<Teams>, StoreError> {
        let query = self.db.query().table_name(&self.table).limit(i32::try_from(MAX_TEAMS + 1).unwrap_or(i32::MAX));
        let query = query
            .key_condition_expression("pk = :pk AND begins_with(sk, :team)")
            .expression_attribute_values(":pk", text(keys::skill_holders_pk(skill)))
            .expression_attribute_values(":team", text(keys::TEAM_HOLDER_PREFIX));
        let response = query.send().await.map_err(|error| StoreError::of(&error))?;
        if response.items().len() > MAX_TEAMS {
            return Ok(None);
        }
        let keys = response.items().iter().filter_map(|item| item.get("sk")?.as_s().ok());
        let mut teams = self.teams(keys.filter_map(|sk| keys::parse_team_holder(sk)).collect()).await?;
        teams.retain(|_, team| team.grants(skill, min_level));
        Ok(Some(teams))
    }
}
