//! The simulated time, which is tokio's paused clock, and ids that follow from the seed.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use app::TimeAndIds;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use uuid::{Builder, Uuid};

use crate::chaos::Chaos;

/// When the simulation begins, in milliseconds since 1970.
const BEGIN_MS: i64 = 1_800_000_000_000;

/// One function's clock: some are wrong.
#[derive(Debug, Clone)]
pub struct Clock {
    begin: Instant,
    skew: SignedDuration,
    chaos: Chaos,
    /// Ids are ordered even within a millisecond.
    made: Arc<AtomicU64>,
}

impl Clock {
    #[must_use]
    pub fn new(chaos: Chaos) -> Self {
        Self { begin: Instant::now(), skew: SignedDuration::ZERO, chaos, made: Arc::default() }
    }

    /// Another function's clock, which is off by this much.
    #[must_use]
    pub fn skewed(&self, skew: SignedDuration) -> Self {
        Self { skew, ..self.clone() }
    }

    /// The milliseconds since the simulation began, on the right clock.
    #[must_use]
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl TimeAndIds for Clock {
    fn now(&self) -> Timestamp {
        let right = BEGIN_MS + i64::try_from(self.elapsed_ms()).unwrap_or_default();
        let shown = Timestamp::from_millisecond(right + i64::try_from(self.skew.as_millis()).unwrap_or_default());
        shown.unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn random_id(&self) -> Uuid {
        Builder::from_random_bytes(self.chaos.bytes()).into_uuid()
    }

    fn ordered_id(&self) -> Uuid {
        let millis = u64::try_from(self.now().as_millisecond()).unwrap_or_default();
        let mut bytes = self.chaos.bytes::<10>();
        let order = self.made.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes[..2].copy_from_slice(&order[6..]);
        // Twelve bits of order stand beside the version, the others are random.
        bytes[0] &= 0x0f;
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}
