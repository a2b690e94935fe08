//! The gateway's authorizer: which user a Flex token belongs to, and the role that counts for them (rules 5 and 25).
//!
//! A token is opaque, so Twilio is asked. The profile is read for every request, so that a deactivated user is rejected at
//! once, with any token. Fails closed: if Twilio or DynamoDB is unreachable, the invocation fails and the gateway answers
//! 500.

mod token_cache;

use aws_lambda_events::apigw::ApiGatewayV2CustomAuthorizerV2Request;
use secrecy::SecretString;
use serde::Serialize;
use thiserror::Error;

use app::TimeAndIds;
use domain::{Role, UserId, WorkerSid, permissions::authenticate};
use store::{StoreError, ViewUser};
use twilio::{TwilioError, ValidateToken};

pub use token_cache::TokenCache;

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
    #[error(transparent)]
    Twilio(#[from] TwilioError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub async fn handle(
    store: &impl ViewUser,
    twilio: &impl ValidateToken,
    tokens: &TokenCache,
    time_and_ids: &impl TimeAndIds,
    request: ApiGatewayV2CustomAuthorizerV2Request,
) -> Result<Decision, AuthorizeError> {
    let header = request.headers.get("authorization").and_then(|header| header.to_str().ok());
    let Some(token) = header.and_then(bearer_token) else { return Ok(None.into()) };
    let holder = tokens.validate(twilio, &token, time_and_ids.now()).await;
    let holder = holder.inspect_err(|error| tracing::error!(%error, "failed to validate a token"))?;
    let Some(holder) = holder else { return Ok(None.into()) };
    let context = caller_context(store, &holder.worker_sid, holder.role).await;
    Ok(context.inspect_err(|error| tracing::error!(%error, "failed to read the caller's profile"))?.into())
}

fn bearer_token(header: &str) -> Option<SecretString> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.into())
}

/// None for a worker whose user is rejected everywhere, and for one that is no user's.
async fn caller_context(
    store: &impl ViewUser,
    worker_sid: &WorkerSid,
    token_role: Option<Role>,
) -> Result<Option<CallerContext>, StoreError> {
    let worker = store.worker(worker_sid).await?.filter(|worker| !worker.deleted);
    let Some(user_id) = worker.and_then(|worker| worker.user_id) else { return Ok(None) };
    let user = store.user(user_id).await?;
    let role = user.and_then(|user| authenticate(&user, worker_sid, token_role));
    Ok(role.zip(token_role).map(|(role, token_role)| CallerContext { user_id, role, token_role }))
}

#[cfg(test)]
mod tests;
