//! What a deployment decides about logins (rules 3 and 24).

use serde::Serialize;
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
