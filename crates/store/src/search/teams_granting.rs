//! The teams through which a user can have a skill.

use std::collections::BTreeSet;

use domain::{Level, SkillName, TeamId};

use super::known_teams::KnownTeams;
use crate::{Directory, StoreError, dynamo::item::text, schema::keys};

/// With more teams than this the members are not looked up, and the skill is no access path.
const MAX_TEAMS: usize = 20;

impl Directory {
    /// The teams that grant the skill with at least this level; none if too many hold it.
    pub(super) async fn teams_granting(
        &self,
        skill: &SkillName,
        min_level: Option<Level>,
        known: &KnownTeams<'_>,
    ) -> Result<Option<BTreeSet<TeamId>>, StoreError> {
        let (holders, known) = tokio::try_join!(self.team_holders(skill), known.all())?;
        if holders.len() > MAX_TEAMS {
            return Ok(None);
        }
        let others = self.other_teams(holders.clone(), &known).await?;
        let grants =
            |id: &TeamId| known.get(id).or_else(|| others.get(id)).is_some_and(|team| team.grants(skill, min_level));
        Ok(Some(holders.into_iter().filter(grants).collect()))
    }

    /// The teams that hold the skill, one more than are looked up.
    async fn team_holders(&self, skill: &SkillName) -> Result<BTreeSet<TeamId>, StoreError> {
        let query = self.db.query().table_name(&self.table).limit(i32::try_from(MAX_TEAMS + 1).unwrap_or(i32::MAX));
        let query = query
            .key_condition_expression("pk = :pk AND begins_with(sk, :team)")
            .expression_attribute_values(":pk", text(keys::skill_holders_pk(skill)))
            .expression_attribute_values(":team", text(keys::TEAM_HOLDER_PREFIX));
        let response = query.send().await.map_err(|error| StoreError::of(&error))?;
        let keys = response.items().iter().filter_map(|item| item.get("sk")?.as_s().ok());
        Ok(keys.filter_map(|sk| keys::parse_team_holder(sk)).collect())
    }
}
