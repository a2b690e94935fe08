//! The clock and the source of ids, passed to every use case that needs them, so that a simulation can control both.

use jiff::Timestamp;
use uuid::Uuid;

pub trait TimeAndIds: Sync {
    /// The current time, in whole milliseconds: finer is noise in a history.
    fn now(&self) -> Timestamp;
    /// A random UUID (version 4).
    fn random_id(&self) -> Uuid;
    /// A UUID that sorts after those made before it (version 7).
    fn ordered_id(&self) -> Uuid;
}

/// The system's clock and random number generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemTimeAndIds;

impl TimeAndIds for SystemTimeAndIds {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    fn random_id(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn ordered_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// A fixed clock, with the system's ids: for tests.
#[cfg(feature = "test-support")]
#[derive(Debug, Clone, Copy)]
pub struct FixedTime(pub Timestamp);

#[cfg(feature = "test-support")]
impl TimeAndIds for FixedTime {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn random_id(&self) -> Uuid {
        SystemTimeAndIds.random_id()
    }

    fn ordered_id(&self) -> Uuid {
        SystemTimeAndIds.ordered_id()
    }
}
