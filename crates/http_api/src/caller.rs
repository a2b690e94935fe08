//! Who asks, as `authorize` has found out and the gateway passes on.

use lambda_http::{Request, RequestExt, request::RequestContext};

use domain::{
    Actor, Refusal, Role, Status, User,
    permissions::{Caller, Operation, authorize, effective_role},
};

use crate::Problem;

/// A request of somebody who is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Who, and as what, when their token was checked.
    pub caller: Caller,
    /// The role that Twilio's answer to their token states (rule 25).
    pub token_role: Role,
    /// The request's id.
    pub request_id: String,
}

impl Signed {
    /// The caller of this request, who may do this as far as is known yet; who changes something is looked at again when
    /// it is written ([`Self::as_they_are`]).
    pub fn of(request: &Request, operation: Operation<'_>) -> Result<Self, Problem> {
        let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
            return Err(Problem::internal(&"the request is not the HTTP API's, payload format 2.0"));
        };
        let said = |field: &str| context.authorizer.as_ref()?.fields.get(field)?.as_str();
        let known = || {
            let caller = Caller { user_id: said("user_id")?.parse().ok()?, role: said("role")?.parse().ok()? };
            Some((caller, said("token_role")?.parse().ok()?))
        };
        let (caller, token_role) =
            known().ok_or_else(|| Problem::internal(&"the authorizer said nothing of the caller"))?;
        authorize(caller, operation)?;
        Ok(Self { caller, token_role, request_id: context.request_id.clone().unwrap_or_default() })
    }

    /// The caller with the role that they have now, as their profile was read with what they change: somebody demoted or
    /// deactivated a moment ago finishes nothing (rule 5).
    pub fn as_they_are(&self, profile: Option<&User>) -> Result<Caller, Refusal> {
        let active = profile.filter(|profile| profile.status == Status::Active);
        let role = active.and_then(|profile| effective_role(profile, Some(self.token_role)));
        let role = role.ok_or(Refusal::CallerMayNoLonger)?;
        Ok(Caller { user_id: self.caller.user_id, role })
    }
}

/// As the history names them.
#[must_use]
pub const fn actor(caller: Caller) -> Actor {
    Actor::User { user_id: caller.user_id, role: caller.role }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::people::{agent, somebody};

    fn signed(role: Role) -> Signed {
        let caller = Caller { user_id: agent("ada").user_id, role };
        Signed { caller, token_role: Role::SystemAdmin, request_id: "r-1".into() }
    }

    // rule 5
    #[test]
    fn rule_5_what_somebody_is_now_counts_and_not_what_they_were_when_their_token_was_checked() {
        let was_admin = signed(Role::SystemAdmin);
        let now = |profile: User| was_admin.as_they_are(Some(&profile)).map(|caller| caller.role);
        assert_eq!(now(somebody("ada", Role::Supervisor)), Ok(Role::Supervisor));
        let away = User { status: Status::Deactivated, ..somebody("ada", Role::SystemAdmin) };
        assert_eq!(now(away), Err(Refusal::CallerMayNoLonger));
        assert_eq!(was_admin.as_they_are(None), Err(Refusal::CallerMayNoLonger));
    }

    #[test]
    fn rule_25_a_role_that_nobody_gave_here_is_capped_by_the_token_also_at_the_end() {
        let claims = User { role_granted: false, ..somebody("ada", Role::SystemAdmin) };
        let agents_token = Signed { token_role: Role::Agent, ..signed(Role::Agent) };
        assert_eq!(agents_token.as_they_are(Some(&claims)).unwrap().role, Role::Agent);
    }
}
