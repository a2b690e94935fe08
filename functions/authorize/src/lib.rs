//! The gateway's authorizer: which user a Flex token belongs to, and the role that counts for them (rules 5 and 25).
//!
//! A token is opaque, so Twilio is asked. The profile is read for every request, so that a deactivated user is rejected at
//! once, with any token. Fails closed: if Twilio or DynamoDB is unreachable, the invocation fails and the gateway answers
//! 500; for a few seconds after Twilio has not answered, at once.
//!
//! A login is not lost with its callback (rule 28): a worker that Twilio confirms and the directory does not know is
//! reconciled before the decision.

mod circuit;
mod memory;
mod token_cache;
mod unknown_workers;

use aws_lambda_events::apigw::ApiGatewayV2CustomAuthorizerV2Request;
use secrecy::SecretString;
use serde::Serialize;
use thiserror::Error;

use app::TimeAndIds;
use domain::{Role, UserId, WorkerSid, permissions::authenticate};
use store::{StoreError, ViewUser};
use twilio::{TwilioError, ValidateToken};

pub use token_cache::{TokenCache, TokenHolder};
pub use unknown_workers::{ReconcileFunction, ReconcileWorker, UnknownWorkers};

/// The simple response of an HTTP API's authorizer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    is_authorized: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<CallerContext>,
}

/// What the gateway passes on to the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CallerContext {
    user_id: UserId,
    role: Role,
    /// What Twilio's answer to the token states: a change authorizes the caller again with it.
    token_role: Role,
}

impl From<Option<CallerContext>> for Decision {
    fn from(context: Option<CallerContext>) -> Self {
        Self { is_authorized: context.is_some(), context }
    }
}

/// Why no decision can be made.
#[derive(Debug, Error)]
pub enum AuthorizeError {
    #[error("Twilio has not answered a moment ago; no token is checked for a few seconds")]
    Paused,
    #[error(transparent)]
    Twilio(#[from] TwilioError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub async fn handle(
    store: &impl ViewUser,
    twilio: &impl ValidateToken,
    tokens: &TokenCache,
    unknown_workers: &UnknownWorkers<impl ReconcileWorker>,
    time_and_ids: &impl TimeAndIds,
    request: ApiGatewayV2CustomAuthorizerV2Request,
) -> Result<Decision, AuthorizeError> {
    let header = request.headers.get("authorization").and_then(|header| header.to_str().ok());
    let Some(token) = header.and_then(bearer_token) else { return Ok(None.into()) };
    let holder = tokens.validate(twilio, time_and_ids, &token).await;
    let holder = holder.inspect_err(log_failed_validation)?;
    let Some(TokenHolder { worker_sid, role: Some(token_role) }) = holder else { return Ok(None.into()) };
    let mut caller = find_caller(store, &worker_sid, token_role).await;
    if matches!(caller, Ok(Caller::Unknown)) && unknown_workers.reconcile(&worker_sid, time_and_ids.now()).await {
        caller = find_caller(store, &worker_sid, token_role).await;
    }
    match caller.inspect_err(|error| tracing::error!(%error, "failed to read the caller's profile"))? {
        Caller::Allowed(context) => Ok(Some(context).into()),
        Caller::Denied | Caller::Unknown => Ok(None.into()),
    }
}

fn bearer_token(header: &str) -> Option<SecretString> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.into())
}

/// Only what was asked: the failure that began the pause is logged, and not each request within it.
fn log_failed_validation(error: &AuthorizeError) {
    if !matches!(error, AuthorizeError::Paused) {
        tracing::error!(%error, "failed to validate a token");
    }
}

/// What the directory says of the holder of a token.
enum Caller {
    Allowed(CallerContext),
    /// The worker's user is rejected everywhere, or the worker was removed or replaced.
    Denied,
    /// The worker has never been reported, or not so that it has a user.
    Unknown,
}

async fn find_caller(store: &impl ViewUser, worker_sid: &WorkerSid, token_role: Role) -> Result<Caller, StoreError> {
    let user_id = match store.worker(worker_sid).await? {
        Some(worker) if worker.deleted => return Ok(Caller::Denied),
        worker => worker.and_then(|worker| worker.user_id),
    };
    let Some(user_id) = user_id else { return Ok(Caller::Unknown) };
    let user = store.user(user_id).await?;
    let role = user.and_then(|user| authenticate(&user, worker_sid, Some(token_role)));
    Ok(role.map_or(Caller::Denied, |role| Caller::Allowed(CallerContext { user_id, role, token_role })))
}

#[cfg(test)]
mod tests;
