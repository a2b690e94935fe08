//! What can go wrong with the table; knows no HTTP.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use thiserror::Error;

/// What went wrong. Its text is for the log: it holds no data of people (rule 32).
#[derive(Debug, Error)]
pub enum TableError {
    /// A condition did not hold: somebody else has changed what this was based on. Read again.
    #[error("somebody else changed it meanwhile")]
    Conflict,
    /// A change would leave no active account owner (rule 3).
    #[error("it would leave no active account owner")]
    LastOwner,
    /// The table is asked too much, or does not answer.
    #[error("the table does not answer: {0}")]
    Unavailable(String),
    /// The request is refused: a mistake of ours, or a missing permission.
    #[error("the table refused: {0}")]
    Refused(String),
    /// An item is not what it should be.
    #[error("an item cannot be read: {0}")]
    Broken(String),
}

impl TableError {
    /// Whether the same again, later, may work.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Conflict | Self::Unavailable(_) => true,
            Self::LastOwner | Self::Refused(_) | Self::Broken(_) => false,
        }
    }

    /// Classifies an error of the SDK. Error texts of DynamoDB name keys and values at times, so that
    /// the code alone is kept.
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
            Some(code) => Self::Refused(code.to_owned()),
            None if error.as_service_error().is_some() => Self::Refused("without a code".to_owned()),
            None => Self::Unavailable(DisplayErrorContext(error).to_string()),
        }
    }
}

impl From<serde_dynamo::Error> for TableError {
    fn from(error: serde_dynamo::Error) -> Self {
        Self::Broken(error.to_string())
    }
}
