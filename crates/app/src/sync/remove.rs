//! Removing the workers of a deleted user (rule 13): offline and without skills at once, gone as soon as no task is left.

use std::collections::BTreeSet;

use domain::{
    UserId, WorkerSid,
    routing::OwnedAttributes,
    skill::Skills,
    sync_state::{FailureReason, SyncState},
};
use store::OutboxStep;
use twilio::{ReservationStatus, Worker, WorkerUpdate};
use uuid::Uuid;

use super::{Attempt, Outcome, RETRY_AFTER, Reading, SyncError, SyncMode, SyncStore, SyncTaskRouter, WorkerSync};
use crate::TimeAndIds;

/// The reservations that keep a worker: their tasks end normally.
const UNFINISHED: [ReservationStatus; 2] = [ReservationStatus::Accepted, ReservationStatus::Wrapping];

impl<S: SyncStore, T: SyncTaskRouter, C: TimeAndIds> WorkerSync<S, T, C> {
    /// Every worker that the tombstone has had since: the user may have logged in again before the last one was removed.
    pub(super) async fn remove_workers(&self, user_id: UserId, invocation: Uuid) -> Result<Attempt, SyncError> {
        let Some(known) = self.read(user_id).await? else { return Ok(Attempt::Again) };
        if self.mode == SyncMode::Observe {
            self.store.sync_step(known.step(known.state(), OutboxStep::WhenWriting)).await?;
            return Ok(Attempt::End(Outcome::Later));
        }
        let workers: BTreeSet<_> =
            known.state().removing.into_iter().chain(known.user.taskrouter.worker_sid.clone()).collect();
        let (mut left, mut tasks) = (BTreeSet::new(), 0);
        for sid in workers {
            match self.remove(user_id, &sid, invocation).await {
                Ok(None) => {}
                Ok(Some(unfinished)) => {
                    left.insert(sid);
                    tasks += unfinished;
                }
                // A removal is never given up, and one worker does not keep another.
                Err(SyncError::Twilio(error)) if error.is_final() => {
                    tracing::warn!(%user_id, worker_sid = %sid, %error, "a worker is not removed");
                    left.insert(sid);
                }
                Err(error) => return Err(error),
            }
        }
        let Some(reading) = self.read(user_id).await? else { return Ok(Attempt::Again) };
        let is_new = reading.user.taskrouter.worker_sid != known.user.taskrouter.worker_sid;
        if is_new || reading.outbox.pending != known.outbox.pending {
            return Ok(Attempt::Again);
        }
        let is_done = left.is_empty();
        let waits_for_tasks = (!is_done).then_some(tasks);
        let after = SyncState { removing: left, waits_for_tasks, intent: None, failure: None, ..reading.state() };
        let retry_at = OutboxStep::RetryAt(reading.now + RETRY_AFTER);
        self.store.sync_step(reading.step(after, if is_done { OutboxStep::Clear } else { retry_at })).await?;
        Ok(Attempt::End(if is_done { Outcome::Done } else { Outcome::Later }))
    }

    /// Removes one worker; answers how many tasks it waits for, or none if it is gone.
    async fn remove(&self, user_id: UserId, sid: &WorkerSid, invocation: Uuid) -> Result<Option<usize>, SyncError> {
        let Some(worker) = self.taskrouter.fetch_worker(sid).await? else { return Ok(None) };
        self.still_deleted(user_id, sid, invocation).await?;
        let Some(worker) = self.out_of_routing(worker).await? else { return Ok(None) };
        let mut tasks = 0;
        for status in UNFINISHED {
            tasks += self.taskrouter.list_reservations(sid, status, None).await?.items.len();
        }
        if tasks > 0 {
            return Ok(Some(tasks));
        }
        self.taskrouter.delete_worker(sid, worker.version).await?;
        Ok(None)
    }

    /// An operator may have restored the user since; and remembers the worker, because the tombstone leads to one only.
    async fn still_deleted(&self, user_id: UserId, sid: &WorkerSid, invocation: Uuid) -> Result<(), SyncError> {
        let reading = self.read(user_id).await?.filter(|reading| !reading.is_busy_for(invocation));
        let is_deleted = |reading: &Reading| reading.user.managed.status == domain::Status::Deleted;
        let Some(reading) = reading.filter(is_deleted) else { return Err(store::StoreError::Conflict.into()) };
        let mut after = reading.state();
        after.removing.insert(sid.clone());
        Ok(self.store.sync_step(reading.step(after, OutboxStep::Keep)).await?)
    }

    /// The worker, offline and without skills; none if it was deleted in between.
    async fn out_of_routing(&self, worker: Worker) -> Result<Option<Worker>, SyncError> {
        let offline = self.offline.sid(&self.taskrouter, self.time_and_ids.now()).await?;
        let offline = offline.ok_or(SyncError::Impossible(FailureReason::NoOfflineActivity))?;
        let is_elsewhere = worker.activity_sid != offline;
        let owned = worker.owned_attributes();
        let without_skills = owned.filter(|owned| !owned.skills.is_empty());
        let without_skills = without_skills.map(|owned| OwnedAttributes { skills: Skills::new(), ..owned });
        if without_skills.is_none() && !is_elsewhere {
            return Ok(Some(worker));
        }
        let update = WorkerUpdate {
            attributes: without_skills.and_then(|owned| worker.with_owned_attributes(&owned)),
            activity_sid: is_elsewhere.then_some(offline),
            reject_pending_reservations: is_elsewhere,
        };
        Ok(self.taskrouter.update_worker(&worker.worker_sid(), &update, worker.version).await?)
    }
}
