//! The gateway's authorizer: which user a Flex token belongs to, and the role that counts for them (rules 5 and 25).
//!
//! A token is opaque, so Twilio is asked. Worker and profile are read strongly for every request, so that a deactivated user is
//! rejected at once, with any token: in one call where the token is remembered, since its user is remembered with it. Fails closed: if Twilio or DynamoDB is unreachable, the invocation fails and the gateway answers
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
use domain::{Role, User, UserId, WorkerSid, permissions::authenticate, policy::SupervisorScope};
use runtime::invocation::{self, Ending};
use store::{ReadSet, ReadSnapshot, Snapshot, StoreError, ViewUser};
use tracing::Span;
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
    /// What this deployment lets supervisors change: so the functions that decide need not be configured with it.
    supervisor_scope: SupervisorScope,
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
    #[error("failed to validate a token: {0}")]
    Twilio(#[from] TwilioError),
    #[error("failed to read the caller's profile: {0}")]
    Store(#[from] StoreError),
}

/// The span of a decision, with the request id that the gateway's answer has.
#[must_use]
pub fn span(request: &ApiGatewayV2CustomAuthorizerV2Request, lambda_request_id: &str) -> Span {
    let request_id = request.request_context.request_id.as_deref();
    invocation::span("authorize", request_id.unwrap_or(lambda_request_id), lambda_request_id)
}

pub async fn handle(
    store: &(impl ViewUser + ReadSnapshot),
    twilio: &impl ValidateToken,
    tokens: &TokenCache,
    unknown_workers: &UnknownWorkers<impl ReconcileWorker>,
    time_and_ids: &impl TimeAndIds,
    supervisor_scope: SupervisorScope,
    request: ApiGatewayV2CustomAuthorizerV2Request,
) -> Result<Decision, AuthorizeError> {
    let header = request.headers.get("authorization").and_then(|header| header.to_str().ok());
    let Some(token) = header.and_then(bearer_token) else { return Ok(refuse("no-token")) };
    let holder = tokens.validate(twilio, time_and_ids, &token).await?;
    let Some(TokenHolder { worker_sid, role: Some(token_role), user_id }) = holder else {
        return Ok(refuse("invalid-token"));
    };
    invocation::identify("worker_sid", &worker_sid);
    let mut caller = match user_id {
        Some(user_id) => find_known_caller(store, &worker_sid, token_role, user_id).await,
        None => find_caller(store, &worker_sid, token_role).await,
    };
    if matches!(caller, Ok(Caller::Unknown)) && unknown_workers.reconcile(&worker_sid, time_and_ids.now()).await {
        caller = find_caller(store, &worker_sid, token_role).await;
    }
    match caller? {
        Caller::Allowed { user_id, role } => {
            invocation::identify("caller_id", &user_id);
            tokens.remember_user(&token, user_id, time_and_ids.now());
            Ok(Some(CallerContext { user_id, role, token_role, supervisor_scope }).into())
        }
        Caller::Denied => Ok(refuse("denied")),
        Caller::Unknown => Ok(refuse("unknown-worker")),
    }
}

/// The decision against a request; why is for the log alone.
fn refuse(code: &'static str) -> Decision {
    invocation::end(Ending { code: Some(code), ..Ending::refused() });
    None.into()
}

fn bearer_token(header: &str) -> Option<SecretString> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.into())
}

/// What the directory says of the holder of a token.
enum Caller {
    Allowed {
        user_id: UserId,
        role: Role,
    },
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
    Ok(Caller::of(user.as_ref(), worker_sid, token_role))
}

/// Reads the worker together with the user whom it had when the token was last seen. If it has another one now, or none, what
/// was read of that user says nothing.
async fn find_known_caller(
    store: &(impl ViewUser + ReadSnapshot),
    worker_sid: &WorkerSid,
    token_role: Role,
    user_id: UserId,
) -> Result<Caller, StoreError> {
    let read_set = ReadSet { users: [user_id].into(), worker: Some(worker_sid.clone()), ..ReadSet::default() };
    let Snapshot { users, worker, .. } = store.snapshot(&read_set).await?;
    match worker {
        Some(worker) if worker.deleted => Ok(Caller::Denied),
        Some(worker) if worker.user_id == Some(user_id) => Ok(Caller::of(users.get(&user_id), worker_sid, token_role)),
        _ => find_caller(store, worker_sid, token_role).await,
    }
}

impl Caller {
    /// What this user, if there is one, permits the holder of the worker's token.
    fn of(user: Option<&User>, worker_sid: &WorkerSid, token_role: Role) -> Self {
        let allowed = |user: &User| {
            let role = authenticate(user, worker_sid, Some(token_role))?;
            Some(Self::Allowed { user_id: user.user_id, role })
        };
        user.and_then(allowed).unwrap_or(Self::Denied)
    }
}

#[cfg(test)]
mod tests;
