//! Finding the user that a report is about (rule 22): a known worker SID decides, else the identity. If two workers claim
//! one identity, TaskRouter is asked which of them has it now.

use domain::{Identity, User, UserId, WorkerReport, WorkerSid};
use store::{RecordedReport, StoreError};
use twilio::FetchWorker;

use super::{IngestError, IngestStore, WorkerIngest};
use crate::TimeAndIds;

pub(super) enum Owner {
    /// No user yet.
    None,
    User {
        user: Box<User>,
        /// The user, without a worker, who gives up the identity.
        previous_owner: Option<UserId>,
    },
    Retry(Retry),
}

/// What must happen before the owner can be resolved.
pub(super) enum Retry {
    /// The report is out of date: this is what TaskRouter says now.
    With(Box<WorkerReport>),
    /// What is stored of another worker is out of date: this report about it is applied first.
    After(Box<WorkerReport>),
}

impl<S: IngestStore, T: FetchWorker + Sync, C: TimeAndIds> WorkerIngest<S, T, C> {
    pub(super) async fn resolve_owner(
        &self,
        report: &WorkerReport,
        recorded: &RecordedReport,
    ) -> Result<Owner, IngestError> {
        if let Some(user_id) = recorded.worker.user_id {
            let user = Box::new(self.existing_user(user_id).await?);
            return self.resolve_rename(user, report, recorded).await;
        }
        let Some(identity) = &report.identity else { return Ok(Owner::None) };
        let Some(user_id) = self.store.user_id_of_identity(identity).await? else { return Ok(Owner::None) };
        let user = Box::new(self.existing_user(user_id).await?);
        match user.taskrouter.worker_sid.clone() {
            Some(other) if other != report.worker_sid => {
                self.resolve_identity_conflict(user, &other, report, identity).await
            }
            _ => Ok(Owner::User { user, previous_owner: None }),
        }
    }

    /// A known worker, possibly with a new identity, which another user may have had until now.
    async fn resolve_rename(
        &self,
        user: Box<User>,
        report: &WorkerReport,
        recorded: &RecordedReport,
    ) -> Result<Owner, IngestError> {
        let is_current = recorded.is_latest() && user.taskrouter.worker_sid.as_ref() == Some(&report.worker_sid);
        let new_identity = report.identity.as_ref().filter(|identity| is_current && **identity != user.identity);
        let Some(identity) = new_identity else { return Ok(Owner::User { user, previous_owner: None }) };
        let holder = self.store.user_id_of_identity(identity).await?;
        let Some(holder) = holder.filter(|holder| *holder != user.user_id) else {
            return Ok(Owner::User { user, previous_owner: None });
        };
        // If the holder still has it, the next callback about their worker says who they are now. Applying that here
        // could go in circles when two users have swapped their identities.
        if let Some(other) = self.existing_user(holder).await?.taskrouter.worker_sid
            && let Some(now) = self.taskrouter.fetch_worker(&other).await?
            && now.has_identity(identity)
        {
            return Err(IngestError::Inconsistent);
        }
        Ok(Owner::User { user, previous_owner: Some(holder) })
    }

    /// An unknown worker with the identity of a user who has another worker: one of the two is out of date.
    async fn resolve_identity_conflict(
        &self,
        user: Box<User>,
        other: &WorkerSid,
        report: &WorkerReport,
        identity: &Identity,
    ) -> Result<Owner, IngestError> {
        if report.deleted {
            return Ok(Owner::User { user, previous_owner: None });
        }
        let retry = match self.taskrouter.fetch_worker(&report.worker_sid).await? {
            None => Retry::With(Box::new(WorkerReport { deleted: true, ..report.clone() })),
            Some(worker) if worker.has_identity(identity) => {
                Retry::After(Box::new(self.refresh_worker(other, identity).await?))
            }
            Some(worker) => Retry::With(Box::new(worker.report().ok_or(IngestError::Inconsistent)?)),
        };
        Ok(Owner::Retry(retry))
    }

    /// What TaskRouter says now of a worker that can no longer have this identity.
    async fn refresh_worker(&self, worker_sid: &WorkerSid, identity: &Identity) -> Result<WorkerReport, IngestError> {
        match self.taskrouter.fetch_worker(worker_sid).await? {
            Some(worker) if worker.has_identity(identity) => Err(IngestError::Inconsistent),
            Some(worker) => worker.report().ok_or(IngestError::Inconsistent),
            None => Ok(WorkerReport::deletion_of(worker_sid)),
        }
    }

    async fn existing_user(&self, user_id: UserId) -> Result<User, StoreError> {
        let user = self.store.user(user_id).await?;
        user.ok_or_else(|| StoreError::Malformed("a worker or an identity leads to no user".to_owned()))
    }
}
