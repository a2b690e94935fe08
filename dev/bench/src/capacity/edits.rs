//! Editing one person.

use domain::{Skill, User, edit::RoleAuthority};
use serde_json::json;
use store::{StoreError, ViewUser, index::IndexUser};

use super::CostMeter;
use crate::{
    Fallible,
    requests::{Asked, body_of},
};

impl CostMeter<'_> {
    pub(super) async fn edits(&self) -> Fallible<()> {
        let user = self.fixture.crowd.agents().nth(1).ok_or("there is no second agent")?;
        let skill = self.fixture.crowd.skills.iter().find(|skill| !user.assigned_skills.contains_key(&skill.name));
        let skill = skill.ok_or("somebody has every skill")?;
        let team = self.fixture.crowd.teams.iter().find(|team| !user.teams.contains(&team.team_id));
        let team = team.ok_or("somebody is in every team")?;
        self.changed("edit a role", user, self.edited(user, json!({"role": "supervisor"}))).await?;
        self.changed("move to another team", user, self.edited(user, json!({"teams": [team.team_id]}))).await?;
        self.changed("assign a skill", user, self.skilled("PUT /users/{user_id}/skills/{skill}", user, skill)).await?;
        self.changed("remove a skill", user, self.skilled("DELETE /users/{user_id}/skills/{skill}", user, skill)).await
    }

    /// Prints what a change costs, and then what its entries do.
    async fn changed(&self, what: &str, user: &User, work: impl Future<Output = Fallible<()>>) -> Fallible<()> {
        let current = async || Ok::<_, StoreError>(self.directory.user(user.user_id).await?.unwrap_or(user.clone()));
        let before = current().await?;
        self.print(what, work).await?;
        let after = current().await?;
        let indexed = async { Ok(self.directory.index(&after, Some(&before)).await?) };
        self.print(&format!("{what}, its entries"), indexed).await?;
        Ok(())
    }

    async fn edited(&self, user: &User, edit: serde_json::Value) -> Fallible<()> {
        let asked = Asked {
            route: "PATCH /users/{user_id}",
            parameters: vec![("user_id", user.user_id.to_string())],
            body: Some(edit),
            ..Asked::default()
        };
        let handled = edit::handle(&self.directory, RoleAuthority::Directory, asked.by(self.caller)?);
        body_of(Box::pin(handled).await).map(drop)
    }

    async fn skilled(&self, route: &str, user: &User, skill: &Skill) -> Fallible<()> {
        let asked = Asked {
            route,
            parameters: vec![("user_id", user.user_id.to_string()), ("skill", skill.name.to_string())],
            body: route.starts_with("PUT").then(|| json!({"level": 50})),
            ..Asked::default()
        };
        body_of(Box::pin(assign_skill::handle(&self.directory, asked.by(self.caller)?)).await).map(drop)
    }
}
