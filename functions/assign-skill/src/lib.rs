//! `PUT` and `DELETE /users/{user_id}/skills/{skill}`, and `DELETE …/temporary` (rules 15 to 19 and 36).

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
    temporary_skill::{Period, assign_temporarily, end_temporary_skill},
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
        "DELETE /users/{user_id}/skills/{skill}/temporary" => end(store, time_and_ids, &request).await,
        other => Err(unknown_route(other)),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    level: Option<i64>,
    skill_set: Option<String>,
    from: Option<String>,
    /// Makes the skill a temporary one.
    until: Option<String>,
}

async fn assign(
    store: &(impl ReadSnapshot + CommitUser + ViewDetails),
    time_and_ids: &impl TimeAndIds,
    request: &Request,
) -> HttpResult {
    let caller = caller::manager_from_request(request)?;
    let (user_id, name, expected) = (user_id(request)?, skill(request)?, if_match(request)?);
    let (mode, Body { level, skill_set, from, until }) = (put_mode(request)?, body(request)?);
    let (level, period) = (level.map(Level), Period::parse(from.as_deref(), until.as_deref())?);
    let target = ChangeTarget { skill: Some(name.clone()), ..ChangeTarget::user(user_id, expected) };
    let decide = |user: &User, context: &ChangeContext| {
        let skill = context.snapshot.skills.get(&name).ok_or_else(|| Refusal::UnknownSkill((&name).into()))?;
        let (by, skill_set) = (&context.caller, skill_set.as_deref());
        let after = match period {
            None => assign_skill(user, by, skill, level, skill_set)?,
            Some(period) => assign_temporarily(user, by, skill, level, skill_set, (period, context.origin().now))?,
        };
        mode.check("skill of this user", user.managed.skills_in_use().contains_key(&name)).map(|()| after)
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

/// Ends a temporary skill early, or cancels one that has not started.
async fn end(
    store: &(impl ReadSnapshot + CommitUser + ViewDetails),
    time_and_ids: &impl TimeAndIds,
    request: &Request,
) -> HttpResult {
    let caller = caller::manager_from_request(request)?;
    let (user_id, name, expected) = (user_id(request)?, skill(request)?, if_match(request)?);
    let target = ChangeTarget::user(user_id, expected);
    let decide = |user: &User, context: &ChangeContext| end_temporary_skill(user, &context.caller, &name);
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
