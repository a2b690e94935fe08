//! `POST /users/{user_id}/sync`: the user is carried over to TaskRouter again.

use lambda_http::Request;

use app::{TimeAndIds, users::request_sync};
use http_api::{
    HttpResult, body::no_body, caller, entity_tag::etag, idempotency::once, request::user_id, response::json_with,
    user_view::viewed,
};
use store::{IdempotencyStore, ReadSnapshot, RequestSync, ViewDetails};

pub async fn handle(
    store: &(impl ReadSnapshot + RequestSync + ViewDetails + IdempotencyStore),
    time_and_ids: &impl TimeAndIds,
    request: &Request,
) -> HttpResult {
    let caller = caller::manager_from_request(request)?;
    once(store, time_and_ids, &caller, request, async |_| {
        let user_id = user_id(request)?;
        no_body(request)?;
        let user = request_sync(store, time_and_ids, &caller, user_id).await?;
        let details = store.details(&user).await?;
        json_with(202, &viewed(&user, &details), &[("etag", etag(user.version))])
    })
    .await
}
