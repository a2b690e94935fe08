//! Errors of the template.
#![allow(missing_docs, reason = "the names say it")]

use std::path::PathBuf;

use embedded::yaml::YamlError;

/// Why the template cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file cannot be read.
    #[error("cannot read the template {}: {source}", path.display())]
    Read {
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The file is not the YAML of a template.
    #[error("the template is not valid YAML: {0}")]
    Yaml(#[from] YamlError),
    /// The file is YAML, and its sections are not those of a template.
    #[error("the file is not a template: {0}")]
    Sections(#[from] serde_json::Error),
    /// A parameter is missing, unknown, or has a value that it does not allow.
    #[error("template parameter {name}: {reason}")]
    Parameter { name: String, reason: String },
    /// A part of the template is wrong, or `local` does not understand it.
    #[error("template: {place}: {reason}")]
    Place {
        /// The resource and the property: `Search.Events.ListUsers`.
        place: String,
        reason: String,
    },
}

impl TemplateError {
    pub(crate) fn parameter(name: &str, reason: impl Into<String>) -> Self {
        Self::Parameter { name: name.to_owned(), reason: reason.into() }
    }

    pub(crate) fn at(place: &str, reason: impl Into<String>) -> Self {
        Self::Place { place: place.to_owned(), reason: reason.into() }
    }
}
