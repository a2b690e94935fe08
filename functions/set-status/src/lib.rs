//! `POST /users/{user_id}/deactivate` and `/reactivate`, `DELETE /users/{user_id}` (rules 2, 3 and 12 to 14).

use lambda_http::{Request, http::Method};
use serde::Serialize;

use domain::{
    permissions::Operation,
    status::{NextStep, StatusChange},
};
use http_api::{
    Signed,
    change::{self, ChangeTarget},
    idempotency::once,
    precondition::IfMatch,
    read,
    respond::{Answer, versioned},
    serve::route,
    user::{Viewed, view},
};
use store::{CommitUser, ReadSnapshot, details::ViewDetails, idempotency::IdempotencyStore};

/// The user, and what is left for a human to do.
#[derive(Serialize)]
struct Done<'a> {
    #[serde(flatten)]
    user: Viewed<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_step: Option<NextStep>,
}

/// Changes a user's status and answers with them. The same again changes nothing.
pub async fn handle(
    directory: &(impl ReadSnapshot + CommitUser + ViewDetails + IdempotencyStore),
    request: Request,
) -> Answer {
    let signed = Signed::of(&request, Operation::ViewUsers)?;
    let change = || change(directory, &signed, &request);
    if request.method() == Method::POST {
        once(directory, &signed, &request, http_api::now(), |_| change()).await
    } else {
        change().await
    }
}

async fn change(
    directory: &(impl ReadSnapshot + CommitUser + ViewDetails),
    signed: &Signed,
    request: &Request,
) -> Answer {
    let about = ChangeTarget::user(read::user_id(request)?, IfMatch::of(request)?);
    read::no_body(request)?;
    let status = match route(request).as_str() {
        "POST /users/{user_id}/deactivate" => StatusChange::Deactivate,
        "POST /users/{user_id}/reactivate" => StatusChange::Reactivate,
        _ => StatusChange::Delete,
    };
    let user = change::user(directory, signed, &about, status.action(), |user, read| status.apply(user, read.caller));
    let user = user.await?;
    let details = directory.details(&user).await?;
    versioned(user.version, &Done { user: view(&user, &details), next_step: status.next_step() })
}
