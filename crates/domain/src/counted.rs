//! Numbers that are counted once a minute at most, and shown with the time at which they were.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Time;

/// How long a count is shown before it is counted again.
const COUNTS_FOR: SignedDuration = SignedDuration::from_secs(60);

/// What was counted, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted<T> {
    #[serde(flatten)]
    pub counts: T,
    pub counted_at: Time,
}

impl<T> Counted<T> {
    #[must_use]
    pub fn new(counts: T, at: Timestamp) -> Self {
        Self { counts, counted_at: at.into() }
    }

    /// Whether it is to be counted again.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        now.duration_since(*self.counted_at) >= COUNTS_FOR
    }
}

/// The members of a team, of any status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberCount {
    pub members: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_shown_for_a_minute() {
        let at = Timestamp::UNIX_EPOCH;
        let counted = Counted::new(MemberCount { members: 3 }, at);
        let is_due = |seconds| counted.is_due(at + SignedDuration::from_secs(seconds));
        assert_eq!([0, 59, 60, 61].map(is_due), [false, false, true, true]);
    }
}
