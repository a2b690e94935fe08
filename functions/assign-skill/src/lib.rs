//! `PUT` and `DELETE /users/{user_id}/skills/{skill}` (rules 15 to 19).

use lambda_http::Request;
use serde::Deserialize;

use app::{
    AuthenticatedCaller, ChangeContext, TimeAndIds,
    users::{ChangeTarget, change_and_view, change_user},
};
use domain::{
    Level, Refusal, User,
    audit::Action,
    edit::{assign_skill, remove_skill},
};
use http_api::{
    HttpResult,
    body::body,
    caller,
    entity_tag::{if_match, put_mode},
    preference::prefers_minimal,
    request::{route, skill, unknown_route, user_id},
    response::{minimal, versioned},
    user_view::viewed,
};
use store::{CommitUser, ReadSnapshot, ViewDetails};

pub async fn handle(
    store: &(impl ReadSnapshot + CommitUser + ViewDetails),
    time_and_ids: &impl TimeAndIds,
    request: Request,
) -> HttpResult {
    match route(&request) {
        "PUT /users/{user_id}/skills/{skill}" => assign(store, time_and_ids, &request).await,
        "DELETE /users/{user_id}/skills/{skill}" => remove(store, time_and_ids, &request).await,
        other => Err(unknown_route(other)),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    level: Option<i64>,
    skill_set: Option<String>,
}

async fn assign(
    store: &(impl ReadSnapshot + CommitUser + ViewDetails),
    time_and_ids: &impl TimeAndIds,
    request: &Request,
) -> HttpResult {
    let caller = caller::manager_from_request(request)?;
    let (user_id, name, expected) = (user_id(request)?, skill(request)?, if_match(request)?);
    let (mode, Body { level, skill_set }) = (put_mode(request)?, body(request)?);
    let target = ChangeTarget { skill: Some(name.clone()), ..ChangeTarget::user(user_id, expected) };
    let decide = |user: &User, context: &ChangeContext| {
        let skill = context.snapshot.skills.get(&name).ok_or_else(|| Refusal::UnknownSkill((&name).into()))?;
        let after = assign_skill(user, &context.caller, skill, level.map(Level), skill_set.as_deref())?;
        mode.check("skill of this user", user.managed.assigned_skills.contains_key(&name)).map(|()| after)
    };
    change(store, time_and_ids, &caller, request, &target, decide).await
}

async fn remove(
    store: &(impl ReadSnapshot + CommitUser + ViewDetails),
    time_and_ids: &impl TimeAndIds,
    request: &Request,
) -> HttpResult {
    let caller = caller::manager_from_request(request)?;
    let (user_id, name, expected) = (user_id(request)?, skill(request)?, if_match(request)?);
    let target = ChangeTarget { skill: Some(name.clone()), ..ChangeTarget::user(user_id, expected) };
    let decide = |user: &User, context: &ChangeContext| {
        context.snapshot.skills.get(&name).ok_or_else(|| Refusal::UnknownSkill((&name).into()))?;
        remove_skill(user, &context.caller, &name)
    };
    change(store, time_and_ids, &caller, request, &target, decide).await
}

/// The response is the user, or only the entity tag if the caller prefers `return=minimal`.
async fn change(
    store: &(impl ReadSnapshot + CommitUser + ViewDetails),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
    target: &ChangeTarget,
    decide: impl Fn(&User, &ChangeContext) -> Result<User, Refusal>,
) -> HttpResult {
    if prefers_minimal(request) {
        let changed = change_user(store, time_and_ids, caller, target, Action::Edited, decide).await?;
        return minimal(changed.after.version);
    }
    let (changed, details) = change_and_view(store, time_and_ids, caller, target, Action::Edited, decide).await?;
    versioned(changed.after.version, &viewed(&changed.after, &details))
}
