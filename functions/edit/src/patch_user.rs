//! `PATCH /users/{user_id}`.

use lambda_http::Request;
use serde::Deserialize;

use app::{
    TimeAndIds,
    users::{ChangeTarget, change_user},
};
use domain::{Refusal, Role, audit::Action, edit::Edit, policy::RoleAuthority};
use http_api::{HttpResult, body::body, caller, entity_tag::if_match, request, user_view::changed};
use store::{CommitUser, ReadSnapshot, ViewDetails};

use crate::team_ids;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    role: Option<String>,
    teams: Option<Vec<String>>,
    act_as_agent: Option<bool>,
}

impl Body {
    fn edit(&self) -> Result<Edit, Refusal> {
        Ok(Edit {
            role: self.role.as_deref().map(str::parse::<Role>).transpose()?,
            teams: self.teams.as_deref().map(team_ids).transpose()?,
            act_as_agent: self.act_as_agent,
        })
    }
}

pub async fn handle(
    store: &(impl ReadSnapshot + CommitUser + ViewDetails),
    time_and_ids: &impl TimeAndIds,
    roles: RoleAuthority,
    request: &Request,
) -> HttpResult {
    let caller = caller::manager_from_request(request)?;
    let edit = body::<Body>(request)?.edit()?;
    let teams = edit.teams.clone().unwrap_or_default();
    let target = ChangeTarget { teams, ..ChangeTarget::user(request::user_id(request)?, if_match(request)?) };
    let user = change_user(store, time_and_ids, &caller, &target, Action::Edited, |user, context| {
        edit.apply(user, context.caller, context.snapshot.teams.values(), roles)
    });
    changed(store, request, &user.await?).await
}
