//! Applying what a comparison has found, in steps, at a pace that the table can sustain.

use futures_util::{StreamExt as _, stream};

use domain::{
    Source, UserId, WorkerReport, WorkerSid,
    reconciliation::{Interruption, Reconciliation},
};
use store::{ContestedSkills, StoreError};
use tokio::time::Instant;
use twilio::TwilioError;

use backon::{ExponentialBuilder, Retryable as _};
use std::time::Duration;

use super::{KEPT_PER_LEASE, ReconcileError, ReconcileStore, ReconcileTaskRouter, WorkerReconcile, survey::Finding};
use crate::{TimeAndIds, ingest::IngestError};

/// The findings that are applied side by side.
const SIDE_BY_SIDE: usize = 8;

/// After so many failures of Twilio in a row the rest is left for the next runner.
const GIVE_UP_AFTER: usize = 3;

/// How often a user who is being changed is tried again, and how long is waited before the first time.
const MAX_RETRIES: usize = 6;
const FIRST_WAIT: Duration = Duration::from_millis(20);

/// How far a runner has come.
pub(super) enum Applied {
    All(Reconciliation),
    Partly(Reconciliation, Interruption),
}

/// What became of one finding.
enum Outcome {
    Adopted,
    Repaired,
    Woken,
    Missing(Option<UserId>),
    /// There was nothing to apply.
    Nothing,
    NotMarked,
    Unresolved(WorkerSid),
    TwilioUnavailable,
}

impl<S: ReconcileStore, T: ReconcileTaskRouter, C: TimeAndIds> WorkerReconcile<S, T, C> {
    pub(super) async fn apply(
        &self,
        mut run: Reconciliation,
        mut findings: Vec<Finding>,
        until: Instant,
        on_progress: &impl Fn(&Reconciliation),
    ) -> Result<Applied, StoreError> {
        let (mut failures, mut is_any_left) = (0, false);
        let mut kept_at = Instant::now();
        while !findings.is_empty() {
            let step = Instant::now();
            if step >= until {
                return Ok(Applied::Partly(run, Interruption::OutOfTime));
            }
            let now = findings.drain(..self.pace.at_once.min(findings.len())).collect::<Vec<_>>();
            let request_id = run.reconciliation_id.to_string();
            let outcomes = stream::iter(now).map(|finding| self.apply_one(finding, &request_id));
            let outcomes = outcomes.buffer_unordered(SIDE_BY_SIDE).collect::<Vec<_>>().await;
            for outcome in outcomes {
                let outcome = outcome?;
                let has_failed = matches!(outcome, Outcome::TwilioUnavailable);
                failures = if has_failed { failures + 1 } else { 0 };
                is_any_left |= has_failed;
                count(&mut run, outcome);
            }
            if failures >= GIVE_UP_AFTER {
                return Ok(Applied::Partly(run, Interruption::TwilioUnavailable));
            }
            if kept_at.elapsed() > self.pace.lease / KEPT_PER_LEASE {
                let now = self.ingest.time_and_ids.now();
                run = self.keep(run.extended(self.pace.lease, now)).await?;
                kept_at = Instant::now();
            }
            on_progress(&run);
            if !findings.is_empty() {
                tokio::time::sleep_until(step + self.pace.step).await;
            }
        }
        Ok(if is_any_left { Applied::Partly(run, Interruption::TwilioUnavailable) } else { Applied::All(run) })
    }

    async fn apply_one(&self, finding: Finding, request_id: &str) -> Result<Outcome, StoreError> {
        match finding {
            Finding::Report { report, is_new } => {
                let outcome = if is_new { Outcome::Adopted } else { Outcome::Repaired };
                self.report(*report, request_id, outcome).await
            }
            Finding::Unclear(sid) => self.fetch(&sid, request_id, None).await,
            Finding::NotListed(sid, user_id) => self.fetch(&sid, request_id, Some(user_id)).await,
            Finding::Wake(user_id, contested) => self.wake(user_id, contested).await,
        }
    }

