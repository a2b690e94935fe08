//! A clock that is moved on by hand.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use app::{SystemTimeAndIds, TimeAndIds};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Each reading is a millisecond after the last, so that, as with a real clock, work takes time. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct MovableClock {
    started: Timestamp,
    /// Milliseconds.
    elapsed: Arc<AtomicI64>,
}

impl MovableClock {
    /// Starts now.
    pub fn start() -> Self {
        Self { started: SystemTimeAndIds.now(), elapsed: Arc::default() }
    }

    /// To this time after the start, unless it is later already.
    pub fn move_to(&self, after_start: SignedDuration) {
        let millis = i64::try_from(after_start.as_millis()).unwrap_or(i64::MAX);
        self.elapsed.fetch_max(millis, Ordering::Relaxed);
    }
}

impl TimeAndIds for MovableClock {
    fn now(&self) -> Timestamp {
        self.started + SignedDuration::from_millis(self.elapsed.fetch_add(1, Ordering::Relaxed))
    }

    fn random_id(&self) -> Uuid {
        SystemTimeAndIds.random_id()
    }

    fn ordered_id(&self) -> Uuid {
        SystemTimeAndIds.ordered_id()
    }
}
