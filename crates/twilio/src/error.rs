//! What can go wrong when Twilio is asked.

use std::time::Duration;

/// Why Twilio gave no usable answer.
///
/// No variant holds Twilio's own message: those quote friendly names and attributes (rule 32).
#[derive(Debug, thiserror::Error)]
pub enum TwilioError {
    /// The client cannot be built from its configuration.
    #[error("the Twilio client's {0} is not usable")]
    Config(&'static str),
    /// No answer within the time that the call may take.
    #[error("Twilio did not answer in time")]
    Timeout,
    /// The connection could not be made, or broke.
    #[error("no connection to Twilio")]
    Connection,
    /// 429: too many requests.
    #[error("Twilio asks for fewer requests (429)")]
    Throttled {
        /// How long Twilio asks to wait, if it says so.
        retry_after: Option<Duration>,
    },
    /// 5xx: Twilio has a fault of its own.
    #[error("Twilio has a fault ({status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// How long Twilio asks to wait, if it says so.
        retry_after: Option<Duration>,
    },
    /// Any other status that is not a success: asking again changes nothing.
    #[error("Twilio refused the request (status {status}, code {code:?})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Twilio's error code, as in its documentation of errors.
        code: Option<i64>,
    },
    /// An answer that is not in the documented shape.
    #[error("Twilio's {0} cannot be read")]
    Malformed(&'static str),
}

impl TwilioError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Timeout | Self::Connection | Self::Throttled { .. } | Self::Unavailable { .. } => true,
            Self::Config(_) | Self::Refused { .. } | Self::Malformed(_) => false,
        }
    }

    /// How long Twilio asks to wait before the next request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after } | Self::Unavailable { retry_after, .. } => *retry_after,
            Self::Timeout | Self::Connection | Self::Config(_) | Self::Refused { .. } | Self::Malformed(_) => None,
        }
    }

    /// What failed while sending, without the address (which may name people).
    #[cfg(feature = "client")]
    #[expect(clippy::needless_pass_by_value, reason = "the signature that map_err wants")]
    pub(crate) fn sending(error: reqwest::Error) -> Self {
        if error.is_timeout() { Self::Timeout } else { Self::Connection }
    }
}
