//! Tries again, within a fixed time.

use std::future::Future;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};

use tokio::time::Instant;

use crate::TwilioError;
use runtime::metrics::{self, Metric};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const MAX_RETRIES: usize = 3;

/// Which failed tries are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// All that may succeed later: a read, or a change on condition of a version.
    Transient,
    /// Those that were certainly not carried out: any other change.
    NotCarriedOut,
    /// Those that fail at once, and not because there are too many: a question that strangers can cause as often as they
    /// like. The first try may take all of the time.
    AtOnce,
}

impl Repeat {
    fn after(self, error: &TwilioError) -> bool {
        match self {
            Self::Transient => error.is_transient(),
            Self::NotCarriedOut => error.is_transient() && error.was_not_carried_out(),
            Self::AtOnce => {
                error.is_transient() && !matches!(error, TwilioError::Timeout | TwilioError::Throttled { .. })
            }
        }
    }

    /// The most that one try may take of the time: half of it, so that one answer that never comes leaves time for a second
    /// try.
    fn longest_try(self, total: Duration) -> Duration {
        if self == Self::AtOnce { total } else { total / 2 }
    }
}

/// Tries until it succeeds, fails for good, or `total` would be over.
///
/// `attempt` gets the time that it may take, never more than what is left.
pub(super) async fn within<T, F>(
    total: Duration,
    repeat: Repeat,
    mut attempt: impl FnMut(Duration) -> F,
) -> Result<T, TwilioError>
where
    F: Future<Output = Result<T, TwilioError>>,
{
    let deadline = Instant::now() + total;
    (|| attempt(left_until(deadline).min(repeat.longest_try(total))))
        .retry(pauses())
        .when(|error| repeat.after(error))
        .adjust(|error, pause| pause_within(deadline, error, pause))
        .notify(|error, pause| {
            count_wait(pause);
            tracing::info!(%error, pause_ms = pause.as_millis(), "retrying a request to Twilio");
        })
        .await
}

/// A request to Twilio is held back.
pub(super) fn count_wait(pause: Duration) {
    metrics::add(Metric::TwilioWait, u64::try_from(pause.as_millis()).unwrap_or(u64::MAX));
}

fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::default().with_min_delay(FIRST_PAUSE).with_max_times(MAX_RETRIES).with_jitter()
}

/// The pause before the next try, at least what Twilio asks for. None if nothing would be left of the
/// time: the caller knows better than this client when to come back.
fn pause_within(deadline: Instant, error: &TwilioError, pause: Option<Duration>) -> Option<Duration> {
    let pause = pause?.max(error.retry_after().unwrap_or_default());
    (pause < left_until(deadline)).then_some(pause)
}

fn left_until(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}
