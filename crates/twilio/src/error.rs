//! What can go wrong when Twilio is asked.

use std::time::Duration;

/// Why Twilio gave no usable answer.
///
/// No variant holds Twilio's own message: those quote friendly names and attributes (rule 32).
#[derive(Debug, thiserror::Error)]
pub enum TwilioError {
    /// The client cannot be built from its configuration, or a secret does not have the form that it should.
    #[error(
        "the Twilio client's {0} is not usable; an address begins with https:// (http:// only on this machine), and a \
         secret is of the form in docs/operations.md"
    )]
    Config(&'static str),
    /// There are no root certificates to check Twilio's certificate with.
    #[error("the Twilio client cannot use TLS: {0}")]
    Tls(String),
    /// No answer within the time that the call may take.
    #[error("Twilio did not answer in time")]
    Timeout,
    /// No connection could be made: nothing was sent.
    #[error("no connection to Twilio")]
    Unreachable,
    /// The connection broke: the request may have been carried out.
    #[error("the connection to Twilio broke")]
    Connection,
    /// 429, or the limit that Twilio's last answer stated is reached.
    #[error("Twilio asks for fewer requests (429)")]
    Throttled {
        /// How long Twilio asks to wait, if it says so.
        retry_after: Option<Duration>,
    },
    /// 5xx, or 408: Twilio has a fault of its own.
    #[error("Twilio has a fault ({status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// How long Twilio asks to wait, if it says so.
        retry_after: Option<Duration>,
    },
    /// 401 or 403: the credentials are wrong or lack a permission, whatever is asked.
    #[error("Twilio rejects the credentials (status {status}, code {code:?})")]
    Unauthorized {
        /// The HTTP status.
        status: u16,
        /// Twilio's error code.
        code: Option<i64>,
    },
    /// 404: what the request names does not exist.
    #[error("Twilio does not have this (404, code {code:?})")]
    NotFound {
        /// Twilio's error code.
        code: Option<i64>,
    },
    /// 409: something else is changing the same; fetch it and decide again.
    #[error("something else is changing the same in Twilio (409, code {code:?})")]
    Conflict {
        /// Twilio's error code.
        code: Option<i64>,
    },
    /// 412: it has another version than `If-Match` says; fetch it and decide again.
    #[error("it has changed in Twilio meanwhile (412)")]
    PreconditionFailed,
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
            Self::Timeout
            | Self::Unreachable
            | Self::Connection
            | Self::Throttled { .. }
            | Self::Unavailable { .. } => true,
            Self::Config(_)
            | Self::Tls(_)
            | Self::Unauthorized { .. }
            | Self::NotFound { .. }
            | Self::Conflict { .. }
            | Self::PreconditionFailed
            | Self::Refused { .. }
            | Self::Malformed(_) => false,
        }
    }

    /// Whether Twilio has refused this very request for good.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// Whether the request was certainly not carried out, so that a change may be sent again.
    #[must_use]
    pub fn was_not_carried_out(&self) -> bool {
        matches!(self, Self::Unreachable | Self::Throttled { .. } | Self::Unavailable { status: 503, .. })
    }

    /// How long Twilio asks to wait before the next request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after } | Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What failed while sending, without the address (which may name people).
    #[cfg(feature = "client")]
    #[expect(clippy::needless_pass_by_value, reason = "the signature that map_err wants")]
    pub(crate) fn sending(error: reqwest::Error) -> Self {
        match error {
            _ if error.is_connect() => Self::Unreachable,
            _ if error.is_timeout() => Self::Timeout,
            _ => Self::Connection,
        }
    }
}
