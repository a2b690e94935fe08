//! `GET /users`: find people by text and filters, or list them in order of name (rules 6 to 9).

use lambda_http::Request;
use serde::Serialize;

use domain::permissions::Operation;
use http_api::{
    Signed,
    question::{self, PARAMETERS},
    read::Query,
    respond::{Answer, json},
    user::{Listed, listed},
};
use store::{Cursor, FindUsers, Order, skills::ViewSkill, teams::ViewTeams};

#[derive(Serialize)]
struct List<'a> {
    items: Vec<Listed<'a>>,
    next_cursor: Option<String>,
}

/// Answers with a page of people.
pub async fn handle(directory: &(impl FindUsers + ViewTeams + ViewSkill), request: Request) -> Answer {
    Signed::of(&request, Operation::ViewUsers)?;
    let known = [&PARAMETERS[..], &["limit", "cursor"]].concat();
    let query = Query::of(&request, &known)?;
    let (question, limit) = (question::of_query(&query)?, query.limit()?);
    let cursor = query.text("cursor").map(|cursor| Cursor::decode(cursor, &question.fingerprint())).transpose()?;
    question::check(directory, &question).await?;
    let page = directory.find(&question, Order::Cheapest, cursor, limit).await?;
    let items = page.users.iter().map(|user| listed(user, &page.teams)).collect();
    json(200, &List { items, next_cursor: page.next.as_ref().map(Cursor::encode) })
}
