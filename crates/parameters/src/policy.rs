//! What the deployment decides about logins: account owners from Parameter Store, authorities from the environment.

use domain::policy::{Policy, RoleAuthority, SkillAuthority};
use runtime::config::{ConfigError, one_of};
use secrecy::ExposeSecret as _;

use crate::{Parameter, ParameterError, ParameterStore};

/// The policy, of which the account owners may change without a deployment: their identities are personal data, which
/// neither a stack's parameters nor a function's configuration should show.
#[derive(Debug)]
pub struct PolicyParameter {
    account_owners: Parameter,
    roles: RoleAuthority,
    skills: SkillAuthority,
}

impl PolicyParameter {
    /// From the environment: the parameter that `ACCOUNT_OWNERS_PARAMETER` names, `ROLE_AUTHORITY`, `SKILL_AUTHORITY`.
    pub async fn from_env(store: &ParameterStore) -> Result<Self, ParameterError> {
        let (roles, skills) = authorities()?;
        let account_owners = store.named_by("ACCOUNT_OWNERS_PARAMETER").await?;
        Ok(Self { account_owners, roles, skills })
    }

    #[cfg(test)]
    pub(crate) const fn of(account_owners: Parameter) -> Self {
        Self { account_owners, roles: RoleAuthority::Directory, skills: SkillAuthority::Directory }
    }

    /// The policy of now. Take it once for each event.
    pub async fn current(&self) -> Policy {
        Policy::new(self.account_owners.value().await.expose_secret(), self.roles, self.skills)
    }
}

fn authorities() -> Result<(RoleAuthority, SkillAuthority), ConfigError> {
    let roles = one_of("ROLE_AUTHORITY", &RoleAuthority::NAMES, "directory or idp")?;
    Ok((roles, one_of("SKILL_AUTHORITY", &SkillAuthority::NAMES, "directory or shared")?))
}
