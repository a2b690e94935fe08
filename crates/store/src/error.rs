//! What can go wrong with the table; knows no HTTP.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use thiserror::Error;

/// What went wrong. Its text is for the log: it holds no data of people (rule 32).
#[derive(Debug, Error)]
pub enum StoreError {
    /// A condition did not hold: somebody else has changed what this was based on. Read again.
    #[error("somebody else changed it meanwhile")]
    Conflict,
    /// A cursor that cannot be one of ours.
    #[error("the cursor cannot be one of ours")]
    Cursor,
    /// A change would leave no active account owner (rule 3).
    #[error("it would leave no active account owner")]
    LastOwner,
    /// The table is asked too much: nothing was written.
    #[error("the table is asked too much")]
    Throttled,
    /// The table does not answer. Whether something was written is not known.
    #[error("the table does not answer: {0}")]
    Unavailable(String),
    /// The request is refused: a mistake of ours, or a missing permission.
    #[error("the table refused: {0}")]
    Rejected(String),
    /// An item is not what it should be.
    #[error("an item cannot be read: {0}")]
    Broken(String),
}

impl StoreError {
    /// Whether the same again, later, may work.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Conflict | Self::Throttled | Self::Unavailable(_) => true,
            Self::Cursor | Self::LastOwner | Self::Rejected(_) | Self::Broken(_) => false,
        }
    }

    /// Whether nothing was written, and the same again, decided anew, may work.
    #[must_use]
    pub const fn can_redecide(&self) -> bool {
        matches!(self, Self::Conflict | Self::Throttled)
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
            Some(code) => Self::Rejected(code.to_owned()),
            None if error.as_service_error().is_some() => Self::Rejected("without a code".to_owned()),
            None => Self::Unavailable(reason(error)),
        }
    }
}

impl From<serde_dynamo::Error> for StoreError {
    /// What is wrong is not told: serde quotes the value.
    fn from(_: serde_dynamo::Error) -> Self {
        Self::Broken("a field is missing or of another type".to_owned())
    }
}

/// Why a call to AWS failed, for the log: the service's code, or at which stage. The answer itself may hold data of
/// people, or a secret, and is not told (rule 32).
pub fn reason<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    let stage = match error {
        SdkError::ConstructionFailure(_) => "the request could not be made",
        SdkError::TimeoutError(_) => "no answer in time",
        SdkError::DispatchFailure(_) => "no connection",
        SdkError::ResponseError(_) => "the answer cannot be read",
        SdkError::ServiceError(refused) => refused.err().code().unwrap_or("refused without a code"),
        _ => "for another reason",
    };
    stage.to_owned()
}
