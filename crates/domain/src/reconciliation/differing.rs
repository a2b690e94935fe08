//! What a worker shows that it should not, and what of it `sync` reverts (rules 23 and 24).

use crate::{
    User,
    policy::{Policy, SkillAuthority},
    routing::OwnedAttributes,
};

/// What a worker shows that it should not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differing {
    pub role: bool,
    pub skills: bool,
    pub activity: bool,
}

impl Differing {
    /// By the attributes that the directory owns; the activity is not one of them.
    #[must_use]
    pub fn of_attributes(desired: &OwnedAttributes, shown: &OwnedAttributes) -> Self {
        let skills = desired.skills != shown.skills || desired.disabled != shown.disabled;
        Self { role: desired.roles != shown.roles, skills, activity: false }
    }

    #[must_use]
    pub const fn is_any(&self) -> bool {
        self.role || self.skills || self.activity
    }

    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        let named = [("role", self.role), ("skills", self.skills), ("activity", self.activity)];
        named.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned()).collect()
    }

    /// Whether `sync` may revert it. With `SKILL_AUTHORITY=shared`, the skills of users who receive
    /// tasks are accepted.
    #[must_use]
    pub fn is_rewritten(&self, user: &User, policy: &Policy) -> bool {
        let is_shared = policy.skills == SkillAuthority::Shared && user.receives_tasks();
        self.role || self.activity || (self.skills && !is_shared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, SkillName, Status, test_support::agent};

    fn of_skills() -> Differing {
        Differing { skills: true, ..Differing::default() }
    }

    #[test]
    fn rule_26_role_and_skills_are_compared_with_what_is_desired_and_named() {
        let shown = OwnedAttributes { roles: [Role::Agent].into(), ..OwnedAttributes::default() };
        let english = SkillName::new("English").unwrap();
        let role = OwnedAttributes { roles: [Role::Supervisor].into(), ..OwnedAttributes::default() };
        let skills = OwnedAttributes { skills: [(english.clone(), None)].into(), ..shown.clone() };
        let disabled = OwnedAttributes { disabled: [english].into(), ..shown.clone() };
        let fields = |desired: &OwnedAttributes| Differing::of_attributes(desired, &shown).fields();
        assert_eq!(fields(&shown), [""; 0]);
        assert_eq!(
            (fields(&role), fields(&skills), fields(&disabled)),
            (vec!["role".to_owned()], vec!["skills".to_owned()], vec!["skills".to_owned()],)
        );
    }

    #[test]
    fn a_worker_differs_if_anything_of_it_does() {
        let activity = Differing { activity: true, ..Differing::default() };
        assert_eq!(activity.fields(), ["activity"]);
        for differing in [activity, of_skills(), Differing { role: true, ..Differing::default() }] {
            assert!(differing.is_any(), "{differing:?}");
        }
        assert!(!Differing::default().is_any());
    }

    #[test]
    fn rule_24_shared_skills_of_a_user_who_receives_tasks_are_accepted_and_all_else_is_reverted() {
        let shared = Policy { skills: SkillAuthority::Shared, ..Policy::default() };
        let receives = agent("Ada");
        assert!(receives.receives_tasks());
        assert!(!of_skills().is_rewritten(&receives, &shared));
        assert!(of_skills().is_rewritten(&receives, &Policy { skills: SkillAuthority::Directory, ..shared.clone() }));
        assert!(Differing { role: true, ..of_skills() }.is_rewritten(&receives, &shared));
        assert!(Differing { activity: true, ..Differing::default() }.is_rewritten(&receives, &shared));
        let mut deactivated = receives;
        deactivated.managed.status = Status::Deactivated;
        assert!(of_skills().is_rewritten(&deactivated, &shared));
    }
}
