//! `POST /users`: somebody who has not logged in yet, with role, teams and skills.

use lambda_http::Request;
use serde::Deserialize;

use domain::{
    Level, Refusal, Role, SkillName, User, UserId,
    audit::Action,
    edit::RoleAuthority,
    permissions::Operation,
    provisioning::{ProvisionedUser, check_count},
};
use http_api::{
    Problem, Signed,
    change::{ChangeError, Reading, settle},
    idempotency::once,
    read,
    respond::{Answer, created},
    user::view,
};
use store::{
    Commit, CommitUser, ReadSet, ReadSnapshot, StoreError, ViewUser, details::ViewDetails,
    idempotency::IdempotencyStore,
};

use crate::edit::team_ids;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    identity: String,
    name: String,
    email: Option<String>,
    role: Option<String>,
    teams: Option<Vec<String>>,
    act_as_agent: Option<bool>,
    assigned_skills: Option<Vec<Assigned>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Assigned {
    skill: String,
    level: Option<i64>,
}

impl Body {
    fn newcomer(self) -> Result<ProvisionedUser, Problem> {
        let skills = self.assigned_skills.unwrap_or_default();
        check_count(skills.len())?;
        let skills = skills.into_iter().map(Assigned::skill);
        let mut newcomer = ProvisionedUser::new(&self.identity, &self.name, self.email.as_deref())?;
        newcomer.role = self.role.as_deref().map(str::parse).transpose()?.unwrap_or(Role::Agent);
        newcomer.teams = team_ids(&self.teams.unwrap_or_default())?;
        newcomer.act_as_agent = self.act_as_agent.unwrap_or(false);
        newcomer.assigned_skills = skills.collect::<Result<_, _>>()?;
        Ok(newcomer)
    }
}

impl Assigned {
    fn skill(self) -> Result<(SkillName, Option<Level>), Refusal> {
        let name = SkillName::adopted(&self.skill).ok_or(Refusal::UnknownSkill(self.skill))?;
        Ok((name, self.level.map(Level)))
    }
}

/// Adds somebody and answers with them.
pub async fn handle(
    directory: &(impl ReadSnapshot + CommitUser + ViewUser + ViewDetails + IdempotencyStore),
    roles: RoleAuthority,
    request: &Request,
) -> Answer {
    let signed = Signed::of(request, Operation::ViewUsers)?;
    once(directory, &signed, request, http_api::now(), async |seed| {
        let newcomer = read::body::<Body>(request)?.newcomer()?;
        let user_id = UserId::new(seed.id());
        let user = settle(|| add(directory, &signed, &newcomer, roles, user_id)).await?;
        let details = directory.details(&user).await?;
        created(&format!("/users/{user_id}"), user.version, &view(&user, &details))
    })
    .await
}

async fn add(
    directory: &(impl ReadSnapshot + CommitUser + ViewUser),
    signed: &Signed,
    newcomer: &ProvisionedUser,
    roles: RoleAuthority,
    user_id: UserId,
) -> Result<User, ChangeError> {
    let skills = newcomer.assigned_skills.iter().map(|(name, _)| name.clone());
    let wanted = ReadSet { teams: newcomer.teams.clone(), skills: skills.collect(), ..ReadSet::default() };
    let read = Reading::of(directory, signed, wanted).await?;
    let known = |name: &SkillName| read.about.skills.get(name).cloned();
    let by = read.by();
    let after = newcomer.make(read.caller, read.about.teams.values(), known, roles, user_id, by.now)?;
    let commit = Commit { skills: Some(&read.about.skills), ..Commit::new(None, after, by, Action::Created) };
    match directory.commit(commit).await {
        Err(StoreError::Conflict) => taken(directory, newcomer, user_id).await,
        written => Ok(written?),
    }
}

/// Whether it is they who are there already, from an earlier try whose answer was lost, or somebody else.
async fn taken(directory: &impl ViewUser, newcomer: &ProvisionedUser, user_id: UserId) -> Result<User, ChangeError> {
    if let Some(made) = directory.user(user_id).await? {
        return Ok(made);
    }
    match directory.whose_identity(newcomer.identity()).await? {
        Some(_) => Err(Refusal::IdentityTaken(newcomer.identity().to_owned()).into()),
        None => Err(StoreError::Conflict.into()),
    }
}
