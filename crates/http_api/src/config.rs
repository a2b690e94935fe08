//! Configuration: the environment, read once. An error names the variable; secrets print as `[redacted]`.

use std::env;
use thiserror::Error;

use domain::edit::RoleAuthority;

/// A variable that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// It is not there.
    #[error("the environment variable {0} is not set; the template sets it")]
    Missing(&'static str),
    /// It says something that it cannot say.
    #[error("the environment variable {name} is {value:?}; it is {right}")]
    Wrong {
        /// Which.
        name: &'static str,
        /// What it says.
        value: String,
        /// What would be right.
        right: &'static str,
    },
}

/// The variable's value; empty counts as missing.
pub fn required(name: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing(name))
}

/// The variable's value, if it has one.
#[must_use]
pub fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// One of several words; the first where nothing is said.
pub fn one_of<T: Copy>(name: &'static str, words: &[(&str, T)], right: &'static str) -> Result<T, ConfigError> {
    let Some(value) = optional(name) else { return Ok(words[0].1) };
    let word = words.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning);
    word.ok_or(ConfigError::Wrong { name, value, right })
}

/// Who decides about roles (rule 24).
pub fn role_authority() -> Result<RoleAuthority, ConfigError> {
    let words = [("directory", RoleAuthority::Directory), ("idp", RoleAuthority::IdentityProvider)];
    one_of("ROLE_AUTHORITY", &words, "directory or idp")
}
