//! A page of a history, newest first (rule 31).

use lambda_http::Request;
use serde::Serialize;

use domain::{Record, audit::Subject};
use store::{Cursor, ViewHistory, history_fingerprint};

use crate::{HttpResult, request::Query, response::json};

#[derive(Serialize)]
struct Records {
    items: Vec<Record>,
    next_cursor: Option<String>,
}

/// Deleted subjects keep their history; a subject that never existed has an empty one.
pub async fn page(store: &impl ViewHistory, request: &Request, subject: Subject<'_>) -> HttpResult {
    let query = Query::read(request, &["limit", "cursor"])?;
    let cursor = query.cursor(&history_fingerprint(subject))?;
    let (items, next) = store.history(subject, cursor, query.limit()?).await?;
    json(200, &Records { items, next_cursor: next.as_ref().map(Cursor::encode) })
}
