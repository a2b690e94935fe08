//! What can go wrong with the table. Knows no HTTP; the texts are for the log and hold no personal data (rule 32).

use aws_client::failure_reason;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use domain::Refusal;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum StoreError {
    /// A rule that only the table can check refuses the change, such as the last account owner's (rule 3).
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A condition does not hold: what the change was based on has changed. Read again and decide again.
    #[error("changed concurrently")]
    Conflict,
    /// A cursor that this store cannot have issued.
    #[error("invalid cursor")]
    InvalidCursor,
    /// Nothing was written.
    #[error("throttled by DynamoDB")]
    Throttled,
    /// No answer. Whether something was written is unknown.
    #[error("DynamoDB is unavailable: {0}")]
    Unavailable(String),
    /// A bug, or a missing permission.
    #[error("DynamoDB rejected the request: {0}")]
    Rejected(String),
    #[error("an item cannot be read: {0}")]
    Malformed(String),
}

impl StoreError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Conflict | Self::Throttled | Self::Unavailable(_) => true,
            Self::Refused(_) | Self::InvalidCursor | Self::Rejected(_) | Self::Malformed(_) => false,
        }
    }

    /// Whether nothing was written, so that the change may be decided again on a new reading.
    #[must_use]
    pub const fn can_redecide(&self) -> bool {
        matches!(self, Self::Conflict | Self::Throttled)
    }

    /// Keeps the error code alone: DynamoDB's messages sometimes quote keys and values.
    pub fn of<E>(error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
        match code {
            Some(
                "ConditionalCheckFailedException" | "TransactionConflictException" | "TransactionInProgressException",
            ) => Self::Conflict,
            Some(
                code @ ("ThrottlingException"
                | "ProvisionedThroughputExceededException"
                | "RequestLimitExceeded"
                | "InternalServerError"
                | "ServiceUnavailable"
                | "LimitExceededException"),
            ) => Self::Unavailable(code.to_owned()),
            Some(code) => Self::Rejected(code.to_owned()),
            None if error.as_service_error().is_some() => Self::Rejected("without an error code".to_owned()),
            None => Self::Unavailable(failure_reason(error)),
        }
    }
}

impl From<serde_dynamo::Error> for StoreError {
    /// Drops the message: serde quotes the value.
    fn from(_: serde_dynamo::Error) -> Self {
        Self::Malformed("a field is missing or of another type".to_owned())
    }
}

impl From<BuildError> for StoreError {
    fn from(error: BuildError) -> Self {
        Self::Rejected(error.to_string())
    }
}
