//! `GET /users/{user_id}`, its `/history`, and `GET /me`: look at one person (rules 20, 22 and 31).

use lambda_http::Request;
use serde::Serialize;
use serde_json::json;

use domain::{Record, Refusal, User, UserId};
use edge::{
    Problem, Signed, read,
    respond::{self, Answer},
    serve::route,
    user::viewed,
};
use table::{Cursor, ViewUser, details::ViewDetails, history::ViewHistory};

/// Answers with what the route is about.
pub async fn handle(directory: &(impl ViewUser + ViewDetails + ViewHistory), request: Request) -> Answer {
    let signed = Signed::of(&request)?;
    match route(&request).as_str() {
        "GET /me" => me(directory, &signed).await,
        "GET /users/{user_id}/history" => history(directory, &request).await,
        _ => view(directory, &request).await,
    }
}

async fn view(directory: &(impl ViewUser + ViewDetails), request: &Request) -> Answer {
    read::Query::of(request, &[])?;
    let user = existing(directory, read::user_id(request)?).await?;
    let details = directory.details(&user).await?;
    viewed(&user, &details)
}

#[derive(Serialize)]
struct Records {
    items: Vec<Record>,
    next_cursor: Option<String>,
}

async fn history(directory: &(impl ViewUser + ViewHistory), request: &Request) -> Answer {
    let query = read::Query::of(request, &["limit", "cursor"])?;
    let (limit, user_id) = (query.limit()?, read::user_id(request)?);
    let cursor = query.text("cursor").map(|cursor| Cursor::decode(cursor, &user_id.to_string())).transpose()?;
    existing(directory, user_id).await?;
    let (items, next) = directory.history(user_id, cursor, limit).await?;
    respond::json(200, &Records { items, next_cursor: next.as_ref().map(Cursor::encode) })
}

async fn me(directory: &impl ViewUser, signed: &Signed) -> Answer {
    let user = existing(directory, signed.caller.user_id).await?;
    let role = signed.caller.role;
    respond::json(200, &json!({"user_id": user.user_id, "name": user.name, "email": user.email, "role": role}))
}

async fn existing(directory: &impl ViewUser, user_id: UserId) -> Result<User, Problem> {
    let user = directory.user(user_id).await?;
    Ok(user.ok_or_else(|| Refusal::UnknownUser(user_id.to_string()))?)
}
