//! What Event Streams posts: an array of events, each at least once, in no order, up to four hours late, to be answered within
//! five seconds (<https://www.twilio.com/docs/events/event-delivery-and-duplication>).

use std::{collections::BTreeMap, time::Duration};

use app::{
    TimeAndIds,
    ingest::{IngestStore, WorkerIngest},
};
use futures_util::future::try_join_all;
use http_api::Problem;
use runtime::metrics::{self, Metric};
use tokio::time::Instant;
use twilio::{FetchWorker, callback::StreamedEvent};

use crate::{HandOver, Webhook, apply, hand_over, note_unreadable};

/// How long the events of one request may take, all together. With the time for handing over what is left then, it is less
/// than Twilio waits.
const MAX_EVENTS_TIME: Duration = Duration::from_millis(2_500);

impl Webhook {
    /// Applies the events one after the other. Workers whose events cannot be applied are handed over; an event that cannot be
    /// read is logged and passed over, because sending it again would not change it.
    pub(crate) async fn events<S, T, C>(
        &self,
        ingest: &WorkerIngest<S, T, C>,
        reconcile: &impl HandOver,
        events: Vec<StreamedEvent>,
    ) -> Result<(), Problem>
    where
        S: IngestStore,
        T: FetchWorker + Sync,
        C: TimeAndIds,
    {
        let (deadline, mut failed) = (Instant::now() + MAX_EVENTS_TIME, BTreeMap::new());
        for event in events {
            let callback = match event {
                // A subscription is the account's: events of its other workspaces arrive too.
                Ok(Some(callback)) if self.is_own(&callback) => callback,
                Ok(_) => continue,
                Err(error) => {
                    metrics::add_by_outcome(Metric::Callbacks, "invalid");
                    tracing::error!(%error, "ignored an event of Event Streams: it cannot be read; reconcile finds what it told");
                    continue;
                }
            };
            note_unreadable(&callback);
            let Some(report) = callback.worker else { continue };
            let (worker_sid, request_id) = (report.worker_sid.clone(), callback.event_sid.unwrap_or_default());
            let time = deadline.saturating_duration_since(Instant::now());
            match apply::within(time, ingest, report, &request_id).await {
                Ok(()) => metrics::add_by_outcome(Metric::Callbacks, "applied"),
                Err(error) => drop(failed.insert(worker_sid, error)),
            }
        }
        let hand_over = failed.into_iter().map(async |(sid, error)| hand_over::instead(reconcile, &sid, error).await);
        try_join_all(hand_over).await.map(drop)
    }
}
