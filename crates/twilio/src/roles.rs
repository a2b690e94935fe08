//! Roles as TaskRouter and Flex name them, in a worker's attributes and in the answer to a token.

use domain::Role;

/// The role with the most permissions among these values, or none if none of the three is among them: such a worker is
/// unmanaged (rule 23). TaskRouter knows no difference between an account owner and a system admin.
pub fn highest_role<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<Role> {
    let known = |value: &str| match value {
        "agent" => Some(Role::Agent),
        "supervisor" => Some(Role::Supervisor),
        "admin" => Some(Role::SystemAdmin),
        _ => None,
    };
    values.into_iter().filter_map(known).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_23_a_bot_without_one_of_the_three_roles_has_none() {
        assert_eq!(highest_role(["wfo.full_access", "bot"]), None);
        assert_eq!(highest_role(["wfo.full_access", "agent", "supervisor"]), Some(Role::Supervisor));
    }

    #[test]
    fn an_account_owner_is_an_admin_to_taskrouter() {
        assert_eq!(highest_role(["admin"]), Some(Role::SystemAdmin));
    }
}
