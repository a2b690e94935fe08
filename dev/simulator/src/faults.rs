//! How the simulator misbehaves.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

/// All faults. What is left out is not one; a new request replaces them all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// What happens to callbacks on their way.
    pub callbacks: CallbackFaults,
    /// What happens to requests to `TaskRouter`'s REST API (not to the token check).
    pub rest: Option<RestFault>,
    /// What happens to the token check.
    pub tokens: Option<RestFault>,
}

/// Faults of callbacks. Decided when the callback is made, not when it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallbackFaults {
    /// `true`: none is sent. A number: so many of the next ones are not sent. A login does not wait
    /// for what is not sent.
    pub drop: HowMany,
    /// `true`: each is sent twice. A number: each is sent so many times more.
    pub duplicate: HowMany,
    /// Callbacks are held back and come out in reverse order: when there are eight, when a login
    /// ends, and when the faults end.
    pub reorder: bool,
    /// How long each waits before it is sent, in milliseconds.
    pub delay_ms: u64,
}

/// A fault of the REST API or of the token check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RestFault {
    /// The requests that have it: `GET`, `POST`, `DELETE`; all, if not given.
    pub method: Option<String>,
    /// The answer, from 400 to 599, in place of doing what was asked; if not given, it is done.
    pub status: Option<u16>,
    /// How many requests have it; all until it is ended, if not given.
    pub times: Option<u32>,
    /// How long each waits before anything else, in milliseconds.
    pub latency_ms: u64,
}

/// `true`, `false`, or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum HowMany {
    /// Always or never.
    Always(bool),
    /// So many.
    Times(u32),
}

/// What happens to one request.
pub(crate) struct Hit {
    pub(crate) latency: Duration,
    pub(crate) status: Option<StatusCode>,
}

impl Default for HowMany {
    fn default() -> Self {
        Self::Always(false)
    }
}

impl Faults {
    /// Says what is wrong with a fault that cannot happen.
    pub(crate) fn check(&self) -> Result<(), String> {
        for (name, fault) in [("rest", &self.rest), ("tokens", &self.tokens)] {
            match fault.as_ref().and_then(|fault| fault.status) {
                Some(status) if !(400..600).contains(&status) => {
                    return Err(format!("{name}.status must be from 400 to 599, not {status}"));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl RestFault {
    /// What happens to this request, counted off.
    pub(crate) fn hit(&mut self, method: &Method) -> Option<Hit> {
        if self.method.as_ref().is_some_and(|only| !only.eq_ignore_ascii_case(method.as_str())) {
            return None;
        }
        if let Some(times) = &mut self.times {
            *times = times.checked_sub(1)?;
        }
        let status = self.status.and_then(|status| StatusCode::from_u16(status).ok());
        Some(Hit { latency: Duration::from_millis(self.latency_ms), status })
    }
}

impl CallbackFaults {
    /// Whether this callback is lost, counted off.
    pub(crate) fn drops(&mut self) -> bool {
        match &mut self.drop {
            HowMany::Always(always) => *always,
            HowMany::Times(times) => {
                let lost = *times > 0;
                *times = times.saturating_sub(1);
                lost
            }
        }
    }

    /// How often a callback is sent.
    pub(crate) fn copies(&self) -> u32 {
        match self.duplicate {
            HowMany::Always(twice) => 1 + u32::from(twice),
            HowMany::Times(more) => more.saturating_add(1),
        }
    }
}
