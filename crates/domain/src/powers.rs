//! Who may do what to whom (rules 1 to 3): the one place that decides it.

use crate::{Refusal, Role, User, UserId};

/// Whoever asks, with the role that counts for this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub user_id: UserId,
    /// As what.
    pub role: Role,
}

/// What somebody asks to do. What an edit does besides changing a role needs no more than `Manage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation<'a> {
    /// Find, list, view, export, read a history; edit teams and Act as Agent, assign and remove skills.
    Manage,
    /// See how far a job is, and fetch what it made (rule 29).
    SeeJob {
        /// Who asked for it.
        of: UserId,
    },
    /// Give this user another role.
    ChangeRole(&'a User, Role),
}

/// Whether the caller may do it; if not, why not.
pub fn may(caller: Caller, operation: Operation<'_>) -> Result<(), Refusal> {
    if caller.role == Role::Agent {
        return Err(Refusal::AgentsMayNot);
    }
    match operation {
        Operation::Manage => Ok(()),
        Operation::SeeJob { of } if of == caller.user_id || caller.role >= Role::SystemAdmin => Ok(()),
        Operation::SeeJob { .. } => Err(Refusal::SomebodyElsesJob),
        Operation::ChangeRole(user, role) => may_change_role(caller, user, role),
    }
}

fn may_change_role(caller: Caller, user: &User, role: Role) -> Result<(), Refusal> {
    if caller.role < Role::SystemAdmin {
        return Err(Refusal::SupervisorsMayNot("edit a role"));
    }
    if caller.role < Role::AccountOwner && user.role == Role::AccountOwner {
        return Err(Refusal::AccountOwnersOnly("change the role of an account owner"));
    }
    if caller.user_id == user.user_id && role > user.role {
        return Err(Refusal::OwnRole);
    }
    if caller.role < Role::AccountOwner && role == Role::AccountOwner {
        return Err(Refusal::AccountOwnersOnly("make somebody an account owner"));
    }
    Ok(())
}

/// The role that counts for a request of this person: that of the directory where somebody gave it here,
/// else at most what Twilio's answer to their token states (rule 25). A token that states none of the three roles
/// lets nobody in, whatever was given here: the identity provider has taken Flex away from them (rule 23).
#[must_use]
pub fn effective_role(user: &User, token_role: Option<Role>) -> Option<Role> {
    token_role.map(|stated| if user.role_granted { user.role } else { stated.min(user.role) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{agent, somebody};

    fn caller(role: Role) -> Caller {
        Caller { user_id: somebody("caller", role).user_id, role }
    }

    #[test]
    fn rule_1_agents_may_do_nothing_here() {
        assert_eq!(may(caller(Role::Agent), Operation::Manage), Err(Refusal::AgentsMayNot));
        for role in [Role::Supervisor, Role::SystemAdmin, Role::AccountOwner] {
            assert_eq!(may(caller(role), Operation::Manage), Ok(()));
        }
    }

    #[test]
    fn rule_2_a_supervisor_may_not_edit_a_role() {
        let ada = agent("ada");
        let change = Operation::ChangeRole(&ada, Role::Supervisor);
        assert_eq!(may(caller(Role::Supervisor), change).unwrap_err().code(), "supervisors-may-not");
        assert_eq!(may(caller(Role::SystemAdmin), change), Ok(()));
    }

    #[test]
    fn rule_3_only_an_account_owner_makes_or_unmakes_one() {
        let (ada, owner) = (agent("ada"), somebody("olga", Role::AccountOwner));
        for change in [Operation::ChangeRole(&ada, Role::AccountOwner), Operation::ChangeRole(&owner, Role::Agent)] {
            assert_eq!(may(caller(Role::SystemAdmin), change).unwrap_err().code(), "account-owners-only");
            assert_eq!(may(caller(Role::AccountOwner), change), Ok(()));
        }
    }

    #[test]
    fn rule_3_nobody_raises_their_own_role() {
        let ada = somebody("ada", Role::SystemAdmin);
        let ada_asks = Caller { user_id: ada.user_id, role: ada.role };
        let raise = Operation::ChangeRole(&ada, Role::AccountOwner);
        assert_eq!(may(ada_asks, raise), Err(Refusal::OwnRole));
        assert_eq!(may(ada_asks, Operation::ChangeRole(&ada, Role::Agent)), Ok(()));
    }

    #[test]
    fn rule_29_an_export_is_for_the_one_who_asked_and_for_admins() {
        let somebody_elses = Operation::SeeJob { of: agent("ada").user_id };
        assert_eq!(may(caller(Role::Supervisor), somebody_elses), Err(Refusal::SomebodyElsesJob));
        assert_eq!(may(caller(Role::Supervisor), Operation::SeeJob { of: caller(Role::Supervisor).user_id }), Ok(()));
        assert_eq!(may(caller(Role::SystemAdmin), somebody_elses), Ok(()));
    }

    #[test]
    fn rule_25_attributes_grant_nobody_more_than_their_token_states() {
        let claims_admin = User { role_granted: false, ..somebody("mallory", Role::SystemAdmin) };
        assert_eq!(effective_role(&claims_admin, Some(Role::Agent)), Some(Role::Agent));
        assert_eq!(effective_role(&claims_admin, None), None);
        let granted = somebody("ada", Role::Supervisor);
        assert_eq!(effective_role(&granted, Some(Role::Agent)), Some(Role::Supervisor));
        assert_eq!(effective_role(&granted, None), None, "rule 23");
        let lowered = User { role: Role::Supervisor, ..claims_admin };
        assert_eq!(effective_role(&lowered, Some(Role::SystemAdmin)), Some(Role::Supervisor));
    }
}
