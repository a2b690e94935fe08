//! The brake: whether a reconciliation may go on, or has to be confirmed (rule 28).

use serde::{Deserialize, Serialize};
use std::fmt;

/// So many workers may be rewritten, or be missing, however many there are.
const ALWAYS_ALLOWED: u64 = 25;

/// Of all workers, one in this many may be.
const ALLOWED_SHARE: u64 = 20;

/// Why nothing was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Brake {
    /// No user's worker is in this workspace.
    UnknownWorkspace { users: u64 },
    /// Too many workers would be rewritten although nothing was to be carried over.
    ManyRewrites { workers: u64, of: u64 },
    /// Too many users' workers are missing.
    ManyMissing { workers: u64, of: u64 },
}

/// What the brake is decided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Users with a worker.
    pub users: u64,
    /// Of their workers, those in TaskRouter's list.
    pub listed: u64,
    /// Workers in the list of whom the directory does not know.
    pub unknown: u64,
    /// Workers that would, or may, be rewritten or removed although nothing was to be carried over.
    pub rewrites: u64,
}

impl Tally {
    /// Why a reconciliation that finds this must not go on before an admin has confirmed it: the workspace may be the wrong
    /// one, or the table may have been restored.
    #[must_use]
    pub const fn brake(self) -> Option<Brake> {
        let Self { users, listed, unknown, rewrites } = self;
        let missing = users.saturating_sub(listed);
        // One user may have lost their worker; if others are there instead, or two have lost theirs, it is another workspace.
        if listed == 0 && (users > 1 || users == 1 && unknown > 0) {
            Some(Brake::UnknownWorkspace { users })
        } else if is_too_many(missing, users) {
            Some(Brake::ManyMissing { workers: missing, of: users })
        } else if is_too_many(rewrites, listed) {
            Some(Brake::ManyRewrites { workers: rewrites, of: listed })
        } else {
            None
        }
    }
}

impl Brake {
    /// Whether this is what was confirmed: for the same reason, and of not many more workers.
    #[must_use]
    pub const fn is_covered_by(self, confirmed: Self) -> bool {
        match (self, confirmed) {
            (Self::UnknownWorkspace { .. }, Self::UnknownWorkspace { .. }) => true,
            (Self::ManyRewrites { workers, .. }, Self::ManyRewrites { workers: confirmed, .. })
            | (Self::ManyMissing { workers, .. }, Self::ManyMissing { workers: confirmed, .. }) => {
                workers <= confirmed + ALWAYS_ALLOWED
            }
            _ => false,
        }
    }
}

const fn is_too_many(workers: u64, of: u64) -> bool {
    workers > ALWAYS_ALLOWED && workers * ALLOWED_SHARE > of
}

impl fmt::Display for Brake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownWorkspace { users } => {
                write!(f, "None of the {users} known workers is in this workspace. Check that it is the right one.")
            }
            Self::ManyRewrites { workers, of } => {
                write!(
                    f,
                    "{workers} of {of} workers would be rewritten although nothing was to be carried over. Check whether \
                     the table was restored, or whether another tool has changed them."
                )
            }
            Self::ManyMissing { workers, of } => {
                write!(f, "{workers} of {of} workers are missing in TaskRouter. Check that it is the right workspace.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brake(users: u64, listed: u64, rewrites: u64) -> Option<Brake> {
        Tally { users, listed, rewrites, unknown: 0 }.brake()
    }

    #[test]
    fn rule_28_more_than_25_workers_and_more_than_5_percent_are_not_rewritten_unasked() {
        assert_eq!(brake(1_000, 1_000, 50), None);
        assert_eq!(brake(1_000, 1_000, 51), Some(Brake::ManyRewrites { workers: 51, of: 1_000 }));
        assert_eq!((brake(100, 100, 25), brake(100, 100, 26).is_some()), (None, true));
    }

    #[test]
    fn rule_28_as_many_users_do_not_lose_their_workers_unasked() {
        assert_eq!(brake(1_000, 950, 0), None);
        assert_eq!(brake(1_000, 949, 0), Some(Brake::ManyMissing { workers: 51, of: 1_000 }));
    }

    #[test]
    fn rule_28_a_brake_says_how_many_workers_it_is_about_and_what_to_check() {
        let unknown = Brake::UnknownWorkspace { users: 2 }.to_string();
        let rewrites = Brake::ManyRewrites { workers: 51, of: 1_000 }.to_string();
        let missing = Brake::ManyMissing { workers: 51, of: 1_000 }.to_string();
        assert!(unknown.contains("None of the 2 known workers") && unknown.contains("right one"), "{unknown}");
        assert!(rewrites.contains("51 of 1000 workers") && rewrites.contains("table was restored"), "{rewrites}");
        assert!(missing.contains("51 of 1000 workers") && missing.contains("right workspace"), "{missing}");
    }

    #[test]
    fn rule_28_what_was_confirmed_covers_25_workers_more_for_the_same_reason_and_no_other_reason() {
        let missing = |workers| Brake::ManyMissing { workers, of: 1_000 };
        let rewrites = |workers| Brake::ManyRewrites { workers, of: 1_000 };
        let unknown = |users| Brake::UnknownWorkspace { users };
        for of in [missing, rewrites] {
            assert_eq!([55, 56].map(|workers| of(workers).is_covered_by(of(30))), [true, false]);
            assert!(!of(30).is_covered_by(unknown(30)) && !unknown(30).is_covered_by(of(30)));
        }
        assert!(unknown(9).is_covered_by(unknown(2)));
        assert!(!missing(30).is_covered_by(rewrites(30)) && !rewrites(30).is_covered_by(missing(30)));
    }

    #[test]
    fn a_workspace_without_any_known_worker_is_the_wrong_one_however_small_the_directory_is() {
        assert_eq!(brake(2, 0, 0), Some(Brake::UnknownWorkspace { users: 2 }));
        assert_eq!(brake(2, 1, 1), None);
        assert_eq!(brake(1, 0, 0), None, "one user whose worker was deleted");
        let others = Tally { users: 1, unknown: 3, ..Tally::default() };
        assert_eq!(others.brake(), Some(Brake::UnknownWorkspace { users: 1 }));
        assert_eq!(brake(0, 0, 0), None, "no user is adopted yet");
    }
}
