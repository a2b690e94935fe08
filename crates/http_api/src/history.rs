//! A page of a history, newest first (rule 31).

use lambda_http::Request;
use serde::Serialize;

use domain::Record;
use store::{
    Cursor,
    history::{Subject, ViewHistory},
};

use crate::{
    read::Query,
    respond::{Answer, json},
};

#[derive(Serialize)]
struct Records {
    items: Vec<Record>,
    next_cursor: Option<String>,
}

/// Answers with a page of this history. What is deleted has one, too; what never was has an empty one.
pub async fn page(directory: &impl ViewHistory, request: &Request, of: Subject<'_>) -> Answer {
    let query = Query::of(request, &["limit", "cursor"])?;
    let cursor = query.text("cursor").map(|cursor| Cursor::decode(cursor, &of.question())).transpose()?;
    let (items, next) = directory.history(of, cursor, query.limit()?).await?;
    json(200, &Records { items, next_cursor: next.as_ref().map(Cursor::encode) })
}
