//! Ingest: from one report about a worker to the committed transaction. Everything that TaskRouter says enters here, from a
//! callback as well as from the answer to a request.
//!
//! Two writes: the worker's item stores what was reported, and a transaction brings the user in line with it. If the
//! function crashes in between, the next report repairs it, because the hash on the worker's item still differs.

mod fingerprint;
mod resolve_owner;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::{collections::BTreeMap, time::Duration};
use thiserror::Error;

use domain::{
    Actor, Identity, Recency, Skill, SkillName, Source, Status, User, UserId, WorkerReport,
    audit::Action,
    login::{adopt, apply_report},
    policy::Policy,
    routing::desired,
};
use jiff::Timestamp;
use store::{
    AppliedReport, ChangeOrigin, CommitUser, ImportSkills, RecordReport, StoreError, UserChange, ViewTeams, ViewUser,
    team_ids,
};
use twilio::{FetchWorker, TwilioError};

use crate::TimeAndIds;
pub(crate) use fingerprint::fingerprint;
use resolve_owner::{Owner, Retry};

/// The verbs of the store that ingest uses.
pub trait IngestStore: ViewUser + CommitUser + ViewTeams + RecordReport + ImportSkills + Sync {}
impl<T: ViewUser + CommitUser + ViewTeams + RecordReport + ImportSkills + Sync> IngestStore for T {}

#[derive(Debug, Clone)]
pub struct WorkerIngest<S, T, C> {
    pub store: S,
    /// Fetches a worker if a report alone does not determine the user.
    pub taskrouter: T,
    pub time_and_ids: C,
    pub policy: Policy,
}

#[derive(Debug, Error)]
pub enum IngestError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Twilio(#[from] TwilioError),
    /// Everything kept changing, or TaskRouter reports two things at once.
    #[error("a report cannot be reconciled with what TaskRouter says now")]
    Inconsistent,
}

/// The retries of a report that conflicts with others.
const MAX_RETRIES: usize = 8;

/// How many reports about other workers may have to be applied before one.
const MAX_DEPENDENCIES: usize = 8;

/// A report that is being applied.
struct PendingReport {
    report: WorkerReport,
    request_id: String,
    is_first_attempt: bool,
    waits: ExponentialBackoff,
}

impl PendingReport {
    fn new(report: WorkerReport, request_id: &str) -> Self {
        for fault in &report.faults {
            tracing::warn!(worker_sid = %report.worker_sid, %fault, "fault in a worker's attributes");
        }
        let waits = ExponentialBuilder::default()
            .with_jitter()
            .with_max_times(MAX_RETRIES)
            .with_min_delay(Duration::from_millis(5))
            .with_max_delay(Duration::from_millis(500));
        Self { report, request_id: request_id.to_owned(), is_first_attempt: true, waits: waits.build() }
    }

    /// Waits before an attempt: not before the first one, then longer each time, with jitter.
    async fn wait(&mut self) -> Result<(), IngestError> {
        if std::mem::take(&mut self.is_first_attempt) {
            return Ok(());
        }
        let wait = self.waits.next().ok_or(IngestError::Inconsistent)?;
        tokio::time::sleep(wait).await;
        Ok(())
    }
}

/// The outcome of one attempt.
enum Attempt {
    Done,
    Retry(Retry),
}

