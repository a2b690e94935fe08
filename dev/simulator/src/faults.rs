//! Faults that the simulator injects.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::rest_fault::{RestFault, one_or_more};

/// All faults. Each is optional; a new request replaces all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// Faults of callbacks.
    pub callbacks: CallbackFaults,
    /// Faults of `TaskRouter`'s and Flex's REST API. The first that affects a request counts.
    #[serde(deserialize_with = "one_or_more")]
    pub rest: Vec<RestFault>,
    /// Faults of the token check.
    #[serde(deserialize_with = "one_or_more")]
    pub tokens: Vec<RestFault>,
}

/// Faults of callbacks. They are applied when the callback is created, not when it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallbackFaults {
    /// `true`: none is sent. A number: that many of the next ones are not sent. A login does not wait for them.
    pub drop: HowMany,
    /// `true`: each is sent twice. A number: each is sent that many additional times.
    pub duplicate: HowMany,
    /// Callbacks are held back and sent in reverse order: when there are eight, when a request under `/sim` waits for
    /// its callbacks, and when the faults end.
    pub reorder: bool,
    /// The delay of each, in milliseconds.
    pub delay_ms: u64,
}

/// `true`, `false`, or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum HowMany {
    /// Always or never.
    Always(bool),
    /// That many times.
    Times(u32),
}

impl Default for HowMany {
    fn default() -> Self {
        Self::Always(false)
    }
}

impl<'de> Deserialize<'de> for HowMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BoolOrNumber;

        impl Visitor<'_> for BoolOrNumber {
            type Value = HowMany;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "true, false, or a whole number from 0 to {}", u32::MAX)
            }

            fn visit_bool<E>(self, always: bool) -> Result<HowMany, E> {
                Ok(HowMany::Always(always))
            }

            fn visit_u64<E: Error>(self, times: u64) -> Result<HowMany, E> {
                let wrong = |_| E::invalid_value(Unexpected::Unsigned(times), &self);
                u32::try_from(times).map(HowMany::Times).map_err(wrong)
            }
        }
        deserializer.deserialize_any(BoolOrNumber)
    }
}

impl Faults {
    /// Checks what types cannot. The error says what is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        for (name, faults) in [("rest", &self.rest), ("tokens", &self.tokens)] {
            for fault in faults {
                fault.check().map_err(|wrong| format!("{name}.{wrong}"))?;
            }
        }
        Ok(())
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