    /// `user_id` is whose worker it is, if that is known.
    async fn fetch(&self, sid: &WorkerSid, request_id: &str, user_id: Option<UserId>) -> Result<Outcome, StoreError> {
        let report = match self.current_report(sid).await {
            Ok(Some(report)) => report,
            Ok(None) if user_id.is_some() => WorkerReport::deletion_of(sid),
            Ok(None) => return Ok(Outcome::Nothing),
            Err(ReconcileError::Store(error)) => return Err(error),
            Err(ReconcileError::Twilio(error)) if error.is_transient() => return Ok(Outcome::TwilioUnavailable),
            Err(error) => {
                tracing::warn!(worker_sid = %sid, %error, "cannot fetch a worker; the next reconciliation tries again");
                return Ok(Outcome::Unresolved(sid.clone()));
            }
        };
        let outcome = if report.deleted { Outcome::Missing(user_id) } else { Outcome::Repaired };
        self.report(report, request_id, outcome).await
    }

    /// `outcome` is what it comes to if it can be applied.
    async fn report(&self, report: WorkerReport, request_id: &str, outcome: Outcome) -> Result<Outcome, StoreError> {
        let sid = report.worker_sid.clone();
        match self.ingest.apply(report, Source::Reconcile, request_id).await {
            Ok(()) => Ok(outcome),
            Err(IngestError::Store(error)) if error.is_transient() => Err(error),
            Err(IngestError::Twilio(error)) if error.is_transient() => Ok(Outcome::TwilioUnavailable),
            Err(error) => {
                tracing::warn!(worker_sid = %sid, %error, "cannot apply a worker; the next reconciliation tries again");
                Ok(Outcome::Unresolved(sid))
            }
        }
    }

    /// What TaskRouter says now of a worker; that it is deleted if it answers 404 (rule 28). None if neither side knows of
    /// it: TaskRouter may not answer with it yet, and a deletion is final.
    pub(super) async fn current_report(&self, sid: &WorkerSid) -> Result<Option<WorkerReport>, ReconcileError> {
        let known = self.ingest.store.worker(sid).await?;
        let Some(worker) = self.ingest.taskrouter.fetch_worker(sid).await? else {
            return Ok(known.filter(|known| !known.deleted).map(|_| WorkerReport::deletion_of(sid)));
        };
        let report = worker.report().ok_or(TwilioError::Malformed("worker without attributes"))?;
        let Some(known) = known else { return Ok(Some(report)) };
        if known.deleted {
            tracing::warn!(worker_sid = %sid, "a worker that TaskRouter did not have is there again");
            self.ingest.store.revive_worker(sid).await?;
        }
        Ok(Some(report.requested_after(known.reported)))
    }

    /// A user who is being changed at this moment is tried again, and after that left to the next run: this one goes on.
    async fn wake(&self, user_id: UserId, contested: ContestedSkills) -> Result<Outcome, StoreError> {
        let mark = || async {
            let now = self.ingest.time_and_ids.now();
            self.ingest.store.wake(user_id, self.new_token(), now, contested).await
        };
        let waits = ExponentialBuilder::default().with_jitter().with_min_delay(FIRST_WAIT).with_max_times(MAX_RETRIES);
        match mark.retry(waits).when(StoreError::can_redecide).await {
            Err(error) if error.can_redecide() => {
                tracing::warn!(%user_id, %error, "cannot mark a user; the next reconciliation tries again");
                Ok(Outcome::NotMarked)
            }
            marked => marked.map(|()| Outcome::Woken),
        }
    }
}

fn count(run: &mut Reconciliation, outcome: Outcome) {
    if matches!(outcome, Outcome::TwilioUnavailable) {
        return;
    }
    run.left = run.left.saturating_sub(1);
    let done = &mut run.done;
    match outcome {
        Outcome::Adopted => done.adopted += 1,
        Outcome::Repaired => done.repaired += 1,
        Outcome::Woken => done.woken += 1,
        Outcome::Missing(user_id) => done.missing.extend(user_id),
        Outcome::Unresolved(sid) => done.unresolved.add(sid),
        Outcome::Nothing | Outcome::NotMarked | Outcome::TwilioUnavailable => {}
    }
}
