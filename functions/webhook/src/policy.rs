//! What the deployment has decided about logins.

use domain::login::{Policy, SkillAuthority};
use http_api::config::{ConfigError, one_of, required, role_authority};

/// As the environment states it.
pub fn policy() -> Result<Policy, ConfigError> {
    let owners = required("ACCOUNT_OWNERS")?;
    let account_owners = owners.split(',').map(|identity| identity.trim().to_lowercase());
    let account_owners = account_owners.filter(|identity| !identity.is_empty()).collect();
    let words = [("directory", SkillAuthority::Directory), ("shared", SkillAuthority::Shared)];
    let skills = one_of("SKILL_AUTHORITY", &words, "directory or shared")?;
    Ok(Policy { account_owners, roles: role_authority()?, skills })
}
