//! Editing one user.

use app::SystemTimeAndIds;
use domain::{Skill, User, policy::RoleAuthority};
use serde_json::json;
use store::{IndexUser, StoreError, ViewUser};

use super::CapacityBench;
use crate::{
    Fallible,
    requests::{ApiRequest, body_of},
};

/// Of an edit that is answered with the user. With that of `authorize` they are three.
const MOST_ROUNDS: usize = 2;

/// Of one that adds skills: the length of the worker's attributes is read before (rule 27), and which worker it is says the user.
const MOST_ROUNDS_ADDING_SKILLS: usize = 3;

impl CapacityBench<'_> {
    pub(super) async fn edits(&self) -> Fallible<()> {
        let user = self.fixture.sample.active_agents().nth(1).ok_or("there is no second agent")?;
        let skill =
            self.fixture.sample.skills.iter().find(|skill| !user.managed.assigned_skills.contains_key(&skill.name));
        let skill = skill.ok_or("the user has every skill")?;
        let team = self.fixture.sample.teams.iter().find(|team| !user.managed.teams.contains(&team.team_id));
        let team = team.ok_or("the user is in every team")?;
        self.change("edit a role", user, MOST_ROUNDS, self.edit(user, json!({"role": "supervisor"}))).await?;
        self.change(
            "move to another team",
            user,
            MOST_ROUNDS_ADDING_SKILLS,
            self.edit(user, json!({"teams": [team.team_id]})),
        )
        .await?;
        self.change(
            "assign a skill",
            user,
            MOST_ROUNDS_ADDING_SKILLS,
            self.change_skill("PUT /users/{user_id}/skills/{skill}", user, skill),
        )
        .await?;
        self.change(
            "remove a skill",
            user,
            MOST_ROUNDS,
            self.change_skill("DELETE /users/{user_id}/skills/{skill}", user, skill),
        )
        .await
    }

    /// Prints the cost of a change, and that of its entries.
    async fn change(
        &self,
        what: &str,
        user: &User,
        most_rounds: usize,
        work: impl Future<Output = Fallible<()>>,
    ) -> Fallible<()> {
        let current = async || Ok::<_, StoreError>(self.directory.user(user.user_id).await?.unwrap_or(user.clone()));
        let before = current().await?;
        let ((), cost) = self.print(what, work).await?;
        self.report.limit(cost.rounds <= most_rounds, format!("{what}: {} rounds", cost.rounds));
        let after = current().await?;
        let indexed = async { Ok(self.directory.index_user(&after, Some(&before)).await?) };
        self.print(&format!("{what}, its entries"), indexed).await?;
        Ok(())
    }

    async fn edit(&self, user: &User, edit: serde_json::Value) -> Fallible<()> {
        let request = ApiRequest::new("PATCH /users/{user_id}", vec![("user_id", user.user_id.to_string())]).body(edit);
        let handled =
            edit::handle(&self.directory, &SystemTimeAndIds, RoleAuthority::Directory, request.by(self.caller)?);
        body_of(Box::pin(handled).await).map(drop)
    }

    async fn change_skill(&self, route: &str, user: &User, skill: &Skill) -> Fallible<()> {
        let parameters = vec![("user_id", user.user_id.to_string()), ("skill", skill.name.to_string())];
        let body = route.starts_with("PUT").then(|| json!({"level": 50}));
        let request = ApiRequest::new(route, parameters).body(body);
        body_of(Box::pin(assign_skill::handle(&self.directory, &SystemTimeAndIds, request.by(self.caller)?)).await)
            .map(drop)
    }
}
