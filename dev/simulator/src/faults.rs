//! Faults that the simulator injects.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

/// All faults. Each is optional; a new request replaces all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// Faults of callbacks.
    pub callbacks: CallbackFaults,
    /// A fault of `TaskRouter`'s REST API.
    pub rest: Option<RestFault>,
    /// A fault of the token check.
    pub tokens: Option<RestFault>,
}

/// Faults of callbacks. They are applied when the callback is created, not when it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallbackFaults {
    /// `true`: none is sent. A number: that many of the next ones are not sent. A login does not wait for them.
    pub drop: HowMany,
    /// `true`: each is sent twice. A number: each is sent that many additional times.
    pub duplicate: HowMany,
    /// Callbacks are held back and sent in reverse order: when there are eight, when a login ends, and when the faults
    /// end.
    pub reorder: bool,
    /// The delay of each, in milliseconds.
    pub delay_ms: u64,
}

/// A fault of the REST API or of the token check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RestFault {
    /// The affected method: `GET`, `POST` or `DELETE`; by default all.
    pub method: Option<String>,
    /// The status, from 400 to 599, with which the request fails; by default it succeeds.
    pub status: Option<u16>,
    /// How many requests are affected; by default all, until the faults end.
    pub times: Option<u32>,
    /// The delay of each request, in milliseconds.
    pub latency_ms: u64,
}

/// `true`, `false`, or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum HowMany {
    /// Always or never.
    Always(bool),
    /// That many times.
    Times(u32),
}

/// The fault of one request.
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
    /// Checks the statuses. The error says what is wrong.
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
    /// The fault of this request, if it has one; counts it.
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
    /// Whether this callback is dropped; counts it.
    pub(crate) fn drops(&mut self) -> bool {
        match &mut self.drop {
            HowMany::Always(always) => *always,
            HowMany::Times(times) => {
                let dropped = *times > 0;
                *times = times.saturating_sub(1);
                dropped
            }
        }
    }

    /// How many times a callback is sent.
    pub(crate) fn copies(&self) -> u32 {
        match self.duplicate {
            HowMany::Always(twice) => 1 + u32::from(twice),
            HowMany::Times(more) => more.saturating_add(1),
        }
    }
}
