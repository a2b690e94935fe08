//! `PATCH /users/{user_id}`.

use lambda_http::Request;
use serde::Deserialize;
use std::collections::BTreeSet;

use domain::{
    Refusal, Role, TeamId,
    audit::Action,
    edit::{Edit, MAX_TEAMS, RoleAuthority},
    permissions::Operation,
};
use http_api::{
    Problem, Signed,
    change::{self, ChangeTarget},
    precondition::IfMatch,
    read,
    respond::Answer,
    user::changed,
};
use store::{CommitUser, ReadSnapshot, details::ViewDetails};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    role: Option<String>,
    teams: Option<Vec<String>>,
    act_as_agent: Option<bool>,
}

impl Body {
    fn edit(self) -> Result<Edit, Problem> {
        Ok(Edit {
            role: self.role.as_deref().map(str::parse::<Role>).transpose()?,
            teams: self.teams.as_deref().map(team_ids).transpose()?,
            act_as_agent: self.act_as_agent,
        })
    }
}

/// The teams of a body; too many are refused before any of them is read.
pub fn team_ids(teams: &[String]) -> Result<BTreeSet<TeamId>, Refusal> {
    if teams.len() > MAX_TEAMS {
        return Err(Refusal::TooManyTeams(teams.len()));
    }
    teams.iter().map(|id| id.parse()).collect()
}

/// Edits a user and answers with them.
pub async fn handle(
    directory: &(impl ReadSnapshot + CommitUser + ViewDetails),
    roles: RoleAuthority,
    request: &Request,
) -> Answer {
    let signed = Signed::of(request, Operation::ViewUsers)?;
    let edit = read::body::<Body>(request)?.edit()?;
    let teams = edit.teams.clone().unwrap_or_default();
    let about = ChangeTarget { teams, ..ChangeTarget::user(read::user_id(request)?, IfMatch::of(request)?) };
    let user = change::user(directory, &signed, &about, Action::Edited, |user, read| {
        edit.apply(user, read.caller, read.about.teams.values(), roles)
    })
    .await?;
    changed(directory, request, &user).await
}
