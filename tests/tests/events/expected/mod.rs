//! What each sample makes its function do.

mod catalog;
mod inside;
mod jobs;
mod people;

use crate::Expected::{self, Returns};

/// A sample's name, and what it makes its function do.
pub type Sample = (&'static str, Expected);

const TURNED_AWAY: Expected = Returns(r#"{"isAuthorized":false}"#);
const DONE: Expected = Returns(r#"{"batchItemFailures":[]}"#);

/// All of them, in the order in which they are tried.
pub fn all() -> impl Iterator<Item = &'static Sample> {
    EXPECTED.iter().copied().flatten()
}

const EXPECTED: &[&[Sample]] = &[
    people::EDIT,
    people::ASSIGN_SKILL,
    people::SET_STATUS,
    people::SEARCH,
    people::VIEW,
    catalog::TEAMS,
    catalog::SKILLS,
    jobs::EXPORT,
    jobs::WRITE_EXPORT,
    inside::AUTHORIZE,
    inside::DOCS,
    inside::INDEX,
    inside::WEBHOOK,
];
