//! Applying a report, within the time that the answer may take.

use std::time::Duration;

use app::{
    TimeAndIds,
    ingest::{IngestError, IngestStore, WorkerIngest},
};
use domain::{Source, WorkerReport};
use http_api::Problem;
use thiserror::Error;
use twilio::FetchWorker;

/// How long a callback may take before its worker is handed over: the function ends after 10 seconds, which would lose it,
/// and Twilio waits 15. A call that the table does not answer takes 8.
pub const MAX_CALLBACK_TIME: Duration = Duration::from_secs(6);

/// Why a report cannot be applied.
#[derive(Debug, Error)]
pub enum ApplyError {
    #[error(transparent)]
    Ingest(#[from] IngestError),
    #[error("not applied within {0:?}")]
    OutOfTime(Duration),
}

/// Whatever is left of a report that is given up, `reconcile` finds by comparing: nothing has to be undone.
pub async fn within<S, T, C>(
    time: Duration,
    ingest: &WorkerIngest<S, T, C>,
    report: WorkerReport,
    request_id: &str,
) -> Result<(), ApplyError>
where
    S: IngestStore,
    T: FetchWorker + Sync,
    C: TimeAndIds,
{
    let applied = tokio::time::timeout(time, ingest.apply(report, Source::Webhook, request_id)).await;
    Ok(applied.map_err(|_| ApplyError::OutOfTime(time))??)
}

impl From<ApplyError> for Problem {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Ingest(IngestError::Store(error)) => error.into(),
            ApplyError::Ingest(IngestError::Twilio(_) | IngestError::Inconsistent) | ApplyError::OutOfTime(_) => {
                Self::unavailable(&error)
            }
        }
    }
}
