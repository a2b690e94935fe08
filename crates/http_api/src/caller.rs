//! The caller of a request, as the gateway's authorizer found them.

use lambda_http::{Request, RequestExt, request::RequestContext};

use app::AuthenticatedCaller;
use domain::{
    permissions::{Caller, Operation, authorize, managers_only},
    policy::SupervisorScope,
};

use crate::Problem;

/// The caller, who may perform the operation.
pub fn from_request(request: &Request, operation: Operation<'_>) -> Result<AuthenticatedCaller, Problem> {
    let caller = read(request)?;
    authorize(&caller.caller, operation)?;
    Ok(caller)
}

/// The caller of a change, who is not an agent (rule 1). Whether they may make it is decided by the use case, on the
/// target and on the caller's profile as both are read with it (rule 5).
pub fn manager_from_request(request: &Request) -> Result<AuthenticatedCaller, Problem> {
    let caller = read(request)?;
    managers_only(&caller.caller)?;
    Ok(caller)
}

fn read(request: &Request) -> Result<AuthenticatedCaller, Problem> {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
        return Err(Problem::internal(&"not a request of an HTTP API with payload format 2.0"));
    };
    let stated = |field: &str| context.authorizer.as_ref()?.fields.get(field)?.as_str();
    let known = || {
        // An authorizer of before there was a scope states none, and there was none.
        let scope = stated("supervisor_scope").map_or(Some(SupervisorScope::All), SupervisorScope::named)?;
        let caller = Caller::new(stated("user_id")?.parse().ok()?, stated("role")?.parse().ok()?);
        let caller = Caller { scope, ..caller };
        let request_id = context.request_id.clone().unwrap_or_default();
        Some(AuthenticatedCaller { caller, token_role: stated("token_role")?.parse().ok()?, request_id })
    };
    known().ok_or_else(|| Problem::internal(&"the authorizer's context lacks the caller"))
}
