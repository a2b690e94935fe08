//! The gateway's authorizer: whose Flex token it is, and what they may do here (rules 5 and 25).
//!
//! A token is opaque, so Twilio is asked; the profile is read for every request, so that somebody deactivated
//! is out at once, whatever token they hold. Twilio or the table unreachable is an error and never *allowed*.

mod tokens;

use aws_lambda_events::apigw::ApiGatewayV2CustomAuthorizerV2Request;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;
use thiserror::Error;

use domain::{Role, Status, User, UserId, permissions::effective_role};
use store::{StoreError, ViewUser};
use twilio::{TwilioError, client::ValidateToken};

pub use tokens::Tokens;

/// What the gateway is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    is_authorized: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Context>,
}

/// What the gateway passes on to the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Context {
    user_id: UserId,
    role: Role,
    /// What Twilio's answer to the token states: whoever changes something is looked at again with it.
    token_role: Role,
}

impl From<Option<Context>> for Decision {
    fn from(context: Option<Context>) -> Self {
        Self { is_authorized: context.is_some(), context }
    }
}

/// Nobody can tell whether the caller may: the gateway answers 500.
#[derive(Debug, Error)]
pub enum CannotTell {
    /// Twilio does not answer.
    #[error(transparent)]
    Twilio(#[from] TwilioError),
    /// The table does not answer.
    #[error(transparent)]
    Table(#[from] StoreError),
}

/// Decides whether a request goes on to its function, and as whose.
pub async fn handle(
    directory: &impl ViewUser,
    twilio: &impl ValidateToken,
    tokens: &Tokens,
    request: ApiGatewayV2CustomAuthorizerV2Request,
) -> Result<Decision, CannotTell> {
    let header = request.headers.get("authorization").and_then(|header| header.to_str().ok());
    let Some(token) = header.and_then(bearer) else { return Ok(None.into()) };
    let known = tokens.validate(twilio, &token, Timestamp::now()).await;
    let known = known.inspect_err(|error| tracing::error!(error = %error, "cannot validate a token"))?;
    let Some(known) = known else { return Ok(None.into()) };
    let context = who(directory, &known.worker_sid, known.role).await;
    Ok(context.inspect_err(|error| tracing::error!(error = %error, "cannot read the caller's profile"))?.into())
}

fn bearer(header: &str) -> Option<SecretString> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.into())
}

/// Who the worker is here; none for somebody who is let in nowhere.
async fn who(directory: &impl ViewUser, sid: &str, token_role: Option<Role>) -> Result<Option<Context>, StoreError> {
    let worker = directory.worker(sid).await?.filter(|worker| !worker.gone);
    let Some(user_id) = worker.and_then(|worker| worker.user_id) else { return Ok(None) };
    let is_theirs = |user: &User| user.worker_sid.as_deref() == Some(sid) && user.status == Status::Active;
    let user = directory.user(user_id).await?.filter(is_theirs);
    let (Some(user), Some(token_role)) = (user, token_role) else { return Ok(None) };
    Ok(effective_role(&user, Some(token_role)).map(|role| Context { user_id, role, token_role }))
}

#[cfg(test)]
mod tests;
