//! `PATCH /users/{user_id}`.

use lambda_http::Request;
use serde::{Deserialize, Serialize};

use app::{
    ChangeContext, TimeAndIds,
    users::{ChangeTarget, ChangedUser, change_and_view, change_user},
};
use domain::{
    Refusal, Role, User,
    audit::Action,
    edit::Edit,
    next_step::{Remark, after_role_change, after_routing_change},
    policy::RoleAuthority,
};
use http_api::{
    HttpResult,
    body::body,
    caller,
    entity_tag::if_match,
    preference::prefers_minimal,
    request,
    response::{minimal, versioned},
    user_view::{ViewedUser, viewed},
};
use store::{CommitUser, ReadSnapshot, ViewDetails};

use crate::team_ids;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    role: Option<String>,
    teams: Option<Vec<String>>,
    act_as_agent: Option<bool>,
    leads: Option<Vec<String>>,
}

impl Body {
    fn edit(&self) -> Result<Edit, Refusal> {
        Ok(Edit {
            role: self.role.as_deref().map(str::parse::<Role>).transpose()?,
            teams: self.teams.as_deref().map(team_ids).transpose()?,
            act_as_agent: self.act_as_agent,
            leads: self.leads.as_deref().map(team_ids).transpose()?,
        })
    }
}

/// The user, and what the edit does not do.
#[derive(Serialize)]
struct EditedUser<'a> {
    #[serde(flatten)]
    user: ViewedUser<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_step: Option<Remark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<Remark>,
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
    let decide = |user: &User, context: &ChangeContext| {
        edit.apply(user, &context.caller, context.snapshot.teams.values(), roles)
    };
    if prefers_minimal(request) {
        let changed = change_user(store, time_and_ids, &caller, &target, Action::Edited, decide).await?;
        return minimal(changed.after.version);
    }
    let changed = change_and_view(store, time_and_ids, &caller, &target, Action::Edited, decide).await?;
    let (ChangedUser { before, after }, details) = &changed;
    let user = viewed(after, details);
    let (next_step, notice) = (after_role_change(before, after), after_routing_change(before, after));
    versioned(after.version, &EditedUser { user, next_step, notice })
}