impl<S: IngestStore, T: FetchWorker + Sync, C: TimeAndIds> WorkerIngest<S, T, C> {
    /// Applies a report; afterwards the directory agrees with it. `request_id` stands in the audit record.
    pub async fn apply(&self, report: WorkerReport, source: Source, request_id: &str) -> Result<(), IngestError> {
        // The last one is applied first: the ones below wait for it.
        let mut pending = vec![PendingReport::new(report, request_id)];
        while let Some(current) = pending.last_mut() {
            current.wait().await?;
            match Box::pin(self.attempt(current, source)).await {
                Ok(Attempt::Done) => drop(pending.pop()),
                Ok(Attempt::Retry(Retry::With(report))) => current.report = *report,
                Ok(Attempt::Retry(Retry::After(_))) if pending.len() > MAX_DEPENDENCIES => {
                    return Err(IngestError::Inconsistent);
                }
                Ok(Attempt::Retry(Retry::After(other))) => pending.push(PendingReport::new(*other, "")),
                Err(IngestError::Store(error)) if error.can_redecide() => {
                    tracing::debug!("changed concurrently; retrying");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn attempt(&self, pending: &PendingReport, source: Source) -> Result<Attempt, IngestError> {
        let recorded = self.store.record_report(&pending.report).await?;
        let hash = fingerprint(&pending.report, &self.policy);
        let is_applied = recorded.worker.applied_hash.as_ref() == Some(&hash);
        if recorded.is_latest() && is_applied && !recorded.worker.guarded {
            return Ok(Attempt::Done);
        }
        let mut report = pending.report.clone();
        report.deleted |= recorded.worker.deleted;
        let (before, previous_owner) = match self.resolve_owner(&report, &recorded).await? {
            Owner::None => (None, None),
            Owner::User { user, previous_owner } => (Some(*user), previous_owner),
            Owner::Retry(retry) => return Ok(Attempt::Retry(retry)),
        };
        if before.is_none()
            && let Some(current) = self.current_report(&report).await?
        {
            // An unmanaged worker has no user that the report itself could be applied to then.
            let is_unmanaged = current.attributes.as_ref().is_some_and(|attributes| attributes.role.is_none());
            let current = Box::new(current);
            return Ok(Attempt::Retry(if is_unmanaged { Retry::With(current) } else { Retry::After(current) }));
        }
        // The callback of a deletion may state no more than the SID.
        match &before {
            Some(user) if report.identity.is_none() => report.identity = Some(user.identity.clone()),
            None if report.identity.is_none() => return Ok(Attempt::Done),
            None if report.deleted && report.attributes.is_none() => return Ok(Attempt::Done),
            _ => {}
        }
        let now = self.time_and_ids.now();
        let Some(after) = self.user_after(before.as_ref(), &report, recorded.recency, now) else {
            tracing::info!(worker_sid = %report.worker_sid, "worker without a known role stays unmanaged");
            return Ok(Attempt::Done);
        };
        let origin = ChangeOrigin {
            actor: Actor::Taskrouter,
            source,
            request_id: &pending.request_id,
            caller: None,
            now,
            change_id: self.time_and_ids.ordered_id(),
        };
        let skills = self.import_new_skills(before.as_ref(), &after, origin).await?;
        let is_linked = recorded.worker.user_id.is_some();
        let latest = recorded.is_latest().then_some((report.version, hash.as_str()));
        let change = UserChange {
            action: action(before.as_ref(), &after, report.deleted),
            releases_identity: self.releases_identity(before.as_ref(), &after.identity).await?,
            needs_sync: recorded.is_latest()
                && !report.deleted
                && self.differs(before.as_ref(), &after, &report).await?,
            before: before.as_ref(),
            after,
            origin,
            skills: Some(&skills),
            teams: None,
            applied_report: Some(AppliedReport { worker_sid: &report.worker_sid, latest, is_linked }),
            previous_owner,
            sync: None,
            drift: None,
        };
        self.store.commit_user(change).await?;
        Ok(Attempt::Done)
    }

    /// What TaskRouter says now of an unknown worker whose report does not say what it is (rule 23); none if that is not
    /// more.
    async fn current_report(&self, report: &WorkerReport) -> Result<Option<WorkerReport>, TwilioError> {
        if (report.attributes.is_some() && report.identity.is_some()) || report.deleted {
            return Ok(None);
        }
        let Some(worker) = self.taskrouter.fetch_worker(&report.worker_sid).await? else {
            return Ok(Some(WorkerReport { deleted: true, ..report.clone() }));
        };
        Ok(worker.report().filter(|current| current.attributes.is_some()))
    }

    /// None for an unmanaged worker.
    fn user_after(
        &self,
        before: Option<&User>,
        report: &WorkerReport,
        recency: Recency,
        now: Timestamp,
    ) -> Option<User> {
        match before {
            Some(user) => Some(apply_report(user, report, recency, &self.policy)),
            None => adopt(report, &self.policy, UserId::new(self.time_and_ids.random_id()), now),
        }
    }

    /// Whether the worker shows something else than it should, so that it is to be compared: not after an adoption, which
    /// leaves it as it is (rule 23), and always if the user is not active (rule 12).
    async fn differs(&self, before: Option<&User>, after: &User, report: &WorkerReport) -> Result<bool, StoreError> {
        if before.is_none() || !after.is_active() {
            return Ok(!after.is_active());
        }
        let Some(attributes) = &report.attributes else {
            return Ok(before.is_some_and(|before| before.taskrouter.worker_sid != after.taskrouter.worker_sid));
        };
        let teams = self.store.teams(team_ids([after])).await?;
        let reported = attributes.owned();
        Ok(desired(after, &teams, &reported, &self.policy) != reported)
    }

    /// Whether a rename leaves an identity that still belongs to the user.
    async fn releases_identity(&self, before: Option<&User>, after: &Identity) -> Result<bool, StoreError> {
        match before {
            Some(before) if before.identity != *after => {
                Ok(self.store.user_id_of_identity(&before.identity).await? == Some(before.user_id))
            }
            _ => Ok(false),
        }
    }

    async fn import_new_skills(
        &self,
        before: Option<&User>,
        after: &User,
        origin: ChangeOrigin<'_>,
    ) -> Result<BTreeMap<SkillName, Skill>, StoreError> {
        let is_new = |name: &&SkillName| before.is_none_or(|user| !user.managed.assigned_skills.contains_key(*name));
        let new = after.managed.assigned_skills.keys().filter(is_new).cloned().collect::<Vec<_>>();
        if new.is_empty() { Ok(BTreeMap::new()) } else { self.store.import_skills(&new, origin).await }
    }
}

fn action(before: Option<&User>, after: &User, deleted: bool) -> Action {
    let Some(before) = before else { return Action::Adopted };
    let is_new_worker = before.taskrouter.worker_sid != after.taskrouter.worker_sid;
    if deleted {
        Action::WorkerRemoved
    } else if before.managed.status == Status::Deleted && is_new_worker {
        Action::LoginRefused
    } else {
        Action::Login
    }
}
