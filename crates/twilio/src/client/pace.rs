//! Spreads requests where Twilio says that its limit is near.
//!
//! TaskRouter states for each method how many requests a second it takes (`X-Rate-Limit-Limit`) and how many of them are
//! left (`X-Rate-Limit-Remaining`).

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use reqwest::header::HeaderMap;
use tokio::time::Instant;

use crate::{RateLimit, TwilioError};

const WINDOW: Duration = Duration::from_secs(1);

/// Requests are spread when less than one in this many is left.
const NEAR: u32 = 5;

/// What Twilio's last answers said, by method.
#[derive(Debug, Default)]
pub(super) struct Pace {
    slots: Mutex<HashMap<&'static str, Slot>>,
    /// Limit, and how many were left of it.
    stated: Mutex<BTreeMap<&'static str, (u32, u32)>>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// When the next request may be sent.
    next: Instant,
    /// The time between two requests.
    interval: Duration,
}

impl Pace {
    /// How long to wait before a request; each caller gets a moment of its own. An error if that is not within the time
    /// that the caller has, and then no moment is taken.
    pub(super) fn wait(&self, method: &'static str, now: Instant, time: Duration) -> Result<Duration, TwilioError> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(slot) = slots.get_mut(method).filter(|slot| slot.next > now) else { return Ok(Duration::ZERO) };
        let wait = slot.next - now;
        if wait >= time {
            return Err(TwilioError::Throttled { retry_after: Some(wait) });
        }
        slot.next += slot.interval;
        Ok(wait)
    }

    pub(super) fn stated(&self) -> Vec<RateLimit> {
        let stated = self.stated.lock().unwrap_or_else(PoisonError::into_inner);
        let said = |(&method, &(limit, remaining)): (_, &(u32, u32))| RateLimit { method, limit, remaining };
        stated.iter().map(said).collect()
    }

    /// Takes in what an answer says of the limit.
    pub(super) fn observe(&self, method: &'static str, headers: &HeaderMap, now: Instant) {
        let number = |name| headers.get(name)?.to_str().ok()?.trim().parse::<u32>().ok();
        let (Some(limit), Some(left)) = (number("x-rate-limit-limit"), number("x-rate-limit-remaining")) else {
            return;
        };
        self.stated.lock().unwrap_or_else(PoisonError::into_inner).insert(method, (limit, left));
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if limit == 0 || left > limit / NEAR {
            slots.remove(method);
            return;
        }
        let interval = WINDOW / limit;
        let next = now + if left == 0 { WINDOW } else { interval };
        let slot = slots.entry(method).or_insert(Slot { next, interval });
        *slot = Slot { next: slot.next.max(next), interval };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METHOD: &str = "update worker";

    fn observed(limit: &str, left: &str, now: Instant) -> Pace {
        let mut headers = HeaderMap::new();
        headers.insert("X-Rate-Limit-Limit", limit.parse().unwrap());
        headers.insert("X-Rate-Limit-Remaining", left.parse().unwrap());
        let pace = Pace::default();
        pace.observe(METHOD, &headers, now);
        pace
    }

    fn wait(pace: &Pace, now: Instant) -> u128 {
        pace.wait(METHOD, now, Duration::MAX).unwrap().as_millis()
    }

    #[test]
    fn far_from_the_limit_nobody_waits() {
        let now = Instant::now();
        for (limit, left) in [("10", "9"), ("10", "3"), ("0", "0"), ("many", "few"), ("-1", "0")] {
            assert_eq!(wait(&observed(limit, left, now), now), 0, "{limit} {left}");
        }
    }

    #[test]
    fn near_the_limit_requests_of_this_method_are_spread_over_the_second() {
        let now = Instant::now();
        let pace = observed("10", "2", now);
        assert_eq!([(); 3].map(|()| wait(&pace, now)), [100, 200, 300]);
        assert_eq!(pace.wait("another method", now, Duration::MAX).unwrap(), Duration::ZERO);
        assert_eq!(wait(&pace, now + WINDOW), 0);
    }

    #[test]
    fn at_the_limit_the_next_request_waits_for_the_next_second() {
        let now = Instant::now();
        assert_eq!(wait(&observed("10", "0", now), now), 1_000);
    }

    #[test]
    fn who_has_no_time_to_wait_is_told_so_and_takes_nobodys_place() {
        let now = Instant::now();
        let pace = observed("1", "0", now);
        for _ in 0..9 {
            let error = pace.wait(METHOD, now, WINDOW).unwrap_err();
            assert_eq!(error.retry_after(), Some(WINDOW));
        }
        assert_eq!(wait(&pace, now), 1_000);
    }
}
