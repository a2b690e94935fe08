//! `GET /users`: find users by text and filters, or list them in order of name (rules 6 to 9).

use lambda_http::Request;
use serde::Serialize;

use app::query::check_existence;
use domain::permissions::Operation;
use http_api::{
    HttpResult, caller,
    request::{Query, route, unknown_route},
    response::json,
    user_query::{PARAMETERS, UserQueryParams},
    user_view::{ListedUser, listed},
};
use store::{Cursor, FindUsers, Order, ViewSkill, ViewTeams, query_fingerprint};

#[derive(Serialize)]
struct List<'a> {
    items: Vec<ListedUser<'a>>,
    next_cursor: Option<String>,
}

pub async fn handle(store: &(impl FindUsers + ViewTeams + ViewSkill), request: Request) -> HttpResult {
    match route(&request) {
        "GET /users" => list(store, &request).await,
        other => Err(unknown_route(other)),
    }
}

async fn list(store: &(impl FindUsers + ViewTeams + ViewSkill), request: &Request) -> HttpResult {
    caller::from_request(request, Operation::ViewUsers)?;
    let query = Query::read(request, &[&PARAMETERS[..], &["limit", "cursor"]].concat())?;
    let user_query = UserQueryParams::from_query(&query)?.into_query()?;
    let (limit, cursor) = (query.limit()?, query.cursor(&query_fingerprint(&user_query))?);
    // The check runs beside the search; what it refuses counts first.
    let search = store.find_users(&user_query, Order::Cheapest, cursor, limit);
    let (checked, page) = tokio::join!(check_existence(store, &user_query), search);
    checked?;
    let page = page?;
    let items = page.users.iter().map(|user| listed(user, &page.teams)).collect();
    json(200, &List { items, next_cursor: page.next.as_ref().map(Cursor::encode) })
}
