//! Environment variables, read once before the first event. An error names the variable and what it should be.

use std::{env, fmt, time::Duration};
use thiserror::Error;

#[derive(Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    #[error("the environment variable {0} is not set; Lambda or the template sets it")]
    Missing(&'static str),
    #[error("the environment variable {name} is {value:?}; it is {expected}")]
    Invalid { name: &'static str, value: String, expected: &'static str },
    /// With the files that were tried.
    #[error("no root certificates: none of {0} holds any; set SSL_CERT_FILE")]
    NoRootCertificates(String),
}

/// A `main` that returns an error prints it in this form: an operator reads the sentence.
impl fmt::Debug for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The variable's value; an empty one counts as missing.
pub fn required(name: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing(name))
}

/// The variable's value, if it is set and not empty.
#[must_use]
pub fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A whole number of seconds, at least one.
pub fn seconds(name: &'static str) -> Result<Duration, ConfigError> {
    let value = required(name)?;
    match value.parse() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err(ConfigError::Invalid { name, value, expected: "a whole number of seconds, at least 1" }),
    }
}

/// A whole number, 0 included.
pub fn count(name: &'static str) -> Result<u64, ConfigError> {
    let value = required(name)?;
    value.parse().map_err(|_| ConfigError::Invalid { name, value, expected: "a whole number" })
}

/// The meaning of one of several words; that of the first one if the variable is not set.
pub fn one_of<T: Copy>(name: &'static str, words: &[(&str, T)], expected: &'static str) -> Result<T, ConfigError> {
    let Some(value) = optional(name) else { return Ok(words[0].1) };
    let meaning = words.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning);
    meaning.ok_or(ConfigError::Invalid { name, value, expected })
}
