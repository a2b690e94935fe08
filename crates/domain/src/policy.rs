//! What a deployment decides about logins (rules 3 and 24) and about supervisors (rule 2).

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::Identity;

/// Which side decides about roles (rule 24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum RoleAuthority {
    #[default]
    Directory,
    /// A role follows the login and cannot be edited here.
    IdentityProvider,
}

impl RoleAuthority {
    /// The names in the configuration; the first is the default.
    pub const NAMES: [(&str, Self); 2] = [("directory", Self::Directory), ("idp", Self::IdentityProvider)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::IdentityProvider => "idp",
        }
    }
}

/// Which side decides about skills (rule 24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum SkillAuthority {
    /// Skills changed elsewhere are reverted.
    #[default]
    Directory,
    /// Skills changed elsewhere are accepted.
    Shared,
}

impl SkillAuthority {
    /// The names in the configuration; the first is the default.
    pub const NAMES: [(&str, Self); 2] = [("directory", Self::Directory), ("shared", Self::Shared)];
}

/// What a supervisor may change (rule 2). They see every user either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupervisorScope {
    #[default]
    All,
    /// Only members of the teams that they lead, and only those teams.
    Teams,
}

impl SupervisorScope {
    /// The names in the configuration; the first is the default.
    pub const NAMES: [(&str, Self); 2] = [("all", Self::All), ("teams", Self::Teams)];

    /// The scope of this name in the configuration.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, scope)| scope)
    }
}

#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Become account owners at their next login (rule 3).
    pub account_owners: BTreeSet<Identity>,
    pub roles: RoleAuthority,
    pub skills: SkillAuthority,
}

impl Policy {
    /// `account_owners` are identities separated by commas.
    #[must_use]
    pub fn new(account_owners: &str, roles: RoleAuthority, skills: SkillAuthority) -> Self {
        let account_owners = account_owners.split(',').filter_map(|identity| Identity::reported(identity.trim()));
        Self { account_owners: account_owners.collect(), roles, skills }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_24_an_authority_over_roles_is_called_as_in_the_configuration() {
        for (name, authority) in RoleAuthority::NAMES {
            assert_eq!(authority.name(), name);
        }
    }

    #[test]
    fn rule_2_a_scope_of_supervisors_is_called_as_in_the_configuration() {
        for (name, scope) in SupervisorScope::NAMES {
            assert_eq!(serde_json::to_value(scope).unwrap(), name);
            assert_eq!(SupervisorScope::named(name), Some(scope));
        }
        assert_eq!(SupervisorScope::named("none"), None);
    }
}
