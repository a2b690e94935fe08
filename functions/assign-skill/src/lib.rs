//! `PUT` and `DELETE /users/{user_id}/skills/{skill}` (rules 15 to 19).

use lambda_http::{Request, http::Method};
use serde::Deserialize;

use domain::{
    Level, Refusal,
    edit::{assign_skill, remove_skill},
};
use edge::{Signed, change, precondition::IfMatch, read, respond::Answer};
use table::{CommitUser, ViewUser, details::ViewDetails, skills::ViewSkill};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    level: Option<i64>,
    skill_set: Option<String>,
}

/// Assigns a skill or removes it, and answers with the user.
pub async fn handle(directory: &(impl ViewUser + ViewSkill + CommitUser + ViewDetails), request: Request) -> Answer {
    let signed = Signed::of(&request)?;
    let (user_id, name, if_match) = (read::user_id(&request)?, read::skill(&request)?, IfMatch::of(&request)?);
    let removes = request.method() == Method::DELETE;
    let body = if removes { Body { level: None, skill_set: None } } else { read::body::<Body>(&request)? };
    let skill = directory.skill(&name).await?.ok_or_else(|| Refusal::UnknownSkill(name.to_string()))?;
    change::user(directory, &signed, user_id, &if_match, edge::now(), |user| {
        if removes {
            remove_skill(user, signed.caller, &name)
        } else {
            assign_skill(user, signed.caller, &skill, body.level.map(Level), body.skill_set.as_deref())
        }
    })
    .await
}
