//! `PATCH /users/{user_id}`: role, teams and Act as Agent, all of it or nothing (rules 10 and 11); `POST /users`: somebody
//! before their first login.

mod add;
mod edit;

use lambda_http::{Request, http::Method};

use domain::edit::RoleAuthority;
use http_api::respond::Answer;
use store::{CommitUser, ReadSnapshot, ViewUser, details::ViewDetails, idempotency::IdempotencyStore};

/// Adds a user, or edits one, and answers with them.
pub async fn handle(
    directory: &(impl ReadSnapshot + CommitUser + ViewUser + ViewDetails + IdempotencyStore),
    roles: RoleAuthority,
    request: Request,
) -> Answer {
    if request.method() == Method::POST {
        add::handle(directory, roles, &request).await
    } else {
        edit::handle(directory, roles, &request).await
    }
}
