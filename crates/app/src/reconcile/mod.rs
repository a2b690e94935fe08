//! Reconcile: compares all workers in TaskRouter with the directory, and repairs what callbacks have missed (rules 22 to 24
//! and 28).
//!
//! A run first compares and then applies. Comparing writes nothing: it lists all workers, reads what is known of them, and
//! keeps what there is to apply ([`Survey`]). Then the brake is decided ([`domain::reconciliation::Tally`]). Applying goes
//! through the same use cases as everything else: a report goes to ingest, and a user whose worker differs is woken, so that
//! `sync` judges the difference. Whatever was applied no longer differs. So a run that died or ran out of time is gone on
//! with by comparing again, which costs a list of all workers and no writes.

mod apply;
mod compare;
mod preview;
mod report;
mod request;
mod survey;

use std::time::Duration;

use domain::{
    Source, WorkerSid,
    reconciliation::{Brake, Interruption, Reconciliation},
};
use store::{ReadWorkers, StoreError, SurveyDirectory, TrackReconciliation, ViewCatalog, WakeUsers};
use thiserror::Error;
use tokio::time::Instant;
use twilio::{FetchActivity, FetchFlexConfiguration, FetchWorker, FetchWorkspace, ListWorkers, TwilioError, Worker};
use uuid::Uuid;

use crate::{
    TimeAndIds,
    ingest::{IngestError, IngestStore, WorkerIngest},
    reindex::{Mode, Reindex, ReindexStore},
    sync::OfflineActivity,
};
use apply::Applied;
pub use preview::{Planned, Preview};
pub use report::Report;
pub use request::{confirm_reconciliation, request_reconciliation};
pub use survey::Survey;

/// The verbs of the store that reconcile uses.
pub trait ReconcileStore:
    IngestStore + ReindexStore + SurveyDirectory + ReadWorkers + ViewCatalog + WakeUsers + TrackReconciliation
{
}
impl<T: IngestStore + ReindexStore + SurveyDirectory + ReadWorkers + ViewCatalog + WakeUsers + TrackReconciliation>
    ReconcileStore for T
{
}

/// The verbs of TaskRouter and Flex that reconcile uses. None of them writes.
pub trait ReconcileTaskRouter:
    FetchWorker + ListWorkers + FetchActivity + FetchWorkspace + FetchFlexConfiguration + Sync
{
}
impl<T: FetchWorker + ListWorkers + FetchActivity + FetchWorkspace + FetchFlexConfiguration + Sync> ReconcileTaskRouter
    for T
{
}

/// How fast findings are applied, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Findings that are applied in one step.
    pub at_once: usize,
    /// What a step takes at least.
    pub step: Duration,
    /// After this time no further step begins.
    pub run_for: Duration,
    /// How long a runner may be silent before another one takes over.
    pub lease: Duration,
}

impl Default for Pace {
    /// 50 workers a second: an adopted user costs some 20 write units and 60 search entries, and a new table takes 4,000 units
    /// a second. 15,000 workers are adopted in five minutes.
    fn default() -> Self {
        Self {
            at_once: 50,
            step: Duration::from_secs(1),
            run_for: Duration::from_mins(13),
            lease: Duration::from_mins(1),
        }
    }
}

/// The users whose search and filter entries a run compares: each costs some 60 read units, as much as a hundred workers.
const REINDEXED: usize = 1;

/// How often a runner says that it is alive.
const KEPT_PER_LEASE: u32 = 6;

/// More pages of 1,000 workers no workspace has.
const MAX_PAGES: usize = 100;

#[derive(Debug, Clone)]
pub struct WorkerReconcile<S, T, C> {
    pub ingest: WorkerIngest<S, T, C>,
    pub offline: OfflineActivity,
    pub pace: Pace,
}

