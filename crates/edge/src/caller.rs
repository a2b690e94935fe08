//! Who asks, as `authorize` has found out and the gateway passes on.

use lambda_http::{Request, RequestExt, request::RequestContext};

use domain::{
    Actor,
    powers::{Caller, Operation, may},
};

use crate::Problem;

/// A request of somebody who is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Who, and as what.
    pub caller: Caller,
    /// The request's id.
    pub request_id: String,
}

impl Signed {
    /// The caller of this request, who is no agent (rule 1).
    pub fn of(request: &Request) -> Result<Self, Problem> {
        let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
            return Err(Problem::internal(&"the request is not the HTTP API's, payload format 2.0"));
        };
        let said = |field: &str| context.authorizer.as_ref()?.fields.get(field)?.as_str();
        let caller = || Some(Caller { user_id: said("user_id")?.parse().ok()?, role: said("role")?.parse().ok()? });
        let caller = caller().ok_or_else(|| Problem::internal(&"the authorizer said nothing of the caller"))?;
        may(caller, Operation::Manage)?;
        Ok(Self { caller, request_id: context.request_id.clone().unwrap_or_default() })
    }

    /// As the history names them.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        Actor::User { user_id: self.caller.user_id, role: self.caller.role }
    }
}
