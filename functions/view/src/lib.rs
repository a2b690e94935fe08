//! `GET /users/{user_id}`, its `/history`, and `GET /me`: look at one person (rules 20, 22 and 31).

use lambda_http::Request;
use serde_json::json;

use domain::{
    Refusal, User, UserId,
    permissions::{self, Operation},
};
use http_api::{
    Problem, Signed, history, read,
    respond::{self, Answer},
    serve::route,
    user::viewed,
};
use store::{
    ViewUser,
    details::ViewDetails,
    history::{Subject, ViewHistory},
};

/// Answers with what the route is about.
pub async fn handle(directory: &(impl ViewUser + ViewDetails + ViewHistory), request: Request) -> Answer {
    let signed = Signed::of(&request, Operation::ViewUsers)?;
    match route(&request).as_str() {
        "GET /me" => me(directory, &signed, &request).await,
        "GET /users/{user_id}/history" => history_of(directory, &request).await,
        _ => view(directory, &request).await,
    }
}

async fn view(directory: &(impl ViewUser + ViewDetails), request: &Request) -> Answer {
    read::Query::of(request, &[])?;
    let user = existing(directory, read::user_id(request)?).await?;
    let details = directory.details(&user).await?;
    viewed(&user, &details)
}

async fn history_of(directory: &(impl ViewUser + ViewHistory), request: &Request) -> Answer {
    let user_id = read::user_id(request)?;
    existing(directory, user_id).await?;
    history::page(directory, request, Subject::User(user_id)).await
}

async fn me(directory: &impl ViewUser, signed: &Signed, request: &Request) -> Answer {
    read::Query::of(request, &[])?;
    let user = existing(directory, signed.caller.user_id).await?;
    let role = signed.caller.role;
    let may = permissions::names(role);
    respond::json(
        200,
        &json!({"user_id": user.user_id, "name": user.name, "email": user.email, "role": role, "may": may}),
    )
}

async fn existing(directory: &impl ViewUser, user_id: UserId) -> Result<User, Problem> {
    let user = directory.user(user_id).await?;
    Ok(user.ok_or_else(|| Refusal::UnknownUser(user_id.to_string()))?)
}
