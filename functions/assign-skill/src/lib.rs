//! `PUT` and `DELETE /users/{user_id}/skills/{skill}` (rules 15 to 19).

use lambda_http::{Request, http::Method};
use serde::Deserialize;

use domain::{
    Level, Refusal,
    audit::Action,
    edit::{assign_skill, remove_skill},
    permissions::Operation,
};
use http_api::{
    Signed,
    change::{self, ChangeTarget},
    precondition::IfMatch,
    read,
    respond::Answer,
    user::changed,
};
use store::{CommitUser, ReadSnapshot, details::ViewDetails};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    level: Option<i64>,
    skill_set: Option<String>,
}

/// Assigns a skill or removes it, and answers with the user.
pub async fn handle(directory: &(impl ReadSnapshot + CommitUser + ViewDetails), request: Request) -> Answer {
    let signed = Signed::of(&request, Operation::ViewUsers)?;
    let (user_id, name, if_match) = (read::user_id(&request)?, read::skill(&request)?, IfMatch::of(&request)?);
    let removes = request.method() == Method::DELETE;
    let body = if removes { Body::default() } else { read::body(&request)? };
    let about = ChangeTarget { skill: Some(name.clone()), ..ChangeTarget::user(user_id, if_match) };
    let user = change::user(directory, &signed, &about, Action::Edited, |user, read| {
        let skill = read.about.skills.get(&name).ok_or_else(|| Refusal::UnknownSkill(name.to_string()))?;
        if removes {
            remove_skill(user, read.caller, &name)
        } else {
            assign_skill(user, read.caller, skill, body.level.map(Level), body.skill_set.as_deref())
        }
    })
    .await?;
    changed(directory, &request, &user).await
}
