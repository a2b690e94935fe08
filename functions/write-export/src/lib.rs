//! The job runner of exports: the list in order of name as CSV into S3, with constant memory (rules 29 and 30).
//!
//! The next page is read while the rows of one are written. Every ten seconds the job keeps a checkpoint, from which another
//! runner goes on if this one dies ([`files::export`]).

mod rows;

use std::{collections::HashSet, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

use app::TimeAndIds;
use domain::{
    User, UserId,
    audit::Subject,
    export::was_passed,
    job::{ExportCheckpoint, Job, JobKind},
    search::UserQuery,
};
use files::{
    BucketError,
    export::{FileStore, Upload},
};
use runtime::{
    invocation::{self, Ending},
    metrics::{self, Metric},
};
use store::{
    Claim, Cursor, JobClaim, ReadUsers, RunJobs, StoreError, UserPage, UserReading, ViewHistory, query_fingerprint,
};

/// How often progress is stored, at most; more often where the lease is short.
const PROGRESS: Duration = Duration::from_secs(1);

/// For so long a change may still be read as before it: the index is eventually consistent, and clocks differ.
const READ_LATE: SignedDuration = SignedDuration::from_secs(5);

/// The most records of one user that are looked at.
const MOST_RECORDS: usize = 100;

/// The payload of the invocation.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Invocation {
    pub job_id: Uuid,
}

/// How a job runner goes about it.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long the job is a runner's after its latest report.
    pub lease: Duration,
    /// How many users are read at once.
    pub page: usize,
    /// How often a checkpoint is stored, at most; more often where the lease is short.
    pub checkpoint: Duration,
}

impl Pace {
    /// With this lease.
    #[must_use]
    pub const fn new(lease: Duration) -> Self {
        Self { lease, page: 250, checkpoint: Duration::from_secs(10) }
    }
}

/// Why an attempt ended without a file. Lambda retries twice.
#[derive(Debug, Error)]
pub enum ExportError {
    /// Another job runner holds the claim and may be alive; the next attempt will know.
    #[error("another job runner holds the job")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// Of a user who was changed shortly before the export was asked for, this runner cannot tell whether the one before has
    /// written them, and where.
    #[error("it is not known whether a user was written")]
    Unknown,
    #[error("the job is no export")]
    OtherKind,
    #[error("a row cannot be written: {0}")]
    Csv(#[from] csv::Error),
}

impl ExportError {
    /// Whether the next attempt may succeed.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Busy | Self::Bucket(_) => true,
            Self::Store(error) => error.is_transient(),
            Self::Unknown | Self::OtherKind | Self::Csv(_) => false,
        }
    }
}

/// Takes the job for as long as the lease, which each progress extends, and writes its file.
pub async fn handle(
    store: &(impl ReadUsers + ViewHistory + RunJobs),
    bucket: &impl FileStore,
    time_and_ids: &impl TimeAndIds,
    pace: Pace,
    invocation: Invocation,
) -> Result<(), ExportError> {
    invocation::identify("job_id", &invocation.job_id);
    let claim = Claim { job_id: invocation.job_id, attempt: time_and_ids.random_id(), lease: pace.lease };
    let job = match store.claim_job(claim, time_and_ids.now()).await? {
        JobClaim::Claimed(job) => job,
        JobClaim::Busy => return Err(ExportError::Busy),
        JobClaim::Finished => return Ok(()),
    };
    let JobKind::Export { query, for_import, .. } = &job.kind else { return Err(ExportError::OtherKind) };
    let runner = Runner { store, bucket, time_and_ids, pace, claim, job: &job, query, for_import: *for_import };
    let written = match Box::pin(runner.write(job.checkpoint.as_ref())).await {
        // Another runner, dead or slow, has ended or overwritten what was begun; or it is not known whom it has written.
        Err(ExportError::Bucket(BucketError { is_refused: true, .. }) | ExportError::Unknown) => {
            Box::pin(runner.write(None)).await
        }
        written => written,
    };
    match &written {
        // Another job runner has taken over, and reports the result.
        Err(ExportError::Store(StoreError::Conflict)) => {
            tracing::warn!("lost the claim on an export; another job runner continues it");
        }
        Err(error) if error.is_transient() => {
            store.release_job(claim, time_and_ids.now()).await?;
            return written;
        }
        Err(error) => {
            invocation::end(Ending::failed(&format_args!(
                "failed to write an export, which is marked failed: {error}"
            )));
            store.fail_job(claim, "The export failed on our side. Start it again.").await?;
        }
        Ok(()) => {}
    }
    Ok(())
}

/// One attempt at a job.
struct Runner<'a, S, B, T> {
    store: &'a S,
    bucket: &'a B,
    time_and_ids: &'a T,
    pace: Pace,
    claim: Claim,
    job: &'a Job,
    query: &'a UserQuery,
    for_import: bool,
}

/// How far it has come.
struct Progress<U> {
    file: U,
    rows: u64,
    has_begun: bool,
    /// Who was written while a change from before the export could still be read as before it; none if another runner has
    /// written then.
    early: Option<HashSet<UserId>>,
    reported_at: Timestamp,
    saved_at: Timestamp,
}

