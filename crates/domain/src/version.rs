//! Optimistic concurrency: the version that a caller expects of what they change.

use crate::Refusal;

/// The version that a change is based on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ExpectedVersion {
    /// The caller expects nothing.
    #[default]
    Unspecified,
    /// It must exist, in any version.
    Any,
    /// One of these; with none of them, it cannot be met.
    OneOf(Vec<u64>),
}

impl ExpectedVersion {
    /// Refuses a change to `what` whose current version is another one; none if it does not exist.
    pub fn check(&self, what: &'static str, current: Option<u64>) -> Result<(), Refusal> {
        match (self, current) {
            (Self::Any | Self::OneOf(_), None) => Err(Refusal::MissingForVersion(what)),
            (Self::OneOf(versions), Some(current)) if !versions.contains(&current) => {
                Err(Refusal::VersionConflict { what, current })
            }
            _ => Ok(()),
        }
    }
}

/// Whether a change that creates something may also change what exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PutMode {
    #[default]
    CreateOrChange,
    CreateOnly,
}

impl PutMode {
    /// Refuses to change an existing `what` that was only to be created.
    pub fn check(self, what: &'static str, exists: bool) -> Result<(), Refusal> {
        if exists && self == Self::CreateOnly { Err(Refusal::AlreadyExists(what)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_based_on_another_version_is_refused() {
        let seven = ExpectedVersion::OneOf(vec![7]);
        assert_eq!(seven.check("user", Some(7)), Ok(()));
        assert_eq!(seven.check("user", Some(8)), Err(Refusal::VersionConflict { what: "user", current: 8 }));
        assert_eq!(ExpectedVersion::Any.check("skill", Some(8)), Ok(()));
        assert_eq!(ExpectedVersion::Any.check("skill", None), Err(Refusal::MissingForVersion("skill")));
        assert_eq!(ExpectedVersion::Unspecified.check("skill", None), Ok(()));
        let none = ExpectedVersion::OneOf(Vec::new());
        assert_eq!(none.check("user", Some(1)), Err(Refusal::VersionConflict { what: "user", current: 1 }));
    }

    #[test]
    fn what_is_only_to_be_created_is_not_changed() {
        assert_eq!(PutMode::CreateOnly.check("skill", true), Err(Refusal::AlreadyExists("skill")));
        assert_eq!(PutMode::CreateOnly.check("skill", false), Ok(()));
        assert_eq!(PutMode::CreateOrChange.check("skill", true), Ok(()));
    }
}
