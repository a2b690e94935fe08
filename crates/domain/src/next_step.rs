//! What a change does not do: the step that remains to be done by hand, and what its effect is not (rules 11 to 13 and 25).

use serde::Serialize;

use crate::{Role, Status, User};

/// A remark on a change, for its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// Stable, for programs.
    pub code: &'static str,
    /// An explanation for the reader.
    pub detail: &'static str,
}

impl Remark {
    /// The step that remains after a user is deactivated, because TaskRouter cannot refuse a login (rule 12).
    pub const DEACTIVATED: Self = Self {
        code: "end-access-and-billing",
        detail: "TaskRouter cannot refuse a login: to end access and billing in Flex as well, take Flex away from this \
            person at the identity provider (who comes by single sign-on) or remove them in the Twilio Console (who comes \
            that way).",
    };

    /// The step that remains after a user is deleted (rule 13).
    pub const DELETED: Self = Self {
        code: "remove-login",
        detail: "Remove this person from the identity provider (who came by single sign-on) or from the Twilio Console (who \
            came that way); until then they can still sign in to Flex. Then deprovision the Flex user, which alone ends its \
            billing. Deactivating is usually the better choice: it keeps teams and skills, and can be undone.",
    };

    /// The step that remains after another role is given (rule 25).
    pub const ROLE_CHANGED: Self = Self {
        code: "change-role-in-flex",
        detail: "This changes what this directory permits and what TaskRouter, Flex's lists and plugins show; it does not \
            change what Flex permits, because Flex reads the role from the person's token. Change the role at the identity \
            provider as well (who comes by single sign-on) or in the Twilio Console (who comes that way).",
    };

    /// What the end of Act as Agent is not (rule 11).
    pub const ROUTING_ENDED: Self = Self {
        code: "queues-without-skills",
        detail: "Without Act as Agent this person has no routing skills in TaskRouter. That keeps away only the tasks of \
            queues that ask for skills: a queue that matches every worker still offers its tasks to them. Let such queues \
            ask for a skill, or let the person stay in an activity that is unavailable.",
    };

    /// Those of bulk jobs, which delete nobody.
    pub const OF_BULK: [Self; 3] = [Self::DEACTIVATED, Self::ROLE_CHANGED, Self::ROUTING_ENDED];
}

/// All that is to be said of a change which deletes nobody.
pub fn after_change(before: &User, after: &User) -> impl Iterator<Item = Remark> {
    let is_deactivated = before.is_active() && after.managed.status == Status::Deactivated;
    let deactivated = is_deactivated.then_some(Remark::DEACTIVATED);
    [deactivated, after_role_change(before, after), after_routing_change(before, after)].into_iter().flatten()
}

/// The step that remains after an edit that changes the role (rule 25).
#[must_use]
pub fn after_role_change(before: &User, after: &User) -> Option<Remark> {
    (before.managed.role != after.managed.role).then_some(Remark::ROLE_CHANGED)
}

/// What an edit that ends Act as Agent does not do (rule 11).
#[must_use]
pub fn after_routing_change(before: &User, after: &User) -> Option<Remark> {
    let receives = |user: &User| user.managed.role == Role::Agent || user.managed.act_as_agent;
    (receives(before) && !receives(after)).then_some(Remark::ROUTING_ENDED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{agent, user_with_role};

    #[test]
    fn rule_25_an_edit_of_the_role_names_the_step_that_changes_what_flex_permits() {
        let (before, after) = (agent("ada"), user_with_role("ada", Role::Supervisor));
        let step = after_role_change(&before, &after).unwrap();
        assert!(step.detail.contains("identity provider") && step.detail.contains("Twilio Console"), "{step:?}");
        assert_eq!(after_role_change(&after, &after), None);
    }

    #[test]
    fn rules_11_12_and_25_a_change_of_several_parts_says_all_that_it_does_not_do() {
        let before = user_with_role("ada", Role::Supervisor).with(|user| user.managed.act_as_agent = true);
        let after = agent("ada").with(|user| user.managed.status = Status::Deactivated);
        let said = |before: &User, after: &User| after_change(before, after).collect::<Vec<_>>();
        assert_eq!(said(&before, &after), [Remark::DEACTIVATED, Remark::ROLE_CHANGED]);
        assert_eq!(said(&after, &agent("ada")), []);
        let idle = before.with(|user| user.managed.act_as_agent = false);
        assert_eq!(said(&before, &idle), [Remark::ROUTING_ENDED]);
    }

    #[test]
    fn rule_11_ending_act_as_agent_says_that_queues_without_skills_still_offer_tasks() {
        let idle = user_with_role("ada", Role::Supervisor);
        let acting = idle.with(|user| user.managed.act_as_agent = true);
        for before in [&acting, &agent("ada")] {
            assert!(after_routing_change(before, &idle).unwrap().detail.contains("every worker"));
        }
        for (before, after) in [(&idle, &acting), (&idle, &idle), (&acting, &acting), (&acting, &agent("ada"))] {
            assert_eq!(after_routing_change(before, after), None);
        }
    }
}
