//! Roles. How TaskRouter names them, the crate `twilio` knows.

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
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Role {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| Refusal::UnknownRole(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_stated_by_its_name_and_another_name_is_refused_with_it() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert_eq!("admin".parse::<Role>(), Err(Refusal::UnknownRole("admin".into())));
    }
}
