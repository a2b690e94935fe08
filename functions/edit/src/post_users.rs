//! `POST /users`: a user who has not logged in yet, with role, teams and skills.

use lambda_http::Request;
use serde::Deserialize;

use app::{TimeAndIds, users::add_user};
use domain::{
    Level, Refusal, Role, SkillName, UserId,
    policy::RoleAuthority,
    provisioning::{ProvisionedUser, check_skill_count},
};
use http_api::{HttpResult, body::body, caller, idempotency::once, response::created, user_view::viewed};
use store::{CommitUser, IdempotencyStore, ReadSnapshot, ViewDetails, ViewUser};

use crate::team_ids;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    identity: String,
    name: String,
    email: Option<String>,
    role: Option<String>,
    teams: Option<Vec<String>>,
    act_as_agent: Option<bool>,
    assigned_skills: Option<Vec<AssignedSkill>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssignedSkill {
    skill: String,
    level: Option<i64>,
}

impl Body {
    fn provisioned_user(self) -> Result<ProvisionedUser, Refusal> {
        let skills = self.assigned_skills.unwrap_or_default();
        check_skill_count(skills.len())?;
        let mut user = ProvisionedUser::new(&self.identity, &self.name, self.email.as_deref())?;
        user.role = self.role.as_deref().map(str::parse).transpose()?.unwrap_or(Role::Agent);
        user.teams = team_ids(&self.teams.unwrap_or_default())?;
        user.act_as_agent = self.act_as_agent.unwrap_or(false);
        user.assigned_skills = skills.into_iter().map(AssignedSkill::parse).collect::<Result<_, _>>()?;
        Ok(user)
    }
}

impl AssignedSkill {
    fn parse(self) -> Result<(SkillName, Option<Level>), Refusal> {
        let name = SkillName::adopted(&self.skill).ok_or_else(|| Refusal::UnknownSkill((&self.skill).into()))?;
        Ok((name, self.level.map(Level)))
    }
}

pub async fn handle(
    store: &(impl ReadSnapshot + CommitUser + ViewUser + ViewDetails + IdempotencyStore),
    time_and_ids: &impl TimeAndIds,
    roles: RoleAuthority,
    request: &Request,
) -> HttpResult {
    let caller = caller::manager_from_request(request)?;
    once(store, time_and_ids, &caller, request, async |id| {
        let provisioned = body::<Body>(request)?.provisioned_user()?;
        let user_id = UserId::new(id.uuid());
        let (user, details) = add_user(store, time_and_ids, &caller, &provisioned, roles, user_id).await?;
        created(&format!("/users/{user_id}"), user.version, &viewed(&user, &details))
    })
    .await
}
