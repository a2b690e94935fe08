//! Roles.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

use crate::Refusal;

/// From least to most permissions: the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Receives tasks; may not use the directory (rule 1).
    Agent,
    /// Manages users but for roles and statuses (rule 2).
    Supervisor,
    /// Manages all but account owners (rule 3).
    SystemAdmin,
    /// May do everything; at least one of them stays (rule 3).
    AccountOwner,
}

impl Role {
    /// Every role, from least to most permissions.
    pub const ALL: [Self; 4] = [Self::Agent, Self::Supervisor, Self::SystemAdmin, Self::AccountOwner];

    /// The name that the API and the table use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::SystemAdmin => "system_admin",
            Self::AccountOwner => "account_owner",
        }
    }

    /// The value in a worker's `roles` attribute: TaskRouter knows no difference between an account
    /// owner and a system admin.
    #[must_use]
    pub const fn in_attributes(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::SystemAdmin | Self::AccountOwner => "admin",
        }
    }

    /// The role with the most permissions among the values of a `roles` attribute or of a token, or none where
    /// none of the three is among them: such a worker is unmanaged (rule 23).
    pub fn from_attributes<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let known = |value: &str| match value {
            "agent" => Some(Self::Agent),
            "supervisor" => Some(Self::Supervisor),
            "admin" => Some(Self::SystemAdmin),
            _ => None,
        };
        values.into_iter().filter_map(known).max()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Role {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| Refusal::UnknownRole(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_23_a_bot_without_one_of_the_three_roles_has_none() {
        assert_eq!(Role::from_attributes(["wfo.full_access", "bot"]), None);
        assert_eq!(Role::from_attributes(["wfo.full_access", "agent", "supervisor"]), Some(Role::Supervisor));
    }

    #[test]
    fn an_account_owner_is_an_admin_to_taskrouter() {
        assert_eq!(Role::AccountOwner.in_attributes(), "admin");
        assert_eq!(Role::from_attributes(["admin"]), Some(Role::SystemAdmin));
    }
}