impl<S: ReadUsers + ViewHistory + RunJobs, B: FileStore, T: TimeAndIds> Runner<'_, S, B, T> {
    /// Writes the file, from the checkpoint on if there is one.
    async fn write(&self, checkpoint: Option<&ExportCheckpoint>) -> Result<(), ExportError> {
        let (file, cursor) = self.begin(checkpoint).await?;
        let now = self.time_and_ids.now();
        let rows = checkpoint.filter(|_| cursor.is_some()).map_or(0, |checkpoint| checkpoint.rows);
        let (has_begun, early) = (cursor.is_some(), cursor.is_none().then(HashSet::new));
        let mut progress = Progress { file, rows, has_begun, early, reported_at: now, saved_at: now };
        let mut reading = UserReading::new(self.query.clone(), cursor, self.pace.page);
        let mut next = Some(self.store.next_users(&mut reading).await?);
        while let Some(page) = next {
            let has_more = page.next.is_some();
            let read_on =
                async { if has_more { self.store.next_users(&mut reading).await.map(Some) } else { Ok(None) } };
            let read_on = async { read_on.await.map_err(ExportError::from) };
            (next, ()) = tokio::try_join!(read_on, self.write_page(&page, &mut progress))?;
        }
        let Progress { file, rows, .. } = progress;
        let file = file.finish().await?;
        let (query, for_import) = (self.query.clone(), self.for_import);
        let kind = JobKind::Export { query, for_import, file: Some(file) };
        self.store.finish_job(self.claim, rows, &kind).await?;
        metrics::add(Metric::ExportRows, rows);
        Ok(())
    }

    /// The file and where the list goes on: those of the checkpoint, if it can be read, else new ones.
    async fn begin(&self, checkpoint: Option<&ExportCheckpoint>) -> Result<(B::Upload, Option<Cursor>), ExportError> {
        let attempt = format!("exports/{}/{}", self.claim.job_id, self.claim.attempt);
        let cursor =
            |checkpoint: &ExportCheckpoint| Cursor::decode(&checkpoint.cursor, &query_fingerprint(self.query)).ok();
        if let Some((checkpoint, cursor)) = checkpoint.and_then(|checkpoint| Some((checkpoint, cursor(checkpoint)?)))
            && let Some(file) = self.bucket.resume(&checkpoint.upload, &attempt).await?
        {
            return Ok((file, Some(cursor)));
        }
        Ok((self.bucket.upload(&attempt), None))
    }

    async fn write_page(&self, page: &UserPage, progress: &mut Progress<B::Upload>) -> Result<(), ExportError> {
        let mut users = Vec::with_capacity(page.users.len());
        for user in &page.users {
            if !self.may_have_been_written(user, progress.early.as_ref()).await? {
                users.push(user);
            }
        }
        if let Some(early) = &mut progress.early
            && self.time_and_ids.now() < *self.job.created_at + READ_LATE
        {
            early.extend(users.iter().map(|user| user.user_id));
        }
        let bytes = rows::rows(users.iter().copied(), &page.teams, self.for_import, !progress.has_begun)?;
        progress.has_begun = true;
        progress.rows += users.len() as u64;
        progress.file.push(bytes).await?;
        self.report(page.next.as_ref(), progress).await
    }

    /// Whether the user has moved on in the list, and may have been written where they stood before. Who was changed shortly
    /// before the export was asked for was if they were read then, late; who was changed since, if the history says that
    /// they stood at a place that was passed. It is read of those alone.
    async fn may_have_been_written(&self, user: &User, early: Option<&HashSet<UserId>>) -> Result<bool, ExportError> {
        let since = *self.job.created_at;
        let late = since - READ_LATE;
        if *user.updated_at < late {
            return Ok(false);
        }
        if early.is_some_and(|early| early.contains(&user.user_id)) {
            return Ok(true);
        }
        if *user.updated_at < since && early.is_some() {
            return Ok(false);
        }
        let (mut records, more) = self.store.history(Subject::User(user.user_id), None, MOST_RECORDS).await?;
        if early.is_none() && records.iter().any(|record| (late..since).contains(&*record.at)) {
            return Err(ExportError::Unknown);
        }
        records.retain(|record| *record.at >= since);
        let is_all = more.is_none() || records.len() < MOST_RECORDS;
        Ok(!is_all || was_passed(user, &records, self.query.status))
    }

    /// Stores a checkpoint or the progress, if either is due.
    async fn report(&self, next: Option<&Cursor>, progress: &mut Progress<B::Upload>) -> Result<(), ExportError> {
        let (now, Pace { lease, checkpoint, .. }) = (self.time_and_ids.now(), self.pace);
        let is_due = |last: Timestamp, every: Duration| now.duration_since(last).unsigned_abs() >= every;
        if let Some(cursor) = next.filter(|_| is_due(progress.saved_at, checkpoint.min(lease / 6))) {
            let upload = progress.file.save().await?;
            let reached = ExportCheckpoint { rows: progress.rows, cursor: cursor.encode(), upload };
            self.store.save_checkpoint(self.claim, &reached, self.time_and_ids.now()).await?;
            (progress.reported_at, progress.saved_at) = (now, now);
        } else if is_due(progress.reported_at, PROGRESS.min(lease / 4)) {
            self.store.report_progress(self.claim, progress.rows, now).await?;
            progress.reported_at = now;
        }
        Ok(())
    }
}