#[derive(Debug, Error)]
pub enum ReconcileError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Twilio(#[from] TwilioError),
    #[error(transparent)]
    Ingest(#[from] IngestError),
    #[error("TaskRouter's list does not end")]
    Endless,
}

impl<S: ReconcileStore, T: ReconcileTaskRouter, C: TimeAndIds> WorkerReconcile<S, T, C> {
    /// Compares everything, or continues what an earlier runner has left. None if another runner is at it. `on_progress` is
    /// told whenever progress is stored.
    ///
    /// # Errors
    /// When the table cannot be read or written: the next runner goes on. If Twilio fails, the report says so.
    pub async fn run(&self, on_progress: impl Fn(&Reconciliation)) -> Result<Option<Reconciliation>, StoreError> {
        let until = Instant::now() + self.pace.run_for;
        let Some(claimed) = self.claim().await? else { return Ok(None) };
        on_progress(&claimed);
        match self.go_on(claimed, until, &on_progress).await {
            Err(StoreError::Conflict) => {
                tracing::warn!("lost the claim on a reconciliation; another runner continues it");
                Ok(None)
            }
            ended => ended.map(Some),
        }
    }

    /// Applies what TaskRouter says now of one worker, whatever a run is doing.
    pub async fn worker(&self, worker_sid: &WorkerSid) -> Result<(), ReconcileError> {
        match self.current_report(worker_sid).await? {
            Some(report) => Ok(self.ingest.apply(report, Source::Reconcile, "").await?),
            None => Ok(()),
        }
    }

    /// What a run would find. Writes nothing. `on_page` is called before TaskRouter's list, and with the workers of each of
    /// its pages: no more than one is kept.
    pub async fn survey(
        &self,
        mut on_page: impl AsyncFnMut(&Survey, &[Worker]) -> Result<(), StoreError>,
    ) -> Result<Survey, ReconcileError> {
        let mut survey = Survey::begin(self).await?;
        on_page(&survey, &[]).await?;
        let mut page = None;
        for _ in 0..MAX_PAGES {
            let workers;
            (workers, page) = survey.add_page(self, page.as_ref()).await?;
            on_page(&survey, &workers).await?;
            if page.is_none() {
                survey.complete(self).await?;
                return Ok(survey);
            }
        }
        Err(ReconcileError::Endless)
    }

    async fn claim(&self) -> Result<Option<Reconciliation>, StoreError> {
        let (store, clock) = (&self.ingest.store, &self.ingest.time_and_ids);
        let last = store.reconciliation().await?;
        let claimed = Reconciliation::claimed(last.as_ref(), clock.ordered_id(), self.pace.lease, clock.now());
        let Some(claimed) = claimed else { return Ok(None) };
        match store.put_reconciliation(last.map(|last| last.revision), claimed).await {
            Err(StoreError::Conflict) => Ok(None),
            claimed => claimed.map(Some),
        }
    }

    async fn go_on(
        &self,
        mut run: Reconciliation,
        until: Instant,
        on_progress: &impl Fn(&Reconciliation),
    ) -> Result<Reconciliation, StoreError> {
        let mut kept_at = Instant::now();
        let stay_alive = async |_: &Survey, _: &[Worker]| {
            if kept_at.elapsed() > self.pace.lease / KEPT_PER_LEASE {
                run = self.keep(run.clone().extended(self.pace.lease, self.ingest.time_and_ids.now())).await?;
                kept_at = Instant::now();
            }
            Ok(())
        };
        let survey = match self.survey(stay_alive).await {
            Ok(survey) => survey,
            Err(ReconcileError::Store(error)) => return Err(error),
            Err(error) => return self.interrupt(run, &error).await,
        };
        let (braked, brake) = run.braked_by(survey.tally().brake(), self.ingest.time_and_ids.ordered_id());
        run = braked;
        let (found, findings) = survey.into_findings();
        (run.found, run.left) = (found, findings.len() as u64);
        if let Some(brake) = brake {
            return self.brake(run, brake).await;
        }
        match self.apply(run, findings, until, on_progress).await? {
            Applied::All(mut run) => {
                self.reindex_slice(&mut run).await;
                let now = self.ingest.time_and_ids.now();
                let run = self.keep(run.finished(None, now)).await?;
                tracing::info!(
                    workers = run.found.workers,
                    adopted = run.done.adopted,
                    repaired = run.done.repaired,
                    woken = run.done.woken,
                    "reconciled"
                );
                Ok(run)
            }
            Applied::Partly(run, interruption) => {
                tracing::warn!(
                    left = run.left,
                    ?interruption,
                    "a reconciliation is not finished; the next run goes on"
                );
                self.keep(run.partly_applied(interruption, self.ingest.time_and_ids.now())).await
            }
        }
    }

    /// Compares the search and filter entries of the next users. Its failure is no failure of the run.
    async fn reindex_slice(&self, run: &mut Reconciliation) {
        let reindex = Reindex { store: &self.ingest.store, mode: Mode::Repair };
        let cursor = run.index_cursor.as_deref().and_then(|cursor| serde_json::from_str(cursor).ok());
        match reindex.slice(cursor, REINDEXED).await {
            Ok(slice) => {
                run.done.entries += slice.report.differences() as u64;
                run.index_cursor = slice.next.and_then(|next| serde_json::to_string(&next).ok());
            }
            Err(error) => {
                tracing::warn!(%error, "cannot compare search entries; the next reconciliation begins with the first user");
                run.index_cursor = None;
            }
        }
    }

    async fn brake(&self, run: Reconciliation, brake: Brake) -> Result<Reconciliation, StoreError> {
        tracing::error!(reconciliation_id = %run.reconciliation_id, ?brake, "stopped a reconciliation; it waits to be confirmed");
        self.keep(run.finished(Some(brake), self.ingest.time_and_ids.now())).await
    }

    async fn interrupt(&self, run: Reconciliation, error: &ReconcileError) -> Result<Reconciliation, StoreError> {
        tracing::warn!(%error, "a reconciliation cannot list the workers; the next run begins again");
        let is_transient = matches!(error, ReconcileError::Twilio(error) if error.is_transient());
        let why = if is_transient { Interruption::TwilioUnavailable } else { Interruption::TwilioRefuses };
        self.keep(run.interrupted(why, self.ingest.time_and_ids.now())).await
    }

    /// Stores the progress.
    async fn keep(&self, run: Reconciliation) -> Result<Reconciliation, StoreError> {
        self.ingest.store.put_reconciliation(Some(run.revision), run).await
    }

    fn new_token(&self) -> Uuid {
        self.ingest.time_and_ids.random_id()
    }
}
