//! `PATCH /users/{user_id}`: role, teams and Act as Agent, all of it or nothing (rules 10 and 11).

use lambda_http::Request;
use serde::Deserialize;
use std::collections::BTreeSet;

use domain::{
    Refusal, Role, TeamId,
    edit::{Edit, MAX_TEAMS, RoleAuthority},
};
use edge::{Problem, Signed, change, precondition::IfMatch, read, respond::Answer};
use table::{CommitUser, ViewUser, details::ViewDetails, teams::ViewTeams};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    role: Option<String>,
    teams: Option<Vec<String>>,
    act_as_agent: Option<bool>,
}

impl Body {
    fn edit(self) -> Result<Edit, Problem> {
        // Before any of them is read.
        if let Some(too_many) = self.teams.as_ref().map(Vec::len).filter(|&count| count > MAX_TEAMS) {
            return Err(Refusal::TooManyTeams(too_many).into());
        }
        let teams = |teams: Vec<String>| teams.iter().map(|id| id.parse()).collect::<Result<BTreeSet<TeamId>, _>>();
        Ok(Edit {
            role: self.role.as_deref().map(str::parse::<Role>).transpose()?,
            teams: self.teams.map(teams).transpose()?,
            act_as_agent: self.act_as_agent,
        })
    }
}

/// Edits a user and answers with them.
pub async fn handle(
    directory: &(impl ViewUser + ViewTeams + CommitUser + ViewDetails),
    roles: RoleAuthority,
    request: Request,
) -> Answer {
    let signed = Signed::of(&request)?;
    let (user_id, if_match) = (read::user_id(&request)?, IfMatch::of(&request)?);
    let edit = read::body::<Body>(&request)?.edit()?;
    let teams = directory.teams(edit.teams.clone().unwrap_or_default()).await?;
    let teams = teams.into_values().collect::<Vec<_>>();
    change::user(directory, &signed, user_id, &if_match, edge::now(), |user| {
        edit.apply(user, signed.caller, &teams, roles)
    })
    .await
}
