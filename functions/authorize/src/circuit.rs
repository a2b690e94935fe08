//! Whether Twilio is asked at all: not for a few seconds after it has failed to answer.
//!
//! Lambda gives an instance one request at a time. A request that waits for a Twilio that does not answer holds the instance,
//! and the next request takes another one. An instance that has waited once fails at once instead, and is free for the next.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, PoisonError};

use twilio::TwilioError;

/// How long nobody asks after a failure. Recovery is noticed that much later at most.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// Until when nobody asks, if Twilio has failed to answer.
#[derive(Debug, Default)]
pub(crate) struct Circuit(Mutex<Option<Timestamp>>);

impl Circuit {
    /// Whether this request may ask. After a pause the first one may, and the others only once it has been answered.
    pub(crate) fn admits(&self, now: Timestamp) -> bool {
        let mut paused_until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *paused_until {
            Some(until) if now < until => false,
            Some(_) => {
                *paused_until = Some(now + PAUSE);
                true
            }
            None => true,
        }
    }

    /// Takes in how Twilio's answer came out: a time-out, a broken connection, 429 and 5xx begin a pause; any other answer
    /// ends it.
    pub(crate) fn observe(&self, error: Option<&TwilioError>, now: Timestamp) {
        let failed = error.is_some_and(TwilioError::is_transient);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = failed.then(|| now + PAUSE);
    }
}
